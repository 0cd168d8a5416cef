//! The cipher suites we serve, by the names that Java and IANA give them.
//!
//! All of them are authenticated encryption with an ephemeral key exchange; rustls has no others.

use super::settings::InvalidSetting;
use rustls::crypto::aws_lc_rs::cipher_suite;
use rustls::{CipherSuite, SupportedCipherSuite};
use std::str::FromStr;

/// Best first, and the server's order counts: AES before ChaCha20, because servers have AES in
/// hardware; 128 bits before 256, because it costs a quarter less and nothing breaks either.
const SUITES: &[(&str, SupportedCipherSuite)] = &[
    (
        "TLS_AES_128_GCM_SHA256",
        cipher_suite::TLS13_AES_128_GCM_SHA256,
    ),
    (
        "TLS_AES_256_GCM_SHA384",
        cipher_suite::TLS13_AES_256_GCM_SHA384,
    ),
    (
        "TLS_CHACHA20_POLY1305_SHA256",
        cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
    ),
    (
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    ),
    (
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    ),
    (
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        cipher_suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    ),
    (
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        cipher_suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    ),
    (
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        cipher_suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    ),
    (
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        cipher_suite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ),
];

/// The suites that a listener offers, best first; at least one.
#[derive(Clone, Debug)]
pub struct CipherSuites(Vec<SupportedCipherSuite>);

impl CipherSuites {
    pub(super) fn as_vec(&self) -> Vec<SupportedCipherSuite> {
        self.0.clone()
    }
}

/// The name of a suite; `other` for one that we do not serve.
pub fn suite_name(suite: CipherSuite) -> &'static str {
    let known = SUITES.iter().find(|(_, known)| known.suite() == suite);
    known.map_or("other", |(name, _)| name)
}

impl Default for CipherSuites {
    fn default() -> Self {
        Self(SUITES.iter().map(|&(_, suite)| suite).collect())
    }
}

impl FromStr for CipherSuites {
    type Err = InvalidSetting;

    /// Reads `ssl.cipher.suites`: a list in order of preference; an empty one means all of ours.
    fn from_str(text: &str) -> Result<Self, InvalidSetting> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let named = |name: &str| {
            let known = SUITES.iter().find(|(known, _)| *known == name);
            known.map(|&(_, suite)| suite).ok_or_else(|| {
                let names: Vec<&str> = SUITES.iter().map(|&(name, _)| name).collect();
                InvalidSetting {
                    value: name.to_owned(),
                    allowed: names.join(", "),
                }
            })
        };
        text.split(',')
            .map(|name| named(name.trim()))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}
