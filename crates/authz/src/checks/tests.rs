//! The table is whole, makes sense, and is walked as it says.

use std::net::IpAddr;
use std::sync::Arc;

use identity::Principal;
use protocol::ApiKey;

use super::table::{CHECKS, CREATE_TOPICS, INIT_PRODUCER_ID, LIST_GROUPS, WITHOUT_CHECKS};
use super::{Level, Target};
use crate::acl::{Acl, AclEngine, AclHost, AclOperation, AclSettings, PatternType, Permission};
use crate::{Authorizer, Operation, ResourceType, Subject, supported};

#[test]
fn every_api_has_rows_or_needs_none() {
    for api in ApiKey::ALL {
        let has = CHECKS.iter().any(|check| check.api == *api);
        let without = WITHOUT_CHECKS.contains(api);
        assert!(has != without, "{api}");
    }
    assert!(CHECKS.is_sorted_by_key(|check| check.api.code()));
    let rows = include_str!("table.rs").matches(": Check =").count();
    assert_eq!(rows, CHECKS.len(), "each row stands in the list");
}

#[test]
fn rows_ask_only_what_makes_sense() {
    for check in CHECKS {
        for (operation, target) in check.any_of() {
            let kind = match target {
                Target::Named(kind) | Target::Any(kind) => kind,
                Target::Cluster => ResourceType::Cluster,
            };
            // Kafka's short-cut of DeleteTopics is no operation of a cluster.
            let odd = check.api == ApiKey::DeleteTopics && target == Target::Cluster;
            assert!(supported(kind).contains(&operation) || odd, "{check:?}");
        }
    }
    let quiet = CHECKS
        .iter()
        .filter(|row| row.level == Level::Quiet)
        .count();
    assert_eq!(quiet, 9);
}

#[test]
fn a_shortcut_is_enough_and_a_refusal_names_what_was_asked() {
    let alice = Principal::user("alice");
    let allowing = |operation, kind: ResourceType, name: &str| {
        let acl = AclEngine::new(AclSettings::default());
        acl.replace([Arc::new(Acl {
            resource_type: kind,
            resource_name: name.into(),
            pattern_type: PatternType::Literal,
            operation: AclOperation::Of(operation),
            principal: alice.clone(),
            host: AclHost::any(),
            permission: Permission::Allow,
        })]);
        Authorizer::new(Some(acl), None)
    };
    let subject = Subject {
        principal: &alice,
        iam: None,
        client_address: IpAddr::from([10, 0, 0, 1]),
        secure: false,
        now_ms: 0,
    };
    let cluster = ("kafka-cluster", ResourceType::Cluster);
    let topic = ("t", ResourceType::Topic);
    let cases = [
        (CREATE_TOPICS, Operation::Create, cluster, true),
        (CREATE_TOPICS, Operation::Create, topic, true),
        (CREATE_TOPICS, Operation::Write, topic, false),
        (INIT_PRODUCER_ID, Operation::IdempotentWrite, cluster, true),
        (INIT_PRODUCER_ID, Operation::Write, topic, true),
        (INIT_PRODUCER_ID, Operation::Read, topic, false),
        (LIST_GROUPS, Operation::Describe, cluster, true),
    ];
    for (check, operation, (name, kind), expected) in cases {
        let authorizer = allowing(operation, kind, name);
        match authorizer.check(&subject, &check, "t") {
            Ok(_) => assert!(expected, "{check:?}"),
            Err(refusal) => {
                assert!(!expected, "{check:?}");
                assert_eq!(refusal.error, check.denied);
                let logged = match check.ask.1 {
                    Target::Any(_) => check.shortcut.unwrap().0,
                    _ => check.ask.0,
                };
                assert_eq!(refusal.operation, logged);
            }
        }
    }
}
