//! What an exporter gives and what it is told about a request.

use std::future::Future;
use std::time::Duration;

use exposition::{Family, Format};

use crate::query::Query;

/// Collects when a scraper asks.
pub trait Exporter: Send + Sync + 'static {
    /// Everything the request asks for, within `request.timeout`.
    ///
    /// Who asks for the same (query and format) meanwhile shares the answer. It runs in a task of its own, and is
    /// dropped when nobody waits for it any more; each scraper waits for its own time and is then told that it took too long.
    fn collect(&self, request: Request) -> impl Future<Output = Result<Collected, Failure>> + Send;

    /// The names of the parameters that it looks at, if it knows them: others are taken off a request, so that
    /// they do not make two of what is the same.
    fn parameters(&self) -> Option<&'static [&'static str]> {
        None
    }
}

/// What a scraper asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Request {
    /// The parameters of its URL.
    pub query: Query,
    /// The format it gets.
    pub format: Format,
    /// How long the collection may take, whatever the patience of who asked first: others may join.
    pub timeout: Duration,
}

/// What was collected.
#[derive(Clone, Debug, PartialEq)]
pub enum Collected {
    /// Families, which the server writes.
    Families(Vec<Family>),
    /// What the exporter wrote itself in the request's format, without the end mark.
    Text(Vec<u8>),
}

/// Why there is nothing to show. The text is for whoever scrapes, so it holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// A parameter is wrong: 400.
    #[error("{0}")]
    Query(String),
    /// It may work later: 503.
    #[error("{0}")]
    Unavailable(String),
    /// It will not work: 500.
    #[error("{0}")]
    Internal(String),
}

/// What an exporter says of itself.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Its name, the title of its page.
    pub name: &'static str,
    /// One sentence.
    pub description: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Where it listens unless told otherwise.
    pub default_listen: &'static str,
    /// More links for its page: the query of a scrape, and text.
    pub links: &'static [(&'static str, &'static str)],
}
