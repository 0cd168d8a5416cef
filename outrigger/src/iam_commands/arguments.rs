//! Values of options, as the AWS command line spells them.

use iam::{Kind, Name};
use std::collections::BTreeMap;

/// Longest document that is read from a file; the store takes less.
const DOCUMENT_BYTES_MAX: u64 = 64 << 10;

/// A policy: `file://PATH`, or the JSON itself.
#[derive(Clone, Debug)]
pub(super) struct Document {
    source: String,
    text: String,
}

/// One tag.
#[derive(Clone, Debug)]
pub(super) struct Tag {
    name: String,
    value: String,
}

impl Document {
    /// Where it came from, for errors.
    pub(super) fn source(&self) -> &str {
        &self.source
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

/// `file://PATH`, or JSON.
pub(super) fn document(argument: &str) -> Result<Document, String> {
    if let Some(path) = argument.strip_prefix("file://") {
        let text = service::files::read_text(path.as_ref(), DOCUMENT_BYTES_MAX)
            .map_err(|error| format!("cannot read {path}: {error}"))?;
        return Ok(Document {
            source: path.to_owned(),
            text,
        });
    }
    if argument.trim_start().starts_with('{') {
        return Ok(Document {
            source: "the policy".to_owned(),
            text: argument.to_owned(),
        });
    }
    Err("write file://PATH, or the policy itself as JSON".to_owned())
}

/// `Key=team,Value=red`, or `team=red`.
pub(super) fn tag(argument: &str) -> Result<Tag, String> {
    let aws = argument
        .strip_prefix("Key=")
        .and_then(|rest| rest.split_once(",Value="));
    let (name, value) = aws
        .or_else(|| argument.split_once('='))
        .ok_or_else(|| "write Key=NAME,Value=VALUE".to_owned())?;
    Ok(Tag {
        name: name.to_owned(),
        value: value.to_owned(),
    })
}

pub(super) fn tags(tags: Vec<Tag>) -> BTreeMap<String, String> {
    tags.into_iter().map(|tag| (tag.name, tag.value)).collect()
}

pub(super) fn user(argument: &str) -> Result<Name, String> {
    named(Kind::User, argument)
}

pub(super) fn role(argument: &str) -> Result<Name, String> {
    named(Kind::Role, argument)
}

pub(super) fn policy(argument: &str) -> Result<Name, String> {
    named(Kind::Policy, argument)
}

pub(super) fn access_key(argument: &str) -> Result<Name, String> {
    named(Kind::AccessKey, argument)
}

fn named(kind: Kind, argument: &str) -> Result<Name, String> {
    Name::parse(kind, argument).map_err(|error| error.to_string())
}
