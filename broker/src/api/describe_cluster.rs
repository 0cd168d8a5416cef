//! DescribeCluster (60): the cluster's id, its brokers and what the caller may do to it.
//!
//! KIP-700; KIP-919 (controllers as endpoints, which are not reached here); KIP-1073 (fenced
//! brokers, of which there are none).

use authz::Resource;
use authz::checks::table::DESCRIBE_CLUSTER;
use protocol::messages::describe_cluster::{
    DescribeClusterBroker, DescribeClusterRequest, DescribeClusterResponse,
};
use protocol::{ErrorCode, Response, Str};

use crate::broker::Broker;
use crate::context::RequestContext;
use crate::reply::Reply;

const BROKERS: i8 = 1;
const CONTROLLERS: i8 = 2;

/// Answers from one image.
pub fn handle(
    broker: &Broker,
    context: &RequestContext,
    request: &DescribeClusterRequest,
) -> Reply {
    let refused = match request.endpoint_type {
        BROKERS => None,
        CONTROLLERS => Some((
            ErrorCode::MISMATCHED_ENDPOINT_TYPE,
            "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of \
             type CONTROLLER"
                .to_owned(),
        )),
        other => Some((
            ErrorCode::UNSUPPORTED_ENDPOINT_TYPE,
            format!("Unsupported endpoint type {other}"),
        )),
    };
    if let Some((error_code, message)) = refused {
        return Reply::Now(Response::DescribeCluster(DescribeClusterResponse {
            error_code,
            error_message: Some(Str::from(message)),
            ..DescribeClusterResponse::default()
        }));
    }
    let image = broker.metadata.image();
    let endpoint = image.broker.endpoints.get(&context.connection.listener);
    let brokers = endpoint.map(|endpoint| DescribeClusterBroker {
        broker_id: image.broker.id.0,
        host: Str::from(endpoint.host.as_str()),
        port: i32::from(endpoint.port),
        rack: image.broker.rack.as_deref().map(Str::from),
        is_fenced: false,
    });
    let mut response = DescribeClusterResponse {
        endpoint_type: BROKERS,
        cluster_id: Str::from(&*image.cluster_id),
        controller_id: image.broker.id.0,
        brokers: brokers.into_iter().collect(),
        ..DescribeClusterResponse::default()
    };
    if request.include_cluster_authorized_operations {
        response.cluster_authorized_operations = match context.check(&DESCRIBE_CLUSTER, "") {
            Ok(_permit) => context.authorized_operations(Resource::cluster()),
            Err(_) => 0,
        };
    }
    Reply::Now(Response::DescribeCluster(response))
}
