//! Every operator, on values that are there and on values that are not.

use crate::iam::IamAction;
use crate::iam::test_world::{World, policy};

fn world(effect: &str, condition: &str) -> World {
    let statement = format!(
        r#"{{"Effect": "{effect}", "Action": "*", "Resource": "*", "Condition": {condition}}}"#
    );
    let mut policies = vec![policy(&statement)];
    if effect == "Deny" {
        policies.push(policy(
            r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#,
        ));
    }
    World {
        tags: vec![("team", "Blue"), ("level", "7"), ("weird", "7x")],
        cluster_tags: vec![("env", "prod")],
        ..World::user(policies)
    }
}

fn holds(condition: &str) -> bool {
    world("Allow", condition).allows(IamAction::Connect, "")
}

fn check(cases: &[(&str, &str, bool)]) {
    for (operator, rest, expected) in cases {
        let condition = format!(r#"{{"{operator}": {{{rest}}}}}"#);
        assert_eq!(holds(&condition), *expected, "{condition}");
    }
}

#[test]
fn strings() {
    check(&[
        ("StringEquals", r#""aws:PrincipalTag/team": "Blue""#, true),
        (
            "StringEquals",
            r#""AWS:principaltag/TEAM": ["Red", "Blue"]"#,
            true,
        ),
        ("StringEquals", r#""aws:PrincipalTag/team": "blue""#, false),
        ("StringEquals", r#""aws:PrincipalTag/team": "B*""#, false),
        (
            "StringNotEquals",
            r#""aws:PrincipalTag/team": ["Red", "Blue"]"#,
            false,
        ),
        (
            "StringNotEquals",
            r#""aws:PrincipalTag/team": ["Red", "Green"]"#,
            true,
        ),
        (
            "StringEqualsIgnoreCase",
            r#""aws:PrincipalTag/team": "bLUE""#,
            true,
        ),
        (
            "StringNotEqualsIgnoreCase",
            r#""aws:PrincipalTag/team": "bLUE""#,
            false,
        ),
        ("StringLike", r#""aws:PrincipalTag/team": "B?u*""#, true),
        ("StringLike", r#""aws:PrincipalTag/team": "b*""#, false),
        ("StringNotLike", r#""aws:PrincipalTag/team": "B*""#, false),
        ("StringEquals", r#""aws:ResourceTag/env": "prod""#, true),
        ("StringEquals", r#""aws:username": "alice""#, true),
        ("StringEquals", r#""aws:userid": "AIDA1""#, true),
        ("StringEquals", r#""aws:PrincipalType": "User""#, true),
        (
            "StringEquals",
            r#""aws:PrincipalAccount": "123456789012""#,
            true,
        ),
        (
            "StringEquals",
            r#""aws:RequestedRegion": "us-east-1""#,
            true,
        ),
        (
            "StringEquals",
            r#""aws:PrincipalTag/team": "${aws:PrincipalTag/team}""#,
            true,
        ),
        (
            "StringNotEquals",
            r#""aws:username": "${aws:PrincipalTag/none}""#,
            false,
        ),
        // Two keys, and two operators, must all be true.
        (
            "StringEquals",
            r#""aws:username": "alice", "aws:userid": "x""#,
            false,
        ),
    ]);
}

#[test]
fn numbers_dates_and_truth_values() {
    check(&[
        ("NumericEquals", r#""aws:PrincipalTag/level": 7"#, true),
        ("NumericEquals", r#""aws:PrincipalTag/level": "7.0""#, true),
        ("NumericNotEquals", r#""aws:PrincipalTag/level": 7"#, false),
        ("NumericLessThan", r#""aws:PrincipalTag/level": 7"#, false),
        (
            "NumericLessThanEquals",
            r#""aws:PrincipalTag/level": 7"#,
            true,
        ),
        (
            "NumericGreaterThan",
            r#""aws:PrincipalTag/level": 6.5"#,
            true,
        ),
        (
            "NumericGreaterThanEquals",
            r#""aws:PrincipalTag/level": 8"#,
            false,
        ),
        // What is no number is neither equal nor unequal.
        ("NumericEquals", r#""aws:PrincipalTag/weird": 7"#, false),
        ("NumericNotEquals", r#""aws:PrincipalTag/weird": 7"#, false),
        (
            "DateLessThan",
            r#""aws:CurrentTime": "2026-11-22T12:00:01Z""#,
            true,
        ),
        (
            "DateLessThan",
            r#""aws:CurrentTime": "2026-11-22T12:00:00Z""#,
            false,
        ),
        (
            "DateLessThanEquals",
            r#""aws:CurrentTime": "2026-11-22T13:00:00+01:00""#,
            true,
        ),
        (
            "DateGreaterThan",
            r#""aws:CurrentTime": "2026-11-22""#,
            true,
        ),
        (
            "DateGreaterThanEquals",
            r#""aws:EpochTime": "1795348800""#,
            true,
        ),
        ("DateEquals", r#""aws:EpochTime": 1795348800"#, true),
        (
            "DateNotEquals",
            r#""aws:CurrentTime": "2026-11-22T12:00:00Z""#,
            false,
        ),
        ("NumericEquals", r#""aws:EpochTime": 1795348800"#, true),
        (
            "StringEquals",
            r#""aws:CurrentTime": "2026-11-22T12:00:00Z""#,
            true,
        ),
        ("Bool", r#""aws:SecureTransport": true"#, true),
        ("Bool", r#""aws:SecureTransport": "TRUE""#, true),
        ("Bool", r#""aws:SecureTransport": false"#, false),
        ("Bool", r#""aws:ViaAWSService": ["false"]"#, true),
        ("BinaryEquals", r#""aws:PrincipalTag/team": "Blue""#, true),
        ("BinaryEquals", r#""aws:PrincipalTag/team": "Blux""#, false),
    ]);
}

#[test]
fn addresses_and_arns() {
    check(&[
        ("IpAddress", r#""aws:SourceIp": "192.0.2.0/24""#, true),
        (
            "IpAddress",
            r#""aws:SourceIp": ["10.0.0.0/8", "192.0.2.7"]"#,
            true,
        ),
        (
            "IpAddress",
            r#""aws:SourceIp": "::ffff:192.0.2.0/120""#,
            true,
        ),
        ("IpAddress", r#""aws:SourceIp": "192.0.2.8""#, false),
        ("IpAddress", r#""aws:SourceIp": "2001:db8::/32""#, false),
        ("NotIpAddress", r#""aws:SourceIp": "192.0.2.0/24""#, false),
        ("NotIpAddress", r#""aws:SourceIp": "10.0.0.0/8""#, true),
        (
            "ArnEquals",
            r#""aws:PrincipalArn": "arn:aws:iam::123456789012:user/alice""#,
            true,
        ),
        (
            "ArnEquals",
            r#""aws:PrincipalArn": "arn:aws:iam::*:user/al?ce""#,
            true,
        ),
        (
            "ArnLike",
            r#""aws:PrincipalArn": "arn:aws:iam::123456789012:user/*""#,
            true,
        ),
        // A star stays in its part.
        (
            "ArnLike",
            r#""aws:PrincipalArn": "arn:aws:*:user/alice:x:y""#,
            false,
        ),
        (
            "ArnNotLike",
            r#""aws:PrincipalArn": "arn:aws:iam::*:role/*""#,
            true,
        ),
        (
            "ArnNotEquals",
            r#""aws:PrincipalArn": "arn:aws:iam::*:user/*""#,
            false,
        ),
        (
            "ArnLike",
            r#""aws:PrincipalArn": "arn:aws:iam::*:user/${aws:username}""#,
            true,
        ),
        // A value that is no ARN.
        (
            "ArnNotLike",
            r#""aws:PrincipalTag/team": "arn:aws:iam::*:user/*""#,
            false,
        ),
    ]);
    let mapped = World {
        address: Some("::ffff:192.0.2.7"),
        ..world(
            "Allow",
            r#"{"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}"#,
        )
    };
    assert!(mapped.allows(IamAction::Connect, ""));
}

#[test]
fn what_is_missing() {
    check(&[
        ("StringEquals", r#""aws:PrincipalTag/none": "x""#, false),
        ("StringNotEquals", r#""aws:PrincipalTag/none": "x""#, true),
        ("StringNotLike", r#""aws:UserAgent": "*""#, true),
        ("NumericNotEquals", r#""aws:PrincipalTag/none": 1"#, true),
        ("NotIpAddress", r#""aws:VpcSourceIp": "10.0.0.0/8""#, true),
        (
            "ArnNotEquals",
            r#""aws:SourceArn": "arn:aws:iam::1:user/x""#,
            true,
        ),
        ("Bool", r#""aws:MultiFactorAuthPresent": "false""#, false),
        (
            "BoolIfExists",
            r#""aws:MultiFactorAuthPresent": "true""#,
            true,
        ),
        (
            "StringEqualsIfExists",
            r#""aws:PrincipalTag/none": "x""#,
            true,
        ),
        (
            "StringEqualsIfExists",
            r#""aws:PrincipalTag/team": "x""#,
            false,
        ),
        (
            "StringNotEqualsIfExists",
            r#""aws:PrincipalTag/none": "x""#,
            true,
        ),
        ("Null", r#""aws:PrincipalTag/none": "true""#, true),
        ("Null", r#""aws:PrincipalTag/none": false"#, false),
        ("Null", r#""aws:PrincipalTag/team": "false""#, true),
        ("Null", r#""aws:TokenIssueTime": "true""#, true),
        ("ForAllValues:StringEquals", r#""aws:TagKeys": "x""#, true),
        ("ForAnyValue:StringEquals", r#""aws:TagKeys": "x""#, false),
        (
            "ForAnyValue:StringNotEquals",
            r#""aws:TagKeys": "x""#,
            false,
        ),
        (
            "ForAllValues:StringEquals",
            r#""aws:username": ["alice", "x"]"#,
            true,
        ),
        (
            "ForAllValues:StringEquals",
            r#""aws:username": ["x"]"#,
            false,
        ),
        (
            "ForAnyValue:StringLike",
            r#""aws:username": ["a*", "x"]"#,
            true,
        ),
        (
            "ForAnyValue:StringEqualsIfExists",
            r#""aws:TagKeys": "x""#,
            true,
        ),
    ]);
}

#[test]
fn what_cannot_be_known_does_not_escape_a_denial() {
    for (condition, allowed) in [
        (
            r#"{"StringEquals": {"aws:username": "${aws:PrincipalTag/none}"}}"#,
            false,
        ),
        (
            r#"{"StringLike": {"aws:username": "a${aws:PrincipalTag/none}"}}"#,
            false,
        ),
        (
            r#"{"StringLike": {"aws:username": "b${aws:PrincipalTag/none}"}}"#,
            true,
        ),
        (
            r#"{"NumericLessThan": {"aws:PrincipalTag/weird": 9}}"#,
            false,
        ),
        (
            r#"{"ArnLike": {"aws:PrincipalTag/team": "arn:aws:iam::1:user/x"}}"#,
            false,
        ),
        // What is known to be false decides.
        (
            r#"{"StringEquals": {"aws:username": "${aws:PrincipalTag/none}", "aws:userid": "x"}}"#,
            true,
        ),
    ] {
        let denied = world("Deny", condition);
        assert_eq!(
            denied.allows(IamAction::Connect, ""),
            allowed,
            "{condition}"
        );
        let granted = holds(condition);
        assert!(!granted, "{condition}");
    }
}
