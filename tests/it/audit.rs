//! What is told of decisions and changes: Kafka's authorizer log, byte for byte, and the audit log beside it.

use std::path::{Path, PathBuf};

use identity::{IamCaller, IamContext};
use protocol::ErrorCode;
use protocol::messages::create_acls::{AclCreation, CreateAclsRequest};
use protocol::messages::delete_groups::DeleteGroupsRequest;
use protocol::messages::delete_topics::DeleteTopicsRequest;
use protocol::messages::incremental_alter_configs::{
    AlterConfigsResource, AlterableConfig, IncrementalAlterConfigsRequest,
};
use serde_json::Value;
use tests::messages::{batch, create_topic, produce};
use tests::{Authn, Broker, Up, eventually, handoff};

/// Times that one denial is told in a minute.
const BURST: usize = 10;
/// Names that one who is denied asks for: more than there is room for kinds of all.
const NAMES_MAX: usize = 20_000;
const ARN: &str = "arn:aws:sts::000000000000:assumed-role/reader/app";

fn start() -> (Broker, Authn) {
    let broker = Broker::start_with(|folder| {
        format!(
            "{}authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n\
             super.users=User:root\noutrigger.log.dir={}\n",
            handoff::properties(folder),
            logs(folder).display()
        )
    });
    let authn = Authn::greet(broker.folder());
    (broker, authn)
}

fn logs(folder: &Path) -> PathBuf {
    folder.join("logs")
}

/// Lines of a log file, as soon as there are so many.
fn lines(broker: &Broker, file: &str, at_least: usize) -> Vec<String> {
    let path = logs(broker.folder()).join(file);
    eventually("the log has its lines", || {
        let text = std::fs::read_to_string(&path).ok()?;
        let lines: Vec<_> = text.lines().map(str::to_owned).collect();
        (lines.len() >= at_least).then_some(lines)
    })
}

fn events(broker: &Broker, at_least: usize) -> Vec<Value> {
    let lines = lines(broker, "audit.log", at_least);
    let parse = |line: &String| serde_json::from_str(line).expect("a line of JSON");
    lines.iter().map(parse).collect()
}

#[test]
fn a_denial_is_told_in_kafkas_words_and_as_an_event() {
    let (broker, authn) = start();
    create_topic(&mut authn.connect("root"), "t", 1, &[]);
    let answer = produce(&mut authn.connect("alice"), "t", 0, batch(&["x"]));
    assert_eq!(answer.error_code, ErrorCode::TOPIC_AUTHORIZATION_FAILED);
    let log = lines(&broker, "kafka-authorizer.log", 1);
    let (_, line) = log[0].split_once("] ").expect("a time before the line");
    assert_eq!(
        line,
        "INFO Principal = User:alice is Denied operation = WRITE from host = 192.0.2.1 on resource \
         = Topic:LITERAL:t for request = Produce with resourceRefCount = 1 based on rule \
         DefaultDeny (kafka.authorizer.logger)"
    );
    let denied = events(&broker, 2).pop().expect("an event");
    for (member, expected) in [
        ("event", "denied"),
        ("principal", "User:alice"),
        ("client", "192.0.2.1"),
        ("listener", handoff::LISTENER),
        ("api", "Produce"),
        ("operation", "WRITE"),
        ("resource_type", "Topic"),
        ("resource", "t"),
        ("error", "TOPIC_AUTHORIZATION_FAILED"),
        ("rule", "DefaultDeny"),
    ] {
        assert_eq!(denied[member], expected, "{member} of {denied}");
    }
    assert_eq!(denied["userIdentity"], Value::Null, "that is for IAM");
}

#[test]
fn what_is_allowed_is_told_to_who_asks_for_it() {
    let (broker, authn) = start();
    let mut root = authn.connect("root");
    create_topic(&mut root, "t", 1, &[]);
    let request = IncrementalAlterConfigsRequest {
        resources: vec![AlterConfigsResource {
            resource_type: 8,
            resource_name: "1".into(),
            configs: vec![AlterableConfig {
                name: "kafka.authorizer.logger".into(),
                config_operation: 0,
                value: Some("DEBUG".into()),
            }],
        }],
        ..IncrementalAlterConfigsRequest::default()
    };
    let answer = root.call(1, request);
    assert_eq!(answer.responses[0].error_code, ErrorCode::NONE);
    produce(&mut root, "t", 0, batch(&["x"]));
    let log = lines(&broker, "kafka-authorizer.log", 1);
    let (_, line) = log[0].split_once("] ").expect("a time before the line");
    assert_eq!(
        line,
        "DEBUG Principal = User:root is Allowed operation = WRITE from host = 192.0.2.1 on resource \
         = Topic:LITERAL:t for request = Produce with resourceRefCount = 1 based on rule SuperUser \
         (kafka.authorizer.logger)"
    );
}

