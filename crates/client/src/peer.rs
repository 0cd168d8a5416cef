//! A broker for tests: it knows who it is and leaves everything else to the test.

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use model::TopicId;
use protocol::messages::api_versions::{ApiVersion, ApiVersionsResponse};
use protocol::messages::find_coordinator::{Coordinator, FindCoordinatorResponse};
use protocol::messages::metadata::{
    MetadataResponse, MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use protocol::{ApiKey, Request, Response, frame};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::{Cluster, Settings};

/// What a peer does with a request.
pub(crate) enum Action {
    /// Answers it.
    Answer(Box<Response>),
    /// Closes the connection.
    Close,
    /// Leaves it without an answer, as acks=0 wants it.
    Nothing,
}

impl Action {
    /// The answer `response`.
    pub(crate) fn answer(response: Response) -> Self {
        Self::Answer(Box::new(response))
    }
}

type Script = Arc<Mutex<dyn FnMut(&Request) -> Action + Send>>;

/// Broker 1 of a cluster of one. Every topic exists and has the id of all sevens.
#[derive(Clone)]
pub(crate) struct Peer {
    port: i32,
    partition_count: Arc<AtomicI32>,
    script: Script,
}

impl Peer {
    /// Starts a peer whose topics have two partitions, and connects to it.
    pub(crate) async fn cluster(
        script: impl FnMut(&Request) -> Action + Send + 'static,
    ) -> Cluster {
        let counted_again = Duration::from_secs(3600);
        Self::growing_cluster(Arc::new(AtomicI32::new(2)), counted_again, script).await
    }

    /// Starts a peer whose topics have as many partitions as the test says, and connects to it.
    pub(crate) async fn growing_cluster(
        partition_count: Arc<AtomicI32>,
        metadata_age_max: Duration,
        script: impl FnMut(&Request) -> Action + Send + 'static,
    ) -> Cluster {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let peer = Self {
            port: address.port().into(),
            partition_count,
            script: Arc::new(Mutex::new(script)),
        };
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(peer.clone().serve(stream));
            }
        });
        let mut settings = Settings::new(&address.to_string());
        settings.retry_backoff = Duration::from_millis(1);
        settings.metadata_age_max = metadata_age_max;
        Cluster::connect(settings).await.unwrap()
    }

    async fn serve(self, mut stream: TcpStream) {
        while let Ok(length) = stream.read_i32().await {
            let mut frame = vec![0; usize::try_from(length).unwrap()];
            stream.read_exact(&mut frame).await.unwrap();
            let decoded = frame::decode_request(Bytes::from(frame)).unwrap();
            let (header, request) = (decoded.header, decoded.request);
            let response = match self.action(&request) {
                Action::Answer(response) => response,
                Action::Close => return,
                Action::Nothing => continue,
            };
            let (api, version) = (request.api_key(), header.request_api_version);
            let rope = frame::encode_response(header.correlation_id, api, version, &response);
            if stream.write_all(&rope.unwrap().to_bytes()).await.is_err() {
                return;
            }
        }
    }

    fn action(&self, request: &Request) -> Action {
        Action::answer(match request {
            Request::ApiVersions(_) => self.versions(),
            Request::Metadata(request) => {
                let names = request.topics.iter().flatten();
                self.metadata(names.map(|topic| topic.name.clone().unwrap()))
            }
            Request::FindCoordinator(request) => self.coordinator(&request.coordinator_keys[0]),
            other => return (self.script.lock().unwrap())(other),
        })
    }

    fn versions(&self) -> Response {
        let api = |api: &ApiKey| ApiVersion {
            api_key: api.code(),
            min_version: *api.versions().start(),
            max_version: *api.versions().end(),
        };
        Response::ApiVersions(ApiVersionsResponse {
            api_keys: ApiKey::ALL.iter().map(api).collect(),
            ..ApiVersionsResponse::default()
        })
    }

    fn metadata(&self, topics: impl Iterator<Item = protocol::Str>) -> Response {
        let partition = |partition_index| MetadataResponsePartition {
            partition_index,
            leader_id: 1,
            leader_epoch: 0,
            replica_nodes: vec![1],
            isr_nodes: vec![1],
            ..MetadataResponsePartition::default()
        };
        let topic = |name| MetadataResponseTopic {
            name: Some(name),
            topic_id: TopicId([7; 16]),
            partitions: (0..self.partition_count.load(Ordering::Relaxed))
                .map(partition)
                .collect(),
            ..MetadataResponseTopic::default()
        };
        Response::Metadata(MetadataResponse {
            brokers: vec![MetadataResponseBroker {
                node_id: 1,
                host: "127.0.0.1".into(),
                port: self.port,
                rack: None,
            }],
            controller_id: 1,
            topics: topics.map(topic).collect(),
            ..MetadataResponse::default()
        })
    }

    fn coordinator(&self, key: &protocol::Str) -> Response {
        Response::FindCoordinator(FindCoordinatorResponse {
            coordinators: vec![Coordinator {
                key: key.clone(),
                node_id: 1,
                host: "127.0.0.1".into(),
                port: self.port,
                ..Coordinator::default()
            }],
            ..FindCoordinatorResponse::default()
        })
    }
}
