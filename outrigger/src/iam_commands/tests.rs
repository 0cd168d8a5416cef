//! Commands as they are typed, and the JSON that scripts written for AWS read.

use super::{IamArgs, run};
use clap::Parser;
use serde_json::{Value, json};
use service::{Clock, Exit};
use std::path::Path;
use tempfile::TempDir;

/// 2026-11-22T12:00:00Z.
const NOW_MS: i64 = 1_795_348_800_000;
const READ: &str = r#"{"Version":"2012-10-17","Statement":{"Sid":"Read","Effect":"Allow","Action":"kafka-cluster:ReadData","Resource":"*"}}"#;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    iam: IamArgs,
}

/// What a command answers, or what it says on standard error.
fn answer(dir: &Path, words: &[&str]) -> Result<(Option<Value>, Exit), String> {
    let dir = dir.to_str().unwrap();
    let line = [&["iam", "--iam-dir", dir][..], words].concat();
    let line = Line::try_parse_from(line).map_err(|error| error.to_string())?;
    let (clock, _) = Clock::manual(NOW_MS);
    let answer = run(line.iam, &clock).map_err(|error| error.report())?;
    Ok((answer.value, answer.exit))
}

/// A command that answers with something.
fn shown(dir: &Path, words: &[&str]) -> Value {
    let (value, exit) = answer(dir, words).unwrap();
    assert_eq!(exit, Exit::Ok, "{words:?}");
    value.unwrap_or_else(|| panic!("{words:?} says nothing"))
}

/// A command that says nothing, as AWS's do that only change something.
fn done(dir: &Path, words: &[&str]) {
    let (value, exit) = answer(dir, words).unwrap();
    assert_eq!((value, exit), (None, Exit::Ok), "{words:?}");
}

/// A store with user alice.
fn store() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let create = [
        "create-store",
        "--account-id",
        "123456789012",
        "--cluster-name",
        "demo",
    ];
    shown(dir.path(), &create);
    shown(dir.path(), &["create-user", "--user-name", "alice"]);
    dir
}

#[test]
fn answers_are_shaped_as_those_of_aws() {
    let dir = store();
    let dir = dir.path();
    let user = shown(dir, &["get-user", "--user-name", "alice"]);
    let user = &user["User"];
    assert_eq!(user["Arn"], "arn:aws:iam::123456789012:user/alice");
    assert_eq!(user["CreateDate"], "2026-11-22T12:00:00Z");
    assert_eq!(
        (&user["Path"], &user["UserName"]),
        (&json!("/"), &json!("alice"))
    );
    assert!(
        user["UserId"].as_str().unwrap().starts_with("AIDA"),
        "{user}"
    );

    let key = shown(dir, &["create-access-key", "--user-name", "alice"]);
    let key = &key["AccessKey"];
    assert_eq!(key["SecretAccessKey"].as_str().unwrap().len(), 40);
    let id = key["AccessKeyId"].as_str().unwrap();
    let status = [
        "update-access-key",
        "--user-name",
        "alice",
        "--access-key-id",
        id,
    ];
    done(dir, &[&status[..], &["--status", "Inactive"]].concat());
    let keys = shown(dir, &["list-access-keys", "--user-name", "alice"]);
    assert_eq!(keys["AccessKeyMetadata"][0]["Status"], "Inactive");
    assert_eq!(keys["AccessKeyMetadata"][0]["SecretAccessKey"], Value::Null);
}

#[test]
fn policies_are_attached_by_arn_and_shown_as_json() {
    let dir = store();
    let dir = dir.path();
    let policy = [
        "create-policy",
        "--policy-name",
        "read",
        "--policy-document",
        READ,
    ];
    let arn = "arn:aws:iam::123456789012:policy/read";
    assert_eq!(shown(dir, &policy)["Policy"]["Arn"], arn);
    done(
        dir,
        &[
            "attach-user-policy",
            "--user-name",
            "alice",
            "--policy-arn",
            arn,
        ],
    );
    let attached = shown(
        dir,
        &["list-attached-user-policies", "--user-name", "alice"],
    );
    let expected = json!({"AttachedPolicies": [{"PolicyName": "read", "PolicyArn": arn}]});
    assert_eq!(attached, expected);
    let own = [
        "put-user-policy",
        "--user-name",
        "alice",
        "--policy-name",
        "own",
    ];
    done(dir, &[&own[..], &["--policy-document", READ]].concat());
    let own = shown(
        dir,
        &[
            "get-user-policy",
            "--user-name",
            "alice",
            "--policy-name",
            "own",
        ],
    );
    assert_eq!(own["PolicyDocument"]["Statement"]["Sid"], "Read");
}

