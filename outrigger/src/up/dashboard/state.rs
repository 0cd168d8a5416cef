//! What the page shows, brought up to date by each round of questions.

use super::figures::Evaluation;
use super::history::History;
use super::panel::Source;
use super::panels::PANELS;
use super::source::{Answered, Round};
use crate::endpoints::Endpoints;
use std::collections::BTreeMap;

#[derive(Debug)]
pub(super) struct State {
    pub(super) cluster_id: String,
    pub(super) bootstrap: BTreeMap<String, String>,
    /// Seconds since 1970.
    pub(super) began: f64,
    pub(super) history: History,
    pub(super) sources: BTreeMap<Source, Answered>,
    pub(super) processes: Vec<Process>,
    evaluation: Evaluation,
}

/// How a process is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) name: String,
    pub(super) pid: u32,
    /// What it, or the lack of an answer, says is wrong.
    pub(super) problem: Option<String>,
}

impl State {
    pub(super) fn new(began: f64) -> Self {
        Self {
            cluster_id: String::new(),
            bootstrap: BTreeMap::new(),
            began,
            history: History::new(PANELS),
            sources: BTreeMap::new(),
            processes: Vec::new(),
            evaluation: Evaluation::default(),
        }
    }

    /// Takes in what was answered at `time`, in seconds since 1970.
    pub(super) fn take(&mut self, time: f64, endpoints: &Endpoints, round: Round) {
        let figures = self.evaluation.figures(PANELS, &round.scrapes);
        self.history.push(time, &figures);
        self.cluster_id.clone_from(&endpoints.cluster_id);
        self.bootstrap.clone_from(&endpoints.bootstrap);
        let processes = endpoints.processes.iter().map(|process| {
            let health = round.processes.get(&process.name);
            Process {
                name: process.name.clone(),
                pid: process.pid,
                problem: health.and_then(|health| health.clone().err()),
            }
        });
        self.processes = processes.collect();
        self.sources = round.sources;
    }
}
