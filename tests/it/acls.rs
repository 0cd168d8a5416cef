//! ACLs over the wire: they hold for the very next request, outlive the process, and are told and
//! refused in Kafka's words. Answers were read off Apache Kafka 4.3.1.

use std::collections::BTreeSet;
use std::time::Duration;

use protocol::messages::create_acls::{AclCreation, CreateAclsRequest};
use protocol::messages::delete_acls::{DeleteAclsFilter, DeleteAclsRequest};
use protocol::messages::describe_acls::{DescribeAclsRequest, DescribeAclsResponse};
use protocol::{ErrorCode, Str};
use tests::messages::{batch, create_topic, produce};
use tests::{Authn, Broker, Wire};

const AUTHORIZER: &str =
    "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n";
const OPEN: &str = "allow.everyone.if.no.acl.found=true\n";

const ANY: i8 = 1;
const MATCH: i8 = 2;
const TOPIC: i8 = 2;
const CLUSTER: i8 = 4;
const LITERAL: i8 = 3;
const PREFIXED: i8 = 4;
const READ: i8 = 3;
const WRITE: i8 = 4;
const ALTER: i8 = 7;
const DESCRIBE: i8 = 8;
const DENY: i8 = 2;
const ALLOW: i8 = 3;

fn acl(principal: &str, permission: i8, operation: i8, topic: &str) -> AclCreation {
    AclCreation {
        resource_type: TOPIC,
        resource_name: Str::from(topic),
        resource_pattern_type: LITERAL,
        principal: Str::from(principal),
        host: Str::from("*"),
        operation,
        permission_type: permission,
    }
}

/// One that no test but its own looks at.
fn plain() -> AclCreation {
    acl("User:a", ALLOW, READ, "t")
}

/// Code and sentence per ACL.
fn try_create(
    wire: &mut Wire,
    version: i16,
    creations: &[AclCreation],
) -> Vec<(ErrorCode, String)> {
    let request = CreateAclsRequest {
        creations: creations.to_vec(),
    };
    let results = wire.call(version, request).results;
    results
        .into_iter()
        .map(|result| (result.error_code, text(result.error_message.as_ref())))
        .collect()
}

fn create(wire: &mut Wire, creations: &[AclCreation]) {
    for outcome in try_create(wire, 3, creations) {
        assert_eq!(outcome, (ErrorCode::NONE, String::new()));
    }
}

fn text(text: Option<&Str>) -> String {
    text.map_or_else(|| "null".to_owned(), ToString::to_string)
}

fn everything() -> DeleteAclsFilter {
    DeleteAclsFilter {
        resource_type_filter: ANY,
        resource_name_filter: None,
        pattern_type_filter: ANY,
        principal_filter: None,
        host_filter: None,
        operation: ANY,
        permission_type: ANY,
    }
}

fn of_topic(name: &str, pattern: i8) -> DeleteAclsFilter {
    DeleteAclsFilter {
        resource_type_filter: TOPIC,
        resource_name_filter: Some(Str::from(name)),
        pattern_type_filter: pattern,
        ..everything()
    }
}

/// Code, sentence and what was matched, per filter.
fn delete(wire: &mut Wire, filters: &[DeleteAclsFilter]) -> Vec<(ErrorCode, String, Vec<String>)> {
    let request = DeleteAclsRequest {
        filters: filters.to_vec(),
    };
    let results = wire.call(3, request).filter_results;
    results
        .into_iter()
        .map(|result| {
            let matching = result.matching_acls.iter().map(|acl| {
                assert_eq!(
                    (acl.error_code, &acl.error_message),
                    (ErrorCode::NONE, &None)
                );
                let (name, principal) = (&acl.resource_name, &acl.principal);
                let codes = (acl.resource_type, acl.pattern_type, acl.operation);
                format!("{name} {principal} {codes:?} {}", acl.permission_type)
            });
            let matching = matching.collect();
            (
                result.error_code,
                text(result.error_message.as_ref()),
                matching,
            )
        })
        .collect()
}

fn describe(wire: &mut Wire, version: i16, filter: DeleteAclsFilter) -> DescribeAclsResponse {
    let request = DescribeAclsRequest {
        resource_type_filter: filter.resource_type_filter,
        resource_name_filter: filter.resource_name_filter,
        pattern_type_filter: filter.pattern_type_filter,
        principal_filter: filter.principal_filter,
        host_filter: filter.host_filter,
        operation: filter.operation,
        permission_type: filter.permission_type,
    };
    wire.call(version, request)
}

