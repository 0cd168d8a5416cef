//! What all services hold, each behind a lock of its own, and what is known of one request while it is acted on.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock::Clock;
use crate::fault::Fault;
use crate::firehose::Firehose;
use crate::incoming::Incoming;
use crate::kinesis::Kinesis;
use crate::logs::Logs;
use crate::operation::Operation;
use crate::report::Counts;
use crate::s3::Buckets;
use crate::script::Script;
use crate::settings::{Keep, Settings};
use crate::signature::Secret;
use crate::sts::Sessions;
use crate::violation::Violations;

/// The services.
pub(crate) struct State {
    pub(crate) clock: Clock,
    pub(crate) keep: Keep,
    pub(crate) script: Mutex<Script>,
    pub(crate) violations: Violations,
    pub(crate) counts: Mutex<BTreeMap<Operation, Counts>>,
    pub(crate) credentials: BTreeMap<String, String>,
    pub(crate) sessions: Mutex<Sessions>,
    pub(crate) logs: Mutex<Logs>,
    pub(crate) kinesis: Mutex<Kinesis>,
    pub(crate) firehose: Mutex<Firehose>,
    pub(crate) s3: Mutex<Buckets>,
}

/// One request while it is acted on.
pub(crate) struct Asked<'a> {
    pub(crate) incoming: &'a Incoming,
    pub(crate) payload: &'a [u8],
    pub(crate) now_ms: i64,
    pub(crate) keep: Keep,
    pub(crate) fault: Option<&'a Fault>,
    pub(crate) violations: &'a Violations,
}

impl State {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            clock: settings.clock.clone(),
            keep: settings.keep,
            script: Mutex::new(settings.script.clone()),
            violations: Violations::default(),
            counts: Mutex::default(),
            credentials: settings.credentials.iter().cloned().collect(),
            sessions: Mutex::new(Sessions::new(settings.session)),
            logs: Mutex::default(),
            kinesis: Mutex::new(Kinesis::new(&settings.streams)),
            firehose: Mutex::new(Firehose::new(&settings.delivery_streams)),
            s3: Mutex::new(Buckets::new(&settings.buckets)),
        }
    }

    /// What belongs to an access key.
    pub(crate) fn secret(&self, key: &str) -> Option<Secret> {
        let standing = self.credentials.get(key).map(|secret| Secret {
            secret: secret.clone(),
            session: None,
        });
        standing.or_else(|| lock(&self.sessions).secret(key))
    }
}

impl Asked<'_> {
    pub(crate) fn violation(&self, rule: &'static str, detail: impl Into<String>) {
        self.violations
            .add(self.incoming.operation, rule, detail.into());
    }
}

/// A panic elsewhere is that test's failure, not another's.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
