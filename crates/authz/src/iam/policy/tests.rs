//! What is refused, where, and with which remedy; and what is taken.

use super::{POLICY_BYTES_MAX, Policy, PolicyKind};

/// Line and column.
type Position = Option<(usize, usize)>;

/// Identity policies that are refused, where, and a part of what is said.
const REFUSED: [(&str, Position, &str); 36] = [
    ("", Some((1, 0)), "EOF"),
    ("[]", Some((1, 0)), "invalid type"),
    (
        r#"{"Version": "2012-10-17"}"#,
        Some((1, 25)),
        "missing field `Statement`",
    ),
    (
        "{\"Version\": \"2012-10-18\",\n\"Statement\": []}",
        Some((1, 24)),
        "expected `2008-10-17` or `2012-10-17`",
    ),
    (r#"{"Statement": []}"#, Some((1, 16)), "empty list"),
    (
        r#"{"statement": []}"#,
        Some((1, 12)),
        "unknown field `statement`",
    ),
    (
        "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\",\n  \"Conditon\": {}}}",
        Some((2, 12)),
        "unknown field `Conditon`, expected one of",
    ),
    (
        r#"{"Statement": {"Effect": "allow", "Action": "*", "Resource": "*"}}"#,
        Some((1, 32)),
        "expected `Allow` or `Deny`",
    ),
    (
        r#"{"Statement": {"Action": "*", "Resource": "*"}}"#,
        Some((1, 46)),
        "missing field `Effect`",
    ),
    (
        r#"{"Statement": {"Effect": "Allow", "Effect": "Deny", "Action": "*", "Resource": "*"}}"#,
        Some((1, 42)),
        "duplicate field `Effect`",
    ),
    (
        r#"{"Statement": {"Effect": "Allow", "Resource": "*"}}"#,
        None,
        "statement 1: a statement needs exactly one of Action and NotAction",
    ),
    (
        r#"{"Statement": {"Effect": "Allow", "Action": "*", "NotAction": "*", "Resource": "*"}}"#,
        None,
        "exactly one of Action",
    ),
    (
        r#"{"Statement": {"Effect": "Allow", "Action": "*"}}"#,
        None,
        "exactly one of Resource",
    ),
    (
        r#"{"Statement": {"Effect": "Allow", "Action": [], "Resource": "*"}}"#,
        Some((1, 46)),
        "empty list",
    ),
    (
        r#"{"Statement": {"Effect": "Allow", "Action": 1, "Resource": "*"}}"#,
        Some((1, 45)),
        "expected a string",
    ),
    (
        r#"{"Statement": {"Effect": "Allow", "Action": {}, "Resource": "*"}}"#,
        Some((1, 46)),
        "expected a string",
    ),
    (
        "{\"Statement\":\n {\"Effect\": \"Allow\", \"Action\": \"kafka-cluster:ReedData\", \"Resource\": \"*\"}}",
        Some((2, 32)),
        "did you mean kafka-cluster:ReadData?",
    ),
    (
        r#"{"Statement": {"Effect": "Deny", "Action": "kafka-cluster:Raed*", "Resource": "*"}}"#,
        Some((1, 44)),
        "there is no action 'kafka-cluster:Raed*'",
    ),
    (
        r#"{"Statement": {"Effect": "Allow", "Action": "ReadData", "Resource": "*"}}"#,
        Some((1, 45)),
        "write SERVICE:NAME",
    ),
    (
        r#"{"Statement": {"Effect": "Allow", "Action": "kafka-cluster:Read Data", "Resource": "*"}}"#,
        Some((1, 45)),
        "write SERVICE:NAME",
    ),
    (
        r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "topic/orders"}}"#,
        Some((1, 62)),
        "'topic/orders' is no ARN; write * or arn:",
    ),
    (
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:kafka:::${aws:x}"}}"#,
        Some((1, 87)),
        "'aws:x' is no condition key",
    ),
    (
        r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}}"#,
        None,
        "remove Principal",
    ),
    (
        r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEqual": {"aws:username": "x"}}}}"#,
        Some((1, 81)),
        "there is no condition operator 'StringEqual'",
    ),
    (
        r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"stringequals": {"aws:username": "x"}}}}"#,
        Some((1, 81)),
        "no condition operator",
    ),
    (
        r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"NullIfExists": {"aws:username": "x"}}}}"#,
        Some((1, 81)),
        "no condition operator",
    ),
    (
        r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringLike": {"aws:usrname": "x"}}}}"#,
        None,
        "'aws:usrname' is no condition key",
    ),
    (
        r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "yes"}}}}"#,
        Some((1, 113)),
        "neither true nor false",
    ),
    (
        r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/33"}}}}"#,
        Some((1, 111)),
        "it is no network; write 10.0.0.0/8",
    ),
    (
        r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringLike": {"aws:username": "x", "AWS:Username": "y"}}}}"#,
        Some((1, 130)),
        "'AWS:Username' stands here twice",
    ),
    (
        r#"{"Statement": [{"Sid": "A", "Effect": "Allow", "Action": "*", "Resource": "*"}, {"Sid": "A", "Effect": "Deny", "Action": "*", "Resource": "*"}]}"#,
        Some((1, 24)),
        "two statements have the Sid 'A'",
    ),
    (
        r#"{"Statement": [["A", "Allow", null, null, "*", null, "*", null, null]]}"#,
        Some((1, 15)),
        "expected an object",
    ),
    (
        r#"["2012-10-17", null, {"Effect": "Allow", "Action": "*", "Resource": "*"}]"#,
        Some((1, 0)),
        "expected an object",
    ),
    (
        r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": null}}"#,
        Some((1, 83)),
        "invalid type: null",
    ),
    (
        r#"{"Version": null, "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#,
        Some((1, 13)),
        "expected value",
    ),
    (
        r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}} x"#,
        Some((1, 68)),
        "trailing characters",
    ),
];

