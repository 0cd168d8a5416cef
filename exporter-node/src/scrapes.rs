//! Who asks for metrics, and the one thread that collects them, away from those that serve.

use std::sync::Arc;

use exposition::{Family, Format};
use scrape::{Collected, Exporter, Failure, Request};
use service::admin::Health;
use tokio::sync::{mpsc, oneshot};

use crate::node::{Node, Wanted};
use crate::own::Own;

/// The thread, in `/healthz`.
pub const COMPONENT: &str = "collectors";
/// Scrapes beyond wait to be let in; `--web.max-requests` bounds them before.
const WAITING_MAX: usize = 64;

/// The server's own metrics, which stand behind ours.
const ADDED_BYTES: usize = 8 << 10;

/// The way to the thread; cheap to clone.
#[derive(Clone, Debug)]
pub struct Scrapes {
    jobs: mpsc::Sender<Job>,
    names: Arc<[&'static str]>,
    health: Health,
}

/// The thread has ended, which only a fault of ours can make it do.
#[derive(Debug, thiserror::Error)]
#[error("the thread that collects has ended")]
pub struct Ended;

#[derive(Debug)]
struct Job {
    wanted: Wanted,
    answer: Answer,
}

#[derive(Debug)]
enum Answer {
    Text(Format, oneshot::Sender<Vec<u8>>),
    Families(oneshot::Sender<Vec<Family>>),
}

impl Scrapes {
    /// Starts the thread. It ends when nobody can ask any more.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(node: Node, own: Option<Own>, health: Health) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel(WAITING_MAX);
        let names = node.names().into();
        service::spawn::thread("collectors", move || serve(node, own, queue))?;
        health.ok(COMPONENT);
        Ok(Self {
            jobs,
            names,
            health,
        })
    }

    /// What all collectors that are on say, for those who push it.
    ///
    /// # Errors
    /// Nobody collects any more.
    pub async fn families(&self) -> Result<Vec<Family>, Ended> {
        let (sender, answer) = oneshot::channel();
        let job = Job {
            wanted: Wanted::All,
            answer: Answer::Families(sender),
        };
        self.jobs.send(job).await.map_err(|_| self.ended())?;
        answer.await.map_err(|_| self.ended())
    }

    fn ended(&self) -> Ended {
        self.health.failed(COMPONENT, Ended.to_string());
        Ended
    }
}

impl Exporter for Scrapes {
    async fn collect(&self, request: Request) -> Result<Collected, Failure> {
        let query = &request.query;
        let chosen = (query.all("collect[]"), query.all("exclude[]"));
        let wanted = Wanted::from_query(&self.names, chosen.0, chosen.1);
        let wanted = wanted.map_err(|error| Failure::Query(error.to_string()))?;
        let (sender, answer) = oneshot::channel();
        let job = Job {
            wanted,
            answer: Answer::Text(request.format, sender),
        };
        let ended = |Ended| Failure::Internal(Ended.to_string());
        let sent = self.jobs.send(job).await;
        sent.map_err(|_| ended(self.ended()))?;
        let text = answer.await.map_err(|_| ended(self.ended()))?;
        Ok(Collected::Text(text))
    }

    fn parameters(&self) -> Option<&'static [&'static str]> {
        Some(&["collect[]", "exclude[]"])
    }
}

fn serve(mut node: Node, mut own: Option<Own>, mut queue: mpsc::Receiver<Job>) {
    // As long as the last one and what the server adds, so that an answer is not moved while it grows.
    let mut bytes_last = 0;
    let round = node.round().clone();
    while let Some(Job { wanted, answer }) = queue.blocking_recv() {
        let is_over = || match &answer {
            Answer::Text(_, sender) => sender.is_closed(),
            Answer::Families(sender) => sender.is_closed(),
        };
        let Some(families) = node.collect(&wanted, is_over) else {
            continue;
        };
        if let Some(own) = &mut own {
            own.put(families, &round);
        }
        match answer {
            Answer::Text(format, sender) => {
                let mut text = Vec::with_capacity(bytes_last + ADDED_BYTES);
                families.write(format, &mut text);
                bytes_last = text.len();
                let _ = sender.send(text);
            }
            Answer::Families(sender) => {
                let _ = sender.send(families.to_families());
            }
        }
    }
}