#[test]
fn a_role_is_assumed_listed_and_revoked() {
    let dir = store();
    let dir = dir.path();
    let trust = r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/alice"},"Action":["sts:AssumeRole","sts:TagSession"]}}"#;
    let create = [
        "create-role",
        "--role-name",
        "reader",
        "--assume-role-policy-document",
        trust,
    ];
    let role = shown(dir, &create);
    assert!(
        role["Role"]["AssumeRolePolicyDocument"]["Statement"].is_object(),
        "{role}"
    );
    let arn = "arn:aws:iam::123456789012:role/reader";
    let assume = [
        "assume-role",
        "--role-arn",
        arn,
        "--role-session-name",
        "app-1",
    ];
    let refused = answer(dir, &assume).unwrap_err();
    assert!(refused.contains("name a user with --caller"), "{refused}");
    let more = [
        "--caller",
        "alice",
        "--duration-seconds",
        "900",
        "--tags",
        "Key=team,Value=red",
    ];
    let made = shown(dir, &[&assume[..], &more].concat());
    let session = "arn:aws:sts::123456789012:assumed-role/reader/app-1";
    assert_eq!(made["AssumedRoleUser"]["Arn"], session);
    assert_eq!(made["Credentials"]["Expiration"], "2026-11-22T12:15:00Z");
    assert!(made["Credentials"]["SessionToken"].is_string());
    let id = made["Credentials"]["AccessKeyId"].as_str().unwrap();
    let sessions = shown(dir, &["list-sessions"]);
    assert_eq!(sessions["Sessions"][0]["Arn"], session);
    assert_eq!(sessions["Sessions"][0]["SessionId"], id);
    done(dir, &["revoke-session", "--session-id", id]);
    assert_eq!(shown(dir, &["list-sessions"]), json!({"Sessions": []}));
}

#[test]
fn simulate_says_what_the_broker_would_and_why() {
    let dir = store();
    let dir = dir.path();
    let ask = [
        "simulate",
        "--user-name",
        "alice",
        "--resource",
        "orders",
        "--action",
    ];
    let decide = |action: &str| {
        let (value, exit) = answer(dir, &[&ask[..], &[action]].concat()).unwrap();
        let evaluation = value.unwrap()["Evaluation"].clone();
        (
            evaluation["Decision"].clone(),
            evaluation["Reason"].clone(),
            exit,
        )
    };
    let nothing = "no statement of the caller's own policies allows it";
    assert_eq!(
        decide("ReadData"),
        (json!("denied"), json!(nothing), Exit::Failure)
    );
    let own = [
        "put-user-policy",
        "--user-name",
        "alice",
        "--policy-name",
        "own",
    ];
    done(dir, &[&own[..], &["--policy-document", READ]].concat());
    let by = "allowed by statement Read of inline policy own of user alice";
    assert_eq!(
        decide("kafka-cluster:readdata"),
        (json!("allowed"), json!(by), Exit::Ok)
    );
    let error = answer(dir, &[&ask[..], &["ReedData"]].concat()).unwrap_err();
    assert!(error.contains("list-actions"), "{error}");
}

#[test]
fn a_policy_with_a_mistake_is_told_by_its_file_and_place() {
    let dir = store();
    let file = dir.path().join("mistake.json");
    std::fs::write(&file, "{\"Statement\":\n {\"Efect\": \"Allow\"}}").unwrap();
    let document = format!("file://{}", file.display());
    let own = [
        "put-user-policy",
        "--user-name",
        "alice",
        "--policy-name",
        "own",
    ];
    let own = [&own[..], &["--policy-document", document.as_str()]].concat();
    let error = answer(dir.path(), &own).unwrap_err();
    let expected = format!(
        "{}: line 2, column 9: unknown field `Efect`",
        file.display()
    );
    assert!(error.starts_with(&expected), "{error}");
}

#[test]
fn values_that_are_none_are_refused_before_anything_is_done() {
    let dir = store();
    for (words, part) in [
        (
            &["create-user", "--user-name", "a/b"][..],
            "no name of a user",
        ),
        (&["create-user"], "--user-name <NAME>"),
        (
            &[
                "put-user-policy",
                "--user-name",
                "alice",
                "--policy-name",
                "p",
                "--policy-document",
                "p.json",
            ],
            "write file://PATH",
        ),
        (
            &[
                "put-user-policy",
                "--user-name",
                "alice",
                "--policy-name",
                "p",
                "--policy-document",
                "file:///none.json",
            ],
            "cannot read /none.json",
        ),
        (
            &["tag-user", "--user-name", "alice", "--tags", "team"],
            "write Key=NAME,Value=VALUE",
        ),
        (
            &[
                "attach-user-policy",
                "--user-name",
                "alice",
                "--policy-arn",
                "arn:aws:iam::1:policy/p",
            ],
            "no policy of this store; its ARNs are arn:aws:iam::123456789012:policy/NAME",
        ),
        (&["assume-role", "--role-session-name", "app-1"], "required"),
        (&["simulate", "--action", "ReadData"], "required"),
    ] {
        let error = answer(dir.path(), words).unwrap_err();
        assert!(error.contains(part), "{words:?}: {error}");
    }
    let none = answer(&dir.path().join("none"), &["list-users"]).unwrap_err();
    assert!(none.contains("`outrigger iam create-store`"), "{none}");
}
