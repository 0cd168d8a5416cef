//! One instance per directory, and nothing left where it should not be.

use super::{claim, runs_with};
use crate::data_dir::DataDir;
use service::{Clock, Exit};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::pin::pin;
use std::process::{Command, Stdio};

fn data_dir(path: &Path) -> DataDir {
    DataDir::new(path).expect("absolute")
}

#[tokio::test]
async fn a_second_instance_is_refused_until_the_first_has_gone() {
    let temporary = tempfile::tempdir().expect("temp dir");
    let dir = data_dir(&temporary.path().join("new/deep"));
    let first = claim(&dir, false, &Clock::real()).await.expect("claimed");
    let refused = claim(&dir, false, &Clock::real())
        .await
        .expect_err("refused");
    assert_eq!(refused.exit(), Exit::AlreadyRunning);
    let text = refused.to_string();
    assert!(
        text.contains(&format!("(pid {})", std::process::id())),
        "{text}"
    );
    assert!(text.contains("--data-dir"), "{text}");
    drop(first);
    claim(&dir, false, &Clock::real())
        .await
        .expect("free again");
}

#[tokio::test]
async fn what_a_killed_run_left_is_removed_and_data_is_not() {
    let temporary = tempfile::tempdir().expect("temp dir");
    let dir = data_dir(temporary.path());
    fs::create_dir(dir.broker_data()).expect("created");
    fs::create_dir(dir.run()).expect("created");
    fs::write(dir.endpoints(), "{}").expect("written");
    // A pid that is ours, but not a broker's.
    let pid = std::process::id();
    fs::write(dir.pid_of("broker"), pid.to_string()).expect("written");
    fs::write(dir.bound_by("broker"), "{}").expect("written");
    let _claim = claim(&dir, false, &Clock::real()).await.expect("claimed");
    assert!(!dir.endpoints().exists() && !dir.bound_by("broker").exists());
    assert!(dir.broker_data().is_dir());
}

#[tokio::test]
async fn a_broker_that_still_drains_is_waited_for() {
    let temporary = tempfile::tempdir().expect("temp dir");
    let dir = data_dir(temporary.path());
    fs::create_dir(dir.run()).expect("created");
    let mut broker = Command::new("sh")
        .args(["-c", "read line; true"])
        .arg(dir.properties("server.properties"))
        .stdin(Stdio::piped())
        .spawn()
        .expect("started");
    fs::write(dir.pid_of("broker"), broker.id().to_string()).expect("written");
    // The kernel lets the parent go on just before it shows the arguments of a new program.
    while !runs_with(broker.id(), &dir.properties("server.properties")) {
        assert!(
            broker.try_wait().expect("asked").is_none(),
            "it ended early"
        );
        tokio::task::yield_now().await;
    }
    let clock = Clock::real();
    let mut claim = pin!(claim(&dir, false, &clock));
    tokio::select! {
        biased;
        early = &mut claim => panic!("did not wait: {early:?}"),
        () = tokio::task::yield_now() => {}
    }
    drop(broker.stdin.take());
    claim.await.expect("claimed");
    assert!(broker.wait().expect("ended").success());
}

#[tokio::test]
async fn an_ephemeral_directory_goes_with_its_claim() {
    let temporary = tempfile::tempdir().expect("temp dir");
    let dir = data_dir(&temporary.path().join("gone"));
    let claim = claim(&dir, true, &Clock::real()).await.expect("claimed");
    fs::write(dir.properties("server.properties"), "").expect("written");
    drop(claim);
    assert!(!dir.path().exists());
}

#[test]
fn a_process_is_known_by_its_arguments() {
    let program = std::env::args().next().expect("a program");
    assert!(runs_with(std::process::id(), Path::new(&program)));
    assert!(!runs_with(
        std::process::id(),
        Path::new("server.properties")
    ));
}

#[tokio::test]
async fn a_file_in_the_place_of_a_directory_is_told_as_such() {
    let temporary = tempfile::tempdir().expect("temp dir");
    let file = temporary.path().join("file");
    fs::write(&file, "").expect("written");
    for path in [file.clone(), file.join("below")] {
        let dir = data_dir(&path);
        let refused = claim(&dir, false, &Clock::real())
            .await
            .expect_err("refused");
        assert_eq!(refused.exit(), Exit::CannotWrite);
        let text = refused.to_string();
        assert!(text.contains("/file"), "{text}");
        assert!(text.contains("is a file; name another directory"), "{text}");
    }
}

#[tokio::test]
async fn a_directory_that_others_may_write_is_refused_and_left_as_it_is() {
    let temporary = tempfile::tempdir().expect("temp dir");
    let dir = data_dir(&temporary.path().join("open"));
    fs::create_dir(dir.path()).expect("created");
    for (mode, taken) in [
        (0o777, false),
        (0o1777, false),
        (0o775, true),
        (0o755, true),
    ] {
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(mode)).expect("changed");
        match claim(&dir, false, &Clock::real()).await {
            Ok(_) => assert!(taken, "{mode:o}"),
            Err(refused) => {
                assert!(!taken, "{mode:o}: {refused}");
                assert_eq!(refused.exit(), Exit::CannotWrite);
                let text = refused.to_string();
                assert!(text.contains(&format!("has mode {mode:03o}")), "{text}");
                let left = fs::read_dir(dir.path()).expect("listed").count();
                assert_eq!(left, 0, "nothing is written before");
            }
        }
    }
}

#[test]
fn a_directory_that_goes_at_the_end_must_have_nothing_in_it() {
    let temporary = tempfile::tempdir().expect("temp dir");
    let there = temporary.path().join("there");
    fs::create_dir(&there).expect("made");
    for path in [&there, &temporary.path().join("new")] {
        let found = super::new_one(path).expect("free");
        assert_eq!(found.path(), path);
    }
    fs::write(there.join("file"), "").expect("written");
    for path in [&there, &there.join("file")] {
        let refused = super::new_one(path).expect_err("refused");
        assert_eq!(refused.exit(), Exit::CannotWrite, "{refused}");
    }
}
