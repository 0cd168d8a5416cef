//! Users that AWS Secrets Manager knows: secrets named `AmazonMSK_*` that say
//! `{"username":"...","password":"..."}`, as on Amazon MSK.
//!
//! Asked every few seconds; only a secret whose version changed is read, and its password is
//! turned into credentials once (milliseconds of work, away from the logins) and wiped. A secret
//! that is gone takes its user with it; while the service does not answer, everybody stays. A bad
//! secret is reported by its name, never by what it says.

use std::collections::HashMap;
use std::future::Future;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws::{SecretEntry, SecretText, Secrets, SecretsError};
use identity::control::ScramUser;
use identity::scram::ITERATIONS_MIN;
use identity::{ScramCredential, ScramMechanism};
use serde::Deserialize;
use service::admin::Health;
use tracing::{info, warn};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::ScramCredentials;
use super::phantom::random_salt;
use crate::mechanism::{NoRandomness, Random};

/// What the names of secrets begin with.
pub const PREFIX: &str = "AmazonMSK_";
/// Users that are taken, as many as Amazon MSK allows a cluster.
pub const USERS_MAX: usize = 1000;
/// How often the service is asked.
pub const POLL_DEFAULT: Duration = Duration::from_secs(5);
/// The component of `/healthz`, where the service is asked at all.
pub const COMPONENT: &str = "secrets_manager";
/// The longest pause after failures.
const POLL_MAX: Duration = Duration::from_secs(60);
/// Longest user name, as SCRAM takes it.
const NAME_BYTES_MAX: usize = 255;
/// Rounds of PBKDF2, as Kafka's own tools choose them.
const ITERATIONS: NonZeroU32 = match NonZeroU32::new(ITERATIONS_MIN) {
    Some(iterations) => iterations,
    None => NonZeroU32::MIN,
};

/// Where secrets are.
pub trait SecretSource: Send + Sync {
    /// The secrets whose names begin so, in order of names.
    fn list(
        &self,
        prefix: &str,
    ) -> impl Future<Output = Result<Vec<SecretEntry>, SecretsError>> + Send;

    /// What one of them says.
    fn text(
        &self,
        entry: &SecretEntry,
    ) -> impl Future<Output = Result<SecretText, SecretsError>> + Send;
}

impl SecretSource for Secrets {
    fn list(
        &self,
        prefix: &str,
    ) -> impl Future<Output = Result<Vec<SecretEntry>, SecretsError>> + Send {
        Self::list(self, prefix)
    }

    fn text(
        &self,
        entry: &SecretEntry,
    ) -> impl Future<Output = Result<SecretText, SecretsError>> + Send {
        Self::text(self, entry)
    }
}

/// Numbers for the metrics.
#[derive(Debug, Default)]
pub struct SecretFigures {
    /// Users that secrets name now.
    pub users: AtomicU64,
    /// Secrets that cannot be used now.
    pub bad_secrets: AtomicU64,
    /// Polls that the service did not answer.
    pub failures: AtomicU64,
}

/// Why a secret makes no user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSecret {
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// It is not what MSK wants.
    #[error(r#"it is not of the form {{"username":"...","password":"..."}}"#)]
    Form,
    /// Nobody could log in by that name.
    #[error("its user name is empty, longer than 255 bytes, or not ASCII")]
    Name,
    /// A password that is empty.
    #[error("its password is empty")]
    Password,
    /// Two secrets for one user.
    #[error("the secret {0} names the same user, and comes first")]
    SameUser(String),
    /// Beyond [`USERS_MAX`].
    #[error("it is beyond the first {USERS_MAX}")]
    TooMany,
    /// No salt could be drawn.
    #[error(transparent)]
    Random(#[from] NoRandomness),
}

#[derive(Deserialize, Zeroize, ZeroizeOnDrop)]
struct Content {
    username: String,
    password: String,
}

/// What is known of the secrets.
#[derive(Debug)]
pub struct SecretUsers<S> {
    source: S,
    mechanisms: Vec<ScramMechanism>,
    random: Arc<dyn Random>,
    known: HashMap<String, Known>,
    /// The users of the last poll.
    told: Vec<ScramUser>,
}

#[derive(Debug)]
struct Known {
    version: String,
    users: Result<Vec<ScramUser>, BadSecret>,
}

/// What one poll found.
#[derive(Debug, PartialEq, Eq)]
pub struct Poll {
    /// All users, whether or not they changed.
    pub users: Vec<ScramUser>,
    /// Secrets without a user, by name.
    pub bad: Vec<(String, BadSecret)>,
    /// Whether the users are other ones than before.
    pub is_changed: bool,
}

/// Asks every `interval` and gives `credentials` what it finds. Ends with the task. Until the first
/// answer this process is not healthy, because its users would be told that they have the wrong
/// password; afterwards they are known, whether or not the service answers.
pub async fn run<S: SecretSource>(
    mut users: SecretUsers<S>,
    interval: Duration,
    credentials: Arc<ScramCredentials>,
    figures: Arc<SecretFigures>,
    health: Health,
) {
    let mut has_answered = false;
    let mut pause = interval;
    let mut before: Vec<(String, BadSecret)> = Vec::new();
    loop {
        match users.poll().await {
            Ok(poll) => {
                pause = interval;
                let is_new = |bad: &&(String, BadSecret)| !before.contains(bad);
                for (name, problem) in poll.bad.iter().filter(is_new) {
                    warn!("the secret {name} makes no SCRAM user: {problem}");
                }
                figures.users.store(count(&poll.users), Ordering::Relaxed);
                figures
                    .bad_secrets
                    .store(count(&poll.bad), Ordering::Relaxed);
                if poll.is_changed {
                    info!(
                        "AWS Secrets Manager names {} SCRAM credentials",
                        poll.users.len()
                    );
                    credentials.set_secrets(poll.users);
                }
                before = poll.bad;
                health.ok(COMPONENT);
                has_answered = true;
            }
            Err(error) => {
                if figures.failures.fetch_add(1, Ordering::Relaxed) == 0 || pause == interval {
                    warn!("{error}: {}; SCRAM users stay as they are", causes(&error));
                }
                if !has_answered {
                    health.failed(COMPONENT, error.to_string());
                }
                pause = longer(pause, interval);
            }
        }
        tokio::time::sleep(pause).await;
    }
}

