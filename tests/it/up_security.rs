//! `outrigger up` as the door that it is: every way in, who has which secret, and what of it survives the death of a process.

use std::fs;
use std::io::Read;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use protocol::messages::alter_user_scram_credentials::{
    AlterUserScramCredentialsRequest, ScramCredentialUpsertion,
};
use protocol::messages::create_acls::{AclCreation, CreateAclsRequest};
use rustix::process::{Pid, Signal, kill_process};
use tests::messages::{append, create_topic, list_offset, values_from};
use tests::up::run;
use tests::{Up, eventually};

/// Codes of Kafka's protocol.
const ALL: i8 = 2;
const ALLOW: i8 = 3;
const LITERAL: i8 = 3;
const TOPIC: i8 = 2;
const CLUSTER: i8 = 4;
const SCRAM_SHA_512: i8 = 2;

/// A file for the client commands for each way in with a login.
const LOGINS: [&str; 4] = [
    "java-tls.properties",
    "java-scram.properties",
    "java-iam.properties",
    "java-oauthbearer.properties",
];

fn said(output: &Output) -> String {
    let bytes = [&output.stdout[..], &output.stderr].concat();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn assert_logs_in(up: &Up, file: &str) {
    let listed = up.command_as(file, &["topics", "list"]);
    assert!(listed.status.success(), "{file}: {}", said(&listed));
}

fn kill(pid: i32) {
    kill_process(Pid::from_raw(pid).expect("a pid"), Signal::KILL).expect("killed");
}

/// Every file below `folder`.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let below = |path: PathBuf| match path.is_dir() {
        true => files(&path),
        false => vec![path],
    };
    paths.flat_map(below).collect()
}

#[test]
fn who_is_made_at_the_first_start_logs_in_everywhere_and_may_do_everything() {
    let up = Up::start(&["--topic", "orders:1"]);
    for file in LOGINS {
        let listed = up.command_as(file, &["topics", "list"]);
        assert!(
            said(&listed).contains("orders"),
            "{file}: {}",
            said(&listed)
        );
        let topic = format!("of-{}", file.trim_end_matches(".properties"));
        let created = up.command_as(file, &["topics", "create", &topic]);
        assert!(created.status.success(), "{file}: {}", said(&created));
    }
}

#[test]
fn a_wrong_password_is_refused() {
    let up = Up::start(&[]);
    let file = up.client_file("java-scram.properties");
    let text = fs::read_to_string(&file).expect("readable");
    let wrong = text.replace(&up.secret("scram_password_file"), "wrong");
    fs::write(&file, wrong).expect("written");
    let refused = up.command_as("java-scram.properties", &["topics", "list"]);
    assert!(!refused.status.success());
    assert!(
        said(&refused).contains("uthentication"),
        "{}",
        said(&refused)
    );
}

#[test]
fn secrets_are_their_owners_alone_and_in_no_log() {
    let mut up = Up::start(&[]);
    for file in LOGINS {
        assert_logs_in(&up, file);
    }
    let dir = up.data_dir();
    for folder in ["credentials", "clients", "pki", "iam"] {
        for file in files(&dir.join(folder)) {
            let metadata = fs::metadata(&file).expect("a file");
            let mode = metadata.permissions().mode();
            // A lock holds nothing that could be read.
            let is_private = mode & 0o077 == 0 || metadata.len() == 0;
            assert!(is_private, "{} has mode {mode:o}", file.display());
        }
    }
    let run = fs::metadata(dir.join("run")).expect("the hand-off");
    assert_eq!(run.permissions().mode() & 0o777, 0o750);
    let secrets = [
        "scram_password_file",
        "iam_secret_access_key_file",
        "store_password_file",
    ]
    .map(|key| up.secret(key));
    up.process().terminate();
    let mut places: Vec<_> = files(&dir.join("logs"));
    let configurations = ["server.properties", "authn.properties"].map(|name| dir.join(name));
    places.extend(configurations);
    let mut texts: Vec<_> = places
        .iter()
        .map(|path| fs::read(path).expect("readable"))
        .collect();
    texts.push(up.process().output().into_bytes());
    for secret in secrets {
        assert!(
            secret.len() >= 16,
            "too short to be a secret, and to be looked for"
        );
        for text in &texts {
            assert!(!String::from_utf8_lossy(text).contains(&secret));
        }
    }
}

#[test]
fn a_second_start_keeps_who_was_made() {
    let mut up = Up::start(&[]);
    let credentials = up.endpoints().expect("endpoints")["credentials"].clone();
    let keys = [
        "ca_cert",
        "client_key",
        "scram_password_file",
        "iam_secret_access_key_file",
    ];
    let before = keys.map(|key| up.secret(key));
    up.process().terminate();
    assert!(
        !up.data_dir().join("run").exists(),
        "sockets are left behind"
    );
    up.start_again();
    assert_eq!(
        up.endpoints().expect("endpoints")["credentials"],
        credentials
    );
    assert_eq!(keys.map(|key| up.secret(key)), before);
    for file in LOGINS {
        assert_logs_in(&up, file);
    }
}

