//! RFC 7677 §3, and the same inputs under SHA-512 (no published vector; cross-checked with Kafka).

use super::{ScramCredential, ScramMechanism};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::num::NonZeroU32;

/// Client proof and server signature of RFC 7677's exchange.
fn check(mechanism: ScramMechanism, proof: &str, signature: &str) {
    let salt = STANDARD.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
    let iterations = NonZeroU32::new(4096).unwrap();
    let credential = ScramCredential::of_password(mechanism, b"pencil", salt, iterations);
    let message = "n=user,r=rOprNGfwEbeRWgbNEkqO,\
        r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,\
        c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    let proof = STANDARD.decode(proof).unwrap();
    let client_signature = mechanism.hmac(&credential.stored_key, message.as_bytes());
    let client_key: Vec<u8> = proof
        .iter()
        .zip(client_signature)
        .map(|(a, b)| a ^ b)
        .collect();
    assert_eq!(mechanism.hash(&client_key), credential.stored_key);
    let signed = mechanism.hmac(&credential.server_key, message.as_bytes());
    assert_eq!(STANDARD.encode(signed), signature);
}

#[test]
fn the_exchange_of_rfc_7677_is_verified() {
    check(
        ScramMechanism::Sha256,
        "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    );
}

#[test]
fn the_same_exchange_under_sha_512_is_verified() {
    check(
        ScramMechanism::Sha512,
        "gMGXRcevScNtxZ6/8lQYpGtnsNAc3mGcmNomv+xnoOMw+3R2xNJdMNnzMlTN8PPC6wdp6dybEmDYXYTxwnYPJQ==",
        "ZQnYEgWQMFmmsM8aQMF0nDDCy/AgCzkwk8CmMZYcMg0vSVlKDanekLtifDSeVGT4+5ZxXnJq199RVG2rR7N7Zw==",
    );
}

#[test]
fn what_is_shown_holds_no_key() {
    let credential = ScramCredential {
        salt: vec![1],
        stored_key: vec![2],
        server_key: vec![3],
        iterations: 4096,
    };
    assert_eq!(
        format!("{credential:?}"),
        "ScramCredential { iterations: 4096, .. }"
    );
}
