//! Signing keys: derived from a secret access key for one day, one region and one service, so
//! that what lies in memory opens nothing tomorrow and nothing elsewhere.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::hmac;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{SERVICE, SignedRequest, TERMINATOR, time};

const DAY_MS: i64 = 86_400_000;

/// Derived keys that are kept, a few hundred KiB; beyond it, all are derived anew, which takes
/// microseconds.
const KEYS_MAX: usize = 4096;

/// The secret part of an access key.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SecretAccessKey(String);

/// A key that signs for one day and region.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SigningKey([u8; 32]);

/// The signing keys of the days that are valid now: today's, and its neighbour's around midnight.
#[derive(Debug, Default)]
pub struct SigningKeys {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// Of the store that the keys came from.
    generation: u64,
    keys: HashMap<Scope, SigningKey>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Scope {
    access_key_id: String,
    day: String,
    region: String,
}

impl SecretAccessKey {
    /// Takes a secret.
    pub fn new(secret: String) -> Self {
        Self(secret)
    }
}

impl SigningKey {
    /// Derives the key of a day (`yyyyMMdd`) and a region.
    pub fn derive(secret: &SecretAccessKey, day: &str, region: &str) -> Self {
        let first = Zeroizing::new(format!("AWS4{}", secret.0));
        let first = Self(hmac(first.as_bytes(), day.as_bytes()));
        [region, SERVICE, TERMINATOR]
            .into_iter()
            .fold(first, |key, part| Self(hmac(&key.0, part.as_bytes())))
    }

    /// `HMAC-SHA-256(key, text)`.
    pub(super) fn sign(&self, text: &[u8]) -> [u8; 32] {
        hmac(&self.0, text)
    }
}

pub(super) fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let code = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text);
    let mut bytes = [0; 32];
    for (to, from) in bytes.iter_mut().zip(code.as_ref()) {
        *to = *from;
    }
    bytes
}

impl SigningKeys {
    /// The signing key of an access key for the day and region of `request`, derived from `secret`
    /// where it is not kept. Keys of days gone by and of another `generation` of the identity
    /// store are forgotten, and wiped.
    pub fn key(
        &self,
        generation: u64,
        access_key_id: &str,
        request: &SignedRequest,
        now_ms: i64,
        secret: &SecretAccessKey,
    ) -> SigningKey {
        let scope = Scope {
            access_key_id: access_key_id.to_owned(),
            day: request.day.clone(),
            region: request.region.clone(),
        };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.generation != generation || kept.keys.len() >= KEYS_MAX {
            kept.keys.clear();
            kept.generation = generation;
        }
        if let Some(key) = kept.keys.get(&scope) {
            return key.clone();
        }
        let days = [-1, 0, 1].map(|days| time::day(now_ms.saturating_add(days * DAY_MS)));
        kept.keys.retain(|scope, _| days.contains(&scope.day));
        let key = SigningKey::derive(secret, &scope.day, &scope.region);
        kept.keys.insert(scope, key.clone());
        key
    }

    /// How many are kept.
    #[cfg(test)]
    pub(crate) fn count(&self) -> usize {
        self.kept.lock().unwrap().keys.len()
    }
}

impl std::fmt::Debug for SecretAccessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretAccessKey([hidden])")
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey([hidden])")
    }
}
