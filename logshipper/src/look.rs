//! A look at the place where a sink's events go, at the start: what is wrong there is told at once, not when the first request is
//! due, which may be minutes later.
//!
//! It is over when nothing is known to be wrong, or when a request was answered: from then on those tell.

use std::sync::Arc;

use tokio::task::JoinSet;
use tracing::{error, info, warn};

use crate::delivery::retry::{Backoff, is_slow};
use crate::metrics::{Following, Looked, SinkFigures};
use crate::sink::Sink;

/// Looks at all of them, each by itself; dropped, they end.
pub fn at(sinks: &[Following]) -> JoinSet<()> {
    let mut looks = JoinSet::new();
    for Following { sink, figures, .. } in sinks {
        looks.spawn(look(Arc::clone(sink), Arc::clone(figures)));
    }
    looks
}

async fn look(sink: Arc<dyn Sink>, figures: Arc<SinkFigures>) {
    let mut backoff = Backoff::default();
    loop {
        let trouble = sink.look().await;
        let pause = trouble.as_ref().map(|trouble| backoff.failed(trouble, 1.0));
        let retry_in_ms = pause.map_or(0, |pause| pause.as_millis().try_into().unwrap_or(i64::MAX));
        let wrong = trouble.as_ref().map(|trouble| (trouble, retry_in_ms));
        let looked = figures.looked(wrong);
        let name = &**figures.name();
        match (looked, trouble) {
            (Looked::Superseded, _) => return,
            (Looked::New, Some(trouble)) if is_slow(trouble.class) => error!(
                sink = name,
                "{}; nothing is lost: it is looked at again until it is well", trouble.message
            ),
            (Looked::New, Some(trouble)) => {
                warn!(sink = name, "{}; it is looked at again", trouble.message);
            }
            (Looked::Over, _) => info!(sink = name, "nothing is wrong with the sink any more"),
            _ => {}
        }
        match pause {
            Some(pause) => tokio::time::sleep(pause).await,
            None => return,
        }
    }
}

#[cfg(test)]
mod tests;
