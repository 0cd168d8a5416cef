//! Golden vectors, each computed once more with botocore.

use super::*;

/// 2026-11-22 12:00:00 UTC.
const NOW_MS: i64 = 1_795_348_800_000;
const MSK_HOST: &str = "b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com";

/// The two example keys of AWS's documents differ in one letter of the secret.
fn credentials(id: &str, token: Option<&str>) -> AwsCredentials {
    let secret = match id {
        "AKIDEXAMPLE" => "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        _ => "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    };
    AwsCredentials::new(id, secret, token)
}

#[test]
fn signatures_are_those_of_botocore() {
    let example = "AKIAIOSFODNN7EXAMPLE";
    let short = "AKIDEXAMPLE";
    let token = Some("sess+tok/en==");
    let cases = [
        (
            example,
            None,
            MSK_HOST,
            "a0caa4c2ab0e61aafc3665351ea5863f220f1a7afcb1672d02e17d0491e953fd",
        ),
        (
            example,
            Some("SESSIONTOKEN/Example+Value=="),
            MSK_HOST,
            "f04f69a0179636d265f586dd9b523abd3b8d724e7e185d8ea43d4c88a4fdc34b",
        ),
        (
            example,
            None,
            "kafka.us-east-1.amazonaws.com",
            "07804cb0c04c41ecd75db534f6c211209844f43eb713b82f6896728c9bd32276",
        ),
        (
            short,
            None,
            "b-1.demo.example.internal",
            "a524d0bfa86510a4da1a27f0f5294a64e2231665d4e3cc8664cf98eb3c3ee82f",
        ),
        (
            short,
            token,
            "b-1.demo.example.internal",
            "43431bb79bb7ffb3f31ba4c3244d40072fc2fc503e2e2b6f9bfc25d10eeb585e",
        ),
        (
            short,
            token,
            "kafka.us-east-1.amazonaws.com",
            "d45bf453ced428f1e80b7221b0af098654b33822db03fe6730d65447c6bdb9a9",
        ),
    ];
    for (id, token, host, expected) in cases {
        let signed = sign(&credentials(id, token), "us-east-1", host, NOW_MS);
        assert_eq!(signed.signature, expected, "{id} {token:?} {host}");
        assert_eq!(signed.date, "20261122T120000Z");
    }
}
