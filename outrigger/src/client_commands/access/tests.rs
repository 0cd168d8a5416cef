//! Questions as people write them, and what is said of each answer.

use authz::{Operation, ResourceType};
use broker::config::AclConfig;
use clap::Parser;
use client::DescribedAcl;
use identity::Principal;

use super::{ExplainArgs, Question, acls, asked_resource, policies, principal, question};

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    explain: ExplainArgs,
}

fn args(words: &[&str]) -> ExplainArgs {
    let words = ["x"].iter().chain(words);
    Line::try_parse_from(words).unwrap().explain
}

/// A literal ACL for topic t.
fn acl(principal: &str, host: &str, operation: i8, permission: i8) -> DescribedAcl {
    DescribedAcl {
        resource_type: 2,
        resource_name: "t".to_owned(),
        pattern_type: 3,
        principal: principal.to_owned(),
        host: host.to_owned(),
        operation,
        permission,
    }
}

#[test]
fn questions_are_read_in_kafkas_and_iams_words() {
    assert_eq!(principal("User:a:b").unwrap(), Principal::user("a:b"));
    let arn = "arn:aws:iam::000000000000:user/u";
    assert_eq!(principal(arn).unwrap(), Principal::iam(arn));
    assert_eq!(
        principal(&format!("IAM:{arn}")).unwrap(),
        Principal::iam(arn)
    );
    assert!(principal("alice").is_err());
    for arn in [arn, "arn:aws-cn:sts::000000000000:assumed-role/r/s"] {
        let refused = principal(&format!("User:{arn}")).unwrap_err();
        assert!(refused.ends_with(&format!("write IAM:{arn}")), "{refused}");
    }
    assert!(principal("User:arn:of:noah").is_ok());
    for text in ["AlterConfigs", "alter_configs", "ALTERCONFIGS"] {
        assert!(matches!(
            question(text),
            Ok(Question::Operation(Operation::AlterConfigs))
        ));
    }
    assert!(matches!(
        question("kafka-cluster:Connect"),
        Ok(Question::Action(_))
    ));
    assert!(question("Reed").is_err());
    let topic = asked_resource("topic:a:b").unwrap();
    assert_eq!((topic.kind, &*topic.name), (ResourceType::Topic, "a:b"));
    let cluster = asked_resource("Cluster").unwrap();
    assert_eq!(cluster.name, "kafka-cluster");
    for text in ["Topic", "Topic:", "Cluster:x", "Thing:x", ""] {
        assert!(asked_resource(text).is_err(), "{text}");
    }
}

#[test]
fn the_rule_that_decided_is_named_and_so_is_what_else_was_looked_at() {
    const READ: i8 = 3;
    const WRITE: i8 = 4;
    let [deny, allow] = [2, 3];
    let args = args(&[
        "--principal",
        "User:alice",
        "--operation",
        "Read",
        "--resource",
        "Topic:t",
        "--host",
        "10.0.0.1",
    ]);
    let decide = |acls: Option<Vec<_>>, settings| {
        let explained = acls::decide(&args, Operation::Read, acls, settings, 0);
        let says: Vec<_> = explained.considered.iter().map(|one| one.says).collect();
        (explained.allowed, explained.rule.clone(), says)
    };
    let known = Some(AclConfig::default());
    let acls = vec![
        acl("User:alice", "*", READ, allow),
        acl("User:alice", "10.0.0.2", READ, deny),
        acl("User:alice", "*", WRITE, allow),
        acl("User:bob", "*", READ, deny),
    ];
    let (allowed, rule, mut says) = decide(Some(acls.clone()), known.clone());
    assert!(allowed && rule.starts_with("MatchingAcl(acl=StandardAcl[resourceType=TOPIC"));
    says.sort_unstable();
    let all = ["allows", "other host", "other operation", "other principal"];
    assert_eq!(says, all);

    let denies = vec![acl("User:*", "*", READ, deny)];
    let (allowed, _, says) = decide(Some([acls, denies].concat()), known.clone());
    assert!(!allowed && says.contains(&"denies"));

    assert_eq!(decide(None, known.clone()).1, "NoAuthorizer");
    assert_eq!(decide(Some(vec![]), known).1, "DefaultDeny");
    let open = AclConfig {
        allow_everyone_if_no_acl_found: true,
        ..AclConfig::default()
    };
    assert_eq!(decide(Some(vec![]), Some(open)).1, "DefaultAllow");
    let root = AclConfig {
        super_users: [Principal::user("alice")].into(),
        ..AclConfig::default()
    };
    assert_eq!(decide(Some(vec![]), Some(root)).1, "SuperUser");

    let unsure = acls::decide(&args, Operation::Read, Some(vec![]), None, 0);
    assert_eq!(unsure.assumed.len(), 1);
    assert!(unsure.text().starts_with(
        "DENIED: User:alice may not READ Topic t from 10.0.0.1\nrule: DefaultDeny\n      \
         no ACL allows it\nassumed: "
    ));
}

#[test]
fn policies_explain_users_and_sessions_of_the_store() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().join("iam");
    let new = iam::NewStore {
        partition: "aws".to_owned(),
        region: "us-east-1".to_owned(),
        account_id: "000000000000".to_owned(),
        cluster_name: "c".to_owned(),
        cluster_uuid: None,
    };
    let store = iam::Store::create(&dir, &new).unwrap();
    let name = iam::Name::parse(iam::Kind::User, "etl").unwrap();
    store.ensure_user(&name, 0).unwrap();
    let policy = r#"{"Version": "2012-10-17", "Statement": {"Sid": "Reads", "Effect": "Allow",
        "Action": "kafka-cluster:ReadData", "Resource": "*"}}"#;
    let policy_name = iam::Name::parse(iam::Kind::Policy, "p").unwrap();
    store
        .put_inline_policy(&iam::Holder::User(name), &policy_name, policy)
        .unwrap();
    let explain = |principal: &str, operation: &str| {
        let dir = dir.to_str().unwrap();
        let args = args(&[
            "--principal",
            principal,
            "--operation",
            operation,
            "--resource",
            "Topic:t",
            "--iam-dir",
            dir,
        ]);
        policies::explain(&args, 1_000)
    };
    let arn = "arn:aws:iam::000000000000:user/etl";
    let allowed = explain(arn, "Read").unwrap();
    assert!(
        allowed.allowed && allowed.rule.contains("Reads"),
        "{allowed:?}"
    );
    assert_eq!(allowed.considered[0].says, "allows");
    let denied = explain(arn, "kafka-cluster:WriteData").unwrap();
    assert!(!denied.allowed && denied.considered[0].says == "other action");
    assert!(!explain(arn, "ClusterAction").unwrap().allowed);
    for unknown in ["user/nobody", "role/none"] {
        assert!(explain(&format!("arn:aws:iam::000000000000:{unknown}"), "Read").is_err());
    }
}
