//! A blocking Kafka connection that can also be rude: whole requests through the protocol crate, or any bytes at all.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use bytes::Bytes;
use protocol::messages::header::RequestHeader;
use protocol::{ApiKey, Request, Response, Str, frame};
use rustls::{ClientConnection, StreamOwned};

/// No answer takes longer than this; long polls of tests are shorter.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// One connection.
#[derive(Debug)]
pub struct Wire {
    stream: Socket,
    next_correlation_id: i32,
}

impl Wire {
    pub fn connect(address: SocketAddr) -> Self {
        Self::try_connect(address).unwrap_or_else(|error| panic!("{address}: {error}"))
    }

    pub fn try_connect(address: SocketAddr) -> std::io::Result<Self> {
        Ok(Self::over(Socket::Tcp(connected(address)?)))
    }

    /// Speaks inside of TLS; the handshake is over.
    pub fn over_tls(stream: StreamOwned<ClientConnection, TcpStream>) -> Self {
        Self::over(Socket::Tls(Box::new(stream)))
    }

    /// Speaks over a Unix socket, as authn does.
    pub fn over_unix(stream: UnixStream) -> Self {
        let limited = stream
            .set_read_timeout(Some(ANSWER_LIMIT))
            .and_then(|()| stream.set_write_timeout(Some(ANSWER_LIMIT)));
        limited.expect("a timeout");
        Self::over(Socket::Unix(stream))
    }

    fn over(stream: Socket) -> Self {
        Self {
            stream,
            next_correlation_id: 1,
        }
    }

    /// Sends a request and gives its answer.
    pub fn call<R: Exchange>(&mut self, version: i16, request: R) -> R::Answer {
        let api_key = R::API_KEY;
        let sent = self.send(version, request.into_request());
        let (correlation_id, response) = self.receive(api_key, version);
        assert_eq!(correlation_id, sent, "the answer to another request");
        R::answer(response)
    }

    /// Sends a request and gives its correlation id.
    pub fn send(&mut self, version: i16, request: Request) -> i32 {
        let correlation_id = self.next_correlation_id;
        self.next_correlation_id += 1;
        self.send_bytes(&encode(correlation_id, version, &request));
        correlation_id
    }

    /// The next answer, which must be to a request of `api_key` at `version`.
    pub fn receive(&mut self, api_key: ApiKey, version: i16) -> (i32, Response) {
        let frame = self
            .receive_frame()
            .expect("an answer instead of a closed connection");
        let (header, response) =
            frame::decode_response(frame, api_key, version).expect("an answer that decodes");
        (header.correlation_id, response)
    }

    /// The next frame without its length; `None` when the server closed the connection.
    pub fn receive_frame(&mut self) -> Option<Bytes> {
        let mut length = [0; 4];
        self.stream.read_exact(&mut length).ok()?;
        let length =
            usize::try_from(i32::from_be_bytes(length)).expect("a length that is not negative");
        let mut frame = vec![0; length];
        self.stream.read_exact(&mut frame).expect("the whole frame");
        Some(frame.into())
    }

    /// Sends any bytes.
    pub fn send_bytes(&mut self, bytes: &[u8]) {
        self.try_send_bytes(bytes).expect("the server reads");
    }

    /// Sends any bytes to a server that may have closed.
    pub fn try_send_bytes(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Sends a frame with a length of its own making.
    pub fn send_frame(&mut self, claimed_length: i32, body: &[u8]) {
        let mut bytes = claimed_length.to_be_bytes().to_vec();
        bytes.extend_from_slice(body);
        let _ = self.try_send_bytes(&bytes);
    }

    /// What the server sends until it closes, at most [`ANSWER_LIMIT`] after its last byte.
    pub fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        // A reset is an end, too.
        let read = self.stream.read_to_end(&mut rest);
        let waited = read.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock);
        assert!(!waited, "the connection stays open");
        rest
    }

    /// Whether the server closes the connection within `limit`, without a byte more.
    pub fn closes_within(&mut self, limit: Duration) -> bool {
        self.stream
            .set_read_timeout(Some(limit))
            .expect("a timeout");
        let closed = match self.stream.read(&mut [0; 1]) {
            Ok(0) => true,
            Ok(_) => false,
            Err(error) => matches!(
                error.kind(),
                std::io::ErrorKind::ConnectionReset
                    | std::io::ErrorKind::BrokenPipe
                    // TLS without its own last word.
                    | std::io::ErrorKind::UnexpectedEof
            ),
        };
        self.stream
            .set_read_timeout(Some(ANSWER_LIMIT))
            .expect("a timeout");
        closed
    }
}

/// What a connection runs over.
#[derive(Debug)]
enum Socket {
    Tcp(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
    Unix(UnixStream),
}

/// A TCP connection with the limits of a test.
pub fn connected(address: SocketAddr) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(ANSWER_LIMIT))?;
    stream.set_write_timeout(Some(ANSWER_LIMIT))?;
    Ok(stream)
}

