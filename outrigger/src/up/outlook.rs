//! What `up` would run with these options, found out without running or making anything: for
//! `outrigger doctor`.

use super::args::UpArgs;
use super::plan::{self, ProcessPlan};
use super::settings_of;
use crate::data_dir::DataDir;
use std::collections::BTreeSet;

/// What would be run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outlook {
    /// In the order of their start.
    processes: Vec<ProcessPlan>,
    /// Where the page would be served.
    pub(crate) dashboard: Option<String>,
    /// Names and addresses by which clients come to ports with TLS.
    pub(crate) tls_hosts: BTreeSet<String>,
}

/// Reads options, environment and configuration file as `up` does, and has every process read its
/// own part; the error is everything that is wrong, one sentence each.
pub(crate) fn outlook(data_dir: &DataDir, args: &UpArgs) -> Result<Outlook, Vec<String>> {
    let settings = settings_of(args).map_err(|error| vec![error.to_string()])?;
    let planned = plan::plan(data_dir.clone(), &data_dir.run(), args, settings);
    let plan = planned.map_err(|problems| problems.0)?;
    Ok(Outlook {
        processes: plan.processes,
        dashboard: plan.dashboard,
        tls_hosts: plan.facts.tls_hosts,
    })
}

impl Outlook {
    /// The names of the processes.
    pub(crate) fn processes(&self) -> impl Iterator<Item = &'static str> {
        self.processes.iter().map(|process| process.part.name)
    }

    /// The value of a key of a process, where somebody said it: `up` or a person.
    pub(crate) fn value(&self, process: &str, key: &str) -> Option<&str> {
        let found = self
            .processes
            .iter()
            .find(|planned| planned.part.name == process)?;
        found.value(key).filter(|value| !value.is_empty())
    }

    /// Every value of every process whose key ends so.
    pub(crate) fn values_of(&self, key: &str) -> Vec<(&'static str, &str)> {
        let processes = self.processes.iter();
        let values = processes.filter_map(|process| Some((process.part.name, process.value(key)?)));
        values.filter(|(_, value)| !value.is_empty()).collect()
    }
}
