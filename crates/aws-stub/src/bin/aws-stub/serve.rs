//! `aws-stub serve`.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use aws_stub::{DataStream, Keep, Script, Settings, Stub};
use serde_json::json;

use crate::control;
use crate::words::Words;

const KNOWN: [&str; 9] = [
    "listen",
    "ca-file",
    "latency",
    "script",
    "keep",
    "stream",
    "delivery-stream",
    "bucket",
    "threads",
];

pub(crate) fn run(words: &[String]) -> Result<(), String> {
    let words = Words::parse(words, &KNOWN, &["tls"])?;
    let stub = Stub::start(settings(&words)?).map_err(|cause| format!("the stub: {cause}"))?;
    if let (Some(path), Some(pem)) = (words.last("ca-file"), stub.certificate_pem()) {
        fs::write(&path, pem).map_err(|cause| format!("{path}: {cause}"))?;
    }
    control::serve(Arc::new(stub), |stub, control| {
        println!(
            "{}",
            json!({"endpoint": stub.endpoint(), "control": format!("http://{control}")})
        );
    })
    .map_err(|cause| format!("the control address: {cause}"))
}

fn settings(words: &Words) -> Result<Settings, String> {
    let mut settings = Settings {
        tls: words.has("tls"),
        latency: Duration::from_millis(words.number("latency", 0)?),
        threads: words.number("threads", 2)?,
        ..Settings::default()
    };
    if let Some(address) = words.last("listen") {
        let parsed = address.parse();
        settings.address = parsed.map_err(|_| format!("--listen is no address: {address}"))?;
    }
    if let Some(script) = words.last("script") {
        let text = match script.starts_with('{') {
            true => script,
            false => fs::read_to_string(&script).map_err(|cause| format!("{script}: {cause}"))?,
        };
        settings.script = Script::parse(&text)?;
    }
    settings.keep = match words.last("keep").as_deref() {
        None | Some("all") => Keep::All,
        Some("count") => Keep::Count,
        Some("totals") => Keep::Totals,
        Some(other) => return Err(format!("--keep takes all, count or totals, not {other}")),
    };
    for text in words.all("stream") {
        let (name, shards) = text.split_once(':').unwrap_or((&text, "1"));
        let shards = shards.parse();
        let shards = shards.map_err(|_| format!("--stream NAME:SHARDS, not {text}"))?;
        settings.streams.push(DataStream::new(name, shards));
    }
    settings
        .delivery_streams
        .extend(words.all("delivery-stream"));
    settings.buckets.extend(words.all("bucket"));
    Ok(settings)
}
