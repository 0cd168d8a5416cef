//! The rule sets that can be asked for: those that `--rules` names, the first of which is the default, and every
//! dialect. A file is read again when it changes; one that is wrong leaves the old rules in force.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use service::Watch;
use tracing::{info, warn};

use crate::dialect::{DIALECTS, Dialect};
use crate::rules::Rules;

/// People write some kilobytes.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Where rules come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Ours.
    Dialect(Dialect),
    /// An operator's.
    File(PathBuf),
}

/// Rules under a name.
#[derive(Debug)]
pub struct RuleSet {
    /// What `?dialect=` calls it: the dialect, or the file's name without its ending.
    pub name: String,
    /// Where it comes from.
    pub origin: Origin,
    in_force: RwLock<Arc<InForce>>,
}

/// Rules as they are now.
#[derive(Debug)]
pub struct InForce {
    /// Another one after every change.
    pub generation: u64,
    /// The rules.
    pub rules: Rules,
}

/// All of them; the first is the default.
#[derive(Debug)]
pub struct RuleSets {
    sets: Vec<RuleSet>,
    reloads: AtomicU64,
    failures: AtomicU64,
}

impl Origin {
    /// What `--rules` says: a dialect's name, else a file.
    pub fn of(text: &str) -> Self {
        Dialect::find(text).map_or_else(|| Self::File(PathBuf::from(text)), Self::Dialect)
    }

    fn name(&self) -> String {
        match self {
            Self::Dialect(dialect) => dialect.name.to_owned(),
            Self::File(path) => path
                .file_stem()
                .unwrap_or(path.as_os_str())
                .to_string_lossy()
                .into_owned(),
        }
    }

    fn read(&self) -> Result<Rules, String> {
        let parsed = match self {
            Self::Dialect(dialect) => dialect.rules(),
            Self::File(path) => Rules::parse(&read(path)?),
        };
        parsed.map_err(|error| match self {
            Self::Dialect(dialect) => format!("{}: {error}", dialect.name),
            Self::File(path) => format!("{}: {error}", path.display()),
        })
    }
}

fn read(path: &Path) -> Result<String, String> {
    let text = service::files::read_text(path, FILE_BYTES_MAX);
    text.map_err(|error| format!("cannot read {}: {error}", path.display()))
}

impl RuleSets {
    /// Reads what `asked` names, and puts the other dialects behind it.
    ///
    /// # Errors
    /// A file that cannot be read, or whose rules are wrong; two sets of one name.
    pub fn open(asked: &[Origin]) -> Result<Self, Vec<String>> {
        let mut sets: Vec<RuleSet> = Vec::new();
        let mut problems = Vec::new();
        let others = DIALECTS.iter().copied().map(Origin::Dialect);
        let others = others.filter(|origin| !asked.contains(origin));
        for origin in asked.iter().cloned().chain(others) {
            let name = origin.name();
            if sets.iter().any(|set| set.name == name) {
                problems.push(format!(
                    "there are two rule sets named {name}; rename the file"
                ));
                continue;
            }
            match origin.read() {
                Ok(rules) => sets.push(RuleSet {
                    name,
                    origin,
                    in_force: RwLock::new(Arc::new(InForce {
                        generation: 0,
                        rules,
                    })),
                }),
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            sets,
            reloads: AtomicU64::new(0),
            failures: AtomicU64::new(0),
        })
    }

    /// None at all, for a configuration that is refused anyway.
    pub(crate) fn none() -> Self {
        Self {
            sets: Vec::new(),
            reloads: AtomicU64::new(0),
            failures: AtomicU64::new(0),
        }
    }

    /// Every set, in order.
    pub fn all(&self) -> &[RuleSet] {
        &self.sets
    }

    /// The index of the set of this name, or of the default one.
    pub fn find(&self, name: Option<&str>) -> Option<usize> {
        match name {
            None | Some("") => Some(0),
            Some(name) => self.sets.iter().position(|set| set.name == name),
        }
    }

    /// How often a file was read again, and how often that failed.
    pub fn reloads(&self) -> (u64, u64) {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        (count(&self.reloads), count(&self.failures))
    }

    /// Follows the files for as long as it is polled.
    pub async fn follow(self: Arc<Self>) {
        let watched = self.sets.iter().enumerate();
        let mut tasks = tokio::task::JoinSet::new();
        for (index, set) in watched {
            if let Origin::File(path) = &set.origin {
                let watch = Watch::new([path.clone()]);
                tasks.spawn(Arc::clone(&self).follow_file(index, watch));
            }
        }
        while tasks.join_next().await.is_some() {}
        std::future::pending::<()>().await;
    }

    async fn follow_file(self: Arc<Self>, index: usize, mut watch: Watch) {
        loop {
            watch.changed().await;
            let sets = Arc::clone(&self);
            // Patterns take their time to compile.
            let _ = tokio::task::spawn_blocking(move || sets.reload(index)).await;
        }
    }

    /// Reads a set again.
    pub fn reload(&self, index: usize) {
        let Some(set) = self.sets.get(index) else {
            return;
        };
        match set.origin.read() {
            Ok(rules) => {
                set.replace(rules);
                self.reloads.fetch_add(1, Ordering::Relaxed);
                info!(rules = %set.name, "rules read again");
            }
            Err(problem) => {
                self.failures.fetch_add(1, Ordering::Relaxed);
                warn!(rules = %set.name, %problem, "rules cannot be used; the old ones hold");
            }
        }
    }
}

impl RuleSet {
    /// The rules of now.
    pub fn in_force(&self) -> Arc<InForce> {
        Arc::clone(&self.in_force.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn replace(&self, rules: Rules) {
        let mut in_force = self
            .in_force
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let generation = in_force.generation + 1;
        *in_force = Arc::new(InForce { generation, rules });
    }
}
