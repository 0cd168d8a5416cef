//! librdkafka clients as this tool sets them up: defaults first, then what the command line says.

mod errors;
mod topic;

use std::time::Duration;

use anyhow::{Context, Result};
use rdkafka::config::ClientConfig;

use crate::cli::{Common, Produced};

pub(crate) use errors::{Asker, Errors, Noting};
pub(crate) use topic::{prepare_topic, watermarks};

/// How long one request to the server may take before the run is given up.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);

/// Splits KEY=VALUE.
pub(crate) fn key_value(pair: &str) -> Result<(&str, &str)> {
    pair.split_once('=')
        .with_context(|| format!("{pair}: not KEY=VALUE"))
}

fn config(
    common: &Common,
    defaults: &[(&str, String)],
    specific: &[String],
) -> Result<ClientConfig> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", &common.bootstrap);
    config.set("client.id", "load");
    for (key, value) in defaults {
        config.set(*key, value);
    }
    for pair in common.property.iter().chain(specific) {
        let (key, value) = key_value(pair)?;
        config.set(key, value);
    }
    Ok(config)
}

pub(crate) fn plain_config(common: &Common) -> Result<ClientConfig> {
    config(common, &[], &[])
}

pub(crate) fn producer_config(common: &Common, produced: &Produced) -> Result<ClientConfig> {
    let defaults = [
        ("acks", produced.acks.clone()),
        ("compression.type", produced.compression.clone()),
        ("linger.ms", produced.linger.to_string()),
        ("batch.size", produced.batch.to_string()),
        ("enable.idempotence", produced.idempotent.to_string()),
        // Batch sizes are read off these.
        ("statistics.interval.ms", "500".into()),
    ];
    config(common, &defaults, &common.producer_property)
}

/// A producer that tries again every millisecond where a client would usually be patient.
pub(crate) fn eager_producer_config(common: &Common) -> Result<ClientConfig> {
    let every_ms = |key| (key, "1".to_string());
    let defaults = [
        ("acks", "all".into()),
        ("linger.ms", "0".into()),
        every_ms("reconnect.backoff.ms"),
        every_ms("reconnect.backoff.max.ms"),
        every_ms("retry.backoff.ms"),
        every_ms("retry.backoff.max.ms"),
        every_ms("topic.metadata.refresh.fast.interval.ms"),
    ];
    config(common, &defaults, &common.producer_property)
}

pub(crate) fn consumer_config(common: &Common, group: Option<&str>) -> Result<ClientConfig> {
    let own = format!("load-{}", std::process::id());
    let defaults = [
        ("group.id", group.unwrap_or(&own).to_string()),
        ("auto.offset.reset", "earliest".into()),
        ("enable.auto.commit", group.is_some().to_string()),
        ("enable.partition.eof", "false".into()),
    ];
    config(common, &defaults, &common.consumer_property)
}
