//! Requests for configurations: of topics, brokers, loggers and groups.

use protocol::messages::alter_configs::AlterConfigsRequest;
use protocol::messages::describe_configs::{DescribeConfigsRequest, DescribeConfigsResource};
use protocol::messages::incremental_alter_configs::IncrementalAlterConfigsRequest;
use protocol::messages::list_config_resources::ListConfigResourcesRequest;
use protocol::messages::{alter_configs as alter, incremental_alter_configs as incremental};
use protocol::{ApiKey, Request};

use super::{GROUPS_ASKED, Random, TOPICS_ASKED};

const CONFIG_TOPIC: i8 = 2;
const CONFIG_BROKER: i8 = 4;
const CONFIG_LOGGER: i8 = 8;
const CONFIG_GROUP: i8 = 32;
const ALTERABLE: &[i8] = &[CONFIG_TOPIC, CONFIG_TOPIC, CONFIG_BROKER, CONFIG_GROUP];
const DESCRIBED: &[i8] = &[
    CONFIG_TOPIC,
    CONFIG_TOPIC,
    CONFIG_BROKER,
    CONFIG_LOGGER,
    CONFIG_GROUP,
];

/// Draws one.
pub(super) fn draw(api_key: ApiKey, version: i16, random: &mut Random) -> Request {
    match api_key {
        ApiKey::DescribeConfigs => Request::DescribeConfigs(describe_configs(random)),
        ApiKey::AlterConfigs => Request::AlterConfigs(alter_configs(random)),
        ApiKey::IncrementalAlterConfigs => {
            Request::IncrementalAlterConfigs(incremental_alter_configs(random))
        }
        _ => Request::ListConfigResources(ListConfigResourcesRequest {
            resource_types: if version > 0 {
                vec![CONFIG_TOPIC]
            } else {
                Vec::new()
            },
        }),
    }
}

fn named(kind: i8, random: &mut Random) -> &'static str {
    match kind {
        CONFIG_TOPIC => random.pick(TOPICS_ASKED),
        CONFIG_GROUP => random.pick(GROUPS_ASKED),
        _ => "1",
    }
}

fn key(kind: i8) -> (&'static str, &'static str) {
    match kind {
        CONFIG_TOPIC => ("retention.ms", "1000000"),
        CONFIG_GROUP => ("consumer.session.timeout.ms", "45000"),
        _ => ("log.retention.ms", "1000000"),
    }
}

fn describe_configs(random: &mut Random) -> DescribeConfigsRequest {
    let kind = random.pick(DESCRIBED);
    DescribeConfigsRequest {
        resources: vec![DescribeConfigsResource {
            resource_type: kind,
            resource_name: named(kind, random).into(),
            configuration_keys: None,
        }],
        ..DescribeConfigsRequest::default()
    }
}

fn alter_configs(random: &mut Random) -> AlterConfigsRequest {
    let kind = random.pick(ALTERABLE);
    let (name, value) = key(kind);
    AlterConfigsRequest {
        resources: vec![alter::AlterConfigsResource {
            resource_type: kind,
            resource_name: named(kind, random).into(),
            configs: vec![alter::AlterableConfig {
                name: name.into(),
                value: Some(value.into()),
            }],
        }],
        validate_only: true,
    }
}

fn incremental_alter_configs(random: &mut Random) -> IncrementalAlterConfigsRequest {
    let kind = random.pick(ALTERABLE);
    let (name, value) = key(kind);
    IncrementalAlterConfigsRequest {
        resources: vec![incremental::AlterConfigsResource {
            resource_type: kind,
            resource_name: named(kind, random).into(),
            configs: vec![incremental::AlterableConfig {
                name: name.into(),
                config_operation: 0,
                value: Some(value.into()),
            }],
        }],
        validate_only: true,
    }
}
