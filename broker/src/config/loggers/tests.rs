//! The list of loggers against the sources, and changes of levels with Kafka's sentences.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use authz::Permit;
use service::telemetry::{Levels, LogLevel, Loggers};

use super::{LOGGERS, alter};
use crate::config::Step;

fn sources(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

fn logs(path: &Path) -> bool {
    let text = std::fs::read_to_string(path).unwrap();
    let calls = ["trace", "debug", "info", "warn", "error"];
    // Under a name of Kafka's, not its own.
    let elsewhere = text.contains("target: LOGGER");
    path.file_name().is_some_and(|name| name != "tests.rs")
        && !elsewhere
        && (text.contains("use tracing::")
            || calls
                .iter()
                .any(|call| text.contains(&format!("tracing::{call}!("))))
}

#[test]
fn every_module_that_logs_is_a_logger_from_the_start() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let others = ["kafka.authorizer.logger", "outrigger.panic"];
    let mut expected: BTreeSet<_> = others.map(str::to_owned).into();
    for (name, root) in [
        ("broker", here.join("src")),
        ("storage", here.join("../crates/storage/src")),
    ] {
        for path in sources(&root).iter().filter(|path| logs(path)) {
            let module = path.strip_prefix(&root).unwrap().with_extension("");
            let module = module.to_string_lossy().replace('/', ".");
            expected.insert(format!("outrigger.{name}.{module}"));
        }
    }
    let declared: BTreeSet<String> = LOGGERS.iter().map(|&name| name.to_owned()).collect();
    let missing: Vec<&String> = expected.difference(&declared).collect();
    let idle: Vec<&String> = declared.difference(&expected).collect();
    assert!(
        missing.is_empty() && idle.is_empty(),
        "LOGGERS in config/loggers.rs: add {missing:?}, remove {idle:?}"
    );
    assert!(LOGGERS.is_sorted());
}

fn permit() -> Permit {
    Permit::of_the_broker_itself()
}

fn step(name: &str, operation: i8, operand: Option<&str>) -> Step {
    Step {
        name: name.to_owned(),
        operation,
        operand: operand.map(str::to_owned),
    }
}

#[test]
fn levels_change_or_the_reason_is_kafkas() {
    let cases = [
        (step("a.b", 0, Some("DEBUG")), Ok(())),
        (
            step("a.b", 0, Some("debug")),
            Err(
                "Cannot set the log level of a.b to debug as it is not a supported log level. \
                 Valid log levels are DEBUG, ERROR, FATAL, INFO, TRACE, WARN",
            ),
        ),
        (
            step("bogus", 0, Some("DEBUG")),
            Err("Logger bogus does not exist!"),
        ),
        (step("bogus", 1, None), Err("Logger bogus does not exist!")),
        (step("a.b", 1, None), Ok(())),
        (step("root", 0, Some("WARN")), Ok(())),
        (
            step("root", 1, None),
            Err("Removing the log level of the root logger is not allowed"),
        ),
        (
            step("a.b", 2, Some("DEBUG")),
            Err("APPEND operation is not allowed for the BROKER_LOGGER resource"),
        ),
        (
            step("a.b", 3, Some("DEBUG")),
            Err("SUBTRACT operation is not allowed for the BROKER_LOGGER resource"),
        ),
    ];
    for (step, expected) in cases {
        let loggers = Loggers::new(Levels::default(), &["a.b"]);
        let outcome = alter(
            Permit::of_the_broker_itself(),
            &loggers,
            std::slice::from_ref(&step),
            false,
        );
        let outcome = outcome.map_err(|refusal| refusal.to_string());
        assert_eq!(outcome, expected.map_err(str::to_owned), "{step:?}");
    }
}

#[test]
fn levels_change_together_or_not_at_all() {
    let loggers = Loggers::new(Levels::default(), &["a.b"]);
    let good = step("a.b", 0, Some("TRACE"));
    let bad = step("bogus", 0, Some("TRACE"));
    assert!(alter(permit(), &loggers, &[good.clone(), bad], false).is_err());
    assert_eq!(loggers.level("a.b"), Some(LogLevel::Info));
    assert_eq!(
        alter(permit(), &loggers, std::slice::from_ref(&good), true),
        Ok(())
    );
    assert_eq!(loggers.level("a.b"), Some(LogLevel::Info));
    assert_eq!(alter(permit(), &loggers, &[good], false), Ok(()));
    assert_eq!(loggers.level("a.b"), Some(LogLevel::Trace));
}
