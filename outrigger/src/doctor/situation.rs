//! What every check may want to know: which instance is meant, what `up` would run, and what runs.

use crate::data_dir::DataDir;
use crate::endpoints::Endpoints;
use crate::up::{Outlook, UpArgs, outlook};
use service::Clock;
use service::files::Lock;
use std::collections::BTreeSet;
use std::io;

/// The instance that is meant.
#[derive(Debug)]
pub(crate) struct Situation {
    pub(crate) data_dir: DataDir,
    /// Whether the data directory would be a new one, below the temporary ones.
    pub(crate) ephemeral: bool,
    /// What would be run, as far as the configuration can be read.
    pub(crate) outlook: Outlook,
    /// What is wrong with the configuration.
    pub(crate) problems: Vec<String>,
    /// What `up` has written, or a killed one left.
    pub(crate) endpoints: Option<Endpoints>,
    /// What is wrong with that file.
    pub(crate) unreadable: Option<String>,
    /// Whether an `up` holds the directory, and its process id where the lock tells.
    pub(crate) holder: Option<Option<u32>>,
    pub(crate) now_ms: i64,
}

impl Situation {
    /// Looks at the directory and at the configuration.
    pub(super) fn look(args: &UpArgs, clock: &Clock) -> io::Result<Self> {
        let data_dir = match &args.data_dir.data_dir {
            Some(named) => DataDir::new(named)?,
            None if args.ephemeral => DataDir::new(&std::env::temp_dir())?,
            None => args.data_dir.resolve()?,
        };
        let (outlook, problems) = match outlook(&data_dir, args) {
            Ok(outlook) => (outlook, Vec::new()),
            Err(problems) => (Outlook::default(), problems),
        };
        let (holder, endpoints, unreadable) = if args.ephemeral {
            (None, None, None)
        } else {
            // Where the directory cannot be looked into, the check of the disk says so.
            let holder = Lock::held_by(&data_dir.lock()).unwrap_or_default();
            match Endpoints::read(&data_dir) {
                Ok(endpoints) => (holder, endpoints, None),
                Err(error) => (holder, None, Some(error.to_string())),
            }
        };
        Ok(Self {
            data_dir,
            ephemeral: args.ephemeral,
            outlook,
            problems,
            endpoints,
            unreadable,
            holder,
            now_ms: clock.now_ms(),
        })
    }

    /// The endpoints of what runs; what a killed `up` left does not count.
    pub(crate) fn running(&self) -> Option<&Endpoints> {
        self.holder.and(self.endpoints.as_ref())
    }

    /// The processes of this instance.
    pub(crate) fn own_pids(&self) -> BTreeSet<u32> {
        let named = self.endpoints.iter().flat_map(|known| &known.processes);
        let holder = self.holder.flatten();
        named.map(|process| process.pid).chain(holder).collect()
    }
}
