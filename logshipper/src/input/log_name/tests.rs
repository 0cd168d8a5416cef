//! Names of rotated files, as cases.

use super::{LogName, Packing};

/// A file's name, the log's, and `r` rotated, `g` gzip, `z` Zstandard, `u` unknown packing.
const CASES: &str = "
    server.log                         server.log
    server.log.1                       server.log          r
    server.log.2.gz                    server.log          rg
    server.log.gz                      server.log          rg
    server.log.2026-01-31-23           server.log          r
    server.log.2026-01-31-23.4         server.log          r
    server.log.2026-01-31              server.log          r
    server.log.2026-01-31-23.zst       server.log          rz
    server.log-20260131                server.log          r
    server.log-20260131-1769856000.gz  server.log          rg
    server.log-1769856000              server.log          r
    server-20260131.log                server.log          r
    app-01-31-2026-1.log.gz            app.log             rg
    app-2026-01-31-1.log               app.log             r
    catalina.2026-01-31.log            catalina.log        r
    kafkaServer-gc.log                 kafkaServer-gc.log
    kafkaServer-gc.log.0               kafkaServer-gc.log  r
    kafkaServer-gc.log.0.current       kafkaServer-gc.log
    kafkaServer.out                    kafkaServer.out
    kafka-request.log                  kafka-request.log
    state-change.log.2026-01-31-00     state-change.log    r
    server.log.old                     server.log          r
    server.log~                        server.log          r
    server.log.bz2                     server.log          ru
    broker-1.log                       broker-1.log
    node-10-20.log                     node-10-20.log
    größe.log.1                        größe.log           r
    1                                  1
    .1                                 .1
    .gz                                .gz
    ~                                  ~
    .current                           .current
    -20260131                          -20260131
";

#[test]
fn takes_off_what_rotation_and_compression_added() {
    for case in CASES.lines().filter(|case| !case.trim().is_empty()) {
        let mut words = case.split_whitespace();
        let (name, log) = (words.next().unwrap(), words.next().unwrap());
        let letters = words.next().unwrap_or_default();
        let packing = match letters.trim_start_matches('r') {
            "g" => Packing::Gzip,
            "z" => Packing::Zstandard,
            "u" => Packing::Unknown,
            _ => Packing::Plain,
        };
        let expected = LogName {
            log: log.to_owned(),
            rotated: letters.starts_with('r'),
            packing,
        };
        assert_eq!(LogName::of(name), expected, "{name}");
    }
    assert_eq!(LogName::of("").log, "");
}
