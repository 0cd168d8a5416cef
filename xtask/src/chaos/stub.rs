//! The services of a run, and their control address.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::process::Process;
use crate::command::Failure;
use crate::test::http;

const START_LIMIT: Duration = Duration::from_secs(20);

/// A running `aws-stub serve`.
pub(crate) struct Stub {
    _process: Process,
    endpoint: String,
    control: String,
}

impl Stub {
    pub(crate) fn start(program: &Path, words: &[&str]) -> Result<Self, Failure> {
        let mut command = Command::new(program);
        command.arg("serve").args(words);
        let process = Process::start(&mut command)?;
        let first = process.first(START_LIMIT)?;
        let word = |name: &str| {
            let word = first.get(name).and_then(Value::as_str).map(str::to_owned);
            word.ok_or_else(|| Failure::of("aws-stub", format!("printed no {name}: {first}")))
        };
        let (endpoint, control) = (word("endpoint")?, word("control")?);
        Ok(Self {
            _process: process,
            endpoint,
            control,
        })
    }

    /// For `--endpoint-url`.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Asks the control address.
    pub(crate) fn ask(&self, path: &str) -> Result<Value, Failure> {
        let url = format!("{}{path}", self.control);
        let answer = http::get(&url, &[]).map_err(Failure::Failed)?;
        serde_json::from_slice(&answer.body).map_err(|cause| Failure::of(url, cause))
    }
}
