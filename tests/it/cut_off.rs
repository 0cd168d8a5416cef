//! A service that receives other services' data is cut off: by one ACL with its very next request, and by one IAM policy
//! soon, without a restart, and the audit log says why.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use identity::{IamCaller, IamContext};
use protocol::ErrorCode;
use protocol::messages::create_acls::{AclCreation, CreateAclsRequest};
use protocol::messages::delete_acls::{DeleteAclsFilter, DeleteAclsRequest};
use serde_json::Value;
use tests::binary::outrigger;
use tests::deadline::PATIENCE;
use tests::handoff;
use tests::messages::{append, create_topic, fetch, fetched_records};
use tests::{Authn, Broker, Wire, eventually, within};

const TOPIC: &str = "payments";
const DENIED: ErrorCode = ErrorCode::TOPIC_AUTHORIZATION_FAILED;

/// A broker as MSK has it: whoever is not named by an ACL may do everything.
fn start(more: impl FnOnce(&Path) -> String) -> (Broker, Authn) {
    let broker = Broker::start_with(|folder| {
        format!(
            "{}outrigger.preset=msk\noutrigger.log.dir={}\n{}",
            handoff::properties(folder),
            logs(folder).display(),
            more(folder),
        )
    });
    let authn = Authn::greet(broker.folder());
    (broker, authn)
}

fn logs(folder: &Path) -> PathBuf {
    folder.join("logs")
}

/// What a service gets that asks for everything.
fn receives(service: &mut Wire) -> Result<usize, ErrorCode> {
    let answer = fetch(service, TOPIC, 0, 0);
    match answer.error_code {
        ErrorCode::NONE => Ok(fetched_records(&answer).len()),
        code => Err(code),
    }
}

/// The events of the audit log about a principal.
fn audited(broker: &Broker, principal: &str) -> Vec<Value> {
    let text = fs::read_to_string(logs(broker.folder()).join("audit.log")).unwrap_or_default();
    let events = text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    events
        .filter(|event: &Value| event["principal"] == principal)
        .collect()
}

fn denial(broker: &Broker, principal: &str) -> Value {
    eventually("the audit log tells of the denial", || {
        let events = audited(broker, principal);
        events.into_iter().find(|event| event["event"] == "denied")
    })
}

#[test]
fn one_acl_cuts_a_service_off_and_its_removal_lets_it_in_again() {
    let (broker, authn) = start(|_| String::new());
    let mut admin = broker.connect();
    create_topic(&mut admin, TOPIC, 1, &[]);
    append(&mut admin, TOPIC, 0, &["a card's number"]);
    let (mut curious, mut billing) = (authn.connect("curious"), authn.connect("billing"));
    assert_eq!(receives(&mut curious), Ok(1));

    let acl = AclCreation {
        resource_type: 2,
        resource_name: TOPIC.into(),
        resource_pattern_type: 3,
        principal: "User:curious".into(),
        host: "*".into(),
        operation: 3,
        permission_type: 2,
    };
    let everybody_else = AclCreation {
        principal: "User:*".into(),
        operation: 2,
        permission_type: 3,
        ..acl.clone()
    };
    let request = CreateAclsRequest {
        creations: vec![acl, everybody_else],
    };
    for result in admin.call(3, request).results {
        assert_eq!(result.error_code, ErrorCode::NONE);
    }
    // On the connection that was open.
    assert_eq!(receives(&mut curious), Err(DENIED));
    assert_eq!(receives(&mut billing), Ok(1));

    let event = denial(&broker, "User:curious");
    assert_eq!(event["operation"], "READ");
    assert_eq!(event["resource"], TOPIC);
    assert_eq!(event["client"], "192.0.2.1");
    let rule = event["rule"].as_str().unwrap();
    assert!(
        rule.starts_with("MatchingAcl(acl=") && rule.contains("DENY"),
        "{rule}"
    );
    let line = "Principal = User:curious is Denied operation = READ from host = 192.0.2.1 on \
                resource = Topic:LITERAL:payments for request = Fetch";
    let log = logs(broker.folder()).join("kafka-authorizer.log");
    eventually("Kafka's line in the authorizer's log", || {
        let told = fs::read_to_string(&log).ok()?;
        told.contains(line).then_some(())
    });
    eventually("both ACLs in the audit log", || {
        let changes = audited(&broker, "User:ANONYMOUS");
        let created = changes.iter().filter(|event| event["api"] == "CreateAcls");
        (created.count() == 2).then_some(())
    });

    let request = DeleteAclsRequest {
        filters: vec![DeleteAclsFilter {
            resource_type_filter: 1,
            resource_name_filter: None,
            pattern_type_filter: 1,
            principal_filter: Some("User:curious".into()),
            host_filter: None,
            operation: 1,
            permission_type: 1,
        }],
    };
    admin.call(3, request);
    assert_eq!(receives(&mut curious), Ok(1));
}

