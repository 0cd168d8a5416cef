//! Identity policies, permissions boundary, session policies and the cluster's policy together.

use super::{World, allow, deny, no_allow, policy};
use crate::iam::test_world::NOW_MS;
use crate::iam::{IamAction, IamEngine, IamRule, Layer, SessionOf};

const ALL: &str = r#""*""#;
const READ: &str = r#""kafka-cluster:ReadData""#;
const WRITE: &str = r#""kafka-cluster:WriteData""#;

fn on_cluster(principal: &str, effect: &str) -> String {
    policy(&format!(
        r#"{{"Effect": "{effect}", "Principal": {{"AWS": "{principal}"}},
            "Action": "kafka-cluster:ReadData", "Resource": "*"}}"#
    ))
}

fn grant(principal: &str) -> String {
    on_cluster(principal, "Allow")
}

fn write() -> String {
    allow(WRITE, ALL)
}

fn check(cases: impl IntoIterator<Item = (World, Result<(), Layer>)>) {
    for (world, expected) in cases {
        let rule = world.rule(IamAction::ReadData, "orders");
        match expected {
            Ok(()) => assert!(rule.is_allowed(), "{world:?}: {rule}"),
            Err(layer) => assert_eq!(rule, no_allow(layer), "{world:?}"),
        }
    }
}

#[test]
fn what_limits_allows_nothing_by_itself() {
    let read = || allow(READ, ALL);
    let all = || allow(ALL, ALL);
    let (user, session) = (|| World::user([all()]), || World::session([all()]));
    check([
        (World::user([]), Err(Layer::Identity)),
        (World::user([read()]), Ok(())),
        (World::user([]).bounded_by(all()), Err(Layer::Identity)),
        (user().bounded_by(read()), Ok(())),
        (user().bounded_by(write()), Err(Layer::Boundary)),
        (World::session([]).limited_to([all()]), Err(Layer::Identity)),
        (session().limited_to([read()]), Ok(())),
        (session().limited_to([write()]), Err(Layer::Session)),
        // Several session policies are one.
        (session().limited_to([write(), read()]), Ok(())),
        (
            session().bounded_by(write()).limited_to([read()]),
            Err(Layer::Boundary),
        ),
    ]);
}

#[test]
fn a_denial_is_final_wherever_it_stands() {
    let all = || allow(ALL, ALL);
    let no = || {
        let allowed = super::statement("Allow", ALL, ALL);
        policy(&format!(
            "{allowed}, {}",
            super::statement("Deny", READ, ALL)
        ))
    };
    let alice = || grant("arn:aws:iam::123456789012:user/alice");
    for world in [
        World::user([all(), deny(READ, ALL)]),
        World::user([deny(READ, ALL), all()]),
        World::user([all()]).bounded_by(no()),
        World::session([all()]).limited_to([no()]),
        World::user([all()]).in_cluster(on_cluster("*", "Deny")),
        // Also where the cluster's policy names the caller.
        World::user([deny(READ, ALL)]).in_cluster(alice()),
        World::user([]).bounded_by(no()).in_cluster(alice()),
    ] {
        let rule = world.rule(IamAction::ReadData, "orders");
        assert!(
            matches!(rule, IamRule::ExplicitDeny(_)),
            "{world:?}: {rule}"
        );
    }
}

#[test]
fn the_clusters_policy_grants_as_directly_as_it_names() {
    let alice = "arn:aws:iam::123456789012:user/alice";
    let session = "arn:aws:sts::123456789012:assumed-role/reader/app-1";
    let other_session = "arn:aws:sts::123456789012:assumed-role/reader/app-2";
    let role = "arn:aws:iam::123456789012:role/reader";
    let account = "arn:aws:iam::123456789012:root";
    let user = |principal| World::user([]).in_cluster(grant(principal));
    let of_role = |principal| World::session([]).in_cluster(grant(principal));
    let reader = World::user([allow(READ, ALL)]);
    check([
        (user(alice), Ok(())),
        (user(alice).bounded_by(write()), Ok(())),
        (user("*"), Ok(())),
        (user("*").bounded_by(write()), Err(Layer::Boundary)),
        // An account is no caller: its own policies must say yes.
        (user(account), Err(Layer::Identity)),
        (reader.in_cluster(grant("123456789012")), Ok(())),
        (user(role), Err(Layer::Identity)),
        (of_role(role), Ok(())),
        (of_role(role).limited_to([write()]), Err(Layer::Session)),
        (of_role(session).limited_to([write()]), Ok(())),
        (of_role(other_session), Err(Layer::Identity)),
    ]);
}

