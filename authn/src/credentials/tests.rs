//! Whose credential is found, and what stands in for those that nobody has.

use std::sync::Arc;

use identity::control::ScramUser;
use identity::{ScramCredential, ScramMechanism};

use super::{PhantomKey, ScramCredentials};

const MECHANISM: ScramMechanism = ScramMechanism::Sha512;

/// A credential that is told from others by its keys.
pub(super) fn credential(mark: u8, salt: &[u8], iterations: u32) -> ScramCredential {
    ScramCredential {
        salt: salt.to_vec(),
        stored_key: vec![mark; 64],
        server_key: vec![mark; 64],
        iterations,
    }
}

fn user(name: &str, mechanism: ScramMechanism, mark: u8, iterations: u32) -> ScramUser {
    ScramUser {
        name: name.to_owned(),
        mechanism,
        credential: credential(mark, b"salt", iterations),
    }
}

fn mark(credentials: &ScramCredentials, mechanism: ScramMechanism, name: &str) -> Option<u8> {
    let found = credentials.find(mechanism, name);
    found.is_known.then(|| found.credential.stored_key[0])
}

#[test]
fn both_sources_are_known_and_the_broker_wins() {
    let credentials = ScramCredentials::new(PhantomKey::new(&[1; 32]));
    let known = || ["alice", "bob", "carol"].map(|name| mark(&credentials, MECHANISM, name));
    assert_eq!(known(), [None, None, None]);
    credentials.set_broker(vec![
        user("alice", MECHANISM, 1, 4096),
        user("bob", MECHANISM, 1, 4096),
    ]);
    assert_eq!(known(), [Some(1), Some(1), None]);
    credentials.set_secrets(vec![
        user("bob", MECHANISM, 2, 4096),
        user("carol", MECHANISM, 2, 4096),
    ]);
    assert_eq!(known(), [Some(1), Some(1), Some(2)]);
    assert_eq!(credentials.count(), 3);
    credentials.set_broker(Vec::new());
    assert_eq!(known(), [None, Some(2), Some(2)]);
    credentials.set_secrets(Vec::new());
    assert_eq!(known(), [None, None, None]);
}

#[test]
fn a_secret_gives_a_user_of_the_broker_no_credential_of_another_mechanism() {
    let credentials = ScramCredentials::new(PhantomKey::new(&[1; 32]));
    let both = [ScramMechanism::Sha256, ScramMechanism::Sha512];
    credentials.set_secrets(both.map(|m| user("outrigger", m, 2, 4096)).to_vec());
    let known = || both.map(|m| mark(&credentials, m, "outrigger"));
    assert_eq!(known(), [Some(2), Some(2)]);
    credentials.set_broker(vec![user("outrigger", MECHANISM, 1, 4096)]);
    assert_eq!(known(), [None, Some(1)]);
    // Nobody logs in with so few rounds, and still it is the broker's user.
    credentials.set_broker(vec![user("outrigger", MECHANISM, 1, 1)]);
    assert_eq!(known(), [None, None]);
}

#[test]
fn a_credential_is_of_one_mechanism_and_one_name() {
    let credentials = ScramCredentials::new(PhantomKey::new(&[1; 32]));
    credentials.set_broker(vec![user("alice", MECHANISM, 1, 4096)]);
    assert_eq!(mark(&credentials, ScramMechanism::Sha256, "alice"), None);
    for name in ["Alice", "alice ", "alic", ""] {
        assert_eq!(mark(&credentials, MECHANISM, name), None, "{name}");
    }
}

#[test]
fn a_stored_credential_and_a_phantom_are_read_in_every_case() {
    let credentials = ScramCredentials::new(PhantomKey::new(&[1; 32]));
    credentials.set_broker(vec![user("alice", MECHANISM, 1, 4096)]);
    for (name, is_known) in [("alice", true), ("decoy", false), ("nobody", false)] {
        let found = credentials.find(MECHANISM, name);
        assert_eq!(found.is_known, is_known, "{name}");
        assert_ne!(found.credential, found.other);
        // What is stored is shared with the table; the phantom is this login's own.
        let is_stored = [&found.credential, &found.other].map(|one| Arc::strong_count(one) > 1);
        assert_eq!(is_stored, [is_known, !is_known], "{name}");
    }
}

#[test]
fn too_few_rounds_are_no_credential() {
    let credentials = ScramCredentials::new(PhantomKey::new(&[1; 32]));
    credentials.set_broker(vec![
        user("few", MECHANISM, 1, 4095),
        user("enough", MECHANISM, 1, 4096),
    ]);
    assert_eq!(mark(&credentials, MECHANISM, "few"), None);
    assert_eq!(mark(&credentials, MECHANISM, "enough"), Some(1));
}
