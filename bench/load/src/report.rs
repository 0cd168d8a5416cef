//! The one JSON line. Secrets are blotted out; numbers are rounded to what a reader can use.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use serde_json::{Value, json};

use crate::cli::{Common, Mode};
use crate::usage::Usage;

pub(crate) struct Outcome {
    pub(crate) result: Value,
    /// No error, no loss, nothing short of what was asked for
    pub(crate) clean: bool,
}

pub(crate) fn print(common: &Common, mode: &Mode, outcome: Outcome, usage: &Usage) -> Result<()> {
    let mut line = json!({
        "load": env!("CARGO_PKG_VERSION"),
        "librdkafka": rdkafka::util::get_rdkafka_version().1,
        "unix_time": SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs(),
        "label": common.label,
        "bootstrap": common.bootstrap,
        "properties": properties(common),
        "params": mode,
        "clean": outcome.clean,
        "result": outcome.result,
        "broker": usage.broker,
        "host": usage.host,
    });
    round(&mut line);
    println!("{line}");
    Ok(())
}

/// All client properties given, secrets blotted out.
fn properties(common: &Common) -> Vec<String> {
    let given = common.property.iter();
    given
        .chain(&common.producer_property)
        .chain(&common.consumer_property)
        .map(|pair| match pair.split_once('=') {
            Some((key, _)) if is_secret(key) => format!("{key}=***"),
            _ => pair.clone(),
        })
        .collect()
}

fn is_secret(key: &str) -> bool {
    const MARKS: [&str; 5] = [
        "password",
        "secret",
        "oauthbearer.config",
        "key.pem",
        "jaas",
    ];
    MARKS.iter().any(|mark| key.contains(mark))
}

/// Three decimals are enough to read.
fn round(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            if let Some(float) = number.as_f64() {
                *value = json!((float * 1000.0).round() / 1000.0);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(round),
        Value::Object(fields) => fields.values_mut().for_each(round),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
