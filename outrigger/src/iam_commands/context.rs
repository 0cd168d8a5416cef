//! What every command works on: the store, and the time.

use super::arguments::Document;
use super::error::IamCommandError;
use iam::{Kind, Name, Store, StoreError, StoreRecord, arn};
use std::path::{Path, PathBuf};

pub(super) struct Context {
    dir: PathBuf,
    pub(super) now_ms: i64,
}

impl Context {
    pub(super) fn new(dir: PathBuf, now_ms: i64) -> Self {
        Self { dir, now_ms }
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) fn store(&self) -> Result<Store, IamCommandError> {
        Ok(Store::open(&self.dir)?)
    }
}

/// The policy that an ARN or a plain name means.
pub(super) fn policy_name(record: &StoreRecord, text: &str) -> Result<Name, IamCommandError> {
    named(record, "policy", Kind::Policy, text)
}

/// The role that an ARN or a plain name means.
pub(super) fn role_name(record: &StoreRecord, text: &str) -> Result<Name, IamCommandError> {
    named(record, "role", Kind::Role, text)
}

fn named(
    record: &StoreRecord,
    word: &str,
    kind: Kind,
    text: &str,
) -> Result<Name, IamCommandError> {
    let name = arn::name_of(record, word, text).ok_or_else(|| {
        IamCommandError::Usage(format!(
            "'{text}' is no {word} of this store; its ARNs are {}",
            if word == "role" {
                arn::role(record, "NAME")
            } else {
                arn::policy(record, "NAME")
            }
        ))
    })?;
    Ok(Name::parse(kind, name)?)
}

/// Names the document in an error about its text.
pub(super) fn taken<T>(
    document: &Document,
    result: Result<T, StoreError>,
) -> Result<T, IamCommandError> {
    result.map_err(|error| match error {
        StoreError::Policy(error) => IamCommandError::Policy {
            document: document.source().to_owned(),
            error,
        },
        other => other.into(),
    })
}
