//! Dependencies that the lock file holds in more than one version: each costs build time and makes
//! two types of one name, so each is agreed to in a list with its reason.

use std::collections::BTreeMap;

use super::Finding;
use super::tree::File;

/// Why most of them do.
const TWO_RUSTCRYPTOS: &str =
    "p12-keystore is on the newer RustCrypto; rsasl and sasl, in tests, on the older";
/// Names that may stand twice, and why.
const ALLOWED: &[(&str, &str)] = &[
    ("base64", "tests only: rsasl and sasl stay on 0.22"),
    ("block-buffer", TWO_RUSTCRYPTOS),
    ("cpufeatures", TWO_RUSTCRYPTOS),
    ("crypto-common", TWO_RUSTCRYPTOS),
    ("digest", TWO_RUSTCRYPTOS),
    ("getrandom", TWO_RUSTCRYPTOS),
    ("hmac", TWO_RUSTCRYPTOS),
    ("pbkdf2", TWO_RUSTCRYPTOS),
    (
        "http",
        "aws-smithy-types, of the AWS SDK, converts from both",
    ),
    ("http-body", "of http 0.2, see there"),
    ("r-efi", "never built here: two getrandoms name it"),
    ("rand", TWO_RUSTCRYPTOS),
    (
        "rand_chacha",
        "tests only: rsasl stays on rand 0.8, opentelemetry_sdk on 0.9",
    ),
    ("rand_core", TWO_RUSTCRYPTOS),
    ("sha1", TWO_RUSTCRYPTOS),
    ("sha2", TWO_RUSTCRYPTOS),
    (
        "syn",
        "tracing-attributes stays on 2; clap, serde, thiserror and tokio derive with 3",
    ),
    ("synstructure", "asn1-rs stays on the one of syn 2"),
    ("thiserror", "tests only: ppp stays on 1"),
    ("thiserror-impl", "tests only: ppp stays on 1"),
    ("untrusted", "aws-lc-rs asks for 0.7, rustls-webpki for 0.9"),
    (
        "windows-sys",
        "never built here: ring and socket2 name other versions",
    ),
    ("winnow", "toml 0.9 and its own toml_parser disagree"),
];

/// Every name with more than one version, from the root's `Cargo.lock`.
pub(super) fn repeated(files: &[File]) -> BTreeMap<String, Vec<String>> {
    let lock = files.iter().find(|file| file.path == "Cargo.lock");
    let mut versions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut name = "";
    for line in lock
        .map(|file| file.text.as_str())
        .unwrap_or_default()
        .lines()
    {
        let value = |key| {
            line.strip_prefix(key)
                .map(|rest: &str| rest.trim_matches('"'))
        };
        if let Some(found) = value("name = ") {
            name = found;
        } else if let Some(version) = value("version = ")
            && !name.is_empty()
        {
            let all = versions.entry(name.to_string()).or_default();
            all.push(version.to_string());
        }
    }
    versions.retain(|_, all| all.len() > 1);
    versions
}

pub(super) fn check(repeated: &BTreeMap<String, Vec<String>>, findings: &mut Vec<Finding>) {
    for (name, versions) in repeated {
        if !ALLOWED.iter().any(|(allowed, _)| allowed == name) {
            let versions = versions.join(" and ");
            let what = format!("`{name}` in versions {versions}: unify them, or allow it in xtask");
            findings.push(Finding::new("Cargo.lock", what));
        }
    }
    for (name, _) in ALLOWED
        .iter()
        .filter(|(name, _)| !repeated.contains_key(*name))
    {
        let what = format!("`{name}` stands once now: take it off the list in xtask");
        findings.push(Finding::new("Cargo.lock", what));
    }
}

/// One line for people.
pub(super) fn summary(repeated: &BTreeMap<String, Vec<String>>) -> String {
    if repeated.is_empty() {
        return "none".to_string();
    }
    let one = |(name, versions): (&String, &Vec<String>)| format!("{name} {}", versions.join("/"));
    repeated.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
