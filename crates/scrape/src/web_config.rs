//! Prometheus' web configuration file: TLS, users, headers, rate limit; as exporter-toolkit reads it.
//!
//! Every key that it documents is known here. What cannot be done is refused by name, never ignored.

mod file;
mod rate;
mod suites;
mod tls;
mod verifier;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hyper::header::{HeaderName, HeaderValue};
use rustls::ServerConfig;
use service::watch::Watch;
use service::{Clock, Secret, files};

use crate::users::{Users, cost};
use file::Document;
pub(crate) use rate::Rate;

/// The largest file that is read.
const FILE_BYTES_MAX: u64 = 1 << 20;
/// A bcrypt hash of this cost takes some seconds; each step doubles it.
const COST_MAX: u32 = 16;

/// Why a web configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WebConfigError {
    #[error("cannot read {}: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("{}: {problem}", path.display())]
    Yaml { path: PathBuf, problem: String },
    #[error("{key}: {problem}")]
    Key { key: String, problem: String },
    #[error("tls_server_config: {0}")]
    Tls(rustls::Error),
}

/// What a file came to.
#[derive(Clone, Debug, Default)]
pub(crate) struct WebConfig {
    pub(crate) tls: Option<Arc<ServerConfig>>,
    /// User names and bcrypt hashes; empty where nobody is asked.
    pub(crate) users: BTreeMap<String, Secret<String>>,
    /// Added to every answer.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) rate: Option<Rate>,
    /// What it was read from: the file itself, certificates and keys.
    pub(crate) files: Vec<PathBuf>,
}

/// A configuration in force.
#[derive(Debug)]
pub(crate) struct InForce {
    pub(crate) tls: Option<Arc<ServerConfig>>,
    pub(crate) users: Arc<Users>,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) rate: Option<rate::Limiter>,
}

impl WebConfig {
    /// Reads a file and everything that it names; relative names start at the file's directory.
    pub(crate) fn read(path: &Path) -> Result<Self, WebConfigError> {
        let text =
            files::read_text(path, FILE_BYTES_MAX).map_err(|source| WebConfigError::Read {
                path: path.to_owned(),
                source,
            })?;
        let document = Document::parse(&text).map_err(|problem| WebConfigError::Yaml {
            path: path.to_owned(),
            problem,
        })?;
        let dir = path.parent().unwrap_or(Path::new(""));
        let mut files = vec![path.to_owned()];
        let tls = match document.tls_server_config {
            Some(tls) => tls::server_config(&tls, dir, &mut files)?.map(Arc::new),
            None => None,
        };
        let http = document.http_server_config.unwrap_or_default();
        Ok(Self {
            tls,
            users: users(document.basic_auth_users.unwrap_or_default())?,
            headers: headers(http.headers.unwrap_or_default())?,
            rate: document.rate_limit.map(Rate::new).transpose()?.flatten(),
            files,
        })
    }

    /// [`WebConfig::read`] under a watch on all that is read, so that no change is missed.
    pub(crate) fn read_watched(path: &Path) -> Result<(Self, Watch), WebConfigError> {
        let mut config = Self::read(path)?;
        loop {
            let files = config.files.clone();
            let watch = Watch::new(files.clone());
            config = Self::read(path)?;
            if config.files == files {
                return Ok((config, watch));
            }
        }
    }

    /// Puts it in force.
    pub(crate) fn enforce(self, clock: &Clock) -> Result<InForce, WebConfigError> {
        Ok(InForce {
            tls: self.tls,
            users: Users::new(self.users, clock.clone())
                .map(Arc::new)
                .map_err(WebConfigError::Tls)?,
            headers: self.headers,
            rate: self
                .rate
                .map(|rate| rate::Limiter::new(rate, clock.clone())),
        })
    }
}

fn users(
    given: BTreeMap<String, String>,
) -> Result<BTreeMap<String, Secret<String>>, WebConfigError> {
    let mut users = BTreeMap::new();
    for (name, hash) in given {
        let key = format!("basic_auth_users.{name}");
        if hash.parse::<bcrypt::HashParts>().is_err() {
            return Err(refused(
                key,
                "is no bcrypt hash; make one: htpasswd -nBC 10 NAME",
            ));
        }
        if cost(&hash) > COST_MAX {
            let problem =
                format!("has a bcrypt cost above {COST_MAX}: a check would take many seconds");
            return Err(refused(key, problem));
        }
        users.insert(name, Secret::new(hash));
    }
    Ok(users)
}

/// THE HEADERS that may be set, and the values that they may have; none: any.
const HEADERS: &[(&str, &[&str])] = &[
    ("Content-Security-Policy", &[]),
    ("Strict-Transport-Security", &[]),
    ("X-Content-Type-Options", &["nosniff"]),
    ("X-Frame-Options", &["deny", "sameorigin"]),
    ("X-XSS-Protection", &[]),
];

fn headers(
    given: BTreeMap<String, String>,
) -> Result<Vec<(HeaderName, HeaderValue)>, WebConfigError> {
    let mut headers = Vec::new();
    for (name, text) in given {
        let key = format!("http_server_config.headers.{name}");
        let row = HEADERS.iter().find(|(known, _)| *known == name);
        let Some((_, values)) = row else {
            let known: Vec<&str> = HEADERS.iter().map(|(name, _)| *name).collect();
            let problem = format!("cannot be set; these can: {}", known.join(", "));
            return Err(refused(key, problem));
        };
        if text.is_empty() {
            continue;
        }
        if !values.is_empty() && !values.contains(&text.as_str()) {
            return Err(refused(
                key,
                format!("{text:?} is none of {}", values.join(", ")),
            ));
        }
        let header = HeaderName::try_from(&name)
            .ok()
            .zip(HeaderValue::try_from(&text).ok());
        let no_header = || refused(key, format!("{text:?} is no value of a header"));
        headers.push(header.ok_or_else(no_header)?);
    }
    Ok(headers)
}

fn refused(key: impl Into<String>, problem: impl Into<String>) -> WebConfigError {
    WebConfigError::Key {
        key: key.into(),
        problem: problem.into(),
    }
}

#[cfg(test)]
mod tests;