/// `name pattern: principals` of everything that a filter finds.
fn found(wire: &mut Wire, filter: DeleteAclsFilter) -> Vec<String> {
    let answer = describe(wire, 3, filter);
    assert_eq!(answer.error_code, ErrorCode::NONE);
    assert_eq!(text(answer.error_message.as_ref()), "");
    let resources = answer.resources.into_iter();
    resources
        .map(|resource| {
            let principals = resource.acls.iter().map(|acl| acl.principal.to_string());
            let principals: Vec<_> = principals.collect();
            let (name, pattern) = (resource.resource_name, resource.pattern_type);
            format!("{name} {pattern}: {}", principals.join(" "))
        })
        .collect()
}

fn may_write(wire: &mut Wire, topic: &str) -> bool {
    let code = produce(wire, topic, 0, batch(&["x"])).error_code;
    let denied = ErrorCode::TOPIC_AUTHORIZATION_FAILED;
    assert!([ErrorCode::NONE, denied].contains(&code), "{code}");
    code != denied
}

#[test]
fn an_acl_holds_for_the_very_next_request_of_an_open_connection() {
    let (broker, authn) = Authn::with_broker(&format!("{AUTHORIZER}{OPEN}"));
    let mut admin = broker.connect();
    create_topic(&mut admin, "t", 1, &[]);
    let mut alice = authn.connect("alice");
    let mut bob = authn.connect("bob");
    assert!(may_write(&mut alice, "t"));
    for _ in 0..20 {
        create(
            &mut admin,
            &[
                acl("User:alice", DENY, WRITE, "t"),
                acl("User:*", ALLOW, WRITE, "t"),
            ],
        );
        assert!(!may_write(&mut alice, "t"));
        assert!(may_write(&mut bob, "t"));
        let of_alice = DeleteAclsFilter {
            principal_filter: Some("User:alice".into()),
            ..everything()
        };
        assert_eq!(delete(&mut admin, &[of_alice])[0].2.len(), 1);
        assert!(may_write(&mut alice, "t"));
    }
}

#[test]
fn acls_outlive_kill_and_stop() {
    let (mut broker, authn) = Authn::with_broker(&format!("{AUTHORIZER}{OPEN}"));
    let mut admin = broker.connect();
    create_topic(&mut admin, "t", 1, &[]);
    create(
        &mut admin,
        &[
            acl("User:alice", DENY, WRITE, "t"),
            acl("User:b", ALLOW, READ, "t"),
        ],
    );
    delete(
        &mut admin,
        &[DeleteAclsFilter {
            principal_filter: Some("User:b".into()),
            ..everything()
        }],
    );
    drop(authn);
    broker.kill();
    for _ in 0..2 {
        broker.start_again();
        let authn = Authn::greet(broker.folder());
        assert_eq!(
            found(&mut broker.connect(), everything()),
            ["t 3: User:alice"]
        );
        assert!(!may_write(&mut authn.connect("alice"), "t"));
        // The second time from a snapshot.
        assert!(broker.stop().success());
    }
}

#[test]
fn super_users_may_do_everything_and_others_nothing_without_an_acl() {
    let (broker, authn) = Authn::with_broker(&format!(
        "{AUTHORIZER}super.users=User:root;User:CN=a\\,b\n"
    ));
    let mut root = authn.connect("root");
    create_topic(&mut root, "t", 1, &[]);
    create(&mut root, &[acl("User:root", DENY, WRITE, "t")]);
    assert!(may_write(&mut root, "t"));
    assert!(may_write(&mut authn.connect("CN=a,b"), "t"));
    assert!(!may_write(&mut authn.connect("alice"), "t"));
    let mut anonymous = broker.connect();
    let denied = (ErrorCode::CLUSTER_AUTHORIZATION_FAILED, "null".to_owned());
    assert_eq!(
        try_create(&mut anonymous, 3, &[plain(), plain()]),
        vec![denied.clone(); 2]
    );
    let answer = describe(&mut anonymous, 3, everything());
    assert_eq!(
        (answer.error_code, text(answer.error_message.as_ref())),
        denied
    );
    let answer = delete(&mut anonymous, &[everything()]);
    assert_eq!(answer, [(denied.0, denied.1, Vec::new())]);
    assert_eq!(found(&mut root, everything()), ["t 3: User:root"]);

    // Seeing and changing ACLs are rights of their own.
    let cluster = |operation| AclCreation {
        resource_type: CLUSTER,
        ..acl("User:auditor", ALLOW, operation, "kafka-cluster")
    };
    create(&mut root, &[cluster(DESCRIBE)]);
    let mut auditor = authn.connect("auditor");
    assert_eq!(found(&mut auditor, everything()).len(), 2);
    assert_eq!(
        try_create(&mut auditor, 3, &[plain()])[0].0,
        ErrorCode::CLUSTER_AUTHORIZATION_FAILED
    );
    create(&mut root, &[cluster(ALTER)]);
    create(&mut auditor, &[plain()]);
}

