//! Decisions, filters and creations as tables; what Kafka itself says is in `tests/kafka`.

use std::net::IpAddr;
use std::sync::Arc;

use identity::Principal;

use super::*;
use crate::{Resource, Rule, Subject};

/// An entry from its words: `allow alice READ topic LITERAL orders`, host `*`.
fn acl(text: &str) -> Acl {
    let words: Vec<_> = text.split(' ').collect();
    let [permission, principal, operation, kind, pattern, name] = words[..] else {
        panic!("{text}");
    };
    let (principal, host) = principal.split_once('@').unwrap_or((principal, "*"));
    Acl {
        resource_type: ResourceType::parse(kind).unwrap(),
        resource_name: name.into(),
        pattern_type: PatternType::parse(pattern).unwrap(),
        operation: AclOperation::parse(operation).unwrap(),
        principal: Acl::principal_of(principal).unwrap_or_else(|| Principal::user(principal)),
        host: AclHost::new(host),
        permission: Permission::parse(permission).unwrap(),
    }
}

fn engine(acls: &[&str], allow_everyone: bool) -> AclEngine {
    let engine = AclEngine::new(AclSettings {
        super_users: [Principal::user("root")].into(),
        allow_everyone_if_no_acl_found: allow_everyone,
    });
    engine.replace(acls.iter().map(|text| Arc::new(acl(text))));
    engine
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

/// Whether `alice READ topic orders` is allowed; the rule as the log would say it.
fn decide(engine: &AclEngine, question: &str) -> (bool, String) {
    let words: Vec<_> = question.split(' ').collect();
    let [principal, operation, kind, name] = words[..] else {
        panic!("{question}");
    };
    let principal = Acl::principal_of(principal).unwrap_or_else(|| Principal::user(principal));
    let resource = Resource {
        kind: ResourceType::parse(kind).unwrap(),
        name,
    };
    let operation = Operation::parse(operation).unwrap();
    let subject = subject(&principal);
    let explained = engine.decide(&subject, operation, resource);
    let answer = engine.authorize(&subject, operation, resource);
    assert_eq!(
        answer.is_ok(),
        explained.allowed,
        "{question}: both ways agree"
    );
    (explained.allowed, explained.rule.to_string())
}

#[test]
fn decisions_follow_kafkas_precedence() {
    #[rustfmt::skip]
    let cases: &[(&[&str], &str, bool)] = &[
        // Nothing, and what switches the default off: any entry for the name, whatever it says.
        (&[], "alice READ topic t", false),
        (&["allow bob READ topic LITERAL u"], "alice READ topic t", false),
        // One entry.
        (&["allow alice READ topic LITERAL t"], "alice READ topic t", true),
        (&["allow alice READ topic LITERAL t"], "alice READ topic tt", false),
        (&["allow alice READ topic LITERAL t"], "alice READ topic T", false),
        (&["allow alice READ topic LITERAL t"], "bob READ topic t", false),
        (&["allow alice READ topic LITERAL t"], "alice WRITE topic t", false),
        (&["allow alice READ topic LITERAL t"], "alice READ group t", false),
        (&["allow alice READ topic LITERAL t"], "Role:alice READ topic t", false),
        (&["allow Alice READ topic LITERAL t"], "alice READ topic t", false),
        // Hosts.
        (&["allow alice@10.0.0.1 READ topic LITERAL t"], "alice READ topic t", true),
        (&["allow alice@10.0.0.2 READ topic LITERAL t"], "alice READ topic t", false),
        (&["allow alice READ topic LITERAL t", "deny alice@10.0.0.1 READ topic LITERAL t"], "alice READ topic t", false),
        (&["allow alice READ topic LITERAL t", "deny alice@10.0.0.2 READ topic LITERAL t"], "alice READ topic t", true),
        // Everybody is everybody, of whatever type; no other asterisk is.
        (&["allow User:* READ topic LITERAL t"], "alice READ topic t", true),
        (&["allow User:* READ topic LITERAL t"], "Role:x READ topic t", true),
        (&["allow Role:* READ topic LITERAL t"], "Role:x READ topic t", false),
        // Patterns.
        (&["allow alice READ topic PREFIXED or"], "alice READ topic orders", true),
        (&["allow alice READ topic PREFIXED or"], "alice READ topic or", true),
        (&["allow alice READ topic PREFIXED or"], "alice READ topic o", false),
        (&["allow alice READ topic LITERAL *"], "alice READ topic anything", true),
        (&["allow alice READ group PREFIXED *"], "alice READ group anything", false),
        (&["allow alice READ group PREFIXED *"], "alice READ group *thing", true),
        (&["allow alice READ group LITERAL *"], "alice READ group *", true),
        (&["allow alice READ group PREFIXED a", "allow alice READ group PREFIXED abc",
           "allow bob READ group PREFIXED ab", "allow bob READ group LITERAL abb"], "alice READ group abb", true),
        (&["allow alice READ group PREFIXED 🦀"], "alice READ group 🦀🦀", true),
        (&["allow alice READ group PREFIXED 🦀"], "alice READ group 🦁", false),
        // A deny beats any allow, wherever both stand.
        (&["allow alice ALL topic LITERAL orders", "deny alice READ topic PREFIXED o"], "alice READ topic orders", false),
        (&["allow alice ALL topic PREFIXED o", "deny User:* READ topic LITERAL *"], "alice READ topic orders", false),
        (&["allow alice ALL topic LITERAL *", "deny alice ALL topic LITERAL orders"], "alice READ topic orders", false),
        // What an allow implies, and a deny does not.
        (&["allow alice READ topic LITERAL t"], "alice DESCRIBE topic t", true),
        (&["allow alice WRITE topic LITERAL t"], "alice DESCRIBE topic t", true),
        (&["allow alice DELETE topic LITERAL t"], "alice DESCRIBE topic t", true),
        (&["allow alice ALTER topic LITERAL t"], "alice DESCRIBE topic t", true),
        (&["allow alice CREATE topic LITERAL t"], "alice DESCRIBE topic t", false),
        (&["allow alice ALTER_CONFIGS topic LITERAL t"], "alice DESCRIBE_CONFIGS topic t", true),
        (&["allow alice ALTER topic LITERAL t"], "alice DESCRIBE_CONFIGS topic t", false),
        (&["allow alice DESCRIBE topic LITERAL t"], "alice READ topic t", false),
        (&["allow alice ALL topic LITERAL t", "deny alice READ topic LITERAL t"], "alice DESCRIBE topic t", true),
        (&["allow alice READ topic LITERAL t", "deny alice ALL topic LITERAL t"], "alice DESCRIBE topic t", false),
        // Super users.
        (&["deny User:* ALL topic LITERAL *"], "root READ topic t", true),
        (&["deny User:* ALL topic LITERAL *"], "Role:root READ topic t", false),
        // Names below the asterisk, where Kafka 4.3.1 loops or throws.
        (&["allow alice READ group LITERAL !x", "deny bob READ group LITERAL !y"], "alice READ group !x", true),
        (&["allow alice READ group LITERAL *", "deny bob READ group LITERAL !!y"], "alice READ group !!x", true),
    ];
    for (acls, question, expected) in cases {
        let (allowed, rule) = decide(&engine(acls, false), question);
        assert_eq!(allowed, *expected, "{question} {acls:?} {rule}");
    }
}

#[test]
fn an_open_cluster_is_open_for_names_without_entries_only() {
    #[rustfmt::skip]
    let cases: &[(&[&str], &str, &str)] = &[
        (&[], "alice READ topic t", "DefaultAllow"),
        (&["allow bob READ topic LITERAL u"], "alice READ topic t", "DefaultAllow"),
        (&["allow bob READ topic LITERAL t"], "alice READ topic t", "DefaultDeny"),
        (&["deny bob@10.9.9.9 WRITE topic PREFIXED t"], "alice READ topic t", "DefaultDeny"),
        (&["allow bob READ topic LITERAL *"], "alice READ topic t", "DefaultDeny"),
        (&["allow bob READ topic LITERAL *"], "alice READ group t", "DefaultAllow"),
        (&[], "root READ topic t", "SuperUser"),
        (&["allow alice READ topic LITERAL t"], "alice READ topic t",
         "MatchingAcl(acl=StandardAcl[resourceType=TOPIC, resourceName=t, patternType=LITERAL, \
          principal=User:alice, host=*, operation=READ, permissionType=ALLOW])"),
    ];
    for (acls, question, expected) in cases {
        let (_, rule) = decide(&engine(acls, true), question);
        assert_eq!(rule, *expected, "{question} {acls:?}");
    }
}

#[test]
fn a_type_is_allowed_where_one_of_its_resources_is() {
    #[rustfmt::skip]
    let cases: &[(&[&str], bool)] = &[
        (&[], false),
        (&["allow alice WRITE topic LITERAL t"], true),
        (&["allow alice ALL topic PREFIXED t"], true),
        (&["allow alice WRITE group LITERAL t"], false),
        // Nothing is implied.
        (&["allow alice READ topic LITERAL t"], false),
        (&["allow alice WRITE topic LITERAL t", "deny alice WRITE topic LITERAL *"], false),
        (&["allow alice WRITE topic LITERAL *", "deny alice WRITE topic LITERAL t"], true),
        (&["allow alice WRITE topic LITERAL *", "deny User:* ALL topic LITERAL *"], false),
        (&["allow alice WRITE topic LITERAL t", "deny alice WRITE topic LITERAL t"], false),
        (&["allow alice WRITE topic LITERAL ttt", "deny alice WRITE topic PREFIXED t"], false),
        (&["allow alice WRITE topic PREFIXED t", "deny alice WRITE topic PREFIXED t"], false),
        (&["allow alice WRITE topic PREFIXED t", "deny alice WRITE topic PREFIXED tt"], true),
        (&["allow alice WRITE topic PREFIXED t", "deny alice WRITE topic LITERAL t"], true),
        (&["allow alice WRITE topic LITERAL 🦀x", "deny alice WRITE topic PREFIXED 🦀"], false),
        (&["allow alice@10.0.0.2 WRITE topic LITERAL t"], false),
        (&["allow User:* WRITE topic LITERAL t", "deny bob WRITE topic LITERAL *"], true),
    ];
    for (acls, expected) in cases {
        let alice = Principal::user("alice");
        let engine = engine(acls, false);
        let decided =
            engine.decide_by_resource_type(&subject(&alice), Operation::Write, ResourceType::Topic);
        assert_eq!(decided.allowed, *expected, "{acls:?}");
    }
}

#[test]
fn filters_find_what_kafka_finds() {
    let acls = [
        "allow alice READ topic LITERAL orders",
        "deny bob READ topic PREFIXED or",
        "allow alice ALL topic LITERAL *",
        "allow alice READ group LITERAL orders",
    ];
    let engine = engine(&acls, false);
    let any = AclFilter::default();
    let named = |pattern| AclFilter {
        resource_type: Some(ResourceType::Topic),
        resource_name: Some("orders".to_owned()),
        pattern,
        ..AclFilter::default()
    };
    let of = |set: &dyn Fn(&mut AclFilter)| {
        let mut filter = any.clone();
        set(&mut filter);
        filter
    };
    let read = Some(AclOperation::Of(Operation::Read));
    let prefixed = PatternFilter::Of(PatternType::Prefixed);
    #[rustfmt::skip]
    let cases: &[(AclFilter, &[usize])] = &[
        (any.clone(), &[0, 1, 2, 3]),
        (named(PatternFilter::Any), &[0]),
        (named(PatternFilter::Match), &[0, 1, 2]),
        (named(PatternFilter::Of(PatternType::Literal)), &[0]),
        (named(prefixed), &[]),
        (of(&|f| f.pattern = prefixed), &[1]),
        (of(&|f| (f.principal, f.operation) = (Some("User:alice".to_owned()), read)), &[0, 3]),
        (of(&|f| f.operation = Some(AclOperation::All)), &[2]),
        (of(&|f| f.principal = Some("alice".to_owned())), &[]),
        (of(&|f| f.host = Some("10.0.0.1".to_owned())), &[]),
        (of(&|f| f.permission = Some(Permission::Deny)), &[1]),
    ];
    for (filter, expected) in cases {
        let mut expected: Vec<_> = expected.iter().map(|&at| acl(acls[at])).collect();
        expected.sort();
        let found: Vec<_> = engine
            .acls(filter)
            .iter()
            .map(|acl| (**acl).clone())
            .collect();
        let mut sorted = found.clone();
        sorted.sort();
        assert_eq!(sorted, expected, "{filter:?}");
    }
}

#[test]
fn creations_are_refused_in_kafkas_order_and_words() {
    let good = AclCreation {
        resource_type: 2,
        resource_name: "t",
        pattern_type: 3,
        principal: "User:a:b",
        host: "*",
        operation: 2,
        permission: 3,
    };
    assert_eq!(
        good.validate(),
        Ok(acl("allow User:a:b ALL topic LITERAL t"))
    );
    #[rustfmt::skip]
    let cases = [
        (AclCreation { resource_type: 4, ..good }, "The only valid name for the CLUSTER resource is kafka-cluster"),
        (AclCreation { resource_type: 4, resource_name: "", ..good }, "The only valid name for the CLUSTER resource is kafka-cluster"),
        (AclCreation { resource_name: "", resource_type: 1, ..good }, "Invalid empty resource name"),
        (AclCreation { resource_type: 1, pattern_type: 1, ..good }, "Invalid resourceType ANY"),
        (AclCreation { resource_type: 99, ..good }, "Invalid resourceType UNKNOWN"),
        (AclCreation { pattern_type: 2, operation: 1, ..good }, "Invalid patternType MATCH"),
        (AclCreation { operation: 1, permission: 1, ..good }, "Invalid operation ANY"),
        (AclCreation { permission: 1, principal: "x", ..good }, "Invalid permissionType ANY"),
        (AclCreation { principal: "alice", ..good },
         "Could not parse principal from `alice` (no colon is present separating the principal type from the principal name)"),
    ];
    for (creation, expected) in cases {
        let refusal = creation.validate().unwrap_err();
        assert_eq!(refusal.to_string(), expected);
        assert!(!creation.has_unknown_elements());
    }
    assert!(
        AclCreation {
            operation: 0,
            ..good
        }
        .has_unknown_elements()
    );
}

#[test]
fn new_entries_hold_for_the_next_question() {
    let engine = engine(&["allow alice READ topic LITERAL t"], false);
    assert!(decide(&engine, "alice READ topic t").0);
    engine.replace([]);
    assert!(!decide(&engine, "alice READ topic t").0);
    assert!(engine.is_empty());
    let found = engine.decide(
        &subject(&Principal::user("alice")),
        Operation::Read,
        Resource::topic("t"),
    );
    assert!(matches!(found.rule, Rule::DefaultDeny));
}
