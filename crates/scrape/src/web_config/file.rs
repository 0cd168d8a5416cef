//! The shape of the file. A key that nobody documents is an error, as in exporter-toolkit.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The whole file.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    pub(super) tls_server_config: Option<Tls>,
    pub(super) http_server_config: Option<Http>,
    pub(super) basic_auth_users: Option<BTreeMap<String, String>>,
    pub(super) rate_limit: Option<RateLimit>,
}

/// `tls_server_config`.
#[derive(Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Tls {
    pub(super) cert: Option<String>,
    pub(super) key: Option<String>,
    pub(super) client_ca: Option<String>,
    pub(super) cert_file: Option<String>,
    pub(super) key_file: Option<String>,
    pub(super) client_ca_file: Option<String>,
    pub(super) client_auth_type: Option<String>,
    pub(super) client_allowed_sans: Option<Vec<String>>,
    pub(super) min_version: Option<String>,
    pub(super) max_version: Option<String>,
    pub(super) cipher_suites: Option<Vec<String>>,
    pub(super) prefer_server_cipher_suites: Option<bool>,
    pub(super) curve_preferences: Option<Vec<String>>,
}

/// `http_server_config`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Http {
    /// HTTP/2 is an offer, and a client that gets HTTP/1.1 lacks nothing: both values are taken.
    #[serde(rename = "http2")]
    pub(super) _http2: Option<bool>,
    pub(super) headers: Option<BTreeMap<String, String>>,
}

/// `rate_limit`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RateLimit {
    pub(super) interval: Option<String>,
    pub(super) burst: Option<u32>,
}

impl Document {
    /// Reads YAML; an empty file is a configuration without anything in it.
    ///
    /// # Errors
    /// What is wrong and where. It shows no value: the file has secrets in it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let document: Option<Self> = serde_saphyr::from_str(text).map_err(|error| {
            let text = error.to_string();
            // The first line says what and where; a picture of the text around it may follow.
            text.lines().next().unwrap_or_default().to_owned()
        })?;
        Ok(document.unwrap_or_default())
    }
}