#[test]
fn lost_secrets_are_made_again() {
    let mut up = Up::start(&[]);
    let before = up.secret("scram_password_file");
    up.process().terminate();
    fs::remove_dir_all(up.data_dir().join("credentials")).expect("removed");
    up.start_again();
    assert_ne!(up.secret("scram_password_file"), before);
    for file in LOGINS {
        assert_logs_in(&up, file);
    }
}

#[test]
fn a_password_that_somebody_changed_is_good_again_at_the_next_start_which_says_so() {
    const NOTICE: &str = "somebody changed the password of the SCRAM user outrigger";
    let mut up = Up::start(&[]);
    let changed = AlterUserScramCredentialsRequest {
        deletions: Vec::new(),
        upsertions: vec![ScramCredentialUpsertion {
            name: "outrigger".into(),
            mechanism: SCRAM_SHA_512,
            iterations: 4096,
            salt: b"salt".to_vec().into(),
            salted_password: vec![7; 64].into(),
        }],
    };
    let answer = up.connect().call(0, changed);
    assert!(answer.results.iter().all(|one| one.error_code.is_none()));
    let file = "java-scram.properties";
    eventually("the old password is refused", || {
        let listed = up.command_as(file, &["topics", "list"]);
        (!listed.status.success()).then_some(())
    });
    // The first start after it tells, the one after that has nothing to tell.
    for _ in 0..2 {
        up.process().terminate();
        up.start_again();
        eventually("the password is good again", || {
            let listed = up.command_as(file, &["topics", "list"]);
            listed.status.success().then_some(())
        });
        let output = up.process().output();
        assert_eq!(output.matches(NOTICE).count(), 1, "{output}");
    }
}

#[test]
fn who_is_issued_a_certificate_comes_with_the_file_beside_it() {
    let up = Up::start(&["--topic", "orders:1"]);
    let issued = said(&up.command(&["certs", "issue", "billing"]));
    let file = issued.lines().find_map(|line| line.strip_prefix("Java  "));
    let bootstrap = up.address("tls").to_string();
    let words = [
        "topics",
        "list",
        "--bootstrap",
        &bootstrap,
        "--command-config",
    ];
    let mut command = Command::new(tests::binary::outrigger());
    command.args(words).arg(file.expect(&issued).trim());
    let listed = command.output().expect("outrigger runs");
    assert!(said(&listed).contains("orders"), "{}", said(&listed));
}

#[test]
fn who_exports_the_keys_of_another_user_is_that_user() {
    let up = Up::start(&["--topic", "orders:1", "--topic", "secret:1"]);
    let policy = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Resource": "*",
        "Action": ["kafka-cluster:Connect", "kafka-cluster:DescribeCluster"]}}"#;
    up.iam(&["create-user", "--user-name", "bob"]);
    let words = [
        "put-user-policy",
        "--user-name",
        "bob",
        "--policy-name",
        "p",
        "--policy-document",
    ];
    up.iam(&[&words[..], &[policy]].concat());
    let script = r#"
        eval "$("$OUTRIGGER" env)"
        "$OUTRIGGER" topics list --command-config "$CLIENTS/$0" || exit 1
        eval "$("$OUTRIGGER" iam create-access-key --user-name bob --output env)"
        echo "then $AWS_REGION $AWS_DEFAULT_REGION ${AWS_PROFILE-nobody}"
        "$OUTRIGGER" topics list --command-config "$CLIENTS/$0" || exit 1"#;
    for file in ["java-iam.properties", "java-oauthbearer.properties"] {
        let output = Command::new("sh")
            .args(["-c", script, file])
            .env("OUTRIGGER", tests::binary::outrigger())
            .env("OUTRIGGER_DATA_DIR", up.data_dir())
            .env("CLIENTS", up.data_dir().join("clients"))
            .output();
        let output = output.expect("a shell");
        assert!(output.status.success(), "{file}: {}", said(&output));
        let text = said(&output);
        let (owner, bob) = text
            .split_once("then us-east-1 us-east-1 nobody\n")
            .expect(&text);
        assert!(
            owner.contains("orders") && !bob.contains("orders"),
            "{file}: {text}"
        );
    }
}

#[test]
fn a_killed_authn_takes_only_its_own_connections_along() {
    let up = Up::start(&[]);
    let (authn, broker) = (up.pid_of("authn"), up.pid_of("broker"));
    let addresses = ["tls", "scram", "iam"].map(|way_in| up.address(way_in));
    let mut wire = up.connect();
    create_topic(&mut wire, "kept", 1, &[]);
    let mut secured = TcpStream::connect(addresses[0]).expect("connected");
    kill(authn.expect("authn"));
    let mut byte = [0];
    assert!(
        !matches!(secured.read(&mut byte), Ok(1..)),
        "a connection outlives its process"
    );
    append(&mut wire, "kept", 0, &["one"]);
    eventually("another authn runs", || {
        up.pid_of("authn").filter(|pid| Some(*pid) != authn)
    });
    assert_eq!(
        ["tls", "scram", "iam"].map(|way_in| up.address(way_in)),
        addresses
    );
    for file in LOGINS {
        assert_logs_in(&up, file);
    }
    assert_eq!(up.pid_of("broker"), broker);
    assert_eq!(values_from(&mut wire, "kept", 0, 0), ["one"]);
}

