//! What the libraries for Amazon MSK really send, each without and with a session token, signed
//! with the key of AWS's documentation on one day.

use std::collections::BTreeSet;

use crate::sigv4::{SecretAccessKey, SignedRequest, SigningKey};

/// Library and version, form, and what it made.
const RECORDED: &str = include_str!("recorded.tsv");

#[test]
fn every_librarys_request_is_verified() {
    let secret = SecretAccessKey::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned());
    let key = SigningKey::derive(&secret, "20261128", "us-east-1");
    let mut seen = BTreeSet::new();
    for line in RECORDED.lines() {
        let [library, form, sent] =
            <[&str; 3]>::try_from(line.split('\t').collect::<Vec<_>>()).expect("three columns");
        let request = match form {
            "json" => SignedRequest::of_json(sent.as_bytes()),
            "token" => SignedRequest::of_token(sent),
            "url" => SignedRequest::of_url(sent),
            other => panic!("{other}"),
        };
        let request = request.unwrap_or_else(|problem| panic!("{library}: {problem}"));
        assert!(request.is_signed_by(&key), "{library} {form}");
        assert_eq!(request.access_key_id, "AKIAIOSFODNN7EXAMPLE");
        let has_token = request.session_token.is_some();
        assert!(
            request
                .session_token
                .is_none_or(|t| t == "SESSIONTOKEN/Example+Value==")
        );
        let is_fraction = request.expires_ms == 500_123;
        assert!(is_fraction == (has_token && library.contains("signer-js")));
        assert!(is_fraction || request.expires_ms == 900_000, "{library}");
        seen.insert((library, form, has_token));
    }
    assert_eq!(
        seen.len(),
        12,
        "six kinds of request, without and with a session"
    );
}
