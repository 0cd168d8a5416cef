//! Which logger writes which file: the table of Kafka's own `log4j2.yaml`.
//!
//! Everything else goes to `server.log`. A line is in one file only.

/// Logger prefix and file, longest prefix first where two match.
pub const KAFKA_ROUTES: &[(&str, &str)] = &[
    ("kafka.authorizer.logger", "kafka-authorizer.log"),
    ("kafka.controller", "controller.log"),
    ("kafka.log.LogCleaner", "log-cleaner.log"),
    ("kafka.request.logger", "kafka-request.log"),
    ("org.apache.kafka.controller", "controller.log"),
    (
        "org.apache.kafka.storage.internals.log.LogCleaner",
        "log-cleaner.log",
    ),
    ("state.change.logger", "state-change.log"),
];

/// The files of [`KAFKA_ROUTES`], each once, in the order in which they become sinks 1, 2, ….
pub(super) fn files() -> Vec<&'static str> {
    let mut files: Vec<_> = KAFKA_ROUTES.iter().map(|&(_, file)| file).collect();
    files.sort_unstable();
    files.dedup();
    files
}

/// The index of the sink of a logger; 0 is the main one. `files` is empty where there are no files.
pub(super) fn sink_of(files: &[&str], logger: &str) -> usize {
    let route = KAFKA_ROUTES.iter().find(|(prefix, _)| {
        logger
            .strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    });
    let index = route.and_then(|(_, file)| files.iter().position(|name| name == file));
    index.map_or(0, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::{files, sink_of};

    #[test]
    fn loggers_find_kafkas_files() {
        let files = files();
        let cases = [
            ("kafka.server.KafkaApis", None),
            ("kafka.controllers", None),
            ("kafka.controller", Some("controller.log")),
            ("kafka.controller.KafkaController", Some("controller.log")),
            ("kafka.log.LogCleaner", Some("log-cleaner.log")),
            ("state.change.logger", Some("state-change.log")),
            ("kafka.authorizer.logger", Some("kafka-authorizer.log")),
        ];
        for (logger, file) in cases {
            let sink = sink_of(&files, logger);
            assert_eq!(sink.checked_sub(1).map(|i| files[i]), file, "{logger}");
            assert_eq!(
                sink_of(&[], logger),
                0,
                "without files all lines go to one place"
            );
        }
    }
}
