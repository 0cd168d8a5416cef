//! Golden output, and quoting that no value escapes from.

use super::{Format, quoted, text, variables};
use crate::data_dir::DataDir;
use crate::endpoints::{BrokerEndpoints, Endpoints};
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
