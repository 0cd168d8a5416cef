//! AWS Secrets Manager: which secrets there are, and what one of them says.
//!
//! Values are wiped when dropped, and no error and no `Debug` shows one.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType, SecretListEntry};
use zeroize::Zeroizing;

use crate::ClientConfig;

/// Entries of one page, the most that the service gives.
const PAGE_ENTRIES: i32 = 100;
/// Pages of one listing; a service that gives more is not listed to its end.
const PAGES_MAX: usize = 50;
/// The label of the version that is in force.
const CURRENT: &str = "AWSCURRENT";

/// A client of the service.
#[derive(Clone, Debug)]
pub struct Secrets {
    client: Client,
}

/// A secret without its value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecretEntry {
    /// What people call it.
    pub name: String,
    /// What asks for its value.
    pub arn: String,
    /// Another text after each change of its value.
    pub version: String,
}

/// The value of a secret; wiped when dropped.
pub struct SecretText(Zeroizing<String>);

/// Why the service gave no answer. The cause is in `source()` and holds no value.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// The secrets cannot be listed.
    #[error("AWS Secrets Manager lists no secrets; are region, endpoint and credentials right?")]
    List(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// One secret cannot be read.
    #[error("AWS Secrets Manager does not give the secret {name}")]
    Value {
        /// Which.
        name: String,
        /// What it says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A secret holds bytes, or nothing.
    #[error("the secret {0} holds no text")]
    NoText(String),
}

impl Secrets {
    /// A client with these settings; opens nothing yet.
    pub fn new(config: &ClientConfig) -> Self {
        Self {
            client: Client::new(config.sdk()),
        }
    }

    /// The secrets whose names begin with `prefix`, in order of names, without those that wait for
    /// their deletion.
    pub async fn list(&self, prefix: &str) -> Result<Vec<SecretEntry>, SecretsError> {
        let filter = Filter::builder()
            .key(FilterNameStringType::Name)
            .values(prefix)
            .build();
        let mut entries = Vec::new();
        let mut next = None;
        for _ in 0..PAGES_MAX {
            let page = self
                .client
                .list_secrets()
                .filters(filter.clone())
                .max_results(PAGE_ENTRIES)
                .set_next_token(next.take())
                .send()
                .await
                .map_err(|error| SecretsError::List(Box::new(error)))?;
            next = page.next_token;
            entries.extend(
                page.secret_list
                    .unwrap_or_default()
                    .iter()
                    .filter_map(entry),
            );
            if next.is_none() {
                break;
            }
        }
        // The service's filter takes a prefix of any word in the name, in any case.
        entries.retain(|entry| entry.name.starts_with(prefix));
        entries.sort();
        Ok(entries)
    }

    /// The value of a secret that is in force.
    pub async fn text(&self, entry: &SecretEntry) -> Result<SecretText, SecretsError> {
        let answer = self
            .client
            .get_secret_value()
            .secret_id(&entry.arn)
            .send()
            .await
            .map_err(|error| SecretsError::Value {
                name: entry.name.clone(),
                source: Box::new(error),
            })?;
        let text = answer.secret_string;
        text.map(|text| SecretText(Zeroizing::new(text)))
            .ok_or_else(|| SecretsError::NoText(entry.name.clone()))
    }
}

fn entry(entry: &SecretListEntry) -> Option<SecretEntry> {
    let current = entry.secret_versions_to_stages().and_then(|versions| {
        let is_current = |stages: &Vec<String>| stages.iter().any(|stage| stage == CURRENT);
        let mut versions = versions.iter();
        versions.find_map(|(id, stages)| is_current(stages).then(|| id.clone()))
    });
    let changed = || entry.last_changed_date().map(ToString::to_string);
    Some(SecretEntry {
        name: entry.name()?.to_owned(),
        arn: entry.arn()?.to_owned(),
        version: current.or_else(changed).unwrap_or_default(),
    })
}

impl SecretText {
    /// A value, for tests and other sources.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The value; the call is what a reviewer greps for.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for SecretText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[hidden]")
    }
}

#[cfg(test)]
mod tests;
