//! Which answer belongs to which request. The protocol crate has one enum of each; here a request
//! type knows its key and the type of its answer, so that callers match nothing.

use protocol::{ApiKey, Request, Response};

/// A request whose answer type is known.
pub(crate) trait Call {
    /// The API.
    const KEY: ApiKey;
    /// What comes back.
    type Answer;

    /// As the protocol's enum.
    fn into_request(self) -> Request;

    /// Out of the protocol's enum; `None` for an answer to another API.
    fn answer(response: Response) -> Option<Self::Answer>;
}

macro_rules! calls {
    ($($module:ident::$name:ident($request:ident) -> $answer:ident,)*) => {$(
        impl Call for protocol::messages::$module::$request {
            const KEY: ApiKey = ApiKey::$name;
            type Answer = protocol::messages::$module::$answer;

            fn into_request(self) -> Request {
                Request::$name(self)
            }

            fn answer(response: Response) -> Option<Self::Answer> {
                match response {
                    Response::$name(answer) => Some(answer),
                    _ => None,
                }
            }
        }
    )*};
}

calls! {
    api_versions::ApiVersions(ApiVersionsRequest) -> ApiVersionsResponse,
    create_partitions::CreatePartitions(CreatePartitionsRequest) -> CreatePartitionsResponse,
    create_topics::CreateTopics(CreateTopicsRequest) -> CreateTopicsResponse,
    delete_groups::DeleteGroups(DeleteGroupsRequest) -> DeleteGroupsResponse,
    delete_records::DeleteRecords(DeleteRecordsRequest) -> DeleteRecordsResponse,
    delete_topics::DeleteTopics(DeleteTopicsRequest) -> DeleteTopicsResponse,
    describe_acls::DescribeAcls(DescribeAclsRequest) -> DescribeAclsResponse,
    describe_configs::DescribeConfigs(DescribeConfigsRequest) -> DescribeConfigsResponse,
    describe_groups::DescribeGroups(DescribeGroupsRequest) -> DescribeGroupsResponse,
    fetch::Fetch(FetchRequest) -> FetchResponse,
    find_coordinator::FindCoordinator(FindCoordinatorRequest) -> FindCoordinatorResponse,
    heartbeat::Heartbeat(HeartbeatRequest) -> HeartbeatResponse,
    incremental_alter_configs::IncrementalAlterConfigs(IncrementalAlterConfigsRequest)
        -> IncrementalAlterConfigsResponse,
    init_producer_id::InitProducerId(InitProducerIdRequest) -> InitProducerIdResponse,
    join_group::JoinGroup(JoinGroupRequest) -> JoinGroupResponse,
    leave_group::LeaveGroup(LeaveGroupRequest) -> LeaveGroupResponse,
    list_groups::ListGroups(ListGroupsRequest) -> ListGroupsResponse,
    list_offsets::ListOffsets(ListOffsetsRequest) -> ListOffsetsResponse,
    metadata::Metadata(MetadataRequest) -> MetadataResponse,
    offset_commit::OffsetCommit(OffsetCommitRequest) -> OffsetCommitResponse,
    offset_delete::OffsetDelete(OffsetDeleteRequest) -> OffsetDeleteResponse,
    offset_fetch::OffsetFetch(OffsetFetchRequest) -> OffsetFetchResponse,
    produce::Produce(ProduceRequest) -> ProduceResponse,
    sasl_authenticate::SaslAuthenticate(SaslAuthenticateRequest) -> SaslAuthenticateResponse,
    sasl_handshake::SaslHandshake(SaslHandshakeRequest) -> SaslHandshakeResponse,
    sync_group::SyncGroup(SyncGroupRequest) -> SyncGroupResponse,
}
