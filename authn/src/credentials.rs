//! Which SCRAM credentials there are: the broker's, merged with those of AWS Secrets Manager, and
//! for everybody else a phantom, so that a challenge tells nobody whether a user exists.
//!
//! Readers take no lock. Where both sources know a user, the broker's credentials alone count,
//! whatever the mechanism: else whoever may write a secret could take over a super user.

mod phantom;
pub mod secrets;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use identity::control::ScramUser;
use identity::scram::ITERATIONS_MIN;
use identity::{ScramCredential, ScramMechanism};
use tracing::warn;

use phantom::Population;
pub use phantom::{PhantomKey, PhantomKeyError};

/// Looked up where a name is not known, so that a miss reads what has lain in memory as a hit does.
const DECOY: &str = "decoy";
/// About what salts of Java's tools have.
const DECOY_SALT_BYTES: usize = 25;
/// Looked up where a name is known: it is nowhere.
const NOBODY: &str = "nobody";

/// The credentials that logins are checked against.
#[derive(Debug)]
pub struct ScramCredentials {
    key: PhantomKey,
    sources: Mutex<Sources>,
    table: ArcSwap<Table>,
}

/// What a name has, or seems to have.
#[derive(Clone, Debug)]
pub struct Found {
    /// A real credential, or a phantom that nobody has the password of.
    pub credential: Arc<ScramCredential>,
    /// Whether it is a real one.
    pub is_known: bool,
    /// The other of the two that are read and held in every case: the phantom of a name that is
    /// known, and of one that is not a stored credential that is nobody's. The time of a login
    /// tells neither what was cold in a cache nor what was freed.
    pub other: Arc<ScramCredential>,
}

#[derive(Debug, Default)]
struct Sources {
    broker: Vec<ScramUser>,
    secrets: Vec<ScramUser>,
    /// How many users of secrets were told to be without effect.
    told: usize,
}

#[derive(Debug, Default)]
struct Table {
    sha256: Users,
    sha512: Users,
}

#[derive(Debug, Default)]
struct Users {
    by_name: HashMap<String, Arc<ScramCredential>>,
    /// [`DECOY`] alone.
    decoys: HashMap<String, Arc<ScramCredential>>,
    population: Population,
}

impl ScramCredentials {
    /// No users. Phantoms hang on `key`, which outlives restarts and is the same for every authn
    /// of a cluster.
    pub fn new(key: PhantomKey) -> Self {
        Self {
            key,
            sources: Mutex::default(),
            table: ArcSwap::default(),
        }
    }

    /// The broker's users, whole each time.
    pub fn set_broker(&self, users: Vec<ScramUser>) {
        self.change(|sources| sources.broker = users);
    }

    /// The users of Secrets Manager, whole each time.
    pub fn set_secrets(&self, users: Vec<ScramUser>) {
        self.change(|sources| sources.secrets = users);
    }

    /// Credentials of both mechanisms together.
    pub fn count(&self) -> usize {
        let table = self.table.load();
        table.sha256.by_name.len() + table.sha512.by_name.len()
    }

    /// The credential of a user; a phantom where there is none. In every case there is one hit and
    /// one miss, a phantom is made and a stored credential read, so that the time does not tell
    /// which it was.
    pub fn find(&self, mechanism: ScramMechanism, name: &str) -> Found {
        let table = self.table.load();
        let users = table.of(mechanism);
        let phantom = Arc::new(self.key.phantom(mechanism, name, &users.population));
        let known = users.by_name.get(name);
        let decoy = if known.is_some() { NOBODY } else { DECOY };
        let decoy = users.decoys.get(decoy);
        Found {
            credential: Arc::clone(known.unwrap_or(&phantom)),
            is_known: known.is_some(),
            other: Arc::clone(decoy.unwrap_or(&phantom)),
        }
    }

    /// The credential of a user, if there is one.
    pub fn known(&self, mechanism: ScramMechanism, name: &str) -> Option<Arc<ScramCredential>> {
        let table = self.table.load();
        table.of(mechanism).by_name.get(name).cloned()
    }

    fn change(&self, change: impl FnOnce(&mut Sources)) {
        let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut sources);
        sources.tell_without_effect();
        self.table.store(Arc::new(Table::of_sources(&sources)));
    }
}

impl Sources {
    fn of_broker(&self) -> HashSet<&str> {
        self.broker.iter().map(|user| &*user.name).collect()
    }

    /// Says once that secrets name users of the broker; the names stand in the secrets.
    fn tell_without_effect(&mut self) {
        let of_broker = self.of_broker();
        let names = self.secrets.iter().map(|user| &*user.name);
        let names: BTreeSet<_> = names.filter(|name| of_broker.contains(name)).collect();
        let count = names.len();
        if let Some(first) = names.first()
            && count != self.told
        {
            warn!(
                "secrets name {count} users of the broker and do not count for them, {first:?} \
                 first; delete the user's credentials in the broker, or the secret"
            );
        }
        self.told = count;
    }
}

impl Table {
    fn of_sources(sources: &Sources) -> Self {
        let mut table = Self::default();
        let of_broker = sources.of_broker();
        let secrets = &sources.secrets;
        let secrets = secrets
            .iter()
            .filter(|user| !of_broker.contains(&*user.name));
        for user in sources.broker.iter().chain(secrets) {
            // Kafka refuses a login with fewer rounds, whoever stored them.
            if user.credential.iterations >= ITERATIONS_MIN {
                let credential = Arc::new(user.credential.clone());
                let users = match user.mechanism {
                    ScramMechanism::Sha256 => &mut table.sha256,
                    ScramMechanism::Sha512 => &mut table.sha512,
                };
                users.by_name.insert(user.name.clone(), credential);
            }
        }
        for users in [&mut table.sha256, &mut table.sha512] {
            users.population = Population::of(users.by_name.values().map(AsRef::as_ref));
            let decoy = Arc::new(decoy());
            users.decoys.insert(DECOY.to_owned(), decoy);
        }
        table
    }

    fn of(&self, mechanism: ScramMechanism) -> &Users {
        match mechanism {
            ScramMechanism::Sha256 => &self.sha256,
            ScramMechanism::Sha512 => &self.sha512,
        }
    }
}

/// Like any other in what reading it costs; nobody logs in with it, because it is found by no name.
fn decoy() -> ScramCredential {
    ScramCredential {
        salt: vec![0; DECOY_SALT_BYTES],
        stored_key: Vec::new(),
        server_key: Vec::new(),
        iterations: ITERATIONS_MIN,
    }
}

#[cfg(test)]
mod tests;