/// Runs `outrigger iam WORDS…` on the store below `folder`.
fn iam(folder: &Path, words: &[&str]) -> Value {
    let mut command = Command::new(outrigger());
    command
        .arg("iam")
        .args(words)
        .arg("--iam-dir")
        .arg(store(folder));
    let output = command.output().expect("outrigger runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {said}");
    serde_json::from_slice(&output.stdout).unwrap_or_default()
}

fn store(folder: &Path) -> PathBuf {
    folder.join("iam")
}

fn put_policy(folder: &Path, name: &str, effect: &str, action: &str) {
    let document = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"Of{name}","Effect":"{effect}","Action":"{action}","Resource":"*"}}]}}"#
    );
    let words = [
        "put-user-policy",
        "--user-name",
        "curious",
        "--policy-name",
        name,
    ];
    iam(
        folder,
        &[&words[..], &["--policy-document", &document]].concat(),
    );
}

#[test]
fn one_policy_cuts_a_service_off_and_its_removal_lets_it_in_again() {
    let (mut user, mut key) = (Value::Null, Value::Null);
    let (broker, authn) = start(|folder| {
        iam(folder, &["create-store"]);
        user = iam(folder, &["create-user", "--user-name", "curious"])["User"].take();
        key = iam(folder, &["create-access-key", "--user-name", "curious"])["AccessKey"].take();
        put_policy(folder, "all", "Allow", "kafka-cluster:*");
        format!("outrigger.iam.store={}\n", store(folder).display())
    });
    let mut admin = broker.connect();
    create_topic(&mut admin, TOPIC, 1, &[]);
    append(&mut admin, TOPIC, 0, &["a card's number"]);
    let arn = user["Arn"].as_str().unwrap();
    let context = IamContext {
        account_id: arn.split(':').nth(4).unwrap().to_owned(),
        caller: IamCaller::User {
            name: "curious".to_owned(),
        },
        identity_arn: arn.to_owned(),
        user_id: user["UserId"].as_str().unwrap().to_owned(),
        access_key_id: key["AccessKeyId"].as_str().unwrap().to_owned(),
        source_identity: None,
        token_issued_at: None,
        expires_at_ms: None,
    };
    let mut curious = authn.connect_iam(arn, context);
    assert_eq!(receives(&mut curious), Ok(1));

    put_policy(broker.folder(), "Cut", "Deny", "kafka-cluster:ReadData");
    let refused = within(PATIENCE, || receives(&mut curious).err());
    assert_eq!(refused, Some(DENIED));
    let principal = format!("IAM:{arn}");
    let event = denial(&broker, &principal);
    assert_eq!(event["userIdentity"]["accessKeyId"], key["AccessKeyId"]);
    let rule = event["rule"].as_str().unwrap();
    assert!(rule.contains("OfCut"), "{rule}");

    let words = [
        "delete-user-policy",
        "--user-name",
        "curious",
        "--policy-name",
        "Cut",
    ];
    iam(broker.folder(), &words);
    let again = within(PATIENCE, || receives(&mut curious).ok());
    assert_eq!(again, Some(1));

    // The key that it logged in with, made inactive.
    let words = [
        "update-access-key",
        "--user-name",
        "curious",
        "--access-key-id",
    ];
    let id = key["AccessKeyId"].as_str().unwrap();
    iam(
        broker.folder(),
        &[&words[..], &[id, "--status", "Inactive"]].concat(),
    );
    let refused = within(PATIENCE, || receives(&mut curious).err());
    assert_eq!(refused, Some(DENIED));
}
