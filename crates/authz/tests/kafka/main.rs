//! The last word: Apache Kafka 4.3.1's own `StandardAuthorizer` decides beside ours, about random
//! entries with overlapping prefixes, wildcards, odd names, IPv6 and denies, and its log line is
//! ours, byte for byte.
//!
//! The classes come with `cargo xtask tools`; one JVM answers all questions.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "every line here is test code, also outside the functions marked as tests"
)]

mod random;
mod worlds;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use worlds::World;

/// Questions that are compared, with the entries they are about in many small sets.
const WORLDS: u64 = 1_250;
const QUESTIONS_PER_WORLD: usize = 80;

#[test]
fn decisions_and_log_lines_are_kafkas() {
    let worlds: Vec<_> = (0..WORLDS)
        .map(|seed| World::new(seed, QUESTIONS_PER_WORLD))
        .collect();
    let input: String = worlds.iter().map(World::script).collect();
    let output = kafkas_answers(input);
    let mut answers = output.lines();
    let mut allowed = 0;
    for world in &worlds {
        for question in world.questions() {
            let theirs = answers.next().expect("one line out for each question");
            let ours = world.answer(question);
            assert_eq!(ours, theirs, "{}", world.told(question));
            allowed += usize::from(ours == "ALLOWED" || ours.contains(" is Allowed "));
        }
    }
    assert_eq!(answers.next(), None);
    let all = worlds
        .iter()
        .map(|world| world.questions().len())
        .sum::<usize>();
    assert!(all >= 100_000, "{all} questions");
    assert!(
        (all / 4..all / 4 * 3).contains(&allowed),
        "{allowed} of {all} allowed: the questions tell little"
    );
}

fn kafkas_answers(input: String) -> String {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let libs = here.join("../../.tools/kafka/libs");
    assert!(
        libs.is_dir(),
        "Apache Kafka is not in .tools/kafka/libs: run `cargo xtask tools`"
    );
    let mut java = Command::new("java")
        .args(["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"])
        .arg("-Dlog4j2.level=OFF")
        .arg("-cp")
        .arg(libs.join("*"))
        .arg(here.join("tests/kafka/Authorize.java"))
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
