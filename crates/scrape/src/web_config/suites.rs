//! Cipher suites and curves by the names that Go gives them.

use rustls::SupportedCipherSuite;
use rustls::crypto::SupportedKxGroup;
use rustls::crypto::aws_lc_rs::{cipher_suite as suite, kx_group};

use super::{WebConfigError, refused};

/// THE SUITES OF TLS 1.2 that there are here: ephemeral keys and authenticated encryption.
const SUITES: &[(&str, SupportedCipherSuite)] = &[
    (
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    ),
    (
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    ),
    (
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    ),
    (
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    ),
    (
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    ),
    (
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        suite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ),
];

/// Older spellings of two of them.
const ALIASES: &[(&str, &str)] = &[
    (
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305",
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    ),
    (
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    ),
];

/// The suites of TLS 1.3. Go does not let them be chosen: naming one is allowed and changes nothing.
const SUITES_13: &[(&str, SupportedCipherSuite)] = &[
    ("TLS_AES_128_GCM_SHA256", suite::TLS13_AES_128_GCM_SHA256),
    ("TLS_AES_256_GCM_SHA384", suite::TLS13_AES_256_GCM_SHA384),
    (
        "TLS_CHACHA20_POLY1305_SHA256",
        suite::TLS13_CHACHA20_POLY1305_SHA256,
    ),
];

/// THE CURVES.
const CURVES: &[(&str, &dyn SupportedKxGroup)] = &[
    ("X25519MLKEM768", kx_group::X25519MLKEM768),
    ("X25519", kx_group::X25519),
    ("CurveP256", kx_group::SECP256R1),
    ("CurveP384", kx_group::SECP384R1),
];

/// Those of TLS 1.3 and the chosen of TLS 1.2, in their order; nothing given: all.
pub(super) fn suites(given: &[String]) -> Result<Vec<SupportedCipherSuite>, WebConfigError> {
    let mut chosen: Vec<SupportedCipherSuite> = SUITES_13.iter().map(|(_, suite)| *suite).collect();
    if given.is_empty() {
        chosen.extend(SUITES.iter().map(|(_, suite)| *suite));
    }
    for name in given {
        let alias = ALIASES.iter().find(|(alias, _)| alias == name);
        let name = alias.map_or(name.as_str(), |(_, name)| name);
        if SUITES_13.iter().any(|(known, _)| *known == name) {
            continue;
        }
        let row = SUITES.iter().find(|(known, _)| *known == name);
        let (_, suite) =
            row.ok_or_else(|| unknown("cipher_suites", name, SUITES.iter().map(|row| row.0)))?;
        chosen.push(*suite);
    }
    Ok(chosen)
}

/// The chosen curves in their order; nothing given: all.
pub(super) fn curves(
    given: &[String],
) -> Result<Vec<&'static dyn SupportedKxGroup>, WebConfigError> {
    if given.is_empty() {
        return Ok(CURVES.iter().map(|(_, curve)| *curve).collect());
    }
    let chosen = given.iter().map(|name| {
        let row = CURVES.iter().find(|(known, _)| known == name);
        let row =
            row.ok_or_else(|| unknown("curve_preferences", name, CURVES.iter().map(|row| row.0)));
        row.map(|(_, curve)| *curve)
    });
    chosen.collect()
}

fn unknown(key: &str, name: &str, known: impl Iterator<Item = &'static str>) -> WebConfigError {
    let known: Vec<&str> = known.collect();
    let problem = format!("{name} is not supported; these are: {}", known.join(", "));
    refused(format!("tls_server_config.{key}"), problem)
}
