//! The whole front door, live: two services that have really logged in share a topic, and one of them is cut off by
//! one ACL, by one policy, by one edit of a file, on connections that are open, and the logs say why.

use std::fs;
use std::path::{Path, PathBuf};

use protocol::ErrorCode;
use protocol::messages::create_acls::{AclCreation, CreateAclsRequest};
use serde_json::Value;
use tests::deadline::PATIENCE;
use tests::login::{IamKey, ScramUser};
use tests::messages::{append, batch, create_topic, fetch, produce};
use tests::tls::{self, Shown};
use tests::{Up, Wire, eventually, within};

const TOPIC: &str = "payments";
const DENIED: ErrorCode = ErrorCode::TOPIC_AUTHORIZATION_FAILED;

fn connect(up: &Up, way_in: &str) -> Wire {
    tls::connect(up.address(way_in), &tls::config(up, Shown::Nothing))
}

/// How it goes when a service writes, and when it reads.
fn writes_and_reads(service: &mut Wire) -> [ErrorCode; 2] {
    let written = produce(service, TOPIC, 0, batch(&["one more"])).error_code;
    [written, fetch(service, TOPIC, 0, 0).error_code]
}

const GOES_ON: [ErrorCode; 2] = [ErrorCode::NONE; 2];

/// Waits for what a service may do.
fn becomes(service: &mut Wire, expected: [ErrorCode; 2]) {
    let mut last = GOES_ON;
    let reached = within(PATIENCE, || {
        last = writes_and_reads(service);
        (last == expected).then_some(())
    });
    assert!(
        reached.is_some(),
        "{last:?} after {PATIENCE:?}, not {expected:?}"
    );
}

/// The first event of the broker's audit log that tells of a denial to `principal`.
fn denial(up: &Up, principal: &str, operation: &str) -> Value {
    eventually("the audit log tells of the denial", || {
        let text = fs::read_to_string(up.data_dir().join("logs/audit.log")).ok()?;
        let mut events = text
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        events.find(|event| {
            event["event"] == "denied"
                && event["principal"] == principal
                && event["operation"] == operation
        })
    })
}

#[test]
fn one_acl_cuts_off_one_of_two_services_that_have_logged_in() {
    let up = Up::start(&[]);
    let mut admin = connect(&up, "scram");
    assert!(
        ScramUser::of_up(&up)
            .log_in(&mut admin)
            .error_code
            .is_none()
    );
    create_topic(&mut admin, TOPIC, 1, &[]);
    append(&mut admin, TOPIC, 0, &["a card's number"]);
    let [mut curious, mut billing] = ["curious", "billing"].map(|name| {
        let mut user = ScramUser::create(&mut up.connect(), name, "a password of its own");
        eventually("the new user logs in", || {
            let mut wire = connect(&up, "scram");
            user.log_in(&mut wire).error_code.is_none().then_some(wire)
        })
    });
    // As on MSK, whoever is named by no ACL may do everything.
    assert_eq!(writes_and_reads(&mut curious), GOES_ON);
    assert_eq!(writes_and_reads(&mut billing), GOES_ON);

    let (read, all, deny, allow) = (3, 2, 2, 3);
    let acl = |principal: &str, operation, permission_type| AclCreation {
        resource_type: 2,
        resource_name: TOPIC.into(),
        resource_pattern_type: 3,
        principal: principal.into(),
        host: "*".into(),
        operation,
        permission_type,
    };
    // What there was for everybody is said first, in a change of its own.
    for one in [acl("User:*", all, allow), acl("User:curious", read, deny)] {
        let creations = vec![one];
        let answer = admin.call(3, CreateAclsRequest { creations });
        assert!(answer.results[0].error_code.is_none());
    }
    becomes(&mut curious, [ErrorCode::NONE, DENIED]);
    assert_eq!(writes_and_reads(&mut billing), GOES_ON);
    let event = denial(&up, "User:curious", "READ");
    assert_eq!(event["resource"], TOPIC);
    assert_eq!(event["client"], "127.0.0.1");
    let rule = event["rule"].as_str().unwrap();
    assert!(
        rule.contains("DENY") && rule.contains("User:curious"),
        "{rule}"
    );
    let log = up.data_dir().join("logs/kafka-authorizer.log");
    let denied = "Principal = User:curious is Denied operation = READ";
    // The log has a writer of its own.
    let told = eventually("the denial in kafka-authorizer.log", || {
        let told = fs::read_to_string(&log).ok()?;
        told.contains(denied).then_some(told)
    });
    assert!(
        !told.contains("Principal = User:billing is Denied"),
        "{told}"
    );
}

