//! Amazon MSK's `LoggingInfo` as configuration: which of its three targets are enabled. As the API writes it
//! (`brokerLogs`), as CloudFormation does (`BrokerLogs`), bare or within `LoggingInfo`.
//!
//! Errors name the member. Whether the targets exist is seen when something is sent.

use serde_json::{Map, Value};

type Object = Map<String, Value>;

/// The sinks, as `KIND:TARGET`.
///
/// # Errors
/// It is no such document: a sentence that names the member.
pub fn sinks(text: &str) -> Result<Vec<String>, String> {
    let value: Value =
        serde_json::from_str(text).map_err(|error| format!("is no JSON: {error}"))?;
    let root = object(&value, "the document")?;
    let info = match member(root, "LoggingInfo") {
        Some((name, inner)) => object(inner, name)?,
        None => root,
    };
    only(info, "LoggingInfo", &["BrokerLogs"])?;
    let Some((name, logs)) = member(info, "BrokerLogs") else {
        return Err("has no brokerLogs".to_owned());
    };
    let logs = object(logs, name)?;
    only(logs, name, &["CloudWatchLogs", "Firehose", "S3"])?;
    let mut sinks = Vec::new();
    if let Some(target) = enabled(logs, "CloudWatchLogs", &["LogGroup"])? {
        let group = text_of(&target, "LogGroup")?;
        sinks.push(format!("cloudwatch-logs:{group}"));
    }
    if let Some(target) = enabled(logs, "Firehose", &["DeliveryStream"])? {
        let stream = text_of(&target, "DeliveryStream")?;
        sinks.push(format!("firehose:{stream}"));
    }
    if let Some(target) = enabled(logs, "S3", &["Bucket", "Prefix"])? {
        let bucket = text_of(&target, "Bucket")?;
        let prefix = member(target.object, "Prefix").map(|_| text_of(&target, "Prefix"));
        sinks.push(match prefix.transpose()? {
            Some(prefix) if !prefix.is_empty() => format!("s3:{bucket}/{prefix}"),
            _ => format!("s3:{bucket}"),
        });
    }
    Ok(sinks)
}

struct Target<'a> {
    name: &'a str,
    object: &'a Object,
}

/// A target that is enabled.
fn enabled<'a>(logs: &'a Object, name: &str, known: &[&str]) -> Result<Option<Target<'a>>, String> {
    let Some((name, value)) = member(logs, name) else {
        return Ok(None);
    };
    let object = object(value, name)?;
    let all: Vec<_> = known.iter().copied().chain(["Enabled"]).collect();
    only(object, name, &all)?;
    match member(object, "Enabled") {
        Some((_, Value::Bool(true))) => Ok(Some(Target { name, object })),
        Some((_, Value::Bool(false))) => Ok(None),
        Some((member, _)) => Err(format!("{name}.{member} is neither true nor false")),
        None => Err(format!("{name} has no enabled, which is true or false")),
    }
}

fn text_of<'a>(target: &Target<'a>, name: &str) -> Result<&'a str, String> {
    match member(target.object, name) {
        Some((_, Value::String(text))) if !text.is_empty() || name == "Prefix" => Ok(text),
        Some((found, _)) => Err(format!("{}.{found} is no text", target.name)),
        None => Err(format!(
            "{} is enabled and has no {}",
            target.name,
            camel(name)
        )),
    }
}

fn object<'a>(value: &'a Value, name: &str) -> Result<&'a Object, String> {
    value
        .as_object()
        .ok_or_else(|| format!("{name} is no object"))
}

/// The member `Name` or `name`, and how it is spelled.
fn member<'a>(object: &'a Object, name: &str) -> Option<(&'a str, &'a Value)> {
    let found = object
        .iter()
        .find(|(key, _)| *key == name || **key == camel(name));
    found.map(|(key, value)| (key.as_str(), value))
}

/// A misspelled member must not be passed over: its logs would go nowhere.
fn only(object: &Object, name: &str, known: &[&str]) -> Result<(), String> {
    let unknown = object.keys().find(|key| {
        !known
            .iter()
            .any(|name| *key == name || **key == camel(name))
    });
    match unknown {
        None => Ok(()),
        Some(key) => {
            let known: Vec<_> = known.iter().map(|name| camel(name)).collect();
            Err(format!(
                "{name} has an unknown member {key}; there are {}",
                known.join(", ")
            ))
        }
    }
}

/// `S3` is `s3`, `CloudWatchLogs` is `cloudWatchLogs`.
fn camel(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}
