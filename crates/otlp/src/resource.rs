//! Who pushes: the attributes of this process, in OpenTelemetry's names.

use std::collections::BTreeMap;

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;
use service::build_info::VERSION;

/// What the process is called; `said` replaces it.
pub(crate) fn resource(service: &str, instance: &str, said: &BTreeMap<String, String>) -> Resource {
    let mut attributes = BTreeMap::from([
        ("service.name", service),
        ("service.namespace", "outrigger"),
        ("service.version", VERSION),
        ("service.instance.id", instance),
    ]);
    attributes.retain(|name, value| !value.is_empty() && !said.contains_key(*name));
    let said = said
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    Resource {
        attributes: attributes
            .into_iter()
            .chain(said)
            .map(|(name, value)| attribute(name, value))
            .collect(),
        ..Resource::default()
    }
}

/// Which code recorded it.
pub(crate) fn scope() -> InstrumentationScope {
    InstrumentationScope {
        name: "outrigger".to_owned(),
        version: VERSION.to_owned(),
        ..InstrumentationScope::default()
    }
}

pub(crate) fn attribute(name: &str, value: &str) -> KeyValue {
    KeyValue {
        key: name.to_owned(),
        value: Some(AnyValue {
            value: Some(Value::StringValue(value.to_owned())),
        }),
        ..KeyValue::default()
    }
}
