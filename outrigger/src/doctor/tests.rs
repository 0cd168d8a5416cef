//! The whole report, on a directory that is not there and on what a killed `up` left.

use super::check::CHECKS;
use super::report::Report;
use super::situation::Situation;
use super::verdict::{Level, Verdict};
use crate::cli::Cli;
use crate::up::UpArgs;
use clap::{Args, Command, FromArgMatches, Parser};
use service::Clock;
use std::path::Path;

fn args(words: &[&str]) -> UpArgs {
    let command = UpArgs::augment_args(Command::new("doctor"));
    let matches = command.try_get_matches_from([&["doctor"], words].concat());
    UpArgs::from_arg_matches(&matches.expect("arguments")).expect("options")
}

async fn examined(words: &[&str]) -> Vec<(&'static str, Verdict)> {
    let situation = Situation::look(&args(words), &Clock::real()).expect("looked");
    let mut found = Vec::new();
    for check in CHECKS {
        let verdicts = check.run.verdicts(&situation).await;
        assert!(!verdicts.is_empty(), "{} says nothing", check.name);
        found.extend(verdicts.into_iter().map(|verdict| (check.name, verdict)));
    }
    found
}

fn of<'a>(found: &'a [(&'static str, Verdict)], check: &str) -> &'a Verdict {
    let found = found.iter().find(|(name, _)| *name == check);
    &found.expect("the check").1
}

#[tokio::test]
async fn looking_makes_nothing() {
    let temporary = tempfile::tempdir().expect("temp dir");
    let dir = temporary.path().join("data");
    let words = ["--data-dir", dir.to_str().expect("text"), "--ports", "auto"];
    let found = examined(&words).await;
    for check in [
        "configuration",
        "instance",
        "ports",
        "credentials",
        "endpoints",
    ] {
        assert_eq!(of(&found, check).level, Level::Ok, "{found:?}");
    }
    assert!(!dir.exists());
    let all = found
        .iter()
        .map(|(name, verdict)| (*name, vec![verdict.clone()]));
    let report = Report::new(Path::new(&dir), all.collect());
    assert!(report.text(false).lines().count() > CHECKS.len());
}

#[tokio::test]
async fn what_would_stop_up_is_a_problem() {
    let temporary = tempfile::tempdir().expect("temp dir");
    let file = temporary.path().join("file");
    std::fs::write(&file, "").expect("written");
    let holder = std::net::TcpListener::bind("127.0.0.1:0").expect("bound");
    let port = holder.local_addr().expect("an address").port();
    let listeners = format!("broker.listeners=PLAINTEXT://127.0.0.1:{port}");
    let dir = file.to_str().expect("text");
    let found = examined(&["--data-dir", dir, "--ports", "auto", "--set", &listeners]).await;
    assert_eq!(of(&found, "disk").level, Level::Problem);
    let ports = of(&found, "ports");
    assert_eq!(ports.level, Level::Problem, "{ports:?}");
    let pid = format!("(pid {})", std::process::id());
    assert!(ports.found.ends_with(&pid), "{ports:?}");

    let found = examined(&["--data-dir", dir, "--set", "broker.num.partitions=x"]).await;
    let wrong = of(&found, "configuration");
    assert_eq!(wrong.level, Level::Problem);
    assert!(wrong.found.contains("num.partitions"), "{wrong:?}");
}

#[tokio::test]
async fn what_a_killed_up_left_is_told() {
    let temporary = tempfile::tempdir().expect("temp dir");
    let dir = temporary.path().to_str().expect("text");
    let left = format!(
        r#"{{"version":1,"cluster_id":"c","data_dir":"{dir}","bootstrap":{{"plaintext":"127.0.0.1:1"}},"processes":[]}}"#
    );
    std::fs::write(temporary.path().join("endpoints.json"), left).expect("written");
    let found = examined(&["--data-dir", dir, "--ports", "auto"]).await;
    assert!(of(&found, "instance").found.contains("killed"), "{found:?}");
    let endpoints = of(&found, "endpoints");
    assert_eq!(endpoints.level, Level::Ok, "nobody is asked: {endpoints:?}");
    std::fs::write(temporary.path().join("endpoints.json"), "{").expect("written");
    let found = examined(&["--data-dir", dir, "--ports", "auto"]).await;
    assert_eq!(of(&found, "instance").level, Level::Problem);
}

#[test]
fn it_takes_the_options_of_up() {
    let words = [
        "outrigger",
        "doctor",
        "--ephemeral",
        "--ports",
        "auto",
        "--json",
    ];
    assert!(Cli::try_parse_from(words).is_ok());
}
