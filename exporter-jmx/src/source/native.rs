//! The native source: a process of ours that serves `/mbeans` on its admin address.
//!
//! Where that is stands in a file that the process writes at its start (`outrigger.endpoints.file`), or is given
//! as an address. The file is read again whenever the process does not answer, because ports change at a restart.

mod decoded;

use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use bytes::Bytes;
use hyper::StatusCode;
use mbean::wire;
use serde::Deserialize;
use service::http;

use super::{Reading, Reads, Source, SourceError};
use decoded::Decoded;

/// A million attributes with their names.
const ANSWER_BYTES_MAX: usize = 256 << 20;
/// An endpoints file has some hundred bytes.
const ENDPOINTS_BYTES_MAX: u64 = 1 << 20;
/// Names that do not go with what is known are forgotten and asked for once more.
const ATTEMPTS: usize = 2;

/// Where a process is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In its endpoints file.
    File(PathBuf),
    /// `host:port` of its admin listener.
    Address(String),
}

/// A process of ours.
#[derive(Debug)]
pub struct Native {
    name: String,
    place: Place,
    /// Where it answered last.
    address: Option<String>,
    decoded: Decoded,
}

/// Why a place cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// Another scheme.
    #[error("\"{0}\" is no source; write native:FILE or native:http://HOST:PORT")]
    Form(String),
    /// A source of a later release, by its name.
    #[error("{0} is not supported yet; only native: is, for the processes of Outrigger")]
    Later(&'static str),
}

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        if text.starts_with("jolokia:") {
            return Err(PlaceError::Later("Jolokia"));
        }
        if text.starts_with("jmx:") || text.starts_with("service:jmx:") {
            return Err(PlaceError::Later("JMX over RMI"));
        }
        let form = || PlaceError::Form(text.to_owned());
        let rest = text.strip_prefix("native:").ok_or_else(form)?;
        let Some(address) = rest.strip_prefix("http://") else {
            let is_file = !rest.is_empty() && !rest.contains("://");
            return is_file
                .then(|| Self::File(PathBuf::from(rest)))
                .ok_or_else(form);
        };
        let address = address.trim_end_matches('/');
        let (host, port) = address.rsplit_once(':').ok_or_else(form)?;
        if host.is_empty() || port.parse::<u16>().is_err() {
            return Err(form());
        }
        Ok(Self::Address(address.to_owned()))
    }
}

impl Place {
    /// What metrics call it until it has said its own name.
    fn name(&self) -> String {
        match self {
            Self::File(path) => path
                .file_stem()
                .unwrap_or(path.as_os_str())
                .to_string_lossy()
                .into_owned(),
            Self::Address(address) => address.clone(),
        }
    }
}

#[derive(Deserialize)]
struct Endpoints {
    admin: Option<String>,
}

impl Native {
    /// A source that has not been asked yet.
    pub fn new(place: Place) -> Self {
        Self {
            name: place.name(),
            place,
            address: None,
            decoded: Decoded::default(),
        }
    }

    async fn read_within(&mut self, timeout: Duration) -> Result<Reading, SourceError> {
        let read = tokio::time::timeout(timeout, self.read_now());
        match read.await {
            Ok(outcome) => outcome,
            Err(_) => Err(SourceError(format!("no answer within {timeout:?}"))),
        }
    }

    async fn read_now(&mut self) -> Result<Reading, SourceError> {
        let known = self.address.take();
        let was_known = known.is_some();
        let address = match known {
            Some(address) => address,
            None => self.resolve().await?,
        };
        match self.ask(&address).await {
            Ok(reading) => {
                self.address = Some(address);
                return Ok(reading);
            }
            Err(error) if !was_known => return Err(error),
            Err(_) => {}
        }
        // It may have started again at another port.
        let address = self.resolve().await?;
        let reading = self.ask(&address).await?;
        self.address = Some(address);
        Ok(reading)
    }

    async fn resolve(&self) -> Result<String, SourceError> {
        let path = match &self.place {
            Place::Address(address) => return Ok(address.clone()),
            Place::File(path) => path.clone(),
        };
        let shown = path.display().to_string();
        let read = move || service::files::read_text(&path, ENDPOINTS_BYTES_MAX);
        let text = match tokio::task::spawn_blocking(read).await {
            Ok(Ok(text)) => text,
            Ok(Err(error)) => return Err(SourceError(format!("cannot read {shown}: {error}"))),
            Err(_) => return Err(SourceError(format!("cannot read {shown}"))),
        };
        let endpoints: Endpoints = serde_json::from_str(&text)
            .map_err(|error| SourceError(format!("{shown} is no endpoints file: {error}")))?;
        let missing = || SourceError(format!("{shown} names no admin address"));
        endpoints.admin.ok_or_else(missing)
    }

    async fn ask(&mut self, address: &str) -> Result<Reading, SourceError> {
        let mut problem = String::new();
        for _ in 0..ATTEMPTS {
            let known = self.decoded.known().map(mbean::Known::to_query);
            let path = format!("/mbeans?{}", known.unwrap_or_default());
            let bytes = get(address, &path).await?;
            let snapshot = match wire::decode(&bytes) {
                Ok(snapshot) => snapshot,
                Err(error) => return Err(SourceError(format!("{address}: {error}"))),
            };
            if !snapshot.process.is_empty() {
                self.name.clone_from(&snapshot.process);
            }
            match self.decoded.apply(snapshot) {
                Ok(reading) => return Ok(reading),
                Err(error) => problem = error,
            }
        }
        Err(SourceError(format!("{address}: {problem}")))
    }
}

/// What `address` answers for `path` when all is well.
async fn get(address: &str, path: &str) -> Result<Bytes, SourceError> {
    let failed = |what: &dyn Display| SourceError(format!("{address}: {what}"));
    let asked = http::get(address, path, wire::CONTENT_TYPE, ANSWER_BYTES_MAX).await;
    match asked.map_err(|error| failed(&error))? {
        (StatusCode::OK, bytes) => Ok(bytes),
        (status, _) => Err(failed(&format_args!("it answers {status} for /mbeans"))),
    }
}

impl Source for Native {
    fn name(&self) -> &str {
        &self.name
    }

    fn read(&mut self, timeout: Duration) -> Reads<'_> {
        Box::pin(self.read_within(timeout))
    }
}

#[cfg(test)]
mod tests;