#[test]
fn a_flood_of_one_denial_does_not_fill_the_logs_and_hides_no_other() {
    let (broker, authn) = start();
    let mut alice = authn.connect("alice");
    for _ in 0..BURST * 5 {
        produce(&mut alice, "t", 0, batch(&["x"]));
    }
    produce(&mut alice, "another", 0, batch(&["x"]));
    let events = events(&broker, BURST + 1);
    let of = |topic| {
        events
            .iter()
            .filter(|event| event["resource"] == topic)
            .count()
    };
    assert_eq!((of("t"), of("another")), (BURST, 1));
    assert_eq!(
        lines(&broker, "kafka-authorizer.log", BURST + 1).len(),
        BURST + 1
    );
}

#[test]
fn who_asks_for_very_many_names_hides_nobody() {
    let (broker, authn) = start();
    let mut mallory = authn.connect("mallory");
    let prefix = "n".repeat(100);
    for batch in 0..4 {
        let names = (0..NAMES_MAX / 4).map(|name| format!("{prefix}{batch}-{name}").into());
        let request = DeleteTopicsRequest {
            topic_names: names.collect(),
            ..DeleteTopicsRequest::default()
        };
        let answer = mallory.call(5, request);
        let denied = ErrorCode::TOPIC_AUTHORIZATION_FAILED;
        assert!(answer.responses.iter().all(|r| r.error_code == denied));
    }
    produce(&mut authn.connect("alice"), "t", 0, batch(&["x"]));
    // Each of the first hundred kinds, and ten of the rest.
    let told = 100 + BURST;
    let events = events(&broker, told + 1);
    let of = |principal| {
        events
            .iter()
            .filter(|e| e["principal"] == principal)
            .count()
    };
    assert_eq!((of("User:mallory"), of("User:alice")), (told, 1));
    assert_eq!(
        lines(&broker, "kafka-authorizer.log", told + 1).len(),
        told + 1
    );
}

#[test]
fn long_names_are_cut_in_both_logs() {
    let (broker, authn) = start();
    let request = DeleteGroupsRequest {
        groups_names: vec!["g".repeat(30_000).into()],
    };
    authn.connect("mallory").call(2, request);
    let line = lines(&broker, "kafka-authorizer.log", 1).remove(0);
    let event = events(&broker, 1).remove(0).to_string();
    for told in [line, event] {
        assert!(told.contains(&"g".repeat(1024)), "{told}");
        assert!(told.len() < 2_000, "{} bytes", told.len());
    }
}

#[test]
fn changes_are_told_with_who_made_them() {
    let (broker, authn) = start();
    let mut root = authn.connect("root");
    create_topic(&mut root, "t", 3, &[]);
    let request = CreateAclsRequest {
        creations: vec![AclCreation {
            resource_type: 2,
            resource_name: "t".into(),
            resource_pattern_type: 3,
            principal: "User:alice".into(),
            host: "*".into(),
            operation: 3,
            permission_type: 3,
        }],
    };
    root.call(3, request);
    let request = DeleteTopicsRequest {
        topic_names: vec!["t".into()],
        ..DeleteTopicsRequest::default()
    };
    root.call(5, request);
    let events = events(&broker, 3);
    let told: Vec<_> = events
        .iter()
        .map(|event| {
            assert_eq!(event["principal"], "User:root");
            let member = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
            (
                member("event"),
                member("api"),
                member("resource"),
                member("change"),
            )
        })
        .collect();
    let expected = [
        ("CreateTopics", "created with 3 partitions"),
        (
            "CreateAcls",
            "created StandardAcl[resourceType=TOPIC, resourceName=t, patternType=LITERAL, \
             principal=User:alice, host=*, operation=READ, permissionType=ALLOW]",
        ),
        ("DeleteTopics", "deleted"),
    ];
    let owned = expected.map(|(api, change)| {
        (
            "changed".to_owned(),
            api.to_owned(),
            "t".to_owned(),
            change.to_owned(),
        )
    });
    assert_eq!(told, owned);
}

#[test]
fn an_iam_principal_is_told_in_the_words_of_cloudtrail() {
    let (broker, authn) = start();
    let context = IamContext {
        account_id: "000000000000".to_owned(),
        caller: IamCaller::AssumedRole {
            role: "reader".to_owned(),
            session_name: "app".to_owned(),
            session_id: "1".to_owned(),
        },
        identity_arn: "arn:aws:iam::000000000000:role/reader".to_owned(),
        user_id: "AROA1:app".to_owned(),
        access_key_id: "ASIA1".to_owned(),
        source_identity: None,
        token_issued_at: Some(1),
        expires_at_ms: None,
    };
    let answer = produce(&mut authn.connect_iam(ARN, context), "t", 0, batch(&["x"]));
    // There is no identity store, so that nobody may do anything by it.
    assert_eq!(answer.error_code, ErrorCode::TOPIC_AUTHORIZATION_FAILED);
    let denied = &events(&broker, 1)[0];
    assert_eq!(denied["principal"], format!("IAM:{ARN}"));
    assert_eq!(denied["rule"], "NoIdentityStore");
    let identity = &denied["userIdentity"];
    for (member, expected) in [
        ("type", "AssumedRole"),
        ("principalId", "AROA1:app"),
        ("arn", ARN),
        ("accountId", "000000000000"),
        ("accessKeyId", "ASIA1"),
    ] {
        assert_eq!(identity[member], expected, "{member}");
    }
}

