//! Outcomes per user, as Apache Kafka 4.3.1 answered the same requests.

use std::collections::BTreeMap;

use bytes::Bytes;
use identity::ScramMechanism;
use model::BrokerId;
use protocol::Str;
use protocol::messages::alter_user_scram_credentials::{
    AlterUserScramCredentialsRequest, ScramCredentialDeletion, ScramCredentialUpsertion,
};

use super::{Exposure, SALT_BYTES_MAX, USER_BYTES_MAX, outcomes, upsert, upsertions, users};
use crate::metadata::{self, Image};

const TWICE: &str =
    "DUPLICATE_RESOURCE: A user credential cannot be altered twice in the same request";
const ABSENT: &str = "RESOURCE_NOT_FOUND: Attempt to delete a user credential that does not exist";
const UNKNOWN: &str = "UNSUPPORTED_SASL_MECHANISM: Unknown SCRAM mechanism";
const FEW: &str = "UNACCEPTABLE_CREDENTIAL: Too few iterations";

fn upsertion(name: &str, mechanism: i8, iterations: i32) -> ScramCredentialUpsertion {
    ScramCredentialUpsertion {
        name: Str::from(name),
        mechanism,
        iterations,
        salt: Bytes::from_static(b"salt"),
        salted_password: Bytes::from_static(b"salted"),
    }
}

fn deletion(name: &str, mechanism: i8) -> ScramCredentialDeletion {
    ScramCredentialDeletion {
        name: Str::from(name),
        mechanism,
    }
}

/// An image in which `there` has a credential for SCRAM-SHA-512.
fn image() -> Image {
    let broker = metadata::Broker {
        id: BrokerId(1),
        rack: None,
        endpoints: BTreeMap::new(),
    };
    let mut image = Image::new("cluster", broker);
    image.apply(&upsert(&upsertion("there", 2, 4096), Exposure::Private).unwrap());
    image
}

fn check(deletions: &[(&str, i8)], upserted: &[(&str, i8, i32)], expected: &[(&str, &str)]) {
    let request = AlterUserScramCredentialsRequest {
        deletions: deletions.iter().map(|(n, m)| deletion(n, *m)).collect(),
        upsertions: upserted
            .iter()
            .map(|(n, m, i)| upsertion(n, *m, *i))
            .collect(),
    };
    let upserted = upsertions(&request, Exposure::Private);
    let outcomes = outcomes(&image(), &request.deletions, upserted);
    let answers: Vec<(String, String)> = outcomes
        .iter()
        .map(|(user, outcome)| {
            let text = outcome.as_ref().err().map(ToString::to_string);
            (user.to_string(), text.unwrap_or_default())
        })
        .collect();
    let expected: Vec<(String, String)> = expected
        .iter()
        .map(|(user, text)| ((*user).to_owned(), (*text).to_owned()))
        .collect();
    assert_eq!(answers, expected, "{request:?}");
}

#[test]
fn each_user_has_an_outcome_of_its_own() {
    check(
        &[],
        &[("a", 1, 4096), ("b", 2, 16384)],
        &[("a", ""), ("b", "")],
    );
    check(
        &[("there", 2)],
        &[("a", 2, 4096)],
        &[("a", ""), ("there", "")],
    );
    check(
        &[("there", 1), ("a", 2)],
        &[],
        &[("a", ABSENT), ("there", ABSENT)],
    );
    check(
        &[("a", 9)],
        &[("b", 0, 4096)],
        &[("a", UNKNOWN), ("b", UNKNOWN)],
    );
    check(
        &[],
        &[("a", 2, 4095), ("b", 2, -1)],
        &[("a", FEW), ("b", FEW)],
    );
    let many = "UNACCEPTABLE_CREDENTIAL: Too many iterations";
    check(&[], &[("a", 2, 16385)], &[("a", many)]);
    check(&[], &[("a", 9, 1)], &[("a", UNKNOWN)]);
    let nobody = "UNACCEPTABLE_CREDENTIAL: Username must not be empty";
    check(&[("", 9)], &[], &[("", nobody)]);
}

#[test]
fn a_second_change_undoes_the_first_and_a_first_error_stays() {
    check(&[], &[("a", 1, 4096), ("a", 2, 4096)], &[("a", TWICE)]);
    check(&[], &[("a", 1, 4096), ("a", 2, 1)], &[("a", TWICE)]);
    check(&[], &[("a", 1, 1), ("a", 2, 4096)], &[("a", FEW)]);
    check(&[("there", 2)], &[("there", 1, 4096)], &[("there", TWICE)]);
    check(&[("there", 2), ("there", 1)], &[], &[("there", TWICE)]);
    check(&[("there", 1), ("there", 2)], &[], &[("there", ABSENT)]);
    check(&[("a", 9)], &[("a", 2, 4096)], &[("a", UNKNOWN)]);
}

#[test]
fn users_are_answered_once_in_the_order_of_the_request() {
    let request = AlterUserScramCredentialsRequest {
        deletions: vec![deletion("z", 2), deletion("a", 2)],
        upsertions: vec![upsertion("m", 2, 4096), upsertion("z", 2, 4096)],
    };
    let users: Vec<String> = users(&request).iter().map(ToString::to_string).collect();
    assert_eq!(users, ["z", "a", "m"]);
}

#[test]
fn what_cannot_be_a_credential_is_refused() {
    let sound = upsertion("a", 2, 4096);
    let cases = [
        (
            ScramCredentialUpsertion {
                salted_password: Bytes::new(),
                ..sound.clone()
            },
            "UNKNOWN_SERVER_ERROR: ",
        ),
        (
            ScramCredentialUpsertion {
                salt: vec![0; SALT_BYTES_MAX + 1].into(),
                ..sound.clone()
            },
            "UNACCEPTABLE_CREDENTIAL: Salt is longer than 256 bytes",
        ),
        (
            upsertion(&"n".repeat(USER_BYTES_MAX + 1), 2, 4096),
            "UNACCEPTABLE_CREDENTIAL: Username is longer than 255 bytes",
        ),
    ];
    for (asked, expected) in cases {
        let refused = upsert(&asked, Exposure::Private).unwrap_err();
        assert_eq!(refused.to_string(), expected);
    }
    let exposed = upsert(&sound, Exposure::Public).unwrap_err().to_string();
    assert!(
        exposed.contains("crossed a network unencrypted"),
        "{exposed}"
    );
}

#[test]
fn what_is_stored_is_not_what_came() {
    let record = upsert(&upsertion("a", 2, 4096), Exposure::Private).unwrap();
    let mut image = image();
    image.apply(&record);
    let stored = image.scram_credential("a", ScramMechanism::Sha512).unwrap();
    assert_eq!((stored.stored_key.len(), stored.server_key.len()), (64, 64));
    let json = serde_json::to_string(&record).unwrap();
    assert!(
        !json.contains("c2FsdGVk"),
        "the salted password is stored: {json}"
    );
}