impl Socket {
    fn set_read_timeout(&self, limit: Option<Duration>) -> std::io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.set_read_timeout(limit),
            Self::Tls(stream) => stream.sock.set_read_timeout(limit),
            Self::Unix(stream) => stream.set_read_timeout(limit),
        }
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
            Self::Unix(stream) => stream.read(buffer),
        }
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
            Self::Unix(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
            Self::Unix(stream) => stream.flush(),
        }
    }
}

/// A whole request frame, its length in front.
pub fn encode(correlation_id: i32, version: i16, request: &Request) -> Bytes {
    let header = RequestHeader {
        request_api_key: request.api_key().code(),
        request_api_version: version,
        correlation_id,
        client_id: Some(Str::from_static("black-box")),
    };
    frame::encode_request(&header, request)
        .expect("a request that encodes")
        .to_bytes()
}

/// A request type with the type of its answer.
pub trait Exchange {
    type Answer;
    const API_KEY: ApiKey;
    fn into_request(self) -> Request;
    fn answer(response: Response) -> Self::Answer;
}

macro_rules! exchanges {
    ($($module:ident: $api:ident $request:ident $response:ident;)*) => {
        $(
            impl Exchange for protocol::messages::$module::$request {
                type Answer = protocol::messages::$module::$response;
                const API_KEY: ApiKey = ApiKey::$api;

                fn into_request(self) -> Request {
                    Request::$api(self)
                }

                fn answer(response: Response) -> Self::Answer {
                    match response {
                        Response::$api(answer) => answer,
                        other => panic!("{other:?} is no answer to {}", stringify!($api)),
                    }
                }
            }
        )*
    };
}

exchanges! {
    alter_configs: AlterConfigs AlterConfigsRequest AlterConfigsResponse;
    alter_user_scram_credentials: AlterUserScramCredentials AlterUserScramCredentialsRequest AlterUserScramCredentialsResponse;
    api_versions: ApiVersions ApiVersionsRequest ApiVersionsResponse;
    create_acls: CreateAcls CreateAclsRequest CreateAclsResponse;
    create_partitions: CreatePartitions CreatePartitionsRequest CreatePartitionsResponse;
    create_topics: CreateTopics CreateTopicsRequest CreateTopicsResponse;
    delete_acls: DeleteAcls DeleteAclsRequest DeleteAclsResponse;
    delete_groups: DeleteGroups DeleteGroupsRequest DeleteGroupsResponse;
    delete_records: DeleteRecords DeleteRecordsRequest DeleteRecordsResponse;
    delete_topics: DeleteTopics DeleteTopicsRequest DeleteTopicsResponse;
    describe_acls: DescribeAcls DescribeAclsRequest DescribeAclsResponse;
    describe_cluster: DescribeCluster DescribeClusterRequest DescribeClusterResponse;
    describe_configs: DescribeConfigs DescribeConfigsRequest DescribeConfigsResponse;
    describe_groups: DescribeGroups DescribeGroupsRequest DescribeGroupsResponse;
    describe_log_dirs: DescribeLogDirs DescribeLogDirsRequest DescribeLogDirsResponse;
    describe_producers: DescribeProducers DescribeProducersRequest DescribeProducersResponse;
    describe_topic_partitions: DescribeTopicPartitions DescribeTopicPartitionsRequest DescribeTopicPartitionsResponse;
    describe_user_scram_credentials: DescribeUserScramCredentials DescribeUserScramCredentialsRequest DescribeUserScramCredentialsResponse;
    fetch: Fetch FetchRequest FetchResponse;
    find_coordinator: FindCoordinator FindCoordinatorRequest FindCoordinatorResponse;
    heartbeat: Heartbeat HeartbeatRequest HeartbeatResponse;
    incremental_alter_configs: IncrementalAlterConfigs IncrementalAlterConfigsRequest IncrementalAlterConfigsResponse;
    init_producer_id: InitProducerId InitProducerIdRequest InitProducerIdResponse;
    join_group: JoinGroup JoinGroupRequest JoinGroupResponse;
    leave_group: LeaveGroup LeaveGroupRequest LeaveGroupResponse;
    list_config_resources: ListConfigResources ListConfigResourcesRequest ListConfigResourcesResponse;
    list_groups: ListGroups ListGroupsRequest ListGroupsResponse;
    list_offsets: ListOffsets ListOffsetsRequest ListOffsetsResponse;
    metadata: Metadata MetadataRequest MetadataResponse;
    offset_commit: OffsetCommit OffsetCommitRequest OffsetCommitResponse;
    offset_delete: OffsetDelete OffsetDeleteRequest OffsetDeleteResponse;
    offset_fetch: OffsetFetch OffsetFetchRequest OffsetFetchResponse;
    offset_for_leader_epoch: OffsetForLeaderEpoch OffsetForLeaderEpochRequest OffsetForLeaderEpochResponse;
    produce: Produce ProduceRequest ProduceResponse;
    sasl_authenticate: SaslAuthenticate SaslAuthenticateRequest SaslAuthenticateResponse;
    sasl_handshake: SaslHandshake SaslHandshakeRequest SaslHandshakeResponse;
    sync_group: SyncGroup SyncGroupRequest SyncGroupResponse;
}
