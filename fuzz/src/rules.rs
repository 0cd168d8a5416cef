//! Rules that people write: IAM policies and network rules. A hostile file must not stop the process
//! that reads it.

use authn::network_rules;
use authz::iam::{Policy, PolicyKind};

/// A policy of each kind.
pub fn policy(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    for kind in [PolicyKind::Identity, PolicyKind::Resource] {
        let _ = Policy::parse(kind, "fuzzed", &text);
    }
}

/// A file of network rules.
pub fn network(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let _ = network_rules::Rules::parse(&text, &["CLIENT_IAM", "CLIENT_SECURE"]);
}
