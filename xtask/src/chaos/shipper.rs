//! The shipper of a run: its words, its end at a random moment, and what it says of itself.

use std::fs::OpenOptions;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::process::Process;
use crate::command::Failure;
use crate::test::http;

/// How to start it, again and again.
pub(crate) struct Shipper {
    program: Vec<String>,
    words: Vec<String>,
    environment: Vec<(&'static str, String)>,
    log: PathBuf,
    admin: String,
    process: Option<Process>,
}

impl Shipper {
    /// `words` name what is followed and where it goes.
    pub(crate) fn new(
        program: &[String],
        words: Vec<String>,
        environment: Vec<(&'static str, String)>,
        log: &Path,
    ) -> Result<Self, Failure> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        Ok(Self {
            program: program.to_vec(),
            words,
            environment,
            log: log.to_owned(),
            admin: format!("127.0.0.1:{port}"),
            process: None,
        })
    }

    pub(crate) fn start(&mut self) -> Result<(), Failure> {
        let missing = || Failure::Failed("no program is named for the shipper".to_owned());
        let (program, first) = self.program.split_first().ok_or_else(missing)?;
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.log)?;
        let mut command = Command::new(program);
        command
            .args(first)
            .args(&self.words)
            .args(["--outrigger.admin.listener", &self.admin])
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stderr(log);
        self.process = Some(Process::start(&mut command)?);
        Ok(())
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.as_ref().map_or(0, Process::pid)
    }

    /// `kill -9`; it is an error if it had ended by itself.
    pub(crate) fn kill(&mut self) -> Result<(), Failure> {
        let Some(mut process) = self.process.take() else {
            return Ok(());
        };
        let had_ended = process.has_ended();
        process.kill();
        match had_ended {
            true => Err(Failure::of(
                self.log.display(),
                "the shipper ended by itself; its last lines say why",
            )),
            false => Ok(()),
        }
    }

    /// Asks it to end.
    pub(crate) fn stop(&mut self) -> Result<(), Failure> {
        match self.process.take() {
            Some(mut process) => process.terminate(),
            None => Ok(()),
        }
    }

    /// The sum of a metric's samples whose labels hold this text; `None` where it does not answer.
    pub(crate) fn metric(&self, name: &str, label: &str) -> Option<f64> {
        let answer = http::get(&format!("http://{}/metrics", self.admin), &[]).ok()?;
        let text = answer.text();
        let samples = text.lines().filter_map(|line| {
            let rest = line.strip_prefix("outrigger_logshipper_")?;
            let rest = rest.strip_prefix(name)?;
            let is_whole = rest.starts_with('{') || rest.starts_with(' ');
            (is_whole && rest.contains(label))
                .then(|| rest.rsplit(' ').next()?.parse::<f64>().ok())?
        });
        Some(samples.sum())
    }

    /// Waits until it answers.
    pub(crate) fn ready(&self, limit: Duration) -> Result<(), Failure> {
        let every = Duration::from_millis(20);
        let url = format!("http://{}/status", self.admin);
        let answered = crate::stopwatch::poll(limit, every, || http::get(&url, &[]).ok());
        answered.map(|_| ()).ok_or_else(|| {
            Failure::of(
                self.log.display(),
                format!("the shipper did not answer within {limit:?}"),
            )
        })
    }
}
