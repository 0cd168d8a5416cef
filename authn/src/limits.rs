//! What strangers may take: connections in all and per address, those that have not logged in, the
//! memory of these, and how fast they may come.
//!
//! A limit delays or closes; it never looks like a failed login, which clients would not try again.
//! An address of IPv6 stands for its /64, because that is the least that anybody is given.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use service::audit::network;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::LimitsConfig;

/// Memory is counted in units of this size.
const UNIT_BYTES: usize = 1024;
/// Addresses whose rate is remembered; beyond them strangers share one bucket.
const BUCKETS_MAX: usize = 65_536;

/// Every limit of this process.
#[derive(Debug)]
pub struct Limits {
    config: LimitsConfig,
    open: Mutex<Open>,
    before_login: Arc<Semaphore>,
    memory: Arc<Semaphore>,
    memory_units: u32,
    creation: Mutex<Bucket>,
    per_ip: Mutex<HashMap<IpAddr, Bucket>>,
}

#[derive(Debug, Default)]
struct Open {
    total: usize,
    before_login: usize,
    per_ip: HashMap<IpAddr, Count>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    open: usize,
    before_login: usize,
}

/// Why a connection is closed as soon as it was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TooMany {
    /// `max.connections`.
    #[error("max.connections ({0}) is reached")]
    InAll(usize),
    /// `max.connections.per.ip` or an override of it.
    #[error("max.connections.per.ip ({0}) is reached for this address")]
    PerIp(usize),
    /// `outrigger.preauth.connections.per.ip`.
    #[error("outrigger.preauth.connections.per.ip ({0}) is reached for this address")]
    BeforeLogin(usize),
}

impl TooMany {
    /// All that [`TooMany::name`] says.
    pub const NAMES: &[&str] = &[
        "max_connections",
        "max_connections_per_ip",
        "preauth_per_ip",
    ];

    /// For the label of a metric.
    pub fn name(self) -> &'static str {
        match self {
            Self::InAll(_) => "max_connections",
            Self::PerIp(_) => "max_connections_per_ip",
            Self::BeforeLogin(_) => "preauth_per_ip",
        }
    }
}

/// The place of one open connection; gives itself back when dropped.
#[derive(Debug)]
pub struct Place {
    limits: Arc<Limits>,
    /// As it is counted.
    source: IpAddr,
    before_login: bool,
}

impl Limits {
    /// Limits with nothing open.
    pub fn new(config: LimitsConfig) -> Arc<Self> {
        let units = config.preauth_memory_bytes / UNIT_BYTES;
        let units = units.clamp(1, Semaphore::MAX_PERMITS.min(u32::MAX as usize));
        Arc::new(Self {
            open: Mutex::default(),
            before_login: Arc::new(Semaphore::new(config.preauth_connections)),
            memory: Arc::new(Semaphore::new(units)),
            memory_units: u32::try_from(units).unwrap_or(u32::MAX),
            creation: Mutex::new(Bucket::full()),
            per_ip: Mutex::default(),
            config,
        })
    }

    /// As they are configured.
    pub fn config(&self) -> &LimitsConfig {
        &self.config
    }

    /// Waits until one more connection may be without a login; the permit is held until it has
    /// one.
    pub async fn before_login(&self) -> Option<OwnedSemaphorePermit> {
        let permit = Arc::clone(&self.before_login).acquire_owned().await;
        // Nobody closes the semaphore.
        permit.ok()
    }

