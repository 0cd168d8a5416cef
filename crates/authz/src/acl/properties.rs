//! What holds for any entries: the index finds what a look at every entry finds, a deny never
//! grants, an allow never revokes, and the order of entries means nothing.

use std::net::IpAddr;
use std::sync::Arc;

use identity::Principal;
use proptest::prelude::*;

use super::*;
use crate::{Resource, Subject};

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("*".to_owned()),
        proptest::collection::vec(prop::sample::select(vec!["a", "b", "*", "é", "🦀"]), 1..4)
            .prop_map(|atoms| atoms.concat()),
    ]
}

fn acl() -> impl Strategy<Value = Acl> {
    let operation = prop::sample::select(vec![
        AclOperation::All,
        AclOperation::Of(Operation::Read),
        AclOperation::Of(Operation::Describe),
    ]);
    let principal = prop::sample::select(vec!["User:a", "User:b", "User:*", "Role:a"]);
    let host = prop::sample::select(vec!["*", "10.0.0.1", "10.0.0.2"]);
    let pattern = prop::sample::select(vec![PatternType::Literal, PatternType::Prefixed]);
    let permission = prop::sample::select(vec![Permission::Allow, Permission::Deny]);
    (operation, principal, host, pattern, permission, name()).prop_map(
        |(operation, principal, host, pattern_type, permission, name)| Acl {
            resource_type: ResourceType::Group,
            resource_name: name.into(),
            pattern_type,
            operation,
            principal: Acl::principal_of(principal).unwrap(),
            host: AclHost::new(host),
            permission,
        },
    )
}

fn engine(acls: &[Acl], open: bool) -> AclEngine {
    let engine = AclEngine::new(AclSettings {
        allow_everyone_if_no_acl_found: open,
        ..AclSettings::default()
    });
    engine.replace(acls.iter().cloned().map(Arc::new));
    engine
}

fn allows(engine: &AclEngine, name: &str) -> bool {
    let alice = Principal::user("a");
    let subject = subject(&alice);
    let resource = Resource::group(name);
    let answer = engine.authorize(&subject, Operation::Describe, resource);
    answer.is_ok()
}

fn subject(principal: &Principal) -> Subject<'_> {
    Subject {
        principal,
        iam: None,
        client_address: IpAddr::from([10, 0, 0, 1]),
        secure: true,
        now_ms: 0,
    }
}

/// The same decision by a look at every entry.
fn plainly(acls: &[Acl], open: bool, name: &str) -> bool {
    let alice = Principal::user("a");
    let is_for = |acl: &&Acl| match acl.pattern_type {
        PatternType::Prefixed => name.starts_with(&*acl.resource_name),
        PatternType::Literal if &*acl.resource_name == "*" => name == "*" || !name.starts_with('*'),
        PatternType::Literal => name == &*acl.resource_name,
    };
    let found: Vec<_> = acls.iter().filter(is_for).collect();
    let says = |relevance| {
        let says = |acl: &&&Acl| acl.relevance(&subject(&alice), Operation::Describe);
        found.iter().any(|acl| says(&acl) == relevance)
    };
    match (says(AclRelevance::Denies), says(AclRelevance::Allows)) {
        (true, _) => false,
        (false, true) => true,
        (false, false) => open && found.is_empty(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_index_finds_what_is_there(
        acls in proptest::collection::vec(acl(), 0..20),
        open: bool,
        name in name(),
    ) {
        prop_assert_eq!(allows(&engine(&acls, open), &name), plainly(&acls, open, &name));
    }

    #[test]
    fn a_deny_never_grants_and_an_allow_never_revokes(
        acls in proptest::collection::vec(acl(), 0..12),
        more in acl(),
        name in name(),
    ) {
        let before = allows(&engine(&acls, false), &name);
        let after = allows(&engine(&[&acls[..], std::slice::from_ref(&more)].concat(), false), &name);
        match more.permission {
            Permission::Deny => prop_assert!(before || !after),
            Permission::Allow => prop_assert!(after || !before),
        }
    }

    #[test]
    fn order_means_nothing(
        acls in proptest::collection::vec(acl(), 0..12).prop_flat_map(|acls| {
            (Just(acls.clone()), Just(acls).prop_shuffle())
        }),
        name in name(),
    ) {
        let (one, other) = acls;
        prop_assert_eq!(allows(&engine(&one, true), &name), allows(&engine(&other, true), &name));
    }
}
