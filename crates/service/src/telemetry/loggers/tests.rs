//! Names, inheritance and changes of levels.

use super::{LevelChangeError, Levels, Loggers, ROOT, logger_name};
use crate::telemetry::LogLevel;

#[test]
fn targets_become_loggers() {
    let cases = [
        ("kafka.server.KafkaApis", "kafka.server.KafkaApis"),
        ("broker", "outrigger.broker"),
        ("broker::net::connection", "outrigger.broker.net.connection"),
        ("outrigger::up", "outrigger.up"),
        ("hyper::proto", "hyper.proto"),
        ("hyper", "hyper"),
    ];
    for (target, logger) in cases {
        assert_eq!(logger_name(target), logger);
    }
}

#[test]
fn level_lists_parse() {
    let levels = Levels::parse(" warn, kafka.server=DEBUG,root=ERROR ").expect("parsed");
    assert_eq!(levels.root, LogLevel::Error);
    assert_eq!(
        levels.loggers,
        [("kafka.server".to_owned(), LogLevel::Debug)]
    );
    assert_eq!(Levels::parse("").expect("parsed"), Levels::default());
    let error = Levels::parse("kafka=LOUD")
        .expect_err("no level")
        .to_string();
    assert!(
        error.contains("'LOUD'") && error.contains("TRACE"),
        "{error}"
    );
}

#[test]
fn a_logger_without_a_level_has_its_ancestors() {
    let levels = Levels::parse("WARN,kafka.server=DEBUG").expect("parsed");
    let loggers = Loggers::new(levels, &["kafka.server.KafkaApis", "kafka.serverless"]);
    assert_eq!(
        loggers.level("kafka.server.KafkaApis"),
        Some(LogLevel::Debug)
    );
    assert_eq!(loggers.level("kafka.serverless"), Some(LogLevel::Warn));
    assert_eq!(loggers.level("kafka.log"), None);
    assert!(!loggers.admit("kafka.log", LogLevel::Info));
    assert_eq!(
        loggers.level("kafka.log"),
        Some(LogLevel::Warn),
        "it exists since it logged"
    );
}

#[test]
fn levels_change_and_are_taken_back() {
    let loggers = Loggers::new(Levels::default(), &["kafka.server.KafkaApis"]);
    assert_eq!(
        loggers.set("kafka.server.KafkaApis", LogLevel::Trace),
        Ok(())
    );
    assert_eq!(
        loggers.most_verbose(),
        tracing::level_filters::LevelFilter::TRACE
    );
    assert!(loggers.admit("kafka.server.KafkaApis", LogLevel::Trace));
    assert_eq!(loggers.set(ROOT, LogLevel::Fatal), Ok(()));
    assert_eq!(
        loggers.list(),
        [
            ("kafka.server.KafkaApis".to_owned(), LogLevel::Trace),
            (ROOT.to_owned(), LogLevel::Fatal)
        ]
    );
    assert_eq!(loggers.unset("kafka.server.KafkaApis"), Ok(()));
    assert!(!loggers.admit("kafka.server.KafkaApis", LogLevel::Error));
    let unknown = LevelChangeError::UnknownLogger("nobody".to_owned());
    assert_eq!(loggers.set("nobody", LogLevel::Info), Err(unknown));
    assert_eq!(loggers.unset(ROOT), Err(LevelChangeError::RootNeedsLevel));
}
