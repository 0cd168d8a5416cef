//! AlterConfigs (33): replaces the whole configuration of topics, brokers, groups and client
//! metrics; and what it shares with IncrementalAlterConfigs, which superseded it.

use std::collections::HashMap;

use authz::checks::table::{
    ALTER_CONFIGS_CLUSTER, ALTER_CONFIGS_GROUP, ALTER_CONFIGS_TOPIC,
    INCREMENTAL_ALTER_CONFIGS_CLUSTER, INCREMENTAL_ALTER_CONFIGS_GROUP,
    INCREMENTAL_ALTER_CONFIGS_TOPIC,
};
use authz::{Check, Permit, Resource};
use protocol::messages::alter_configs::{
    AlterConfigsRequest, AlterConfigsResourceResponse, AlterConfigsResponse,
};
use protocol::{ApiKey, Response, Str};

use super::error::config_outcome;
use crate::broker::Broker;
use crate::config::{
    ConfigRefusal, ConfigResource, Extent, Forbidden, Step, alter_loggers, check_steps, plan,
};
use crate::context::RequestContext;
use crate::metadata::{CommitError, Image};
use crate::reply::Reply;

/// SET of IncrementalAlterConfigs, which is all that AlterConfigs does.
const SET: i8 = 0;

/// One resource and what is to become of it.
pub struct Asked {
    /// Its type on the wire.
    pub kind: i8,
    /// Its name.
    pub name: Str,
    /// Its settings.
    pub steps: Vec<Step>,
}

/// How one resource fared.
pub type Outcome = (i8, Str, Result<(), ConfigRefusal>);

/// Replaces each resource on its own; one that fails leaves the others alone.
pub async fn handle(
    broker: &Broker,
    context: &RequestContext,
    request: AlterConfigsRequest,
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
                    operation: SET,
                    operand: config.value.map(|value| value.to_string()),
                })
                .collect(),
        })
        .collect();
    let outcomes = alter(broker, context, Extent::Whole, request.validate_only, asked).await;
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
    let response = AlterConfigsResponse {
        responses,
        ..AlterConfigsResponse::default()
    };
    Reply::Now(Response::AlterConfigs(response))
}

/// Changes resources one after the other, in the order asked for.
pub async fn alter(
    broker: &Broker,
    context: &RequestContext,
    extent: Extent,
    validate_only: bool,
    asked: Vec<Asked>,
) -> Vec<Outcome> {
    let mut times: HashMap<(i8, Str), usize> = HashMap::new();
    for resource in &asked {
        *times
            .entry((resource.kind, resource.name.clone()))
            .or_default() += 1;
    }
    let mut outcomes = Vec::with_capacity(asked.len());
    for resource in asked {
        let repeated = times.get(&(resource.kind, resource.name.clone())) > Some(&1);
        let outcome = if repeated {
            let sentence = "Each resource must appear at most once.".to_owned();
            Err(ConfigRefusal::InvalidRequest(sentence))
        } else {
            alter_one(broker, context, extent, validate_only, &resource).await
        };
        outcomes.push((resource.kind, resource.name, outcome));
    }
    outcomes
}

async fn alter_one(
    broker: &Broker,
    context: &RequestContext,
    extent: Extent,
    validate_only: bool,
    asked: &Asked,
) -> Result<(), ConfigRefusal> {
    check_steps(&asked.steps)?;
    let node_id = broker.config.current().node_id.0;
    let resource = ConfigResource::to_alter(asked.kind, &asked.name, node_id)?;
    let permit = authorize(context, &resource)?;
    if resource == ConfigResource::Loggers && extent == Extent::Steps {
        alter_loggers(permit, &broker.loggers, &asked.steps, validate_only)?;
    } else {
        store(broker, context, permit, |image| {
            let config = broker.config.current();
            let record = plan(&config, image, &resource, extent, &asked.steps)?;
            Ok(record.filter(|_| !validate_only))
        })
        .await?;
    }
    if !validate_only {
        tell(context, &resource, &asked.steps);
    }
    Ok(())
}

/// Values may be secrets: only names are told.
fn tell(context: &RequestContext, resource: &ConfigResource, steps: &[Step]) {
    let on = match resource {
        ConfigResource::Topic(name) => Resource::topic(name.as_str()),
        ConfigResource::Group(name) => Resource::group(name),
        _ => Resource::cluster(),
    };
    let names: Vec<_> = steps.iter().map(|step| step.name.as_str()).collect();
    context.changed(on, format_args!("altered {}", names.join(", ")));
}

async fn store(
    broker: &Broker,
    context: &RequestContext,
    permit: Permit,
    decide: impl FnOnce(&Image) -> Result<Option<crate::metadata::MetadataRecord>, ConfigRefusal>,
) -> Result<(), ConfigRefusal> {
    let committed = broker
        .commit(permit, context.now_ms, |image| {
            Ok((decide(image)?.into_iter().collect(), ()))
        })
        .await;
    match committed {
        Ok(()) => Ok(()),
        Err(CommitError::Refused(refusal)) => Err(refusal),
        Err(other) => Err(ConfigRefusal::Storage(other.to_string())),
    }
}

fn authorize(context: &RequestContext, resource: &ConfigResource) -> Result<Permit, ConfigRefusal> {
    let incremental = context.api == ApiKey::IncrementalAlterConfigs;
    let either = |whole: &'static Check, steps| if incremental { steps } else { whole };
    let (check, name, forbidden) = match resource {
        ConfigResource::Topic(name) => (
            either(&ALTER_CONFIGS_TOPIC, &INCREMENTAL_ALTER_CONFIGS_TOPIC),
            name.as_str(),
            Forbidden::Topic,
        ),
        ConfigResource::Group(name) => (
            either(&ALTER_CONFIGS_GROUP, &INCREMENTAL_ALTER_CONFIGS_GROUP),
            name.as_ref(),
            Forbidden::Group,
        ),
        _ => (
            either(&ALTER_CONFIGS_CLUSTER, &INCREMENTAL_ALTER_CONFIGS_CLUSTER),
            "",
            Forbidden::Cluster,
        ),
    };
    context
        .check(check, name)
        .map_err(|_| ConfigRefusal::Denied(forbidden))
}