/// Events of a change that no request made, without their times, as soon as `is_last` is there.
fn changes(up: &Up, file: &str, is_last: impl Fn(&Value) -> bool) -> Vec<Value> {
    let path = up.data_dir().join("logs").join(file);
    eventually("the last change is told", || {
        let text = std::fs::read_to_string(&path).ok()?;
        let events = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        let changed = events
            .filter(|event: &Value| event["event"] == "changed" && event["source"].is_string());
        let changed: Vec<_> = changed.collect();
        changed.iter().any(&is_last).then_some(changed)
    })
}

#[test]
fn what_people_change_in_the_identity_store_is_told() {
    let up = Up::start(&[]);
    up.iam(&["create-user", "--user-name", "alice"]);
    let key = up.iam(&["create-access-key", "--user-name", "alice"]);
    let key = &key["AccessKey"];
    let id = key["AccessKeyId"].as_str().expect("an access key");
    let told = changes(&up, "audit.log", |event| event["resource"] == id);
    for (name, kind) in [("alice", "User"), (id, "AccessKey")] {
        let event = told.iter().find(|event| event["resource"] == name);
        let event = event.expect(kind);
        assert_eq!(event["source"], "identity-store", "{event}");
        assert_eq!(event["resource_type"], kind, "{event}");
        assert_eq!(event["change"], "created", "{event}");
        let by = &event["changed_by"];
        assert_eq!(by["known_from"], "command", "{event}");
        assert_eq!(by["uid"], rustix::process::geteuid().as_raw(), "{event}");
    }
    let file = up.data_dir().join("iam/users/alice.json");
    let text = std::fs::read_to_string(&file).expect("a user");
    std::fs::write(&file, text + "\n").expect("edited by hand");
    let is_edited = |event: &Value| event["change"] == "changed";
    let told = changes(&up, "audit.log", is_edited);
    let edited = told
        .iter()
        .find(|event| is_edited(event))
        .expect("an event");
    assert_eq!(edited["changed_by"]["known_from"], "file owner", "{edited}");
    let args = [
        "delete-access-key",
        "--user-name",
        "alice",
        "--access-key-id",
        id,
    ];
    up.iam(&args);
    let told = changes(&up, "audit.log", |event| event["change"] == "deleted");
    assert_eq!(told.last().expect("an event")["resource"], id);
    let all = std::fs::read_to_string(up.data_dir().join("logs/audit.log")).expect("a log");
    let secret = key["SecretAccessKey"].as_str().expect("a secret");
    assert!(!all.contains(secret));
    let is_gone = |event: &Value| event["change"] == "deleted";
    let secrets = changes(&up, "authn/audit-authn.log", is_gone);
    let told: Vec<_> = secrets.iter().map(|event| &event["change"]).collect();
    assert_eq!(told, ["created", "deleted"]);
    assert!(secrets.iter().all(|event| event["resource"] == id));
}

#[test]
fn changed_certificates_and_network_rules_are_told_with_their_fate() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("rules");
    std::fs::write(&rules, "").expect("network rules");
    let path = rules.to_str().expect("a path");
    let up = Up::start(&[
        "--set",
        &format!("authn.outrigger.network.rules.file={path}"),
    ]);
    let issued = up.command(&["certs", "issue", "bob"]);
    assert!(issued.status.success());
    let revoked = up.command(&["certs", "revoke", "bob"]);
    assert!(revoked.status.success());
    let is_list = |event: &Value| {
        let file = event["resource"].as_str().unwrap_or_default();
        file.ends_with("/crl.pem") && event["change"] == "in force"
    };
    let told = changes(&up, "authn/audit-authn.log", is_list);
    let list = told.iter().find(|event| is_list(event)).expect("an event");
    assert_eq!(list["resource_type"], "TlsFile");
    assert!(list["listener"].is_string(), "{list}");
    for (text, change) in [("* deny 192.0.2.0/24", "in force"), ("nonsense", "refused")] {
        std::fs::write(&rules, text).expect("network rules");
        let is_rules =
            |event: &Value| event["resource_type"] == "NetworkRules" && event["change"] == change;
        let told = changes(&up, "authn/audit-authn.log", is_rules);
        assert_eq!(told.last().expect("an event")["resource"], path);
    }
    std::fs::write(up.data_dir().join("pki/served/server.pem"), "").expect("a broken file");
    let is_refused =
        |event: &Value| event["resource_type"] == "TlsFile" && event["change"] == "refused";
    let told = changes(&up, "authn/audit-authn.log", is_refused);
    let refused = told
        .iter()
        .find(|event| is_refused(event))
        .expect("an event");
    assert!(
        refused["text"]
            .as_str()
            .is_some_and(|text| text.contains("server.pem")),
        "{refused}"
    );
}
