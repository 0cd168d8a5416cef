//! Globs over real folders.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::{Discovery, Found, Own};
use crate::input::observation::Wanted;

fn look(root: &Path, globs: &[&str], excludes: &[&str]) -> (Found, Vec<String>) {
    let globs: Vec<_> = globs
        .iter()
        .map(|glob| format!("{}/{glob}", root.display()))
        .collect();
    let excludes: Vec<_> = excludes.iter().map(|glob| (*glob).to_owned()).collect();
    let found = Discovery::new(&globs, &excludes).unwrap().round();
    let mut names: Vec<_> = found
        .observations
        .iter()
        .map(|observation| {
            let path = observation
                .named
                .path
                .strip_prefix(root)
                .unwrap()
                .display()
                .to_string();
            let sibling = observation.named.wanted == Wanted::Sibling;
            format!("{path}{}", if sibling { "+" } else { "" })
        })
        .collect();
    names.sort();
    (found, names)
}

fn tree(root: &Path, files: &[&str]) {
    for file in files {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
    }
}

#[test]
fn finds_what_globs_name_and_its_rotated_siblings() {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        "server.log",
        "server.log.1",
        "server.log.2.gz",
        "server.log.bz2",
        "other.txt",
        "controller.log",
        "a/server.log",
        "a/b/server.log",
        "a/b/server.log.2026-01-31-23",
        "c/server.log",
    ];
    tree(folder.path(), &files);
    let cases: &[(&[&str], &[&str], &[&str])] = &[
        (
            &["server.log"],
            &[],
            &["server.log", "server.log.1+", "server.log.2.gz+"],
        ),
        (
            &["server.log*"],
            &[],
            &["server.log", "server.log.1", "server.log.2.gz"],
        ),
        (&["server.log.1"], &[], &["server.log.1"]),
        (
            &["*.log"],
            &["controller*"],
            &["server.log", "server.log.1+", "server.log.2.gz+"],
        ),
        (&["*.log"], &["server.log"], &["controller.log"]),
        (&["*.log"], &["*.gz", "server.log"], &["controller.log"]),
        (&["*/server.log"], &[], &["a/server.log", "c/server.log"]),
        (
            &["a/**/server.log"],
            &[],
            &[
                "a/b/server.log",
                "a/b/server.log.2026-01-31-23+",
                "a/server.log",
            ],
        ),
        (
            &["{a/b,c}/server.log"],
            &[],
            &[
                "a/b/server.log",
                "a/b/server.log.2026-01-31-23+",
                "c/server.log",
            ],
        ),
        (&["nowhere/*.log"], &[], &[]),
        (
            &["*/server.log", "a/*.log"],
            &[],
            &["a/server.log", "c/server.log"],
        ),
    ];
    for (globs, excludes, expected) in cases {
        let (found, names) = look(folder.path(), globs, excludes);
        assert_eq!(&names, expected, "{globs:?} without {excludes:?}");
        assert!(found.failures.is_empty() && !found.is_cut);
    }
}

#[test]
fn links_are_followed_and_loops_end() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    tree(root, &["real/server.log", "elsewhere/x.log"]);
    symlink(root.join("real"), root.join("alias")).unwrap();
    symlink(root, root.join("real/loop")).unwrap();
    symlink(root.join("elsewhere/x.log"), root.join("current.log")).unwrap();
    symlink(root.join("nowhere"), root.join("dangling.log")).unwrap();
    symlink(root.join("self.log"), root.join("self.log")).unwrap();
    assert_eq!(look(root, &["current.log"], &[]).1, ["current.log"]);
    assert_eq!(look(root, &["alias/*.log"], &[]).1, ["alias/server.log"]);
    assert_eq!(look(root, &["dangling.log"], &[]).1, [""; 0]);
    let (found, names) = look(root, &["**/*.log"], &[]);
    assert!(
        names.contains(&"real/server.log".to_owned())
            && names.contains(&"elsewhere/x.log".to_owned())
    );
    assert!(!found.is_cut && names.len() < 20, "{names:?}");
}

#[test]
fn what_cannot_be_looked_at_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    symlink(root.join("self.log"), root.join("self.log")).unwrap();
    let (found, _) = look(root, &["self.log"], &[]);
    assert_eq!(
        found.failures.len(),
        1,
        "a link to itself: {:?}",
        found.failures
    );
}

#[test]
fn a_directory_is_refused_with_what_was_probably_meant() {
    let folder = tempfile::tempdir().unwrap();
    let glob = format!("{}/", folder.path().display());
    let error = Discovery::new(&[glob], &[]).unwrap_err();
    assert!(error.ends_with("/*.log`"), "{error}");
}

#[test]
fn what_the_process_writes_itself_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    tree(
        root,
        &[
            "out/AWSLogs/0/KafkaBrokerLogs/r/c/2026-01-31-23/Broker-1_23-59_00000000.log",
            "out/server.log",
            "state/checkpoint-stdout_-00000000.json",
            "state/dead-letters-stdout_-00000000.ndjson",
            "state/lock",
            "state/server.log",
            "state/undelivered.json",
            "state/undelivered.json.tmp",
        ],
    );
    symlink(root.join("out/AWSLogs"), root.join("alias")).unwrap();
    let own = Own {
        trees: vec![root.join("out/AWSLogs"), root.join("nowhere")],
        state_dir: Some(root.join("state")),
        undelivered_file: Some(root.join("state/undelivered.json")),
    };
    let found = |glob: &str| {
        let globs = [format!("{}/{glob}", root.display())];
        let mut discovery = Discovery::new(&globs, &[]).unwrap().without(own.clone());
        let found = discovery.round().observations.into_iter();
        let mut names: Vec<_> = found
            .map(|found| found.named.path.strip_prefix(root).unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    let others = ["out/server.log", "state/server.log"].map(PathBuf::from);
    assert_eq!(found("**/*"), others);
    assert_eq!(found("**/*.log"), others);
    assert_eq!(found("out/AWSLogs/0/**/*.log"), Vec::<PathBuf>::new());
    assert_eq!(found("alias/**/*.log"), Vec::<PathBuf>::new());
}