#[test]
fn creations_are_answered_one_by_one() {
    let broker = Broker::start(&format!("{AUTHORIZER}super.users=User:ANONYMOUS\n"));
    let mut wire = broker.connect();
    let unparsed = "Could not parse principal from `bad` (no colon is present separating the \
                    principal type from the principal name)";
    let only_name = "The only valid name for the CLUSTER resource is kafka-cluster";
    #[rustfmt::skip]
    let cases = [
        (plain(), ""),
        (plain(), ""),
        (AclCreation { principal: "IAM:arn:aws:iam::1:user/x".into(), ..plain() }, ""),
        (AclCreation { host: "".into(), principal: ":".into(), ..plain() }, ""),
        (AclCreation { resource_name: "".into(), ..plain() }, "Invalid empty resource name"),
        (AclCreation { resource_type: CLUSTER, ..plain() }, only_name),
        (AclCreation { resource_type: 99, resource_pattern_type: 99, ..plain() }, "Invalid resourceType UNKNOWN"),
        (AclCreation { resource_pattern_type: 5, operation: 99, ..plain() }, "Invalid patternType UNKNOWN"),
        (AclCreation { operation: 16, permission_type: 99, ..plain() }, "Invalid operation UNKNOWN"),
        (AclCreation { permission_type: 4, principal: "bad".into(), ..plain() }, "Invalid permissionType UNKNOWN"),
        (AclCreation { principal: "bad".into(), ..plain() }, unparsed),
    ];
    let asked: Vec<_> = cases.iter().map(|(creation, _)| creation.clone()).collect();
    let expected: Vec<_> = cases
        .iter()
        .map(|(_, sentence)| {
            let code = if sentence.is_empty() {
                ErrorCode::NONE
            } else {
                ErrorCode::INVALID_REQUEST
            };
            (code, (*sentence).to_owned())
        })
        .collect();
    for version in 1..=3 {
        assert_eq!(
            try_create(&mut wire, version, &asked),
            expected,
            "version {version}"
        );
    }
    let stored = ["t 3: : IAM:arn:aws:iam::1:user/x User:a"];
    assert_eq!(found(&mut wire, everything()), stored);

    // What only a filter may say fails the whole request, as in Kafka.
    let failed = (ErrorCode::UNKNOWN_SERVER_ERROR, "null".to_owned());
    for creation in [
        AclCreation {
            resource_type: ANY,
            ..plain()
        },
        AclCreation {
            resource_pattern_type: MATCH,
            ..plain()
        },
        AclCreation {
            operation: ANY,
            ..plain()
        },
        AclCreation {
            permission_type: ANY,
            ..plain()
        },
    ] {
        let answer = try_create(&mut wire, 3, &[acl("User:c", ALLOW, READ, "t"), creation]);
        assert_eq!(answer, [failed.clone(), failed.clone()]);
    }
    assert_eq!(found(&mut wire, everything()), stored);
}

/// A broker with ACLs of every pattern.
fn with_patterns() -> Broker {
    let broker = Broker::start(&format!("{AUTHORIZER}super.users=User:ANONYMOUS\n"));
    let named = |name: &str, pattern| AclCreation {
        resource_name: Str::from(name),
        resource_pattern_type: pattern,
        ..plain()
    };
    let all = [
        named("*", LITERAL),
        named("*", PREFIXED),
        named("pre", PREFIXED),
        named("prefix", LITERAL),
        named("prefix", PREFIXED),
    ];
    create(&mut broker.connect(), &all);
    broker
}

#[test]
fn filters_find_names_patterns_and_what_is_for_a_resource() {
    let broker = with_patterns();
    let mut wire = broker.connect();
    let cases: &[(&str, i8, &[&str])] = &[
        ("prefix", ANY, &["prefix 3", "prefix 4"]),
        ("prefix", MATCH, &["* 3", "pre 4", "prefix 3", "prefix 4"]),
        ("prefix-x", MATCH, &["* 3", "pre 4", "prefix 4"]),
        ("prefix", LITERAL, &["prefix 3"]),
        ("prefix", PREFIXED, &["prefix 4"]),
        ("*", MATCH, &["* 3", "* 4"]),
        ("*x", MATCH, &["* 3", "* 4"]),
        ("p", MATCH, &["* 3"]),
        ("p", 99, &[]),
    ];
    for (name, pattern, expected) in cases {
        let expected: Vec<_> = expected
            .iter()
            .map(|one| format!("{one}: User:a"))
            .collect();
        assert_eq!(
            found(&mut wire, of_topic(name, *pattern)),
            expected,
            "{name} {pattern}"
        );
    }
}