    /// The same where nothing has to be waited for.
    pub fn before_login_at_once(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.before_login).try_acquire_owned().ok()
    }

    /// Takes a place for a connection from `ip`. One with an override is counted by itself.
    pub fn enter(self: &Arc<Self>, ip: IpAddr) -> Result<Place, TooMany> {
        let mut open = self.lock_open();
        let config = &self.config;
        if open.total >= config.connections_max {
            return Err(TooMany::InAll(config.connections_max));
        }
        let overrides = &config.connections_per_ip_overrides;
        let (source, per_ip_max) = match overrides.get(&ip) {
            Some(own) => (ip, *own),
            None => (network(ip), config.connections_per_ip_max),
        };
        let from_ip = open.per_ip.get(&source).copied().unwrap_or_default();
        if from_ip.open >= per_ip_max {
            return Err(TooMany::PerIp(per_ip_max));
        }
        if from_ip.before_login >= config.preauth_connections_per_ip {
            return Err(TooMany::BeforeLogin(config.preauth_connections_per_ip));
        }
        open.total += 1;
        open.before_login += 1;
        let count = Count {
            open: from_ip.open + 1,
            before_login: from_ip.before_login + 1,
        };
        open.per_ip.insert(source, count);
        Ok(Place {
            limits: Arc::clone(self),
            source,
            before_login: true,
        })
    }

    /// Waits until `bytes` of memory are there for a connection before its login.
    pub async fn memory(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let units = u32::try_from(bytes.div_ceil(UNIT_BYTES)).unwrap_or(u32::MAX);
        // More than there is in all would wait for ever.
        let units = units.min(self.memory_units);
        let permit = Arc::clone(&self.memory).acquire_many_owned(units).await;
        permit.ok()
    }

    /// Memory that connections hold before their login.
    pub fn memory_bytes(&self) -> usize {
        let free = self.memory.available_permits();
        (self.memory_units as usize).saturating_sub(free) * UNIT_BYTES
    }

    /// How many connections are open, and how many of them have not logged in.
    pub fn open(&self) -> (usize, usize) {
        let open = self.lock_open();
        (open.total, open.before_login)
    }

    /// Counts one new connection; says how long the next must wait for
    /// `max.connection.creation.rate`.
    pub fn created(&self, now: Duration) -> Duration {
        let rate = self.config.creation_rate;
        let mut bucket = self.creation.lock().unwrap_or_else(PoisonError::into_inner);
        // The next is accepted only after that wait: no debt grows.
        bucket.take(rate, now, Duration::MAX)
    }

    /// Counts one login of an address; says how long it must wait for
    /// `outrigger.login.rate.per.ip`. Who would wait for longer than a login may take is not
    /// counted: else those who give up would keep everybody waiting who comes after them.
    pub fn login(&self, ip: IpAddr, now: Duration) -> Duration {
        let Some(rate) = self.config.login_rate_per_ip else {
            return Duration::ZERO;
        };
        let mut buckets = self.per_ip.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= BUCKETS_MAX {
            buckets.retain(|_, bucket| !bucket.is_full(now));
        }
        // A stranger with a network full of addresses must not fill our memory with them.
        let source = network(ip);
        let key = if buckets.contains_key(&source) || buckets.len() < BUCKETS_MAX {
            source
        } else {
            IpAddr::from([0, 0, 0, 0])
        };
        let bucket = buckets.entry(key).or_insert_with(Bucket::full);
        bucket.take(rate, now, self.config.login_timeout)
    }
}

impl Place {
    /// The client has logged in: it no longer counts among those that have not.
    pub fn logged_in(&mut self) {
        if self.before_login {
            self.before_login = false;
            let mut open = self.limits.lock_open();
            open.before_login = open.before_login.saturating_sub(1);
            if let Some(count) = open.per_ip.get_mut(&self.source) {
                count.before_login = count.before_login.saturating_sub(1);
            }
        }
    }
}

impl Limits {
    fn lock_open(&self) -> std::sync::MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.logged_in();
        let mut open = self.limits.lock_open();
        open.total = open.total.saturating_sub(1);
        if let Some(count) = open.per_ip.get_mut(&self.source) {
            count.open = count.open.saturating_sub(1);
            if count.open == 0 {
                open.per_ip.remove(&self.source);
            }
        }
    }
}

/// A token bucket of one second's tokens that may be in debt: who comes too early waits its turn.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// When the bucket was, or will be, full.
    full_at: Duration,
}

impl Bucket {
    fn full() -> Self {
        Self {
            full_at: Duration::ZERO,
        }
    }

    fn is_full(&self, now: Duration) -> bool {
        self.full_at <= now
    }