#[test]
fn mistakes_are_refused_with_their_place_and_a_remedy() {
    for (text, position, part) in REFUSED {
        let error = Policy::parse(PolicyKind::Identity, "p", text).unwrap_err();
        assert!(error.problem.contains(part), "{text}: {error}");
        assert_eq!(error.position, position, "{text}: {error}");
    }
}

#[test]
fn what_aws_takes_is_taken() {
    for text in [
        r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#,
        r#"{"Version": "2012-10-17", "Id": "x", "Statement": [{"Sid": "", "Effect": "Deny", "NotAction": ["s3:*", "ec2:Describe*"], "NotResource": "arn:aws:s3:::bucket/*"}]}"#,
        r#"{"Statement": {"Effect": "Allow", "Action": ["KAFKA-CLUSTER:readdata", "kafka-cluster:*Topic*", "kafka:*", "*:*", "sts:GetCallerIdentity"], "Resource": "arn:aws:kafka:*:*:*"}}"#,
        r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {}}}"#,
        // A Sid may look like a place, and an empty one is none.
        r#"{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Sid": "1", "Effect": "Allow", "Action": "*", "Resource": "*"}]}"#,
        r#"{"Statement": [{"Sid": "", "Effect": "Allow", "Action": "*", "Resource": "*"}, {"Sid": "", "Effect": "Deny", "Action": "*", "Resource": "*"}]}"#,
    ] {
        let policy = Policy::parse(PolicyKind::Identity, "p", text);
        assert!(policy.is_ok(), "{text}: {}", policy.unwrap_err());
    }
}

#[test]
fn a_long_policy_is_refused_before_it_is_read() {
    let text = " ".repeat(POLICY_BYTES_MAX + 1);
    let error = Policy::parse(PolicyKind::Identity, "p", &text).unwrap_err();
    assert!(error.problem.contains("split it"), "{error}");
}

#[test]
fn many_stars_take_no_long_time() {
    let stars = "*a".repeat(POLICY_BYTES_MAX / 5);
    let text = format!(
        r#"{{"Statement": {{"Effect": "Allow", "Action": "kafka-cluster:{stars}", "Resource": "arn:aws:kafka:::{stars}"}}}}"#
    );
    let error = Policy::parse(PolicyKind::Identity, "p", &text).unwrap_err();
    assert!(error.problem.contains("there is no action"), "{error}");
}

#[test]
fn who_is_meant_is_read_strictly() {
    let resource = |principal: &str| {
        format!(
            r#"{{"Statement": {{"Effect": "Allow", {principal} "Action": "*", "Resource": "*"}}}}"#
        )
    };
    for (principal, accepted) in [
        (r#""Principal": "*","#, true),
        (r#""Principal": {"AWS": "*"},"#, true),
        (
            r#""Principal": {"AWS": ["123456789012", "arn:aws:iam::123456789012:root"]},"#,
            true,
        ),
        (
            r#""Principal": {"AWS": "arn:aws:iam::123456789012:role/reader"},"#,
            true,
        ),
        (
            r#""Principal": {"AWS": "arn:aws:sts::123456789012:assumed-role/reader/s"},"#,
            true,
        ),
        (r#""Principal": {"Service": "kafka.amazonaws.com"},"#, true),
        (r#""NotPrincipal": {"AWS": "123456789012"},"#, true),
        (
            r#""Principal": {"AWS": "arn:aws:iam::123456789012:role/*"},"#,
            false,
        ),
        (
            r#""Principal": {"AWS": "arn:aws:iam::123:role/reader"},"#,
            false,
        ),
        (r#""Principal": {"AWS": "alice"},"#, false),
        (r#""Principal": {"aws": "*"},"#, false),
        (r#""Principal": {},"#, false),
        (r#""Principal": "alice","#, false),
        (r#""Principal": "*", "NotPrincipal": "*","#, false),
        ("", false),
    ] {
        let text = resource(principal);
        let policy = Policy::parse(PolicyKind::Resource, "p", &text);
        assert_eq!(policy.is_ok(), accepted, "{text}: {policy:?}");
    }
    let trust =
        r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}}"#;
    assert!(Policy::parse(PolicyKind::Trust, "p", trust).is_ok());
    let error = Policy::parse(PolicyKind::Trust, "p", &resource(r#""Principal": "*","#));
    assert!(error.unwrap_err().problem.contains("remove it"));
    let not =
        r#"{"Statement": {"Effect": "Allow", "NotPrincipal": "*", "Action": "sts:AssumeRole"}}"#;
    assert!(Policy::parse(PolicyKind::Trust, "p", not).is_err());
}