#[test]
fn filters_delete_what_they_match_and_unknown_ones_nothing() {
    let broker = with_patterns();
    let mut wire = broker.connect();
    let unknown = |sentence: &str| (ErrorCode::INVALID_REQUEST, sentence.to_owned(), Vec::new());
    let matched = |names: &[&str]| {
        let matches = names.iter().map(|name| {
            let (name, pattern) = name.split_once(' ').expect("name and pattern");
            format!("{name} User:a (2, {pattern}, 3) 3")
        });
        (
            ErrorCode::NONE,
            "null".to_owned(),
            matches.collect::<Vec<_>>(),
        )
    };
    let filters = [
        of_topic("prefix", LITERAL),
        of_topic("prefix", ANY),
        of_topic("nothing", ANY),
        DeleteAclsFilter {
            resource_type_filter: 8,
            operation: 99,
            ..everything()
        },
        DeleteAclsFilter {
            operation: 99,
            ..everything()
        },
    ];
    let expected = [
        matched(&["prefix 3"]),
        matched(&["prefix 3", "prefix 4"]),
        matched(&[]),
        unknown("Unknown patternFilter."),
        unknown("Unknown entryFilter."),
    ];
    assert_eq!(delete(&mut wire, &filters), expected);
    let left = ["* 3: User:a", "* 4: User:a", "pre 4: User:a"];
    assert_eq!(found(&mut wire, everything()), left);
    for version in 1..=3 {
        assert_eq!(
            describe(&mut wire, version, everything()).resources.len(),
            3
        );
    }
}

#[test]
fn ten_thousand_acls_are_one_change_and_more_are_none() {
    let broker = Broker::start(&format!("{AUTHORIZER}super.users=User:ANONYMOUS\n"));
    let mut wire = broker.connect();
    let many: Vec<_> = (0..10_000)
        .map(|i| acl("User:a", ALLOW, READ, &format!("t{i}")))
        .collect();
    let mut more = many.clone();
    more.push(plain());
    let codes = |outcomes: Vec<(ErrorCode, String)>| -> BTreeSet<String> {
        outcomes
            .into_iter()
            .map(|(code, sentence)| format!("{code} {sentence}"))
            .collect()
    };
    let refused = "POLICY_VIOLATION Unable to perform excessively large batch operation.";
    let refused = BTreeSet::from([refused.to_owned()]);
    assert_eq!(codes(try_create(&mut wire, 3, &more)), refused);
    assert_eq!(found(&mut wire, everything()), Vec::<String>::new());
    create(&mut wire, &many);
    // Those that are there already do not count.
    create(&mut wire, &more);
    let answer = delete(&mut wire, &[of_topic("t1", ANY), everything()]);
    let sentence = "Cannot remove more than 10000 acls in a single delete operation.";
    let refused = (ErrorCode::INVALID_REQUEST, sentence.to_owned(), Vec::new());
    assert_eq!(answer, vec![refused; 2]);
    delete(&mut wire, &[of_topic("t", ANY)]);
    assert_eq!(delete(&mut wire, &[everything()])[0].2.len(), 10_000);
    assert_eq!(found(&mut wire, everything()), Vec::<String>::new());
}

#[test]
fn a_code_of_zero_closes_the_connection() {
    let broker = Broker::start(&format!("{AUTHORIZER}super.users=User:ANONYMOUS\n"));
    let zero = CreateAclsRequest {
        creations: vec![
            plain(),
            AclCreation {
                operation: 0,
                ..plain()
            },
        ],
    };
    let mut wire = broker.connect();
    wire.send(3, protocol::Request::CreateAcls(zero));
    assert!(wire.closes_within(Duration::from_secs(10)));
    let zero = DeleteAclsRequest {
        filters: vec![DeleteAclsFilter {
            permission_type: 0,
            ..everything()
        }],
    };
    let mut wire = broker.connect();
    wire.send(3, protocol::Request::DeleteAcls(zero));
    assert!(wire.closes_within(Duration::from_secs(10)));
    assert_eq!(
        found(&mut broker.connect(), everything()),
        Vec::<String>::new()
    );
}

#[test]
fn without_an_authorizer_there_are_no_acls() {
    let broker = Broker::start("");
    let mut wire = broker.connect();
    let answer = describe(&mut wire, 3, everything());
    let disabled = (
        ErrorCode::SECURITY_DISABLED,
        "No Authorizer is configured.".to_owned(),
    );
    assert_eq!(answer.error_code, disabled.0);
    let sentence = "No Authorizer is configured on the broker";
    assert_eq!(text(answer.error_message.as_ref()), sentence);
    assert_eq!(
        try_create(&mut wire, 3, &[plain()]),
        std::slice::from_ref(&disabled)
    );
    let answer = delete(&mut wire, &[everything()]);
    assert_eq!(answer, [(disabled.0, disabled.1, Vec::new())]);
}
