//! What Apache Kafka 4.3.1 wrote itself: a broker whose log directory was taken away while it ran. Of long events, lines were left out.

use super::super::Multiline;
use super::{framing, read_all};
use crate::event::{Level, Line};

const SERVER: &str = include_str!("captures/kafka-4.3.1.log");
const GC: &str = include_str!("captures/kafka-4.3.1-gc.log");

fn events(log: &str) -> Vec<(String, i64)> {
    read_all(
        &framing(Multiline::Kafka, 4096),
        log.as_bytes(),
        usize::MAX / 2,
    )
}

fn ms(time: &str) -> i64 {
    time.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

#[test]
fn a_brokers_log_is_understood() {
    let events = events(SERVER);
    let starts = SERVER.lines().filter(|line| line.starts_with("[2026-"));
    assert_eq!(events.len(), starts.count());
    let joined: Vec<&str> = events.iter().map(|(text, _)| text.as_str()).collect();
    assert_eq!(joined.join("\n") + "\n", SERVER);
    assert_eq!(events[0].1, ms("2026-11-29T07:50:55.325Z"));
    let lines: Vec<Line<'_>> = events
        .iter()
        .map(|(text, _)| Line::read(text.as_bytes()))
        .collect();
    for line in &lines {
        assert!(line.level.is_some() && line.logger.is_some(), "{line:?}");
    }
    let errors: Vec<&Line<'_>> = lines
        .iter()
        .filter(|line| line.level == Some(Level::Error))
        .collect();
    let trace = str::from_utf8(errors[0].below).unwrap();
    assert!(
        trace.starts_with("java.io.FileNotFoundException: "),
        "{trace}"
    );
    assert_eq!(
        errors[0].logger,
        Some(&b"org.apache.kafka.storage.internals.log.LogDirFailureChannel"[..])
    );
    // The logger of Kafka's configuration stands behind the last of its lines.
    let values = lines
        .iter()
        .find(|line| line.message == b"AbstractConfig values: ")
        .unwrap();
    assert_eq!(
        values.logger,
        Some(&b"org.apache.kafka.common.config.AbstractConfig"[..])
    );
}

#[test]
fn the_garbage_collectors_log_is_line_by_line() {
    let events = events(GC);
    assert_eq!(events.len(), GC.lines().count());
    assert_eq!(events[0].1, ms("2026-11-29T07:50:53.519Z"));
}