#[test]
fn another_account_needs_both_sides() {
    let foreign = |world: World| World {
        cluster_account: Some("210987654321"),
        ..world
    };
    let alice = "arn:aws:iam::123456789012:user/alice";
    let reader = || World::user([allow(READ, ALL)]);
    let cases = [
        (reader(), Err(Layer::Cluster)),
        (
            World::user([]).in_cluster(grant(alice)),
            Err(Layer::Identity),
        ),
        (reader().in_cluster(grant(alice)), Ok(())),
        (reader().in_cluster(grant("123456789012")), Ok(())),
        (
            reader().in_cluster(grant("210987654321")),
            Err(Layer::Cluster),
        ),
    ];
    check(cases.map(|(world, expected)| (foreign(world), expected)));
}

#[test]
fn everybody_but_is_an_inversion() {
    let world = |but: &str| {
        World::user([allow(ALL, ALL)]).in_cluster(policy(&format!(
            r#"{{"Effect": "Deny", "NotPrincipal": {{"AWS": "{but}"}}, "Action": "*",
                "Resource": "*"}}"#
        )))
    };
    assert!(world("arn:aws:iam::123456789012:user/alice").allows(IamAction::ReadData, "x"));
    assert!(!world("arn:aws:iam::123456789012:user/bob").allows(IamAction::ReadData, "x"));
}

#[test]
fn who_is_gone_may_do_nothing() {
    let all = || allow(ALL, ALL);
    let decide = |world: &World, change: fn(&mut crate::iam::IamPolicies)| {
        let mut policies = world.policies();
        change(&mut policies);
        let engine = IamEngine::new(policies);
        world.ask(|subject| engine.decide(subject, IamAction::ReadData, "x").rule)
    };
    let user = World::user([all()]);
    let session = World::session([all()]);
    let rename = |policies: &mut crate::iam::IamPolicies| {
        for identity in policies
            .users
            .values_mut()
            .chain(policies.roles.values_mut())
        {
            identity.id = "ANOTHER".to_owned();
        }
    };
    let unknown = IamRule::UnknownIdentity;
    assert!(decide(&user, |_| ()).is_allowed());
    assert_eq!(decide(&user, |policies| policies.users.clear()), unknown);
    assert_eq!(decide(&user, rename), unknown);
    let withdrawn = IamRule::KeyWithdrawn;
    assert_eq!(
        decide(&user, |policies| policies.access_keys.clear()),
        withdrawn
    );
    let hand_over = |policies: &mut crate::iam::IamPolicies| {
        policies
            .access_keys
            .insert("AKIA1".to_owned(), "bob".to_owned());
    };
    assert_eq!(decide(&user, hand_over), withdrawn);
    assert!(decide(&session, |_| ()).is_allowed());
    assert_eq!(decide(&session, |policies| policies.roles.clear()), unknown);
    assert_eq!(decide(&session, rename), unknown);
    let ended = IamRule::SessionEnded;
    assert_eq!(
        decide(&session, |policies| policies.sessions.clear()),
        ended
    );
    let expire = |policies: &mut crate::iam::IamPolicies| {
        for session in policies.sessions.values_mut() {
            session.expires_at_ms = NOW_MS;
        }
    };
    assert_eq!(decide(&session, expire), ended);
    let swap = |policies: &mut crate::iam::IamPolicies| {
        for session in policies.sessions.values_mut() {
            session.of = SessionOf::Role("admin".to_owned());
        }
    };
    assert_eq!(decide(&session, swap), ended);
}

#[test]
fn tags_of_the_session_come_before_those_of_the_role() {
    let own = format!(r#""{}""#, super::topic_arn("${aws:PrincipalTag/team}"));
    let world = World {
        tags: vec![("team", "blue"), ("unit", "x")],
        session_tags: vec![("Team", "red")],
        ..World::session([allow(ALL, &own)])
    };
    assert!(world.allows(IamAction::ReadData, "red"));
    assert!(!world.allows(IamAction::ReadData, "blue"));
}

#[test]
fn only_clusters_have_resource_tags() {
    let tagged = policy(
        r#"{"Effect": "Allow", "Action": "*", "Resource": "*",
            "Condition": {"StringEquals": {"aws:ResourceTag/env": "prod"}}}"#,
    );
    let world = World {
        cluster_tags: vec![("env", "prod")],
        ..World::user([tagged])
    };
    assert!(world.allows(IamAction::Connect, ""));
    assert!(!world.allows(IamAction::ReadData, "orders"));
}
