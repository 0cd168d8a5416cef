//! From a request to its handler: one match, which is the list of what is served.

use std::sync::Arc;

use protocol::Request;

use crate::api;
use crate::broker::Broker;
use crate::context::RequestContext;
use crate::reply::Reply;

/// Lets the handler of `request` act. A request whose API has no row in the table does not get
/// here; were it to, the connection closes.
pub async fn dispatch(broker: &Arc<Broker>, context: &RequestContext, request: Request) -> Reply {
    match request {
        Request::Produce(r) => api::produce::handle(broker, context, r),
        Request::Fetch(r) => api::fetch::handle(broker, context, r).await,
        Request::Metadata(r) => api::metadata::handle(broker, context, r).await,
        Request::ApiVersions(r) => api::api_versions::handle(context, &r),
        Request::DescribeConfigs(r) => api::describe_configs::handle(broker, context, r),
        Request::AlterConfigs(r) => api::alter_configs::handle(broker, context, r).await,
        Request::IncrementalAlterConfigs(r) => {
            api::incremental_alter_configs::handle(broker, context, r).await
        }
        Request::ListOffsets(r) => api::list_offsets::handle(broker, context, r).await,
        Request::CreateTopics(r) => api::create_topics::handle(broker, context, r).await,
        Request::DeleteTopics(r) => api::delete_topics::handle(broker, context, r).await,
        Request::DeleteRecords(r) => api::delete_records::handle(broker, context, r),
        Request::InitProducerId(r) => api::init_producer_id::handle(broker, context, r).await,
        Request::OffsetForLeaderEpoch(r) => {
            api::offset_for_leader_epoch::handle(broker, context, r)
        }
        Request::DescribeAcls(r) => api::describe_acls::handle(broker, context, &r),
        Request::CreateAcls(r) => api::create_acls::handle(broker, context, r).await,
        Request::DeleteAcls(r) => api::delete_acls::handle(broker, context, r).await,
        Request::DescribeClientQuotas(r) => api::describe_client_quotas::handle(context, &r),
        Request::DescribeUserScramCredentials(r) => {
            api::describe_user_scram_credentials::handle(broker, context, r)
        }
        Request::AlterUserScramCredentials(r) => {
            api::alter_user_scram_credentials::handle(broker, context, r).await
        }
        Request::SaslHandshake(_) => api::sasl_handshake::handle(),
        Request::SaslAuthenticate(_) => api::sasl_authenticate::handle(),
        Request::DescribeLogDirs(r) => api::describe_log_dirs::handle(broker, context, r),
        Request::CreatePartitions(r) => api::create_partitions::handle(broker, context, r).await,
        Request::DescribeCluster(r) => api::describe_cluster::handle(broker, context, &r),
        Request::DescribeProducers(r) => api::describe_producers::handle(broker, context, r),
        Request::DescribeTopicPartitions(r) => {
            api::describe_topic_partitions::handle(broker, context, &r)
        }
        Request::ListConfigResources(r) => api::list_config_resources::handle(broker, context, &r),
        Request::FindCoordinator(r) => api::find_coordinator::handle(broker, context, r).await,
        Request::JoinGroup(r) => api::join_group::handle(broker, context, r).await,
        Request::SyncGroup(r) => api::sync_group::handle(broker, context, r).await,
        Request::Heartbeat(r) => api::heartbeat::handle(broker, context, r).await,
        Request::LeaveGroup(r) => api::leave_group::handle(broker, context, r).await,
        Request::OffsetCommit(r) => api::offset_commit::handle(broker, context, r).await,
        Request::OffsetFetch(r) => api::offset_fetch::handle(broker, context, r).await,
        Request::OffsetDelete(r) => api::offset_delete::handle(broker, context, r).await,
        Request::DescribeGroups(r) => api::describe_groups::handle(broker, context, r).await,
        Request::ListGroups(r) => api::list_groups::handle(broker, context, r).await,
        Request::DeleteGroups(r) => api::delete_groups::handle(broker, context, r).await,
        _ => Reply::Close,
    }
}
