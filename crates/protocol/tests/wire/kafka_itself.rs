//! The last word: Apache Kafka 4.3.1's own classes read what we write, in every version of every
//! message, and we read what they write.
//!
//! The classes come with `cargo xtask tools`; one JVM reads all bodies from its standard input.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use bytes::Bytes;

use crate::random::{Random, message};
use crate::round_trip::Body;
use crate::schemas::Case;

const ROUNDS: u64 = 12;

#[test]
fn kafka_reads_what_we_write_and_writes_what_we_read() {
    let mut bodies = Vec::new();
    for case in Case::all() {
        for seed in 0..ROUNDS {
            let mut random = Random(seed + 5_000);
            let bytes = message(case.api, case.message(), case.version, &mut random);
            let (body, _) = Body::decode(&case, &Bytes::from(bytes)).unwrap();
            bodies.push((case, body.encode(case.version).unwrap()));
        }
    }
    let mut input = String::new();
    for (case, bytes) in &bodies {
        let direction = if case.is_request {
            "request"
        } else {
            "response"
        };
        writeln!(
            input,
            "{} {} {direction} {bytes:x}",
            case.key.code(),
            case.version
        )
        .unwrap();
    }
    let output = read_back(input);
    assert_eq!(
        output.lines().count(),
        bodies.len(),
        "one line out for each line in"
    );
    for ((case, bytes), line) in bodies.iter().zip(output.lines()) {
        let ours = format!("{bytes:x}");
        let (key, version) = (case.key, case.version);
        assert_eq!(line, ours, "{key} v{version} request {}", case.is_request);
    }
}

/// What Kafka makes of the lines.
fn read_back(input: String) -> String {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let libs = here.join("../../.tools/kafka/libs");
    assert!(
        libs.is_dir(),
        "Apache Kafka is not in .tools/kafka/libs: run `cargo xtask tools`"
    );
    let mut java = Command::new("java")
        .args(["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"])
        .arg(libs.join("*"))
        .arg(here.join("tests/wire/ReadBack.java"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a JDK 17 is needed on the path");
    let mut stdin = java.stdin.take().unwrap();
    let feeder = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = java.wait_with_output().unwrap();
    feeder.join().unwrap().unwrap();
    assert!(output.status.success(), "{}", output.status);
    String::from_utf8(output.stdout).unwrap()
}
