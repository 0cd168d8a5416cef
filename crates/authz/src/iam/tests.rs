//! Decisions: the examples of Amazon MSK's guide, layers of policies, and holes of other engines.

mod assume_role;
mod layers;
mod msk;
mod other_engine;
mod properties;
mod random;

use super::test_world::{World, allow, deny, policy, statement, topic_arn};
use super::{IamAction, IamRule, Layer};
use crate::{Operation, Resource, ResourceType};

/// What `iam-rs` 0.8.0 gets wrong, which we must not.
#[test]
fn holes_of_another_engine_stay_shut() {
    let group = |name: &str| format!("arn:aws:kafka:us-east-1:123456789012:group/demo/*/{name}");
    let quoted = |text: String| format!("\"{text}\"");
    // A star in what is asked for is a letter.
    let world = World::user([
        allow(r#""*""#, r#""*""#),
        deny(r#""*""#, &quoted(group("*"))),
    ]);
    assert!(!world.allows(IamAction::DescribeGroup, "x"));
    assert!(!world.allows(IamAction::DescribeGroup, "*x"));
    // A variable without a value grants nothing.
    let tagged = format!(r#""{}""#, topic_arn("${aws:PrincipalTag/team}*"));
    let world = World::user([allow(r#""kafka-cluster:ReadData""#, &tagged)]);
    assert!(!world.allows(IamAction::ReadData, "secret"));
    // And does not make a denial void.
    let world = World::user([allow(r#""*""#, r#""*""#), deny(r#""*""#, &tagged)]);
    assert!(!world.allows(IamAction::ReadData, "secret"));
    // A name that looks like a pattern is none.
    let own = format!(r#""{}""#, topic_arn("${aws:username}"));
    let world = World {
        user_name: Some("*"),
        ..World::user([allow(r#""*""#, &own)])
    };
    assert!(!world.allows(IamAction::ReadData, "secret"));
    assert!(world.allows(IamAction::ReadData, "*"));
    // ${*} is a star.
    let star = format!(r#""{}""#, topic_arn("a${*}"));
    let world = World::user([allow(r#""*""#, &star)]);
    assert!(world.allows(IamAction::ReadData, "a*"));
    assert!(!world.allows(IamAction::ReadData, "ab"));
    // The old version of the language has no variables.
    let old = format!(
        r#"{{"Version": "2008-10-17", "Statement": {}}}"#,
        statement("Allow", r#""*""#, &own)
    );
    assert!(!World::user([old]).allows(IamAction::ReadData, "alice"));
    // Wildcards in the parts before the resource.
    let everywhere = r#""arn:aws:*:*:*:topic/demo/*""#;
    let world = World::user([allow(r#""*""#, r#""*""#), deny(r#""*""#, everywhere)]);
    assert!(!world.allows(IamAction::ReadData, "orders"));
}

#[test]
fn names_are_compared_as_they_are() {
    let own = |name: &str| format!("\"{}\"", topic_arn(name));
    for (pattern, name, allowed) in [
        ("orders", "orders", true),
        ("orders", "Orders", false),
        ("orders", "orders2", false),
        ("orders*", "orders.eu", true),
        ("o?ders", "orders", true),
        ("a:b:c", "a:b:c", true),
        ("a/*", "a/b/c", true),
        ("", "orders", false),
        ("é", "é", true),
        // Composed and decomposed are two names.
        ("\u{e9}", "e\u{301}", false),
    ] {
        let world = World::user([allow(r#""kafka-cluster:readdata""#, &own(pattern))]);
        assert_eq!(
            world.allows(IamAction::ReadData, name),
            allowed,
            "{pattern} {name}"
        );
    }
}

#[test]
fn other_clusters_regions_and_accounts_are_others() {
    for (arn, allowed) in [
        ("arn:aws:kafka:us-east-1:123456789012:topic/demo/*", true),
        (
            "arn:aws:kafka:us-east-1:123456789012:topic/demo/*/orders",
            true,
        ),
        ("arn:aws:kafka:*:*:*", true),
        ("arn:aws:*:*:*:topic/*", true),
        ("arn:aws:kafka:us-east-1:123456789012:topic/other/*", false),
        ("arn:aws:kafka:us-east-1:123456789012:group/demo/*", false),
        ("arn:aws:kafka:eu-west-1:123456789012:topic/demo/*", false),
        ("arn:aws:kafka:us-east-1:210987654321:topic/demo/*", false),
        (
            "arn:aws-cn:kafka:us-east-1:123456789012:topic/demo/*",
            false,
        ),
        ("arn:aws:s3:us-east-1:123456789012:topic/demo/*", false),
        (
            "arn:aws:kafka:us-east-1:123456789012:topic/demo/ffffffff-0000-0000-0000-000000000000-1/*",
            false,
        ),
    ] {
        let world = World::user([allow(r#""*""#, &format!("\"{arn}\""))]);
        assert_eq!(
            world.allows(IamAction::ReadData, "orders"),
            allowed,
            "{arn}"
        );
    }
}

#[test]
fn everything_but_is_an_inversion() {
    let text = |action: &str, resource: &str| {
        policy(&format!(r#"{{"Effect": "Allow", {action}, {resource}}}"#))
    };
    let all = r#""Resource": "*""#;
    let world = World::user([text(r#""NotAction": "kafka-cluster:*Topic*""#, all)]);
    assert!(world.allows(IamAction::ReadData, "x"));
    assert!(!world.allows(IamAction::DescribeTopic, "x"));
    let not = format!(r#""NotResource": "{}""#, topic_arn("secret*"));
    let world = World::user([text(r#""Action": "*""#, &not)]);
    assert!(world.allows(IamAction::ReadData, "orders"));
    assert!(!world.allows(IamAction::ReadData, "secret1"));
    // What cannot be known is not "something else".
    let not = format!(
        r#""NotResource": "{}""#,
        topic_arn("${aws:PrincipalTag/none}")
    );
    let world = World::user([text(r#""Action": "*""#, &not)]);
    assert!(!world.allows(IamAction::ReadData, "orders"));
    // Of other services nothing is ours, so that all but theirs is all.
    let world = World::user([text(r#""NotAction": "s3:*""#, all)]);
    assert!(world.allows(IamAction::ReadData, "orders"));
}

#[test]
fn operations_without_an_action_are_denied_to_administrators_too() {
    let world = World::user([allow(r#""*""#, r#""*""#)]);
    let engine = super::IamEngine::new(world.policies());
    world.ask(|subject| {
        for (operation, resource, allowed) in [
            (Operation::Read, Resource::topic("orders"), true),
            (Operation::Read, Resource::group("g"), true),
            (Operation::Write, Resource::transactional_id("x"), true),
            (Operation::Alter, Resource::cluster(), true),
            (Operation::ClusterAction, Resource::cluster(), false),
            (Operation::Create, Resource::cluster(), false),
            (Operation::AlterConfigs, Resource::group("g"), false),
        ] {
            let decision = engine.authorize(subject, operation, resource);
            assert_eq!(decision.is_allowed(), allowed, "{operation:?} {decision}");
        }
        let unknown = engine.authorize(subject, Operation::ClusterAction, Resource::cluster());
        assert_eq!(unknown.to_string(), "IAM has no action for it");
    });
    let arn = engine.resource_arn(Resource::group("a:b")).unwrap();
    assert!(
        arn.ends_with(":group/demo/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0-2/a:b"),
        "{arn}"
    );
    let token = Resource {
        kind: ResourceType::DelegationToken,
        name: "t",
    };
    assert_eq!(engine.resource_arn(token), None);
}

#[test]
fn a_replaced_policy_decides_from_the_next_question_on() {
    let before = World::user([allow(r#""kafka-cluster:WriteData""#, r#""*""#)]);
    let engine = super::IamEngine::new(before.policies());
    let ask = || before.ask(|subject| engine.decide(subject, IamAction::WriteData, "orders"));
    assert!(ask().is_allowed());
    let cut = deny(
        r#""kafka-cluster:WriteData""#,
        &format!("\"{}\"", topic_arn("orders")),
    );
    engine.replace(World::user(before.user.iter().cloned().chain([cut])).policies());
    assert_eq!(
        ask().to_string(),
        "kafka-cluster:WriteData: denied by statement 1 of user"
    );
}

#[test]
fn a_trace_says_what_every_statement_had_to_say() {
    let world = World::user([policy(&format!(
        r#"{}, {}, {}, {{"Sid": "Night", "Effect": "Deny", "Action": "*", "Resource": "*",
            "Condition": {{"DateLessThan": {{"aws:CurrentTime": "2026-01-01T00:00:00Z"}}}}}}"#,
        statement(
            "Allow",
            r#""kafka-cluster:ReadData""#,
            &format!("\"{}\"", topic_arn("orders"))
        ),
        statement(
            "Allow",
            r#""kafka-cluster:ReadData""#,
            &format!("\"{}\"", topic_arn("other"))
        ),
        statement("Allow", r#""kafka-cluster:WriteData""#, r#""*""#),
    ))]);
    let engine = super::IamEngine::new(world.policies());
    let trace = world.ask(|subject| engine.trace(subject, IamAction::ReadData, "orders"));
    use super::Relevance::{Applies, ConditionUnmet, OtherAction, OtherResource};
    let found: Vec<_> = trace
        .iter()
        .map(|one| (one.statement.statement.as_str(), one.allows, one.relevance))
        .collect();
    let expected = [
        ("1", true, Applies),
        ("2", true, OtherResource),
        ("3", true, OtherAction),
        ("Night", false, ConditionUnmet),
    ];
    assert_eq!(found, expected);
}

fn no_allow(layer: Layer) -> IamRule {
    IamRule::NoAllow(layer)
}
