//! THE TABLE of checks: one row and one file each, in the order of the report.

use super::checks::{
    aws, certificates, clock, configuration, credentials, descriptors, disk, endpoints, inotify,
    instance, kernel, logs, memory, ports, sockets, versions,
};
use super::situation::Situation;
use super::verdict::Verdict;
use std::pin::Pin;

/// A row.
pub(super) struct Check {
    /// What is looked at, in one word.
    pub(super) name: &'static str,
    pub(super) run: Run,
}

/// How a check is made: it reads facts, and judges them in a pure function of its file.
pub(super) enum Run {
    /// From files of this machine.
    Here(fn(&Situation) -> Vec<Verdict>),
    /// By asking somebody.
    Asking(for<'a> fn(&'a Situation) -> Answer<'a>),
}

/// What will have been found.
pub(super) type Answer<'a> = Pin<Box<dyn Future<Output = Vec<Verdict>> + 'a>>;

/// THE TABLE.
pub(super) const CHECKS: &[Check] = &[
    here("configuration", configuration::verdicts),
    here("instance", instance::verdicts),
    here("ports", ports::verdicts),
    here("files", descriptors::verdicts),
    here("inotify", inotify::verdicts),
    here("disk", disk::verdicts),
    here("memory", memory::verdicts),
    here("clock", clock::verdicts),
    here("certificates", certificates::verdicts),
    here("credentials", credentials::verdicts),
    here("kernel", kernel::verdicts),
    here("sockets", sockets::verdicts),
    asking("endpoints", |situation| {
        Box::pin(endpoints::verdicts(situation))
    }),
    asking("versions", |situation| {
        Box::pin(versions::verdicts(situation))
    }),
    asking("logs", |situation| Box::pin(logs::verdicts(situation))),
    asking("aws", |situation| Box::pin(aws::verdicts(situation))),
];

const fn here(name: &'static str, run: fn(&Situation) -> Vec<Verdict>) -> Check {
    Check {
        name,
        run: Run::Here(run),
    }
}

const fn asking(name: &'static str, run: for<'a> fn(&'a Situation) -> Answer<'a>) -> Check {
    Check {
        name,
        run: Run::Asking(run),
    }
}

impl Run {
    /// Makes the check.
    pub(super) async fn verdicts(&self, situation: &Situation) -> Vec<Verdict> {
        match self {
            Self::Here(run) => run(situation),
            Self::Asking(run) => run(situation).await,
        }
    }
}
