//! IncrementalAlterConfigs (44): sets, deletes, appends to and subtracts from single settings of
//! topics, brokers, loggers, groups and client metrics (KIP-339).

use protocol::Response;
use protocol::messages::incremental_alter_configs::{
    AlterConfigsResourceResponse, IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse,
};

use super::alter_configs::{Asked, alter};
use super::error::config_outcome;
use crate::broker::Broker;
use crate::config::{Extent, Step};
use crate::context::RequestContext;
use crate::reply::Reply;

/// Changes each resource on its own; one that fails leaves the others alone.
pub async fn handle(
    broker: &Broker,
    context: &RequestContext,
    request: IncrementalAlterConfigsRequest,
) -> Reply {
    let asked = request
        .resources
        .into_iter()
        .map(|resource| Asked {
            kind: resource.resource_type,
            name: resource.resource_name,
            steps: resource
                .configs
                .into_iter()
                .map(|config| Step {
                    name: config.name.to_string(),
                    operation: config.config_operation,
                    operand: config.value.map(|value| value.to_string()),
                })
                .collect(),
        })
        .collect();
    let outcomes = alter(broker, context, Extent::Steps, request.validate_only, asked).await;
    let responses = outcomes
        .into_iter()
        .map(|(resource_type, resource_name, outcome)| {
            let (error_code, error_message) = config_outcome(outcome);
            AlterConfigsResourceResponse {
                error_code,
                error_message,
                resource_type,
                resource_name,
            }
        })
        .collect();
    Reply::Now(Response::IncrementalAlterConfigs(
        IncrementalAlterConfigsResponse {
            responses,
            ..IncrementalAlterConfigsResponse::default()
        },
    ))
}