fn policy(sid: &str, effect: &str, action: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"{sid}","Effect":"{effect}","Action":"{action}","Resource":"*"}}]}}"#
    )
}

fn put_policy(up: &Up, user: &str, name: &str, document: &str) {
    let words = [
        "put-user-policy",
        "--user-name",
        user,
        "--policy-name",
        name,
    ];
    up.iam(&[&words[..], &["--policy-document", document]].concat());
}

/// A user with a key and every right, who has logged in; and its ARN.
fn iam_service(up: &Up, name: &str) -> (Wire, String) {
    let made = up.iam(&["create-user", "--user-name", name]);
    put_policy(up, name, "all", &policy("All", "Allow", "kafka-cluster:*"));
    let key = up.iam(&["create-access-key", "--user-name", name]);
    let key = IamKey::of_answer(up, &key["AccessKey"]);
    let wire = eventually("the new key logs in", || {
        let mut wire = connect(up, "iam");
        key.log_in(&mut wire).error_code.is_none().then_some(wire)
    });
    (
        wire,
        made["User"]["Arn"].as_str().expect("an ARN").to_owned(),
    )
}

#[test]
fn one_policy_cuts_off_one_of_two_services_that_have_logged_in() {
    let up = Up::start(&["--topic", &format!("{TOPIC}:1")]);
    append(&mut up.connect(), TOPIC, 0, &["a card's number"]);
    let (mut curious, arn) = iam_service(&up, "curious");
    let (mut billing, _) = iam_service(&up, "billing");
    assert_eq!(writes_and_reads(&mut curious), GOES_ON);

    put_policy(
        &up,
        "curious",
        "Cut",
        &policy("NoMoreCards", "Deny", "kafka-cluster:ReadData"),
    );
    becomes(&mut curious, [ErrorCode::NONE, DENIED]);
    assert_eq!(writes_and_reads(&mut billing), GOES_ON);
    let event = denial(&up, &format!("IAM:{arn}"), "READ");
    let rule = event["rule"].as_str().unwrap();
    assert!(
        rule.contains("Cut") && rule.contains("NoMoreCards"),
        "{rule}"
    );

    // By hand, in an editor: it writes beside the file and renames.
    let file = policy_file(&up, "NoMoreCards");
    let text = fs::read_to_string(&file).unwrap();
    let beside = file.with_extension("new");
    fs::write(
        &beside,
        text.replace("kafka-cluster:ReadData", "kafka-cluster:WriteData"),
    )
    .unwrap();
    fs::rename(&beside, &file).unwrap();
    becomes(&mut curious, [DENIED, ErrorCode::NONE]);
    // What is no policy any more is told, and changes nothing.
    fs::write(&file, "{").unwrap();
    let log = up.data_dir().join("logs/server.log");
    eventually("the broken file is named in the log", || {
        let log = fs::read_to_string(&log).ok()?;
        let name = file.file_name()?.to_str()?;
        log.lines()
            .any(|line| line.contains(" WARN ") && line.contains(name))
            .then_some(())
    });
    assert_eq!(writes_and_reads(&mut curious), [DENIED, ErrorCode::NONE]);
    assert_eq!(writes_and_reads(&mut billing), GOES_ON);
}

/// The file of the store that holds a policy with this statement.
fn policy_file(up: &Up, sid: &str) -> PathBuf {
    holding(&up.data_dir().join("iam"), sid).expect(sid)
}

fn holding(folder: &Path, sid: &str) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut paths = entries.map(|entry| entry.expect("an entry").path());
    paths.find_map(|path| {
        if path.is_dir() {
            return holding(&path, sid);
        }
        let holds = fs::read_to_string(&path).is_ok_and(|text| text.contains(sid));
        holds.then_some(path)
    })
}
