//! What changed between two looks, as cases.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Change, Known, changes};
use crate::input::identity::Node;
use crate::input::log_name::LogName;
use crate::input::observation::{Facts, Named, Observation, Wanted};

fn named(name: &str) -> Arc<Named> {
    let path = PathBuf::from("/logs").join(name);
    Arc::new(Named::new(
        path,
        &LogName::of(name),
        "/logs/server.log",
        Wanted::Glob,
    ))
}

fn node(inode: u64, birth_ns: i64) -> Node {
    Node {
        device: 1,
        inode,
        birth_ns: Some(birth_ns),
    }
}

fn seen(name: &str, inode: u64, birth_ns: i64, size: u64) -> Observation {
    let facts = Facts {
        node: node(inode, birth_ns),
        size,
        modified_ns: birth_ns,
        links: 1,
    };
    Observation {
        named: named(name),
        facts,
    }
}

fn check(
    known: &[(u64, i64, u64, bool)],
    observations: Vec<Observation>,
    expected: &[(Change, &str)],
    missing: &[u64],
) {
    let known: HashMap<_, _> = known
        .iter()
        .map(|(inode, birth_ns, size, is_open)| {
            let known = Known {
                node: node(*inode, *birth_ns),
                size: *size,
                is_open: *is_open,
            };
            ((1, *inode), known)
        })
        .collect();
    let found = changes(&known, observations);
    let names: Vec<_> = found
        .seen
        .iter()
        .map(|(change, observation)| {
            (
                *change,
                observation
                    .named
                    .path
                    .file_name()
                    .unwrap()
                    .to_str()
                    .unwrap(),
            )
        })
        .collect();
    assert_eq!(names, expected);
    let places: Vec<_> = found.missing.iter().map(|(_, inode)| *inode).collect();
    assert_eq!(places, missing);
}

#[test]
fn what_changed_is_told_by_inode_and_not_by_name() {
    let renamed = vec![seen("server.log.1", 7, 1, 10), seen("server.log", 8, 2, 0)];
    check(
        &[(7, 1, 10, true)],
        renamed,
        &[
            (Change::Present, "server.log.1"),
            (Change::New, "server.log"),
        ],
        &[],
    );
    check(
        &[(7, 1, 10, true)],
        vec![seen("server.log", 7, 1, 9)],
        &[(Change::Shrunk, "server.log")],
        &[],
    );
    check(
        &[(7, 1, 10, true)],
        vec![seen("server.log", 7, 1, 10)],
        &[(Change::Present, "server.log")],
        &[],
    );
    check(
        &[(7, 1, 10, false)],
        vec![seen("server.log", 7, 2, 20)],
        &[(Change::Replaced, "server.log")],
        &[],
    );
    check(&[(7, 1, 10, true)], vec![], &[], &[7]);
}

#[test]
fn an_inode_of_several_names_is_seen_once_by_the_name_that_is_written_to() {
    let links = vec![
        seen("server.log.1", 7, 1, 5),
        seen("server.log", 7, 1, 5),
        seen("server.log.2", 7, 1, 5),
    ];
    check(&[], links, &[(Change::New, "server.log")], &[]);
}

#[test]
fn what_was_written_first_comes_first() {
    let files = vec![
        seen("server.log", 9, 3, 1),
        seen("server.log.1", 8, 2, 1),
        seen("server.log.2", 7, 1, 1),
    ];
    let expected = [
        (Change::New, "server.log.2"),
        (Change::New, "server.log.1"),
        (Change::New, "server.log"),
    ];
    check(&[], files, &expected, &[]);
}
