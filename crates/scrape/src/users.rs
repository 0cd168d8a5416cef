//! User names and passwords against bcrypt hashes, paid once per password and bounded for wrong ones.
//!
//! bcrypt is slow on purpose, and scrapes come every few seconds. So whoever was let in is remembered by a
//! keyed digest (the key is this process's own and random), and so are the last that were not. What is new is
//! hashed one at a time, and after a wrong one there is a pause of four times what it took: strangers
//! get a fifth of one core, and who is remembered never waits. A check is a task of its own, so that who hangs
//! up in the middle of it neither frees its place early nor spares itself the pause.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_lc_rs::{constant_time, digest, hmac, rand};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use service::{Clock, Secret};
use tokio::sync::{Mutex as Turn, watch};

/// Those who may wait for their turn to be hashed, one of each address; more are told to come back.
const WAITING_MAX: usize = 8;
/// Passwords remembered of each kind; there are few scrapers.
const REMEMBERED_MAX: usize = 64;
/// How long a failed hash is paid back, in multiples of its time.
const PAUSE: u32 = 4;
/// bcrypt looks at no more.
const CREDENTIALS_BYTES_MAX: usize = 1024;

type Tag = Vec<u8>;
/// Where the verdict on a password will be.
type Checked = watch::Receiver<Option<Verdict>>;

/// One address of IPv4, or a /64 of IPv6, of which nobody has less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Address(IpAddr);

/// An address's place among those who wait; dropping it gives it back.
struct Place {
    users: Arc<Users>,
    address: Address,
}

/// Who may come in.
#[derive(Debug)]
pub(crate) struct Users {
    hashes: BTreeMap<String, Secret<String>>,
    /// For names that nobody has: hashed all the same, so that time does not tell which exist.
    decoy: Secret<String>,
    key: hmac::Key,
    remembered: Mutex<Remembered>,
    waiting: Mutex<HashMap<Address, (Tag, Checked)>>,
    turn: Turn<Duration>,
    clock: Clock,
}

#[derive(Debug, Default)]
struct Remembered {
    right: VecDeque<Tag>,
    wrong: VecDeque<Tag>,
}

/// What somebody says to be let in.
struct Credentials {
    user: String,
    password: Secret<String>,
    tag: Tag,
}

/// What to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// 200
    Welcome,
    /// No credentials, or not of the kind asked for: 401.
    Missing,
    /// Wrong: 401.
    Wrong,
    /// Too many want to be checked: 429.
    Busy,
}

impl Users {
    /// The users of these bcrypt hashes; none at all lets everybody in.
    pub(crate) fn new(
        hashes: BTreeMap<String, Secret<String>>,
        clock: Clock,
    ) -> Result<Self, rustls::Error> {
        let failed = |_| rustls::Error::FailedToGetRandomBytes;
        let key =
            hmac::Key::generate(hmac::HMAC_SHA256, &rand::SystemRandom::new()).map_err(failed)?;
        // The slowest of the real ones: a hash of nobody's password, by replacing what follows its salt.
        let slowest = hashes.values().max_by_key(|hash| cost(hash.expose()));
        let decoy = slowest.map(|hash| decoy(hash.expose())).unwrap_or_default();
        Ok(Self {
            hashes,
            decoy: Secret::new(decoy),
            key,
            remembered: Mutex::default(),
            waiting: Mutex::default(),
            turn: Turn::default(),
            clock,
        })
    }

    /// Checks an `Authorization` header.
    pub(crate) async fn check(
        self: &Arc<Self>,
        authorization: Option<&str>,
        from: IpAddr,
    ) -> Verdict {
        if self.hashes.is_empty() {
            return Verdict::Welcome;
        }
        let Some((user, password)) = authorization.and_then(basic) else {
            return Verdict::Missing;
        };
        let tag = self.tag(&user, password.expose());
        if let Some(verdict) = self.recall(&tag) {
            return verdict;
        }
        let credentials = Credentials {
            user,
            password,
            tag,
        };
        match self.begin(Address::of(from), credentials) {
            Some(mut checked) => match checked.wait_for(Option::is_some).await {
                Ok(verdict) => verdict.unwrap_or(Verdict::Wrong),
                Err(_) => Verdict::Wrong,
            },
            None => Verdict::Busy,
        }
    }

