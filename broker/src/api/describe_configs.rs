//! DescribeConfigs (32): every setting of topics, brokers, loggers, groups and client metrics, with
//! who set it.
//!
//! KIP-226 (sources and synonyms), KIP-412 (loggers), KIP-569 (types and documentation).

use std::collections::{BTreeMap, HashSet};

use authz::checks::table::{
    DESCRIBE_CONFIGS_CLUSTER, DESCRIBE_CONFIGS_GROUP, DESCRIBE_CONFIGS_TOPIC,
};
use config::{BrokerLayers, Entry, Source, describe_client_metrics};
use protocol::messages::describe_configs::{
    DescribeConfigsRequest, DescribeConfigsResource, DescribeConfigsResourceResult,
    DescribeConfigsResponse, DescribeConfigsResult, DescribeConfigsSynonym,
};
use protocol::{Response, Str};

use super::error::config_refusal;
use crate::broker::Broker;
use crate::config::{ConfigRefusal, ConfigResource, Forbidden, stored};
use crate::context::RequestContext;
use crate::metadata::{ConfigOwner, Image};
use crate::reply::Reply;

/// Settings in one answer: more than thousands of topics have, and what memory has room for.
const ENTRIES_MAX: usize = 500_000;
/// First version with types and documentation.
const TYPES_VERSION: i16 = 3;
/// The type of what is not in the table, loggers among it.
const UNKNOWN_TYPE: i8 = 0;

/// Answers from one image; a resource that is repeated once.
pub fn handle(broker: &Broker, context: &RequestContext, request: DescribeConfigsRequest) -> Reply {
    let image = broker.metadata.image();
    let shape = Shape {
        synonyms: request.include_synonyms,
        types: context.version >= TYPES_VERSION,
        documentation: request.include_documentation,
    };
    let mut seen = HashSet::new();
    let mut room = ENTRIES_MAX;
    let mut results = Vec::with_capacity(request.resources.len());
    for resource in request.resources {
        if !seen.insert((resource.resource_type, resource.resource_name.clone())) {
            continue;
        }
        let entries = entries(broker, context, &image, &resource).and_then(|entries| {
            room = room.checked_sub(entries.len()).ok_or_else(too_many)?;
            Ok(entries)
        });
        results.push(match entries {
            Ok(entries) => described(resource, entries, shape),
            Err(refusal) => refused(resource, &refusal),
        });
    }
    let response = DescribeConfigsResponse {
        results,
        ..DescribeConfigsResponse::default()
    };
    Reply::Now(Response::DescribeConfigs(response))
}

fn too_many() -> ConfigRefusal {
    ConfigRefusal::InvalidRequest("Too many resources in one request; ask for fewer.".to_owned())
}

/// What of an entry is asked for.
#[derive(Clone, Copy)]
struct Shape {
    synonyms: bool,
    types: bool,
    documentation: bool,
}

fn entries(
    broker: &Broker,
    context: &RequestContext,
    image: &Image,
    asked: &DescribeConfigsResource,
) -> Result<Vec<Entry>, ConfigRefusal> {
    let node_id = image.broker.id.0;
    let resource = ConfigResource::to_describe(asked.resource_type, &asked.resource_name, node_id)?;
    authorize(context, &resource)?;
    let layers = &broker.config.current().layers;
    Ok(match resource {
        ConfigResource::Broker => layers.describe(),
        ConfigResource::Brokers => layers.describe_cluster(),
        ConfigResource::Loggers => loggers(broker),
        ConfigResource::ClientMetrics(name) => {
            describe_client_metrics(&stored(image, &ConfigOwner::ClientMetrics(name)))
        }
        ConfigResource::Group(name) => {
            layers.describe_group(&stored(image, &ConfigOwner::Group(name)))
        }
        ConfigResource::Topic(name) => topic(image, layers, name.as_str())?,
    })
}

fn topic(image: &Image, layers: &BrokerLayers, name: &str) -> Result<Vec<Entry>, ConfigRefusal> {
    match image.topic(name) {
        Some(topic) => Ok(layers.describe_topic(&topic.configs)),
        // Kafka says nothing more than the code.
        None => Err(ConfigRefusal::UnknownTopic(String::new())),
    }
}

fn loggers(broker: &Broker) -> Vec<Entry> {
    let levels: BTreeMap<_, _> = broker.loggers.list().into_iter().collect();
    levels
        .into_iter()
        .map(|(name, level)| Entry {
            name,
            value: Some(level.name().to_owned()),
            source: Source::BrokerLogger,
            read_only: false,
            sensitive: false,
            kind: None,
            synonyms: Vec::new(),
            doc: None,
        })
        .collect()
}

fn authorize(context: &RequestContext, resource: &ConfigResource) -> Result<(), ConfigRefusal> {
    let (check, name, forbidden) = match resource {
        ConfigResource::Topic(name) => (&DESCRIBE_CONFIGS_TOPIC, name.as_str(), Forbidden::Topic),
        ConfigResource::Group(name) => (&DESCRIBE_CONFIGS_GROUP, name.as_ref(), Forbidden::Group),
        _ => (&DESCRIBE_CONFIGS_CLUSTER, "", Forbidden::Cluster),
    };
    match context.check(check, name) {
        Ok(_permit) => Ok(()),
        Err(_) => Err(ConfigRefusal::Denied(forbidden)),
    }
}

fn refused(asked: DescribeConfigsResource, refusal: &ConfigRefusal) -> DescribeConfigsResult {
    DescribeConfigsResult {
        error_code: config_refusal(refusal),
        error_message: Some(Str::from(refusal.to_string())),
        resource_type: asked.resource_type,
        resource_name: asked.resource_name,
        configs: Vec::new(),
    }
}

fn described(
    asked: DescribeConfigsResource,
    entries: Vec<Entry>,
    shape: Shape,
) -> DescribeConfigsResult {
    // No names are all names, whether the list is null or empty.
    let wanted = asked.configuration_keys.unwrap_or_default();
    let asked_for =
        |entry: &Entry| wanted.is_empty() || wanted.iter().any(|name| **name == *entry.name);
    DescribeConfigsResult {
        resource_type: asked.resource_type,
        resource_name: asked.resource_name,
        configs: entries
            .into_iter()
            .filter(asked_for)
            .map(|entry| shown(entry, shape))
            .collect(),
        ..DescribeConfigsResult::default()
    }
}

fn shown(entry: Entry, shape: Shape) -> DescribeConfigsResourceResult {
    let documented = shape.types && entry.source != Source::BrokerLogger;
    let synonyms = entry.synonyms.into_iter().filter(|_| shape.synonyms);
    let mut result = DescribeConfigsResourceResult {
        name: Str::from(entry.name),
        value: entry.value.map(Str::from),
        read_only: entry.read_only,
        config_source: entry.source.wire_id(),
        is_sensitive: entry.sensitive,
        synonyms: synonyms
            .map(|synonym| DescribeConfigsSynonym {
                name: Str::from(synonym.name),
                value: synonym.value.map(Str::from),
                source: synonym.source.wire_id(),
            })
            .collect(),
        ..DescribeConfigsResourceResult::default()
    };
    if documented {
        result.config_type = entry.kind.map_or(UNKNOWN_TYPE, |kind| kind.wire_id());
        result.documentation = entry
            .doc
            .filter(|_| shape.documentation)
            .map(Str::from_static);
    }
    result
}
