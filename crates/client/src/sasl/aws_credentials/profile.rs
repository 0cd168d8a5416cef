//! One profile out of AWS's ini files:
//!
//!     [default]                          [profile dev]       (in the configuration file)
//!     aws_access_key_id = AKIA…          region = eu-west-1
//!
//! Nested settings (indented lines under a key without a value) are skipped.

use super::{AwsCredentials, Password};

/// What of a profile is used here.
#[derive(Debug, Default)]
pub(super) struct Profile {
    access_key_id: Option<String>,
    secret_access_key: Option<Password>,
    session_token: Option<Password>,
    pub(super) region: Option<String>,
}

impl Profile {
    /// The profile `name`, whose heading carries `prefix` unless it is the default one.
    pub(super) fn find(text: &str, name: &str, prefix: &str) -> Option<Self> {
        let mut found: Option<Self> = None;
        let mut within = false;
        for line in text.lines() {
            let nested = line.starts_with([' ', '\t']);
            let line = line.trim();
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            if let Some(heading) = heading(line) {
                let bare = heading.strip_prefix(prefix).map(str::trim_start);
                within = bare == Some(name) || (name == "default" && heading == name);
                if within {
                    found.get_or_insert_default();
                }
            } else if within
                && !nested
                && let (Some(profile), Some((key, value))) = (&mut found, line.split_once('='))
            {
                profile.set(key.trim(), value.trim());
            }
        }
        found
    }

    fn set(&mut self, key: &str, value: &str) {
        match key {
            "aws_access_key_id" => self.access_key_id = Some(value.to_owned()),
            "aws_secret_access_key" => self.secret_access_key = Some(Password::new(value)),
            "aws_session_token" => self.session_token = Some(Password::new(value)),
            "region" => self.region = Some(value.to_owned()),
            _ => {}
        }
    }

    /// Its keys, if it has both.
    pub(super) fn credentials(self) -> Option<AwsCredentials> {
        Some(AwsCredentials {
            access_key_id: self.access_key_id?,
            secret_access_key: self.secret_access_key?,
            session_token: self.session_token,
        })
    }
}

/// What stands between the brackets of a heading; a comment may follow it.
fn heading(line: &str) -> Option<&str> {
    let (heading, _) = line.strip_prefix('[')?.split_once(']')?;
    Some(heading.trim())
}
