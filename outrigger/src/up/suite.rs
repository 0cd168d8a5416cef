//! The processes that run, in the order of their start: what they have told, and their end in the
//! opposite order, but for those that follow the others to theirs.

use super::failure::UpError;
use super::keeper::{Event, Keeper};
use super::last_logs;
use super::parts::{self, Role};
use super::plan::Plan;
use crate::endpoints::{Endpoints, Running};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use service::Clock;
use service::shutdown::Signal;
use std::collections::BTreeMap;
use tokio::sync::mpsc;

/// What runs.
#[derive(Debug)]
pub(super) struct Suite {
    keepers: Vec<(Role, Keeper)>,
    running: Vec<Running>,
    cluster_id: String,
    events: mpsc::UnboundedReceiver<Event>,
    tell: mpsc::UnboundedSender<Event>,
    /// Whether nothing stays behind.
    ephemeral: bool,
    /// Seen when nobody wants to wait any more.
    at_once: Signal,
}

impl Suite {
    /// Nothing as yet. What is stopped when `at_once` is seen is killed.
    pub(super) fn new(ephemeral: bool, at_once: Signal) -> Self {
        // Each process tells as often as it starts, and starts are spaced.
        let (tell, events) = mpsc::unbounded_channel();
        Self {
            keepers: Vec::new(),
            running: Vec::new(),
            cluster_id: String::new(),
            events,
            tell,
            ephemeral,
            at_once,
        }
    }

    /// Starts every process, each when the one before it is of use.
    pub(super) async fn start(&mut self, plan: &Plan, clock: &Clock) -> Result<(), UpError> {
        for process in &plan.processes {
            let mut process = process.clone();
            process.fill(parts::CLUSTER_UUID, || uuid_of(&self.cluster_id));
            let (name, role) = (process.part.name, process.part.role);
            let keeper = Keeper::start(
                process,
                plan.data_dir.clone(),
                self.tell.clone(),
                self.at_once.clone(),
                clock.clone(),
            );
            self.keepers.push((role, keeper));
            while !self.running.iter().any(|running| running.name == name) {
                self.next().await?;
            }
        }
        Ok(())
    }

    /// Waits for the next process that is of use again; gives it.
    pub(super) async fn next(&mut self) -> Result<Running, UpError> {
        match self.events.recv().await {
            Some(Event::Ready {
                process,
                cluster_id,
            }) => {
                self.cluster_id = cluster_id.unwrap_or(std::mem::take(&mut self.cluster_id));
                let mut running = self.running.iter_mut();
                match running.find(|running| running.name == process.name) {
                    Some(before) => *before = process.clone(),
                    None => self.running.push(process.clone()),
                }
                Ok(process)
            }
            Some(Event::Failed(error)) => Err(error),
            None => unreachable!("this end keeps a sender"),
        }
    }

    /// Where everything is.
    pub(super) fn endpoints(
        &self,
        plan: &Plan,
        credentials: &BTreeMap<String, String>,
    ) -> Endpoints {
        Endpoints::new(&plan.data_dir, &self.cluster_id, credentials, &self.running)
    }

    /// Stops every process, the last started first, and those that follow others last of all: what these write at their end is read,
    /// too. The first failure counts.
    pub(super) async fn stop(self) -> Result<(), UpError> {
        let mut outcome = Ok(());
        let in_turn = self.keepers.into_iter().rev();
        let (followers, others): (Vec<_>, Vec<_>) =
            in_turn.partition(|(role, _)| *role == Role::Follower);
        for (_, keeper) in others {
            outcome = outcome.and(keeper.stop().await);
        }
        for (_, keeper) in followers {
            let left = last_logs::ask(&self.running, self.at_once.clone()).await;
            let stopped = last_logs::until(keeper.stop(), &left, self.ephemeral).await;
            outcome = outcome.and(stopped);
        }
        outcome
    }
}

/// What MSK has behind the name of a cluster: a UUID and the number of its creation. Of Kafka's cluster ids, which are UUIDs in other
/// letters; what is none stays as it is.
fn uuid_of(cluster_id: &str) -> String {
    let decoded = URL_SAFE_NO_PAD.decode(cluster_id).ok();
    let bytes: Option<[u8; 16]> = decoded.and_then(|bytes| bytes.try_into().ok());
    let Some(bytes) = bytes else {
        return cluster_id.to_owned();
    };
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    let groups = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| &hex[range]);
    format!("{}-1", groups.join("-"))
}

#[cfg(test)]
mod tests {
    use super::uuid_of;

    #[test]
    fn a_cluster_id_becomes_what_msk_would_call_it() {
        let cases = [
            (
                "uxDx93VXTx2nWqIkFCml6A",
                "bb10f1f7-7557-4f1d-a75a-a2241429a5e8-1",
            ),
            ("", ""),
            ("my-cluster", "my-cluster"),
        ];
        for (cluster_id, expected) in cases {
            assert_eq!(uuid_of(cluster_id), expected);
        }
    }
}
