//! Random policies and questions, over few enough names that they meet.

use super::super::test_world::{ACCOUNT, UUID, World};
use crate::iam::{ArnType, IamAction};
use proptest::prelude::*;
use proptest::sample::select;

/// One statement as JSON.
pub(super) fn statement(effects: &'static [&'static str]) -> impl Strategy<Value = String> {
    (
        select(effects),
        prop::bool::weighted(0.15),
        prop::collection::vec(action(), 1..3),
        prop::bool::weighted(0.15),
        prop::collection::vec(resource(), 1..3),
        prop::option::weighted(0.4, condition()),
    )
        .prop_map(|(effect, not_action, actions, not_resource, resources, condition)| {
            let not = |inverted| if inverted { "Not" } else { "" };
            let condition = condition.map(|text| format!(r#", "Condition": {text}"#));
            format!(
                r#"{{"Effect": "{effect}", "{}Action": {actions:?}, "{}Resource": {resources:?}{}}}"#,
                not(not_action),
                not(not_resource),
                condition.unwrap_or_default(),
            )
        })
}

pub(super) fn statements(
    effects: &'static [&'static str],
    most: usize,
) -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(statement(effects), 0..=most)
}

fn action() -> impl Strategy<Value = String> {
    select(vec![
        "*",
        "kafka-cluster:*",
        "kafka-cluster:ReadData",
        "kafka-cluster:Re?dData",
        "KAFKA-cluster:writedata",
        "kafka-cluster:*Topic*",
        "kafka-cluster:Describe*",
        "kafka-cluster:AlterGroup",
        "kafka-cluster:Connect",
        "s3:*",
    ])
    .prop_map(str::to_owned)
}

fn resource() -> impl Strategy<Value = String> {
    let tail = select(vec![
        "*",
        "orders",
        "orders*",
        "o?ders",
        "*rs",
        "a*b*c",
        "a?c",
        "a:b",
        "Orders",
        "x",
        "*x",
        "?",
        "${aws:username}",
        "${aws:username}-*",
        "a/*/c",
    ]);
    let kind = select(vec!["topic", "group", "transactional-id", "*", "t*"]);
    prop_oneof![
        1 => Just("*".to_owned()),
        1 => Just(format!("arn:aws:kafka:us-east-1:{ACCOUNT}:cluster/demo/{UUID}")),
        1 => Just(format!("arn:aws:kafka:*:*:topic/other/{UUID}/orders")),
        6 => (kind, tail)
            .prop_map(|(kind, tail)| format!("arn:aws:kafka:us-east-1:{ACCOUNT}:{kind}/demo/*/{tail}")),
    ]
}

fn condition() -> impl Strategy<Value = String> {
    select(vec![
        r#"{"StringEquals": {"aws:username": "alice"}}"#,
        r#"{"StringNotEquals": {"aws:username": ["bob", "carol"]}}"#,
        r#"{"StringLike": {"aws:username": ["a*e", "b?b"]}}"#,
        r#"{"StringNotLike": {"aws:username": "al*"}}"#,
        r#"{"StringEquals": {"aws:PrincipalTag/team": "red"}}"#,
        r#"{"StringEqualsIgnoreCase": {"aws:PrincipalTag/team": "RED"}}"#,
        r#"{"StringNotEquals": {"aws:PrincipalTag/none": "red"}}"#,
        r#"{"StringEqualsIfExists": {"aws:PrincipalTag/none": "red"}}"#,
        r#"{"Null": {"aws:PrincipalTag/none": "true"}}"#,
        r#"{"Null": {"aws:username": "true"}}"#,
        r#"{"IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "10.0.0.0/8"]}}"#,
        r#"{"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}"#,
        r#"{"Bool": {"aws:SecureTransport": "true"}}"#,
        r#"{"Bool": {"aws:SecureTransport": "false"}}"#,
        r#"{"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}"#,
        r#"{"DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}"#,
        r#"{"NumericLessThanEquals": {"aws:PrincipalTag/level": "7"}}"#,
        r#"{"NumericGreaterThan": {"aws:PrincipalTag/level": "7"}}"#,
        r#"{"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/al*"}}"#,
        r#"{"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:user/bob"}}"#,
        r#"{"StringEquals": {"aws:username": "alice", "aws:PrincipalTag/team": "red"}}"#,
        r#"{"StringEquals": {"aws:username": "alice"}, "Bool": {"aws:SecureTransport": "true"}}"#,
    ])
    .prop_map(str::to_owned)
}

/// An action, and the name of what it is about.
pub(super) fn question() -> impl Strategy<Value = (IamAction, String)> {
    let actions = select(vec![
        IamAction::ReadData,
        IamAction::WriteData,
        IamAction::DescribeTopic,
        IamAction::AlterGroup,
        IamAction::DescribeTransactionalId,
        IamAction::Connect,
    ]);
    let name = prop_oneof![
        4 => select(vec!["orders", "Orders", "orders-2", "oXders", "abc", "a:b", "a/b/c", "x", "alice", "alice-1", "aXbYc"])
            .prop_map(str::to_owned),
        2 => "[a-c*?/:x${}]{1,6}",
    ];
    (actions, name).prop_map(|(action, name)| {
        let name = if action.arn_type() == ArnType::Cluster {
            String::new()
        } else {
            name
        };
        (action, name)
    })
}

pub(super) fn policy(statements: &[String]) -> Option<String> {
    (!statements.is_empty()).then(|| super::policy(&statements.join(",")))
}

/// A user with these policies and the tags that conditions ask for.
pub(super) fn world(policies: impl IntoIterator<Item = String>) -> World {
    World {
        tags: vec![("team", "red"), ("level", "7")],
        ..World::user(policies)
    }
}