/// The pause after one more failure.
fn longer(pause: Duration, interval: Duration) -> Duration {
    pause
        .saturating_mul(2)
        .clamp(interval, POLL_MAX.max(interval))
}

impl<S: SecretSource> SecretUsers<S> {
    /// Nothing known yet. Every user gets a credential for each of `mechanisms`.
    pub fn new(source: S, mechanisms: Vec<ScramMechanism>, random: Arc<dyn Random>) -> Self {
        Self {
            source,
            mechanisms,
            random,
            known: HashMap::new(),
            told: Vec::new(),
        }
    }

    /// Asks once. An error says that nothing could be listed, and changes nothing.
    pub async fn poll(&mut self) -> Result<Poll, SecretsError> {
        let entries = self.source.list(PREFIX).await?;
        let mut known = HashMap::with_capacity(entries.len());
        for entry in entries.iter().take(USERS_MAX) {
            let now = match self.known.remove(&entry.arn) {
                Some(same) if same.version == entry.version && same.users.is_ok() => same,
                before => self.renew(entry, before.as_ref()).await,
            };
            known.insert(entry.arn.clone(), now);
        }
        self.known = known;
        let (users, bad) = self.summary(&entries);
        let is_changed = users != self.told;
        if is_changed {
            self.told.clone_from(&users);
        }
        Ok(Poll {
            users,
            bad,
            is_changed,
        })
    }

    /// Reads a secret that is new, changed, or was bad. One that cannot be read now keeps the user
    /// that it had, under its old version, so that it is read again.
    async fn renew(&self, entry: &SecretEntry, before: Option<&Known>) -> Known {
        let users = self.read(entry).await;
        match (&users, before) {
            (
                Err(BadSecret::Unreadable(_)),
                Some(Known {
                    version,
                    users: Ok(kept),
                }),
            ) => Known {
                version: version.clone(),
                users: Ok(kept.clone()),
            },
            _ => Known {
                version: entry.version.clone(),
                users,
            },
        }
    }

    async fn read(&self, entry: &SecretEntry) -> Result<Vec<ScramUser>, BadSecret> {
        let unreadable = |error: SecretsError| BadSecret::Unreadable(causes(&error));
        let text = self.source.text(entry).await.map_err(unreadable)?;
        let content: Content = serde_json::from_str(text.expose()).map_err(|_| BadSecret::Form)?;
        let is_name = |byte: u8| matches!(byte, 0x01..=0x7F);
        let name = &content.username;
        if name.is_empty() || name.len() > NAME_BYTES_MAX || !name.bytes().all(is_name) {
            return Err(BadSecret::Name);
        }
        if content.password.is_empty() {
            return Err(BadSecret::Password);
        }
        let salts = self.mechanisms.iter().map(|_| random_salt(&*self.random));
        let salts: Vec<_> = salts.collect::<Result<_, _>>()?;
        let mechanisms = self.mechanisms.clone();
        let derive = move || {
            let pairs = mechanisms.into_iter().zip(salts);
            pairs
                .map(|(mechanism, salt)| user(mechanism, salt, &content))
                .collect()
        };
        let derived = tokio::task::spawn_blocking(derive).await;
        derived.map_err(|_| BadSecret::Unreadable("its key derivation was cut off".to_owned()))
    }

    fn summary(&self, entries: &[SecretEntry]) -> (Vec<ScramUser>, Vec<(String, BadSecret)>) {
        let mut users = Vec::new();
        let mut bad = Vec::new();
        let mut first: HashMap<&str, &str> = HashMap::new();
        for entry in entries {
            let found = match self.known.get(&entry.arn).map(|known| &known.users) {
                None => Err(BadSecret::TooMany),
                Some(Err(problem)) => Err(problem.clone()),
                Some(Ok(of_secret)) => {
                    let name = of_secret.first().map_or("", |user| &*user.name);
                    let owner = *first.entry(name).or_insert(&entry.name);
                    if owner == entry.name {
                        Ok(of_secret)
                    } else {
                        Err(BadSecret::SameUser(owner.to_owned()))
                    }
                }
            };
            match found {
                Ok(of_secret) => users.extend(of_secret.iter().cloned()),
                Err(problem) => bad.push((entry.name.clone(), problem)),
            }
        }
        (users, bad)
    }
}

fn user(mechanism: ScramMechanism, salt: Vec<u8>, content: &Content) -> ScramUser {
    let password = content.password.as_bytes();
    ScramUser {
        name: content.username.clone(),
        mechanism,
        credential: ScramCredential::of_password(mechanism, password, salt, ITERATIONS),
    }
}

fn count<T>(of: &[T]) -> u64 {
    u64::try_from(of.len()).unwrap_or(u64::MAX)
}

/// The causes of an error, which its own text leaves out.
fn causes(error: &dyn std::error::Error) -> String {
    let mut texts = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        texts.push(cause.to_string());
        next = cause.source();
    }
    texts.join(": ")
}

#[cfg(test)]
mod tests;
