//! The schema files of this crate, read once.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use protocol::{ApiKey, ErrorCode};

use crate::parse;
use crate::schema::{Api, Message};

/// Every schema with an API key, by key.
pub(crate) static APIS: LazyLock<Vec<Api>> = LazyLock::new(|| {
    let mut apis: Vec<Api> = all().into_iter().filter(|api| api.key.is_some()).collect();
    apis.sort_by_key(|api| api.key);
    apis
});

/// Every schema, the headers' too.
pub(crate) fn all() -> Vec<Api> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            parse::api(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
        })
        .collect()
}

/// One of the two messages of an API, in one of its versions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case<'a> {
    pub(crate) api: &'a Api,
    pub(crate) key: ApiKey,
    pub(crate) version: i16,
    pub(crate) is_request: bool,
}

impl<'a> Case<'a> {
    /// Every message in every version.
    pub(crate) fn all() -> impl Iterator<Item = Case<'static>> {
        APIS.iter().flat_map(|api| {
            let key = ApiKey::from_i16(api.key.unwrap()).unwrap();
            let cases = move |version| {
                [true, false].map(|is_request| Case {
                    api,
                    key,
                    version,
                    is_request,
                })
            };
            key.versions().flat_map(cases)
        })
    }

    pub(crate) fn message(&self) -> &'a Message {
        if self.is_request {
            &self.api.request
        } else {
            &self.api.response
        }
    }
}

#[test]
fn documented_errors_and_versions_exist() {
    let known: BTreeSet<&str> = ErrorCode::ALL
        .iter()
        .filter_map(|code| code.name())
        .collect();
    for api in APIS.iter() {
        let versions = api.request.body.versions;
        assert!(!api.errors.is_empty(), "{} answers no error", api.name);
        for error in &api.errors {
            assert!(
                known.contains(error.as_str()),
                "{}: no error {error}",
                api.name
            );
        }
        let since: Vec<i16> = api.since.iter().map(|(version, _)| *version).collect();
        assert!(since.is_sorted_by(|a, b| a < b), "{}: {since:?}", api.name);
        let within = |version: &i16| (versions.first..=versions.last).contains(version);
        assert!(
            since.iter().all(within),
            "{}: {since:?} outside {versions}",
            api.name
        );
    }
}
