//! The table, and the words of refusals.

use std::collections::HashSet;

use protocol::ApiKey;

use super::{Exchange, Mechanism, Random, Reason, SystemRandom, TOKEN_BYTES_MAX};

#[test]
fn every_mechanism_has_its_row() {
    let names: Vec<_> = Mechanism::all().map(Mechanism::name).collect();
    assert_eq!(
        names,
        [
            "SCRAM-SHA-256",
            "SCRAM-SHA-512",
            "AWS_MSK_IAM",
            "OAUTHBEARER"
        ]
    );
    for mechanism in Mechanism::all() {
        assert_eq!(Mechanism::named(mechanism.name()), Some(mechanism));
        assert!((1..=TOKEN_BYTES_MAX).contains(&mechanism.token_bytes_max()));
        assert_eq!(Exchange::begin(mechanism).mechanism(), mechanism);
    }
    for name in [
        "PLAIN",
        "GSSAPI",
        "EXTERNAL",
        "ANONYMOUS",
        "SCRAM-SHA-1",
        "",
    ] {
        assert_eq!(Mechanism::named(name), None);
    }
}

#[test]
fn labels_are_words_and_differ() {
    let reasons = [
        Reason::NotKafka,
        Reason::NoLogin(ApiKey::Metadata),
        Reason::UnexpectedApi(3),
        Reason::TooLong,
        Reason::RawTokens,
        Reason::UnsupportedMechanism,
        Reason::MechanismChanged,
        Reason::PrincipalChanged,
        Reason::Unanswerable,
        Reason::Malformed("x"),
        Reason::UnknownUser,
        Reason::WrongPassword,
        Reason::CredentialChanged,
        Reason::AuthorizationId,
        Reason::DelegationToken,
        Reason::NoRandomness,
        Reason::NoIdentityStore,
        Reason::WrongHost,
        Reason::WrongRegion,
        Reason::NotYetValid,
        Reason::Expired,
        Reason::UnknownAccessKey,
        Reason::WrongSignature,
        Reason::WrongSessionToken,
        Reason::SessionExpired,
        Reason::IdentityGone,
        Reason::SessionTooShort,
        Reason::ConnectDenied,
    ];
    let labels: HashSet<_> = reasons.iter().map(|reason| reason.label()).collect();
    assert_eq!(labels.len(), reasons.len());
    let is_word = |label: &&str| label.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    assert!(labels.iter().all(is_word));
    let texts: HashSet<_> = reasons.iter().map(ToString::to_string).collect();
    assert_eq!(texts.len(), reasons.len());
}

#[test]
fn the_systems_bits_differ() {
    let draw = || {
        let mut bits = [0; 16];
        SystemRandom.fill(&mut bits).unwrap();
        bits
    };
    assert_ne!(draw(), draw());
}
