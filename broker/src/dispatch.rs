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
        _ => Reply::Close,
    }
}
