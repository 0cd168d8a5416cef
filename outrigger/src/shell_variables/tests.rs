//! Golden output, and quoting that no value escapes from.

use super::{EnvArgs, Format, command, quoted, text, variables};
use crate::data_dir::{DataDir, DataDirOption};
use crate::endpoints::{BrokerEndpoints, Endpoints};
use service::Exit;
use std::path::Path;

fn endpoints(dir: &str) -> Endpoints {
    let broker: BrokerEndpoints = serde_json::from_str(
        r#"{"pid":42,"listeners":{"PLAINTEXT":"127.0.0.1:9092"},"admin":"127.0.0.1:5000"}"#,
    )
    .expect("the broker's file");
    let dir = DataDir::new(Path::new(dir)).expect("absolute");
    Endpoints::of_broker(
        &dir,
        dir.logs().join("server.log"),
        "cWlk".to_owned(),
        &broker,
    )
}

#[test]
fn golden_shell() {
    assert_eq!(
        text(&variables(&endpoints("/it's $HOME")), Format::Sh),
        r"export OUTRIGGER_DATA_DIR='/it'\''s $HOME'
export OUTRIGGER_CLUSTER_ID=cWlk
export OUTRIGGER_BOOTSTRAP=127.0.0.1:9092
export OUTRIGGER_BOOTSTRAP_PLAINTEXT=127.0.0.1:9092
export OUTRIGGER_HTTP_BROKER_ADMIN=http://127.0.0.1:5000
export OUTRIGGER_PID_BROKER=42
export OUTRIGGER_LOG_BROKER='/it'\''s $HOME/logs/server.log'
"
    );
}

#[test]
fn other_formats_quote_their_way() {
    let first = |format| {
        let text = text(&variables(&endpoints(r#"/it's "$X""#)), format);
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
    let broker: BrokerEndpoints =
        serde_json::from_str(r#"{"pid":42,"listeners":{"PLAINTEXT":"127.0.0.1:0"}}"#)
            .expect("the broker's file");
    let log = dir.logs().join("server.log");
    let endpoints = Endpoints::of_broker(&dir, log, "cWlk".to_owned(), &broker);
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
