//! ListConfigResources (74): the names of everything that has a configuration, by type (KIP-1142).
//!
//! Version 0 was ListClientMetricsResources (KIP-714) and knows those only.

use authz::checks::table::LIST_CONFIG_RESOURCES;
use protocol::messages::list_config_resources::{
    ConfigResource, ListConfigResourcesRequest, ListConfigResourcesResponse,
};
use protocol::{ErrorCode, Response, Str};

use crate::broker::Broker;
use crate::config::kinds::{BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP, TOPIC};
use crate::context::RequestContext;
use crate::metadata::{ConfigOwner, Image};
use crate::reply::Reply;

/// Every type, in the order in which Kafka lists them.
const TYPES: [i8; 5] = [GROUP, CLIENT_METRICS, BROKER_LOGGER, BROKER, TOPIC];
/// First version that asks by type.
const TYPES_VERSION: i16 = 1;

/// Answers from one image.
pub fn handle(
    broker: &Broker,
    context: &RequestContext,
    request: &ListConfigResourcesRequest,
) -> Reply {
    let image = broker.metadata.image();
    let known = if context.version < TYPES_VERSION {
        &[CLIENT_METRICS][..]
    } else {
        &TYPES
    };
    let asked =
        |kind: &i8| request.resource_types.is_empty() || request.resource_types.contains(kind);
    let unknown = request
        .resource_types
        .iter()
        .any(|kind| !known.contains(kind));
    let error_code = match context.check(&LIST_CONFIG_RESOURCES, "") {
        Err(error_code) => error_code,
        Ok(_permit) if unknown => ErrorCode::UNSUPPORTED_VERSION,
        Ok(_permit) => ErrorCode::NONE,
    };
    let config_resources = if error_code.is_none() {
        let kinds = known.iter().copied().filter(asked);
        kinds.flat_map(|kind| resources(&image, kind)).collect()
    } else {
        Vec::new()
    };
    Reply::Now(Response::ListConfigResources(ListConfigResourcesResponse {
        error_code,
        config_resources,
        ..ListConfigResourcesResponse::default()
    }))
}

fn resources(image: &Image, kind: i8) -> Vec<ConfigResource> {
    let names: Vec<String> = match kind {
        TOPIC => image.topics().map(|topic| topic.name.to_string()).collect(),
        GROUP => owners(image, |owner| match owner {
            ConfigOwner::Group(name) => Some(name),
            _ => None,
        }),
        CLIENT_METRICS => owners(image, |owner| match owner {
            ConfigOwner::ClientMetrics(name) => Some(name),
            _ => None,
        }),
        _ => vec![image.broker.id.to_string()],
    };
    names
        .into_iter()
        .map(|name| ConfigResource {
            resource_name: Str::from(name),
            resource_type: kind,
        })
        .collect()
}

fn owners(image: &Image, named: impl Fn(&ConfigOwner) -> Option<&String>) -> Vec<String> {
    image.config_owners().filter_map(named).cloned().collect()
}
