//! Vectors made with botocore, mutations of every field, and AWS's own signer as the client.

mod foreign;
mod recorded;

use super::{SecretAccessKey, SignedRequest, SigningKey, SigningKeys};

const EXAMPLE_HOST: &str = "b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com";

fn key(secret: &str) -> SigningKey {
    SigningKey::derive(
        &SecretAccessKey::new(secret.to_owned()),
        "20261122",
        "us-east-1",
    )
}

/// The key that AWS's documentation uses.
fn example_key() -> SigningKey {
    key("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
}

/// A payload whose values are `values`, in this order.
fn json(values: &[(&str, &str)]) -> Vec<u8> {
    let pairs = values
        .iter()
        .map(|(name, value)| format!("{name:?}:{value:?}"));
    format!("{{{}}}", pairs.collect::<Vec<_>>().join(",")).into_bytes()
}

const PAYLOAD: [(&str, &str); 10] = [
    ("version", "2020_10_22"),
    ("host", EXAMPLE_HOST),
    ("user-agent", "test-client"),
    ("action", "kafka-cluster:Connect"),
    ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
    (
        "x-amz-credential",
        "AKIAIOSFODNN7EXAMPLE/20261122/us-east-1/kafka-cluster/aws4_request",
    ),
    ("x-amz-date", "20261122T120000Z"),
    ("x-amz-signedheaders", "host"),
    ("x-amz-expires", "900"),
    (
        "x-amz-signature",
        "a0caa4c2ab0e61aafc3665351ea5863f220f1a7afcb1672d02e17d0491e953fd",
    ),
];

/// The payload with one value replaced, added, or, where it is `None`, left out.
fn changed(name: &str, value: Option<&str>) -> Vec<u8> {
    let mut values: Vec<_> = PAYLOAD.into_iter().filter(|(n, _)| *n != name).collect();
    values.extend(value.map(|value| (name, value)));
    json(&values)
}

const URL: &str = "https://kafka.us-east-1.amazonaws.com/?Action=kafka-cluster%3AConnect\
    &X-Amz-Algorithm=AWS4-HMAC-SHA256\
    &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261122%2Fus-east-1%2Fkafka-cluster%2Faws4_request\
    &X-Amz-Date=20261122T120000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host\
    &X-Amz-Signature=07804cb0c04c41ecd75db534f6c211209844f43eb713b82f6896728c9bd32276\
    &User-Agent=test-client%2F1.0";

#[test]
fn payloads_that_botocore_signed_are_verified() {
    let appendix = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    let documentation = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    for (id, secret, host, token, signature) in [
        (
            "AKIAIOSFODNN7EXAMPLE",
            documentation,
            EXAMPLE_HOST,
            None,
            "a0caa4c2ab0e61aafc3665351ea5863f220f1a7afcb1672d02e17d0491e953fd",
        ),
        (
            "AKIAIOSFODNN7EXAMPLE",
            documentation,
            EXAMPLE_HOST,
            Some("SESSIONTOKEN/Example+Value=="),
            "f04f69a0179636d265f586dd9b523abd3b8d724e7e185d8ea43d4c88a4fdc34b",
        ),
        (
            "AKIDEXAMPLE",
            appendix,
            "b-1.demo.example.internal",
            None,
            "a524d0bfa86510a4da1a27f0f5294a64e2231665d4e3cc8664cf98eb3c3ee82f",
        ),
        (
            "AKIDEXAMPLE",
            appendix,
            "b-1.demo.example.internal",
            Some("sess+tok/en=="),
            "43431bb79bb7ffb3f31ba4c3244d40072fc2fc503e2e2b6f9bfc25d10eeb585e",
        ),
    ] {
        let credential = format!("{id}/20261122/us-east-1/kafka-cluster/aws4_request");
        let mut values: Vec<_> = PAYLOAD
            .into_iter()
            .map(|(name, value)| match name {
                "host" => (name, host),
                "x-amz-credential" => (name, &*credential),
                "x-amz-signature" => (name, signature),
                _ => (name, value),
            })
            .collect();
        values.extend(token.map(|token| ("x-amz-security-token", token)));
        let request = SignedRequest::of_json(&json(&values)).unwrap();
        assert!(request.is_signed_by(&key(secret)), "{host} {token:?}");
        assert!(!request.is_signed_by(&key("another")));
        assert_eq!(request.access_key_id, id);
        assert_eq!(request.session_token.as_deref(), token);
        assert_eq!(
            (request.signed_at_ms, request.expires_ms),
            (1_795_348_800_000, 900_000)
        );
        values.reverse();
        assert_eq!(SignedRequest::of_json(&json(&values)), Ok(request));
    }
}

#[test]
fn the_canonical_request_is_that_of_the_vector() {
    use aws_lc_rs::digest::{SHA256, digest};
    for (request, hash) in [
        (
            SignedRequest::of_json(&json(&PAYLOAD)).unwrap(),
            "512227e0b33278130441ae00953b7a90490c995a88dc1690089a63c8371eb05f",
        ),
        (
            SignedRequest::of_json(&changed(
                "x-amz-security-token",
                Some("SESSIONTOKEN/Example+Value=="),
            ))
            .unwrap(),
            "9ff20a3d01d2936c4893c52662ff8ff2ddda728e5291f0fc2ea48bcedb1236a8",
        ),
        (
            SignedRequest::of_url(URL).unwrap(),
            "14c231d5aac3ab30922ca0fa9841a672bf32f14547ba2e21d1dd83f81ac993e7",
        ),
    ] {
        let canonical = request.canonical_request();
        assert_eq!(
            super::hex(digest(&SHA256, canonical.as_bytes()).as_ref()),
            hash
        );
    }
}

#[test]
fn a_token_that_botocore_signed_is_verified() {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
    let bare = URL_SAFE_NO_PAD.encode(URL);
    assert!(bare.starts_with("aHR0cHM6Ly9rYWZrYS51cy1lYXN0LTEuYW1hem9uYXdzLmNvbS8_QWN0aW9u"));
    for token in [bare, URL_SAFE.encode(URL)] {
        let request = SignedRequest::of_token(&token).unwrap();
        assert!(request.is_signed_by(&example_key()));
        assert_eq!(request.host, "kafka.us-east-1.amazonaws.com");
        assert_eq!(request.user_agent.as_deref(), Some("test-client/1.0"));
    }
    for token in [
        STANDARD.encode(URL),
        "e30".to_owned(),
        String::new(),
        "a".to_owned(),
    ] {
        assert!(SignedRequest::of_token(&token).is_err(), "{token}");
    }
}

#[test]
fn a_token_with_a_session_is_verified_in_the_order_of_every_signer() {
    // Python puts the token behind the signed headers, Go sorts, blanks and slashes are escaped
    // in both cases of the digits.
    let parameters = [
        "Action=kafka-cluster%3AConnect",
        "X-Amz-Algorithm=AWS4-HMAC-SHA256",
        "X-Amz-Credential=AKIDEXAMPLE%2F20261122%2fus-east-1%2Fkafka-cluster%2Faws4_request",
        "X-Amz-Date=20261122T120000Z",
        "X-Amz-Expires=900",
        "X-Amz-SignedHeaders=host",
        "X-Amz-Security-Token=sess%2Btok%2Fen%3d%3D",
        "X-Amz-Signature=d45bf453ced428f1e80b7221b0af098654b33822db03fe6730d65447c6bdb9a9",
        "User-Agent=a+b%2Fc",
    ];
    let key = key("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    for turn in 0..parameters.len() {
        let mut turned = parameters;
        turned.rotate_left(turn);
        for root in ["/?", "?"] {
            let url = format!(
                "https://kafka.us-east-1.amazonaws.com{root}{}",
                turned.join("&")
            );
            let request = SignedRequest::of_url(&url).unwrap();
            assert!(request.is_signed_by(&key), "{url}");
            assert_eq!(request.session_token.as_deref(), Some("sess+tok/en=="));
            assert_eq!(request.user_agent.as_deref(), Some("a b/c"));
        }
    }
}

#[test]
fn a_payload_that_was_changed_is_refused() {
    // Well-formed, but signed otherwise.
    for (name, value) in [
        ("host", "b-2.demo.abc123.c2.kafka.us-east-1.amazonaws.com"),
        ("host", "B-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com"),
        ("host", "b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com."),
        (
            "x-amz-credential",
            "AKIAIOSFODNN7EXAMPLF/20261122/us-east-1/kafka-cluster/aws4_request",
        ),
        (
            "x-amz-credential",
            "AKIAIOSFODNN7EXAMPLE/20261122/us-east-2/kafka-cluster/aws4_request",
        ),
        ("x-amz-date", "20261122T120001Z"),
        ("x-amz-expires", "899"),
        ("x-amz-expires", "0900"),
        ("x-amz-expires", "900.0"),
        ("x-amz-security-token", "token"),
        (
            "x-amz-signature",
            "a0caa4c2ab0e61aafc3665351ea5863f220f1a7afcb1672d02e17d0491e953fc",
        ),
    ] {
        let request = SignedRequest::of_json(&changed(name, Some(value))).unwrap();
        assert!(!request.is_signed_by(&example_key()), "{name}={value}");
    }
    let unsigned = SignedRequest::of_json(&changed("user-agent", Some("x"))).unwrap();
    assert!(
        unsigned.is_signed_by(&example_key()),
        "the user agent is not signed"
    );
}

/// Values that a payload cannot have.
const OTHER_FORMS: &[(&str, &str)] = &[
    ("version", "2020_10_23"),
    ("version", ""),
    ("action", "kafka-cluster:connect"),
    ("action", "kafka-cluster:*"),
    ("x-amz-algorithm", "AWS4-HMAC-SHA1"),
    ("x-amz-algorithm", "aws4-hmac-sha256"),
    ("x-amz-signedheaders", "host;x-amz-date"),
    ("x-amz-signedheaders", "Host"),
    ("x-amz-signedheaders", ""),
    (
        "x-amz-credential",
        "AKIA/20261123/us-east-1/kafka-cluster/aws4_request",
    ),
    (
        "x-amz-credential",
        "AKIA/20261122/us-east-1/kafka/aws4_request",
    ),
    (
        "x-amz-credential",
        "AKIA/20261122/us-east-1/kafka-cluster/aws4_reques",
    ),
    (
        "x-amz-credential",
        "AKIA/20261122/us-east-1/kafka-cluster/aws4_request/",
    ),
    ("x-amz-credential", "AKIA/20261122/us-east-1/kafka-cluster"),
    (
        "x-amz-credential",
        "/20261122/us-east-1/kafka-cluster/aws4_request",
    ),
    (
        "x-amz-credential",
        "AK;IA/20261122/us-east-1/kafka-cluster/aws4_request",
    ),
    (
        "x-amz-credential",
        "AKIA/20261122/us_east_1/kafka-cluster/aws4_request",
    ),
    (
        "x-amz-credential",
        "AKIA/20261122//kafka-cluster/aws4_request",
    ),
    (
        "x-amz-credential",
        "AKIA%2F20261122%2Fus-east-1%2Fkafka-cluster%2Faws4_request",
    ),
    ("x-amz-credential", "kafka-cluster/aws4_request"),
    ("x-amz-credential", ""),
    ("x-amz-date", "20261122"),
    ("x-amz-date", "20261122T120060Z"),
    ("x-amz-date", "20261123T000000Z"),
    ("x-amz-date", ""),
    ("x-amz-expires", "0"),
    ("x-amz-expires", "-1"),
    ("x-amz-expires", "901"),
    ("x-amz-expires", "1e3"),
    ("x-amz-expires", "99999999999999999999"),
    ("x-amz-expires", ""),
    ("host", ""),
    ("host", "host:9098"),
    ("host", "host/"),
    ("host", "a b"),
    ("host", "a\\nb"),
    ("host", "user@host"),
    ("host", "hôst"),
    ("x-amz-security-token", ""),
    ("x-amz-security-token", "a b"),
    ("x-amz-security-token", "tök"),
    ("x-amz-signature", ""),
    ("x-amz-signature", "a0ca"),
    (
        "x-amz-signature",
        "A0CAA4C2AB0E61AAFC3665351EA5863F220F1A7AFCB1672D02E17D0491E953FD",
    ),
    (
        "x-amz-signature",
        "g0caa4c2ab0e61aafc3665351ea5863f220f1a7afcb1672d02e17d0491e953fd",
    ),
    ("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
    ("X-Amz-Date", "20261122T120000Z"),
    ("Host", "x"),
    ("extra", "x"),
];

#[test]
fn a_payload_of_another_form_is_refused() {
    for &(name, value) in OTHER_FORMS {
        assert!(
            SignedRequest::of_json(&changed(name, Some(value))).is_err(),
            "{name}={value}"
        );
    }
    for (name, _) in PAYLOAD {
        let found = SignedRequest::of_json(&changed(name, None));
        assert_eq!(found.is_ok(), name == "user-agent", "without {name}");
    }
}

#[test]
fn what_is_no_flat_object_of_strings_is_refused() {
    let whole = String::from_utf8(json(&PAYLOAD)).unwrap();
    assert!(SignedRequest::of_json(whole.as_bytes()).is_ok());
    assert!(SignedRequest::of_json(format!(" {whole}\n").as_bytes()).is_ok());
    let twice = |name: &str, value: &str| whole.replacen('{', &format!("{{{name:?}:{value:?},"), 1);
    let array: Vec<_> = PAYLOAD
        .iter()
        .map(|(_, value)| format!("{value:?}"))
        .collect();
    for text in [
        String::new(),
        "{}".to_owned(),
        "null".to_owned(),
        "[]".to_owned(),
        format!("[{whole}]"),
        format!("[{}]", array.join(",")),
        format!("{whole}{whole}"),
        format!("{whole}x"),
        whole.replace('}', ""),
        whole.replace("\"900\"", "900"),
        whole.replace("\"900\"", "null"),
        whole.replace("\"900\"", "[\"900\"]"),
        whole.replace("\"test-client\"", "null"),
        whole.replace("\"test-client\"", "1"),
        whole.replacen('{', "{\"x-amz-security-token\":null,", 1),
        whole.replacen(
            '{',
            &format!("{{\"user-agent\":\"{}\",", "x".repeat(17_000)),
            1,
        ),
        twice("host", EXAMPLE_HOST),
        twice("x-amz-date", "20261122T120000Z"),
        twice("action", "kafka-cluster:Connect"),
        "[".repeat(10_000),
        "{\"a\":".repeat(3_000),
    ] {
        let start: String = text.chars().take(60).collect();
        assert!(SignedRequest::of_json(text.as_bytes()).is_err(), "{start}");
    }
    assert!(SignedRequest::of_json(b"{\"host\":\"\xff\"}").is_err());
}

#[test]
fn a_url_of_another_form_is_refused() {
    assert!(
        SignedRequest::of_url(URL)
            .unwrap()
            .is_signed_by(&example_key())
    );
    let with = |from: &str, to: &str| {
        assert!(URL.contains(from), "{from}");
        URL.replace(from, to)
    };
    let host = "kafka.us-east-1.amazonaws.com";
    for url in [
        with("https://", "http://"),
        with("https://", "HTTPS://"),
        with("https://", "https:///"),
        with(host, ""),
        with(host, &format!("{host}:443")),
        with(host, &format!("user@{host}")),
        with(host, &format!("user:pw@{host}")),
        with(host, &format!("{host}/path")),
        with("/?", "//?"),
        with("/?", "/#?"),
        with("User-Agent", "#User-Agent"),
        with("&User-Agent=test-client%2F1.0", "#x"),
        with("&User-Agent=test-client%2F1.0", "&"),
        with("&User-Agent=test-client%2F1.0", "&X-Amz-Date"),
        with(
            "&User-Agent=test-client%2F1.0",
            "&X-Amz-Date=20261122T120000Z",
        ),
        with(
            "&User-Agent=test-client%2F1.0",
            "&Action=kafka-cluster%3AConnect",
        ),
        with(
            "&User-Agent=test-client%2F1.0",
            "&User-Agent=a&User-Agent=b",
        ),
        with("&User-Agent=test-client%2F1.0", "&Version=1"),
        with("&User-Agent=test-client%2F1.0", "&X-Amz-Security-Token="),
        with("Action=", "action="),
        with("Action=", "%41ction="),
        with("X-Amz-Date", "x-amz-date"),
        with("X-Amz-Date", "X-Amz-Date%20"),
        with("%3A", "%253A"),
        with("%2Fus-east-1", "%252Fus-east-1"),
        with("%2Fus-east-1", "%2us-east-1"),
        with("SignedHeaders=host", "SignedHeaders=host%3Bdate"),
        with("SignedHeaders=host", "SignedHeaders=host;date"),
        with("Action=kafka-cluster%3AConnect&", ""),
        with("X-Amz-Expires=900&", ""),
        with("X-Amz-Expires=900", "X-Amz-Expires=+900"),
        with("X-Amz-Expires=900", "X-Amz-Expires=900+"),
        with("X-Amz-Expires=900", "X-Amz-Expires=9%300"),
        with("?", ""),
        format!(" {URL}"),
        format!("{URL}\n"),
        String::new(),
    ] {
        let verified = SignedRequest::of_url(&url);
        let is_signed = verified.is_ok_and(|request| request.is_signed_by(&example_key()));
        // One escape more than needed is the same value, and so the same signed request.
        assert_eq!(is_signed, url.contains("9%300"), "{url}");
    }
}

#[test]
fn nothing_secret_is_shown() {
    let request = SignedRequest::of_json(&changed("x-amz-security-token", Some("s3cr3t"))).unwrap();
    let shown = format!(
        "{request:?} {:?}",
        SecretAccessKey::new("s3cr3t".to_owned())
    );
    assert!(
        !shown.contains("s3cr3t") && !shown.contains("a0caa4c2"),
        "{shown}"
    );
}

#[test]
fn signing_keys_are_kept_for_their_day_and_their_store() {
    let keys = SigningKeys::default();
    let request = SignedRequest::of_json(&json(&PAYLOAD)).unwrap();
    let now_ms = request.signed_at_ms;
    let secrets = ["one", "two"].map(|secret| SecretAccessKey::new(secret.to_owned()));
    let sign = |generation, id, now_ms, secret| {
        keys.key(generation, id, &request, now_ms, secret)
            .sign(b"text")
    };
    let first = sign(1, "A", now_ms, &secrets[0]);
    assert_eq!(
        first,
        SigningKey::derive(&secrets[0], "20261122", "us-east-1").sign(b"text")
    );
    assert_eq!(sign(1, "A", now_ms, &secrets[1]), first, "kept");
    assert_ne!(sign(1, "B", now_ms, &secrets[1]), first, "another key");
    assert_ne!(
        sign(2, "A", now_ms, &secrets[1]),
        first,
        "the store changed"
    );
    let week = 7 * 86_400_000;
    sign(2, "B", now_ms + week, &secrets[0]);
    assert_eq!(
        sign(2, "A", now_ms + week, &secrets[0]),
        first,
        "forgotten with its day"
    );
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(
        bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200),
        at in 0..URL.len(),
        byte in 0x20_u8..0x7f,
    ) {
        let _ = SignedRequest::of_json(&bytes);
        let _ = SignedRequest::of_token(&String::from_utf8_lossy(&bytes));
        let mut url = URL.as_bytes().to_vec();
        url[at] = byte;
        let _ = SignedRequest::of_url(std::str::from_utf8(&url).unwrap());
    }
}