#[test]
fn a_killed_broker_is_found_again_by_authn() {
    let up = Up::start(&["--topic", "kept:1"]);
    let (authn, broker) = (up.pid_of("authn"), up.pid_of("broker"));
    assert_logs_in(&up, "java-scram.properties");
    kill(broker.expect("a broker"));
    eventually("another broker runs", || {
        up.pid_of("broker").filter(|pid| Some(*pid) != broker)
    });
    eventually("status says healthy again", || {
        up.command(&["status"]).status.success().then_some(())
    });
    for file in LOGINS {
        let listed = up.command_as(file, &["topics", "list"]);
        assert!(said(&listed).contains("kept"), "{file}: {}", said(&listed));
    }
    assert_eq!(up.pid_of("authn"), authn);
}

#[test]
fn status_names_both_processes_and_env_what_the_aws_sdks_read() {
    let up = Up::start(&[]);
    let status = said(&up.command(&["status"]));
    for word in ["broker", "authn", "tls:", "scram:", "iam:"] {
        assert!(status.contains(word), "{status}");
    }
    let env = said(&up.command(&["env"]));
    let key_id = format!("AWS_ACCESS_KEY_ID={}", up.credential("iam_access_key_id"));
    for line in [
        &key_id,
        "AWS_REGION=us-east-1",
        "OUTRIGGER_BOOTSTRAP_IAM=127.0.0.1:",
    ] {
        assert!(env.contains(line), "{env}");
    }
    assert!(
        !env.contains(&up.secret("iam_secret_access_key_file")),
        "{env}"
    );
}

#[test]
fn a_long_data_directory_does_not_keep_the_sockets_from_being_made() {
    let prefix = "long-".repeat(30);
    let folder = tempfile::Builder::new().prefix(&prefix).tempdir();
    let up = Up::start_in(folder.expect("a temporary folder"), &[]);
    assert!(!up.data_dir().join("run/relay.sock").exists());
    assert_logs_in(&up, "java-tls.properties");
}

#[test]
fn a_wrong_setting_of_authn_is_told_where_it_was_given() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("data");
    let refused = run(
        &[
            "up",
            "--ports",
            "auto",
            "--set",
            "authn.outrigger.login.timeout=1",
        ],
        &dir,
    );
    assert_eq!(refused.status.code(), Some(78), "{}", said(&refused));
    assert!(
        said(&refused).contains("--set authn.outrigger.login.timeout: "),
        "{}",
        said(&refused)
    );
    assert!(!dir.exists(), "something was made of a wrong configuration");
}

#[test]
fn a_port_of_authn_that_is_taken_ends_up_with_the_remedy_and_leaves_nothing() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("bound");
    let port = taken.local_addr().expect("an address").port();
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("data");
    let listeners = format!("authn.listeners=CLIENT_SECURE://127.0.0.1:{port}");
    let refused = run(&["up", "--ports", "auto", "--set", &listeners], &dir);
    assert_eq!(refused.status.code(), Some(69), "{}", said(&refused));
    assert!(
        said(&refused).contains("--set authn.listeners="),
        "{}",
        said(&refused)
    );
    assert_eq!(run(&["status"], &dir).status.code(), Some(4));
    assert!(!dir.join("run").exists());
}

#[test]
fn an_authn_that_cannot_start_again_is_tried_until_it_can_while_the_broker_serves() {
    let up = Up::start(&[]);
    let certificate = up.data_dir().join("pki/served/server.pem");
    let good = fs::read(&certificate).expect("readable");
    fs::write(&certificate, "no certificate").expect("written");
    let authn = up.pid_of("authn");
    kill(authn.expect("authn"));
    eventually("status says that something is wrong", || {
        (up.command(&["status"]).status.code() == Some(3)).then_some(())
    });
    create_topic(&mut up.connect(), "meanwhile", 1, &[]);
    fs::write(&certificate, good).expect("written");
    eventually("another authn runs", || {
        up.pid_of("authn").filter(|pid| Some(*pid) != authn)
    });
    assert_logs_in(&up, "java-tls.properties");
}

#[test]
fn acls_of_the_owner_do_not_stop_a_second_start() {
    let mut up = Up::start(&["--topic", "orders:1"]);
    // An entry for one keeps every other one out: who comes by plaintext, too.
    let entry = |resource_type, resource_name: &str| AclCreation {
        resource_type,
        resource_name: resource_name.into(),
        resource_pattern_type: LITERAL,
        principal: "User:somebody".into(),
        host: "*".into(),
        operation: ALL,
        permission_type: ALLOW,
    };
    let answer = up.connect().call(
        3,
        CreateAclsRequest {
            creations: vec![entry(TOPIC, "orders"), entry(CLUSTER, "kafka-cluster")],
        },
    );
    assert!(answer.results.iter().all(|one| one.error_code.is_none()));
    assert!(!list_offset(&mut up.connect(), "orders", 0, -1).0.is_none());
    up.process().terminate();
    up.start_again();
    assert_logs_in(&up, "java-tls.properties");
}
