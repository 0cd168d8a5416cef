//! What goes wrong in a client, kept and counted: librdkafka reports the reason of a failed call
//! (certificate, credentials, refused connection) as an event, not as the call's error.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Result, anyhow};
use rdkafka::ClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::KafkaError;
use rdkafka::metadata::Metadata;

use crate::histogram::locked;

/// Time given to an event that explains an error to arrive after it.
const EXPLANATION: Duration = Duration::from_millis(20);

/// What went wrong, and how often.
#[derive(Default)]
pub(crate) struct Errors(Mutex<BTreeMap<String, u64>>);

impl Errors {
    pub(crate) fn note(&self, what: impl ToString) {
        *locked(&self.0).entry(what.to_string()).or_default() += 1;
    }

    pub(crate) fn take(&self) -> BTreeMap<String, u64> {
        std::mem::take(&mut locked(&self.0))
    }
}

/// A client context that notes what librdkafka reports.
#[derive(Clone, Default)]
pub(crate) struct Noting(pub(crate) Arc<Errors>);

impl ClientContext for Noting {
    fn error(&self, error: KafkaError, reason: &str) {
        self.0.note(format!("{}: {reason}", short(&error)));
    }
}

impl ConsumerContext for Noting {}

fn short(error: &KafkaError) -> String {
    error
        .rdkafka_error_code()
        .map_or_else(|| error.to_string(), |code| code.to_string())
}

/// A client for metadata that knows why it failed.
pub(crate) struct Asker {
    client: BaseConsumer<Noting>,
}

impl Asker {
    pub(crate) fn new(config: &ClientConfig) -> Result<Self> {
        Ok(Self {
            client: config.create_with_context(Noting::default())?,
        })
    }

    /// Answered only after TCP, TLS, ApiVersions and SASL are all through.
    pub(crate) fn metadata(&self, topic: &str, timeout: Duration) -> Result<Metadata> {
        self.client
            .fetch_metadata(Some(topic), timeout)
            .map_err(|error| {
                let _ = self.client.poll(EXPLANATION);
                let reasons: Vec<String> = self.client.context().0.take().into_keys().collect();
                anyhow!("{} [{}]", short(&error), reasons.join("; "))
            })
    }
}
