//! Phantoms: stable, alike, and unlike each other.

use std::collections::{BTreeMap, BTreeSet};

use identity::{ScramCredential, ScramMechanism};

use super::{PhantomKey, PhantomKeyError, Population, Salt, Shape, java_salt, random_salt};
use crate::credentials::tests::credential;
use crate::mechanism::SystemRandom;

const MECHANISM: ScramMechanism = ScramMechanism::Sha512;

fn key(byte: u8) -> PhantomKey {
    PhantomKey::new(&[byte; 32])
}

fn population(shapes: &[(&[u8], u32, usize)]) -> Population {
    let credentials: Vec<_> = shapes
        .iter()
        .flat_map(|&(salt, rounds, count)| vec![credential(1, salt, rounds); count])
        .collect();
    Population::of(credentials.iter())
}

fn names() -> impl Iterator<Item = String> {
    (0..2_000).map(|number| format!("user-{number}"))
}

fn phantoms(key: &PhantomKey, population: &Population) -> Vec<ScramCredential> {
    let of = |name: String| key.phantom(MECHANISM, &name, population);
    names().map(of).collect()
}

#[test]
fn a_phantom_is_the_same_across_restarts_and_brokers() {
    let some = population(&[(b"\x01\x02\x03", 8192, 3)]);
    assert_eq!(phantoms(&key(1), &some), phantoms(&key(1), &some));
    assert_ne!(phantoms(&key(1), &some), phantoms(&key(2), &some));
    let one = key(1).phantom(MECHANISM, "alice", &some);
    assert_ne!(one, key(1).phantom(ScramMechanism::Sha256, "alice", &some));
    assert_ne!(one, key(1).phantom(MECHANISM, "alicf", &some));
}

#[test]
fn salts_of_phantoms_differ_from_each_other() {
    let salts: BTreeSet<_> = phantoms(&key(1), &Population::default())
        .iter()
        .map(|phantom| phantom.salt.clone())
        .collect();
    assert_eq!(salts.len(), 2_000);
}

#[test]
fn without_users_phantoms_look_as_kafkas_tools_make_them() {
    for phantom in phantoms(&key(1), &Population::default()) {
        assert_eq!(phantom.iterations, 4096);
        assert_eq!(Salt::like(&phantom.salt), Salt::Java);
        assert_eq!(phantom.stored_key.len(), 64);
    }
}

#[test]
fn phantoms_have_the_shapes_of_users_in_their_proportion() {
    let librdkafka = [0xFF; 64];
    let users = population(&[
        (b"0123456789abcdefghijklmnop", 4096, 60),
        (&librdkafka, 8192, 30),
        (b"Abc123", 16384, 10),
    ]);
    let mut counts: BTreeMap<Shape, u32> = BTreeMap::new();
    for phantom in phantoms(&key(1), &users) {
        *counts.entry(Shape::of(&phantom)).or_default() += 1;
    }
    let count = |salt, iterations| {
        counts
            .get(&Shape { salt, iterations })
            .copied()
            .unwrap_or(0)
    };
    let found = [
        count(Salt::Java, 4096),
        count(Salt::Binary { bytes: 64 }, 8192),
        count(Salt::Alphanumeric { bytes: 6 }, 16384),
    ];
    for (found, expected) in found.into_iter().zip([1_200, 600, 200]) {
        assert!(found.abs_diff(expected) < 80, "{counts:?}");
    }
    assert_eq!(found.iter().sum::<u32>(), 2_000, "no other shape");
}

#[test]
fn a_new_shape_moves_few_phantoms() {
    let before = population(&[(b"0123456789abcdefghijklmnop", 4096, 99)]);
    let after = population(&[
        (b"0123456789abcdefghijklmnop", 4096, 99),
        (&[0xFF; 64], 4096, 1),
    ]);
    let before = phantoms(&key(1), &before);
    let moved = before
        .iter()
        .zip(phantoms(&key(1), &after))
        .filter(|(before, after)| **before != *after)
        .count();
    assert!((5..50).contains(&moved), "{moved}");
}

#[test]
fn a_salt_of_java_is_a_number_of_130_bits() {
    assert_eq!(java_salt(vec![0; 17]), b"");
    assert_eq!(java_salt(vec![0, 35]), b"z");
    assert_eq!(java_salt(vec![1, 0x23, 0x45]), b"1lj9");
    // 2^130 - 1, worked out by hand.
    assert_eq!(java_salt(vec![0xFF; 17]), b"1omfro7zwmumr3umxudzyj6scf");
    for _ in 0..1_000 {
        let salt = random_salt(&SystemRandom).unwrap();
        assert!(salt.len() <= 26);
        assert!(salt.len() < 26 || salt[0] == b'1');
    }
}

#[test]
fn the_key_is_kept_in_a_private_file() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key");
    let open = || PhantomKey::open(&path, &SystemRandom);
    let phantom = |key: PhantomKey| key.phantom(MECHANISM, "alice", &Population::default());
    let first = phantom(open().unwrap());
    assert_eq!(phantom(open().unwrap()), first);
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    for content in ["", "short", "AAAA\n", &"A".repeat(500)] {
        std::fs::write(&path, content).unwrap();
        assert!(open().is_err(), "{content}");
    }
    std::fs::write(&path, "AAAA\n").unwrap();
    assert!(matches!(open(), Err(PhantomKeyError::Content(_))));
    assert_eq!(format!("{:?}", key(1)), "PhantomKey([hidden])");
}
