//! Batches and surroundings for the tests of sinks.

use std::sync::Arc;

use aws::ClientConfig;
use aws_stub::{Script, Settings, Stub};
use service::flags::{Flag, Values};

use super::table::About;
use super::{Outcome, Rejection, TroubleClass};
use crate::batch::Batch;
use crate::event::Event;
use crate::position::{FileKey, Span};

/// 2026-01-31T22:59:59.123Z.
pub(crate) const TIME_MS: i64 = 1_769_900_399_123;

/// Texts of `server.log`, one behind the other from `start` on.
pub(crate) fn batch_at(start: u64, texts: &[&[u8]]) -> Batch {
    let mut batch = Batch::new(Arc::from(""));
    append(&mut batch, 1, "server.log", start, texts);
    batch
}

/// Texts of `server.log`.
pub(crate) fn batch(texts: &[&[u8]]) -> Batch {
    batch_at(0, texts)
}

/// More texts, of another file.
pub(crate) fn append(batch: &mut Batch, file: u32, log: &str, start: u64, texts: &[&[u8]]) {
    let key = FileKey(file);
    batch.originate(key, &Arc::from(log), &Arc::from(format!("{file:016x}")));
    let mut at = start;
    for text in texts {
        let end = at + text.len() as u64 + 1;
        batch.push(&Event {
            span: Span {
                file: key,
                start: at,
                end,
            },
            timestamp_ms: TIME_MS,
            text,
            cut_bytes: 0,
        });
        at = end;
    }
}

pub(crate) fn about() -> About {
    About {
        cluster_name: "demo".into(),
        cluster_uuid: "043b6d76-352c-494a-9eee-fbff5cc1687d-20".into(),
        broker_id: "1".into(),
        account: "012345678910".into(),
        region: Some("us-east-1".into()),
        role_arn: None,
        endpoint_url: None,
    }
}

/// The values of flags, some of them given.
pub(crate) fn values(flags: &[&'static Flag], properties: &str) -> Values {
    Values::load(flags, properties, &[], &Vec::new())
}

/// A service in which this goes wrong.
pub(crate) fn stub(script: Script) -> (Stub, ClientConfig) {
    let settings = Settings {
        script,
        ..Settings::default()
    };
    let stub = Stub::start(settings).unwrap();
    let config = ClientConfig::fixed(&stub.endpoint(), "us-east-1", "test", "test");
    (stub, config)
}

#[track_caller]
pub(crate) fn delivered(outcome: Outcome) -> Vec<(usize, Rejection)> {
    match outcome {
        Outcome::Delivered { rejected } => rejected,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
pub(crate) fn failed(outcome: Outcome) -> (TroubleClass, String) {
    match outcome {
        Outcome::Failed(trouble) => (trouble.class, trouble.message),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
pub(crate) fn partial(outcome: Outcome) -> (Vec<usize>, TroubleClass) {
    match outcome {
        Outcome::Partial { remaining, trouble } => (remaining, trouble.class),
        other => panic!("{other:?}"),
    }
}
