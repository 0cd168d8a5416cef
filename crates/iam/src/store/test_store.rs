//! A store with somebody in it, for tests.

use super::{NewStore, Store};
use crate::{Kind, Name};
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

/// 2026-11-22T12:00:00Z.
pub(crate) const NOW_MS: i64 = 1_795_348_800_000;
pub(crate) const READ: &str =
    r#"{"Statement": {"Effect": "Allow", "Action": "kafka-cluster:ReadData", "Resource": "*"}}"#;
pub(crate) const WRITE: &str =
    r#"{"Statement": {"Effect": "Allow", "Action": "kafka-cluster:WriteData", "Resource": "*"}}"#;

pub(crate) struct TestStore {
    pub(crate) dir: TempDir,
    pub(crate) store: Store,
}

impl TestStore {
    /// With user alice and role reader, who have no policies.
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let new = NewStore {
            partition: "aws".to_owned(),
            region: "us-east-1".to_owned(),
            account_id: "123456789012".to_owned(),
            cluster_name: "demo".to_owned(),
            cluster_uuid: None,
        };
        let store = Store::create(&dir.path().join("iam"), &new).unwrap();
        store
            .create_user(&user("alice"), None, Default::default(), NOW_MS)
            .unwrap();
        store
            .create_role(
                &role("reader"),
                None,
                None,
                None,
                Default::default(),
                NOW_MS,
            )
            .unwrap();
        Self { dir, store }
    }

    /// Writes a file of the store as a person would.
    pub(crate) fn edit(&self, path: &str, text: &str) {
        fs::write(self.path(path), text).unwrap();
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.store.dir().join(path)
    }
}

pub(crate) fn user(name: &str) -> Name {
    Name::parse(Kind::User, name).unwrap()
}

pub(crate) fn role(name: &str) -> Name {
    Name::parse(Kind::Role, name).unwrap()
}

pub(crate) fn policy(name: &str) -> Name {
    Name::parse(Kind::Policy, name).unwrap()
}
