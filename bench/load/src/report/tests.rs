//! What is blotted out and rounded.

use super::*;

#[test]
fn secrets_are_blotted_out() {
    for key in [
        "sasl.password",
        "ssl.key.password",
        "sasl.oauthbearer.client.secret",
    ] {
        assert!(is_secret(key), "{key}");
    }
    for key in ["sasl.username", "ssl.ca.location"] {
        assert!(!is_secret(key), "{key}");
    }
}

#[test]
fn numbers_are_rounded() {
    let mut value = json!({"a": [1.23456, 7]});
    round(&mut value);
    assert_eq!(value, json!({"a": [1.235, 7]}));
}
