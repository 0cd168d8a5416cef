//! Who may become a role.

use super::{World, allow, deny, no_allow, policy};
use crate::iam::policies::Tags;
use crate::iam::{AssumeRole, IamEngine, IamRule, Layer};

fn decide(world: &World, is_root: bool, asked: &AssumeRole<'_>) -> IamRule {
    let engine = IamEngine::new(world.policies());
    world.ask(|subject| {
        engine
            .decide_assume_role(subject, "reader", asked, is_root)
            .rule
    })
}

fn plain<'a>(tags: &'a Tags) -> AssumeRole<'a> {
    AssumeRole {
        session_name: "app-1",
        external_id: None,
        source_identity: None,
        tags,
    }
}

fn trust(principal: &str, actions: &str, condition: &str) -> String {
    policy(&format!(
        r#"{{"Effect": "Allow", "Principal": {{"AWS": "{principal}"}}, "Action": {actions},
            "Condition": {condition}}}"#
    ))
}

const ASSUME: &str = r#""sts:AssumeRole""#;
const ALICE: &str = "arn:aws:iam::123456789012:user/alice";

#[test]
fn the_trust_policy_and_the_callers_own_decide() {
    const ACCOUNT: &str = "123456789012";
    const BOB: &str = "arn:aws:iam::123456789012:user/bob";
    let own = || World::user([allow(ASSUME, r#""arn:aws:iam::123456789012:role/reader""#)]);
    let other = || World::user([allow(ASSUME, r#""arn:aws:iam::123456789012:role/admin""#)]);
    let none = || World::user([]);
    let by = |principal| trust(principal, ASSUME, "{}");
    for (world, is_root, expected) in [
        // Without a trust policy a role trusts its account.
        (none(), true, Ok(())),
        (none(), false, Err(Layer::Identity)),
        (own(), false, Ok(())),
        (other(), false, Err(Layer::Identity)),
        // One that names the caller is enough; one that names the account is not.
        (none().trusted_by(by(ALICE)), false, Ok(())),
        (none().trusted_by(by(ACCOUNT)), false, Err(Layer::Identity)),
        (own().trusted_by(by(ACCOUNT)), false, Ok(())),
        (none().trusted_by(by(ACCOUNT)), true, Ok(())),
        (own().trusted_by(by(BOB)), false, Err(Layer::Trust)),
        (none().trusted_by(by(BOB)), true, Err(Layer::Trust)),
        (
            own().trusted_by(trust(ALICE, r#""sts:TagSession""#, "{}")),
            false,
            Err(Layer::Trust),
        ),
    ] {
        let rule = decide(&world, is_root, &plain(Tags::NONE));
        match expected {
            Ok(()) => assert!(rule.is_allowed(), "{world:?}: {rule}"),
            Err(layer) => assert_eq!(rule, no_allow(layer), "{world:?}"),
        }
    }
    let denied = World::user([deny(ASSUME, r#""*""#)]).trusted_by(by(ALICE));
    let rule = decide(&denied, false, &plain(Tags::NONE));
    assert!(matches!(rule, IamRule::ExplicitDeny(_)), "{rule}");
}

#[test]
fn tags_and_a_source_identity_are_asked_for_by_themselves() {
    let tags: Tags = [("team".to_owned(), "red".to_owned())]
        .into_iter()
        .collect();
    let world = |actions| World::user([]).trusted_by(trust(ALICE, actions, "{}"));
    let tagged = plain(&tags);
    assert!(!decide(&world(ASSUME), false, &tagged).is_allowed());
    let both = r#"["sts:AssumeRole", "sts:TagSession"]"#;
    assert!(decide(&world(both), false, &tagged).is_allowed());
    let named = AssumeRole {
        source_identity: Some("eve"),
        ..plain(Tags::NONE)
    };
    assert!(!decide(&world(both), false, &named).is_allowed());
    assert!(decide(&world(r#""sts:*""#), false, &named).is_allowed());
}

#[test]
fn conditions_see_what_is_asked() {
    let tags: Tags = [("team".to_owned(), "red".to_owned())]
        .into_iter()
        .collect();
    let all = r#""sts:*""#;
    let asked = AssumeRole {
        external_id: Some("42"),
        source_identity: Some("eve"),
        ..plain(&tags)
    };
    for (condition, allowed) in [
        (r#"{"StringEquals": {"sts:ExternalId": "42"}}"#, true),
        (r#"{"StringEquals": {"sts:ExternalId": "43"}}"#, false),
        (r#"{"StringLike": {"sts:RoleSessionName": "app-*"}}"#, true),
        (
            r#"{"StringLike": {"sts:RoleSessionName": "${aws:username}"}}"#,
            false,
        ),
        (r#"{"StringEquals": {"sts:SourceIdentity": "eve"}}"#, true),
        (r#"{"StringEquals": {"aws:RequestTag/team": "red"}}"#, true),
        (
            r#"{"ForAllValues:StringEquals": {"aws:TagKeys": ["team", "unit"]}}"#,
            true,
        ),
        (
            r#"{"ForAllValues:StringEquals": {"aws:TagKeys": ["unit"]}}"#,
            false,
        ),
        (
            r#"{"ForAnyValue:StringEquals": {"aws:TagKeys": ["team"]}}"#,
            true,
        ),
    ] {
        let world = World::user([]).trusted_by(trust(ALICE, all, condition));
        assert_eq!(
            decide(&world, false, &asked).is_allowed(),
            allowed,
            "{condition}"
        );
    }
}