    /// Where the verdict will be; `None` when there is no place for one more.
    fn begin(self: &Arc<Self>, address: Address, credentials: Credentials) -> Option<Checked> {
        let mut waiting = self.waiting();
        if let Some((tag, checked)) = waiting.get(&address) {
            let is_same = constant_time::verify_slices_are_equal(tag, &credentials.tag);
            return is_same.is_ok().then(|| checked.clone());
        }
        if waiting.len() >= WAITING_MAX {
            return None;
        }
        let (told, checked) = watch::channel(None);
        waiting.insert(address, (credentials.tag.clone(), checked.clone()));
        let place = Place {
            users: Arc::clone(self),
            address,
        };
        drop(service::spawn::task("password", async move {
            let verdict = place.users.in_turn(credentials).await;
            drop(place);
            told.send_replace(Some(verdict));
        }));
        Some(checked)
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<Address, (Tag, Checked)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the turn and for the pause, hashes, and remembers what came of it.
    async fn in_turn(&self, credentials: Credentials) -> Verdict {
        let Credentials {
            user,
            password,
            tag,
        } = credentials;
        let mut not_before = self.turn.lock().await;
        // Somebody with the same password may have been before us.
        if let Some(verdict) = self.recall(&tag) {
            return verdict;
        }
        let now = self.clock.monotonic();
        tokio::time::sleep(not_before.saturating_sub(now)).await;
        let known = self.hashes.get(&user);
        let hash = known.unwrap_or(&self.decoy).clone();
        let began = self.clock.monotonic();
        let hashing = tokio::task::spawn_blocking(move || {
            bcrypt::verify(password.expose(), hash.expose()).unwrap_or(false)
        });
        let is_right = hashing.await.unwrap_or(false) && known.is_some();
        let ended = self.clock.monotonic();
        if !is_right {
            *not_before = ended + ended.saturating_sub(began) * PAUSE;
        }
        self.remember(tag, is_right);
        if is_right {
            Verdict::Welcome
        } else {
            Verdict::Wrong
        }
    }

    /// Length-prefixed, so that no user and password are another's.
    fn tag(&self, user: &str, password: &str) -> Tag {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(&(user.len() as u64).to_be_bytes());
        context.update(user.as_bytes());
        context.update(digest::digest(&digest::SHA256, password.as_bytes()).as_ref());
        context.sign().as_ref().to_vec()
    }

    fn recall(&self, tag: &Tag) -> Option<Verdict> {
        let is_same = |other: &Tag| constant_time::verify_slices_are_equal(other, tag).is_ok();
        let remembered = self.remembered();
        if remembered.right.iter().any(is_same) {
            return Some(Verdict::Welcome);
        }
        remembered
            .wrong
            .iter()
            .any(is_same)
            .then_some(Verdict::Wrong)
    }

    fn remember(&self, tag: Tag, is_right: bool) {
        let mut remembered = self.remembered();
        let Remembered { right, wrong } = &mut *remembered;
        let tags = if is_right { right } else { wrong };
        if tags.len() >= REMEMBERED_MAX {
            tags.pop_front();
        }
        tags.push_back(tag);
    }

    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Address {
    fn of(from: IpAddr) -> Self {
        match from.to_canonical() {
            IpAddr::V6(long) => {
                let network = u128::from(long) & !u128::from(u64::MAX);
                Self(IpAddr::V6(network.into()))
            }
            short => Self(short),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.users.waiting().remove(&self.address);
    }
}

/// The user and the password of `Basic …`.
fn basic(header: &str) -> Option<(String, Secret<String>)> {
    let (scheme, encoded) = header.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") || encoded.len() > CREDENTIALS_BYTES_MAX {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    Some((user.to_owned(), Secret::new(password.to_owned())))
}

/// The cost in `$2y$10$…`.
pub(crate) fn cost(hash: &str) -> u32 {
    let cost = hash.split('$').nth(2);
    cost.and_then(|cost| cost.parse().ok()).unwrap_or_default()
}

/// The same hash with another end: nobody's.
fn decoy(hash: &str) -> String {
    const TAIL: usize = 31;
    let head = hash
        .get(..hash.len().saturating_sub(TAIL))
        .unwrap_or_default();
    format!("{head}{}", ".".repeat(TAIL))
}

#[cfg(test)]
mod tests;
