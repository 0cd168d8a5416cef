//! SCRAM credentials as a server keeps them (RFC 5802 §3): what proves that a client knows the
//! password, without being the password or any use to an impostor.

use aws_lc_rs::{digest, hmac, pbkdf2};
use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;
use zeroize::{Zeroize, Zeroizing};

/// Fewest rounds that Kafka accepts.
pub const ITERATIONS_MIN: u32 = 4096;
/// Most rounds that Kafka accepts.
pub const ITERATIONS_MAX: u32 = 16384;
/// Both mechanisms and their codes in Kafka's protocol.
pub const MECHANISMS: [ScramMechanism; 2] = [ScramMechanism::Sha256, ScramMechanism::Sha512];

/// `SCRAM-SHA-256` or `SCRAM-SHA-512`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ScramMechanism {
    /// RFC 7677.
    #[serde(rename = "SCRAM-SHA-256")]
    Sha256,
    /// As Kafka and Amazon MSK speak it.
    #[serde(rename = "SCRAM-SHA-512")]
    Sha512,
}

/// What a server keeps of a password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScramCredential {
    /// Sent to whoever claims the name.
    #[serde(with = "crate::base64_bytes")]
    pub salt: Vec<u8>,
    /// `H(ClientKey)`: a proof is checked against it.
    #[serde(with = "crate::base64_bytes")]
    pub stored_key: Vec<u8>,
    /// Signs the answer that proves the server.
    #[serde(with = "crate::base64_bytes")]
    pub server_key: Vec<u8>,
    /// Rounds of PBKDF2.
    pub iterations: u32,
}

impl ScramMechanism {
    /// The name in SaslHandshake.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SCRAM-SHA-256",
            Self::Sha512 => "SCRAM-SHA-512",
        }
    }

    /// The mechanism of this name.
    pub fn named(name: &str) -> Option<Self> {
        MECHANISMS.into_iter().find(|known| known.name() == name)
    }

    /// `ScramMechanism.type()` of Kafka's admin API.
    pub fn code(self) -> i8 {
        match self {
            Self::Sha256 => 1,
            Self::Sha512 => 2,
        }
    }

    /// The mechanism of this code.
    pub fn of_code(code: i8) -> Option<Self> {
        MECHANISMS.into_iter().find(|known| known.code() == code)
    }

    /// Length of every key of it.
    pub fn key_bytes(self) -> usize {
        match self {
            Self::Sha256 => digest::SHA256_OUTPUT_LEN,
            Self::Sha512 => digest::SHA512_OUTPUT_LEN,
        }
    }

    /// `H(data)`.
    pub fn hash(self, data: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha512 => &digest::SHA512,
        };
        digest::digest(algorithm, data).as_ref().to_vec()
    }

    /// `HMAC(key, data)`.
    pub fn hmac(self, key: &[u8], data: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Self::Sha256 => hmac::HMAC_SHA256,
            Self::Sha512 => hmac::HMAC_SHA512,
        };
        hmac::sign(&hmac::Key::new(algorithm, key), data)
            .as_ref()
            .to_vec()
    }

    /// `Hi(password, salt, iterations)`: milliseconds of work; clients and admin tools pay it.
    pub fn salted_password(
        self,
        password: &[u8],
        salt: &[u8],
        iterations: NonZeroU32,
    ) -> Zeroizing<Vec<u8>> {
        let algorithm = match self {
            Self::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
            Self::Sha512 => pbkdf2::PBKDF2_HMAC_SHA512,
        };
        let mut out = Zeroizing::new(vec![0; self.key_bytes()]);
        pbkdf2::derive(algorithm, iterations, salt, password, &mut out);
        out
    }
}

impl ScramCredential {
    /// What is kept of a salted password, which is as good as the password and is not kept.
    pub fn of_salted_password(
        mechanism: ScramMechanism,
        salted_password: &[u8],
        salt: Vec<u8>,
        iterations: u32,
    ) -> Self {
        let client_key = Zeroizing::new(mechanism.hmac(salted_password, b"Client Key"));
        Self {
            salt,
            stored_key: mechanism.hash(&client_key),
            server_key: mechanism.hmac(salted_password, b"Server Key"),
            iterations,
        }
    }

    /// What is kept of a password, as Kafka takes it: UTF-8 bytes without SASLprep.
    pub fn of_password(
        mechanism: ScramMechanism,
        password: &[u8],
        salt: Vec<u8>,
        iterations: NonZeroU32,
    ) -> Self {
        let salted = mechanism.salted_password(password, &salt, iterations);
        Self::of_salted_password(mechanism, &salted, salt, iterations.get())
    }
}

impl Zeroize for ScramCredential {
    fn zeroize(&mut self) {
        self.stored_key.zeroize();
        self.server_key.zeroize();
    }
}

impl Drop for ScramCredential {
    fn drop(&mut self) {
        self.zeroize();
    }
}

impl std::fmt::Debug for ScramCredential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ScramCredential")
            .field("iterations", &self.iterations)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
