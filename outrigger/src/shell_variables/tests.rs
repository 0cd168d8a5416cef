//! Golden output, and quoting that no value escapes from.

use super::{EnvArgs, Format, command, quoted, text, variables};
use crate::data_dir::{DataDir, DataDirOption};
use crate::endpoints::Endpoints;
use service::Exit;
use std::path::Path;

fn endpoints(dir: &str) -> Endpoints {
    let dir = DataDir::new(Path::new(dir)).expect("absolute");
    Endpoints::of_broker(
        &dir,
        r#"{"pid":42,"listeners":{"PLAINTEXT":"127.0.0.1:9092"},"admin":"127.0.0.1:5000"}"#,
    )
}

#[test]
fn golden_shell() {
    assert_eq!(
        text(&variables(&endpoints("/it's $HOME")), Format::Sh).expect("text"),
        r"export OUTRIGGER_DATA_DIR='/it'\''s $HOME'
export OUTRIGGER_CLUSTER_ID=cWlk
export OUTRIGGER_BOOTSTRAP=127.0.0.1:9092
export OUTRIGGER_BOOTSTRAP_PLAINTEXT=127.0.0.1:9092
export OUTRIGGER_HTTP_BROKER_ADMIN=http://127.0.0.1:5000
export OUTRIGGER_PID_BROKER=42
export OUTRIGGER_LOG_BROKER='/it'\''s $HOME/logs/server.log'
export OUTRIGGER_AUDIT_LOG_BROKER='/it'\''s $HOME/logs/audit.log'
"
    );
}

#[test]
fn other_formats_quote_their_way() {
    let first = |format| {
        let text = text(&variables(&endpoints(r#"/it's "$X""#)), format).expect("text");
        text.lines().next().expect("a line").to_owned()
    };
    assert_eq!(
        first(Format::Fish),
        r#"set -gx OUTRIGGER_DATA_DIR '/it\'s "$X"';"#
    );
    assert_eq!(
        first(Format::Dotenv),
        r#"OUTRIGGER_DATA_DIR="/it's \"\$X\"""#
    );
}

#[tokio::test]
async fn what_a_killed_up_left_behind_is_not_printed() {
    let temporary = tempfile::tempdir().expect("temp dir");
    let dir = DataDir::new(temporary.path()).expect("absolute");
    // Nobody ever listens on port 0.
    let bound = r#"{"pid":42,"listeners":{"PLAINTEXT":"127.0.0.1:0"}}"#;
    let endpoints = Endpoints::of_broker(&dir, bound);
    endpoints.write(&dir).expect("written");
    let args = EnvArgs {
        data_dir: DataDirOption {
            data_dir: Some(temporary.path().to_owned()),
        },
        format: Format::Sh,
    };
    assert_eq!(command(&args).await, Exit::NotRunning);
}

#[test]
fn a_secret_is_read_by_who_evaluates_the_lines() {
    let temporary = tempfile::tempdir().expect("temp dir");
    let file = temporary.path().join("it's secret");
    std::fs::write(&file, "s3cr3t\n").expect("written");
    let mut endpoints = endpoints("/data");
    let file = file.display().to_string();
    endpoints.credentials = [
        ("iam_access_key_id", "AKID"),
        ("iam_secret_access_key_file", &file),
        ("iam_region", "us-east-1"),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .into();
    let lines = |format| text(&variables(&endpoints), format).expect("text");
    for format in [Format::Sh, Format::Fish] {
        assert!(!lines(format).contains("s3cr3t"), "{format:?}");
    }
    assert!(lines(Format::Dotenv).contains("AWS_SECRET_ACCESS_KEY=s3cr3t\n"));
    let script = format!(
        "AWS_SESSION_TOKEN=other; {}echo $AWS_ACCESS_KEY_ID/$AWS_SECRET_ACCESS_KEY/$AWS_SESSION_TOKEN/$AWS_REGION/$AWS_DEFAULT_REGION",
        lines(Format::Sh)
    );
    let shell = std::process::Command::new("sh")
        .args(["-c", &script])
        .output();
    let said = String::from_utf8(shell.expect("a shell").stdout).expect("text");
    assert_eq!(said, "AKID/s3cr3t//us-east-1/us-east-1\n");
    std::fs::remove_file(&file).expect("removed");
    assert!(text(&variables(&endpoints), Format::Dotenv).is_err());
}

#[test]
fn plain_words_stay_plain() {
    for (word, expected) in [
        ("a/b-c:9092", "a/b-c:9092"),
        ("", "''"),
        ("a b", "'a b'"),
        ("a;b", "'a;b'"),
    ] {
        assert_eq!(quoted(word), expected);
    }
}