    /// The wait until one token is really there; taken at `now` where that is within `patience`.
    fn take(&mut self, rate: usize, now: Duration, patience: Duration) -> Duration {
        let second = Duration::from_secs(1);
        let per_token = u32::try_from(rate).map_or(Duration::ZERO, |rate| {
            second.checked_div(rate).unwrap_or(second)
        });
        let full_at = self.full_at.max(now) + per_token;
        // A full bucket holds the tokens of a second: that much may come at once.
        let wait = full_at.saturating_sub(now + second);
        if wait <= patience {
            self.full_at = full_at;
        }
        wait
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::time::Duration;

    use super::{Limits, TooMany};
    use crate::config::{AuthnConfig, LimitsConfig};

    fn config(text: &str) -> LimitsConfig {
        let text = format!("outrigger.handoff.directory=/h\nssl.keystore.location=/k\n{text}");
        AuthnConfig::from_properties(&text, &[]).unwrap().0.limits
    }

    #[test]
    fn places_are_counted_in_all_and_per_address() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let limits = Limits::new(config(
            "max.connections=5\nmax.connections.per.ip=3\n\
             max.connections.per.ip.overrides=10.0.0.9:1\n\
             outrigger.preauth.connections.per.ip=2\n",
        ));
        let _nine = limits.enter(ip("10.0.0.9")).unwrap();
        assert_eq!(limits.enter(ip("10.0.0.9")).unwrap_err(), TooMany::PerIp(1));
        let mut first = limits.enter(ip("10.0.0.1")).unwrap();
        let second = limits.enter(ip("10.0.0.1")).unwrap();
        let refused = limits.enter(ip("10.0.0.1")).unwrap_err();
        assert_eq!(refused, TooMany::BeforeLogin(2));
        first.logged_in();
        let third = limits.enter(ip("10.0.0.1")).unwrap();
        first.logged_in();
        let refused = limits.enter(ip("10.0.0.1")).unwrap_err();
        assert_eq!(refused, TooMany::PerIp(3));
        let _fifth = limits.enter(ip("10.0.0.2")).unwrap();
        assert_eq!(limits.enter(ip("10.0.0.3")).unwrap_err(), TooMany::InAll(5));
        assert_eq!(limits.open(), (5, 4));
        drop((first, second, third));
        assert_eq!(limits.open(), (2, 2));
        assert!(limits.enter(ip("10.0.0.1")).is_ok());
    }

    #[test]
    fn a_rate_delays_what_comes_beyond_a_second_of_it() {
        let limits = Limits::new(config("outrigger.login.rate.per.ip=10"));
        let (one, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let now = Duration::from_secs(100);
        let waits: Vec<u128> = (0..13)
            .map(|_| limits.login(one, now).as_millis())
            .collect();
        let expected = [[0; 10].as_slice(), &[100, 200, 300]].concat();
        assert_eq!(waits, expected);
        assert_eq!(limits.login(other, now), Duration::ZERO);
        let later = now + Duration::from_millis(400);
        assert_eq!(limits.login(one, later), Duration::ZERO, "it has refilled");
        let storm = (0..10_000).map(|_| limits.login(other, now)).max();
        assert!(storm > Some(limits.config().login_timeout));
        let after = now + limits.config().login_timeout;
        let wait = limits.login(other, after);
        assert!(wait <= Duration::from_millis(200), "{wait:?} after a storm");
        let unlimited = Limits::new(config(""));
        assert!((0..1000).all(|_| unlimited.created(now).is_zero()));
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let limits = Limits::new(config(
            "max.connections.per.ip=2\nmax.connections.per.ip.overrides=[2001:db8::9]:1\n\
             outrigger.login.rate.per.ip=1\n",
        ));
        let first = limits.enter(ip("2001:db8::1")).unwrap();
        let second = limits.enter(ip("2001:db8::ffff:0:0:1")).unwrap();
        let full = TooMany::PerIp(2);
        assert_eq!(limits.enter(ip("2001:db8::2")).unwrap_err(), full);
        let _other = limits.enter(ip("2001:db8:0:1::1")).unwrap();
        let _own = limits.enter(ip("2001:db8::9")).unwrap();
        let refused = limits.enter(ip("2001:db8::9")).unwrap_err();
        assert_eq!(refused, TooMany::PerIp(1));
        drop((first, second));
        assert!(limits.enter(ip("2001:db8::3")).is_ok());

        let now = Duration::from_secs(100);
        assert_eq!(limits.login(ip("2001:db8::1"), now), Duration::ZERO);
        assert!(!limits.login(ip("2001:db8::2"), now).is_zero());
        assert_eq!(limits.login(ip("2001:db8:0:1::1"), now), Duration::ZERO);
        assert_eq!(limits.login(ip("10.0.0.1"), now), Duration::ZERO);
        assert_eq!(limits.login(ip("10.0.0.2"), now), Duration::ZERO);
    }

    #[tokio::test]
    async fn memory_comes_back() {
        let limits = Limits::new(config("outrigger.preauth.memory.bytes=1048576"));
        let all = limits.memory(usize::MAX).await.unwrap();
        assert_eq!(limits.memory_bytes(), 1 << 20);
        let waiting = limits.memory(1);
        tokio::pin!(waiting);
        let none = tokio::time::timeout(Duration::ZERO, &mut waiting).await;
        assert!(none.is_err());
        drop(all);
        assert!(waiting.await.is_some());
    }
}
