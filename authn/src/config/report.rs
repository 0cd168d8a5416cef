//! The texts of `--check-config` and `--print-default-config`.
//!
//! Texts only: whoever called prints them and chooses the exit status.

use std::fmt::Write as _;

use config::ConfigErrors;

use super::{AuthnConfig, Warnings, keys};

/// What `--check-config` says about the outcome of [`AuthnConfig::from_properties`].
pub fn check_report(read: &Result<(AuthnConfig, Warnings), ConfigErrors>) -> String {
    match read {
        Ok((config, warnings)) => {
            let mut text = String::new();
            for warning in warnings {
                let _ = writeln!(text, "warning: {warning}");
            }
            let listeners: Vec<String> = config
                .listeners
                .iter()
                .map(|l| format!("{}://{} ({})", l.name, l.bind_address(), l.protocol.name()))
                .collect();
            let _ = writeln!(text, "configuration is valid: {}", listeners.join(", "));
            text
        }
        Err(errors) => errors.report(),
    }
}

/// A properties file with every key at its default, each with its line of documentation; reading
/// it back changes nothing but that no hand-off directory is given yet.
pub fn default_properties() -> String {
    let mut names: Vec<_> = keys::names().collect();
    names.sort_unstable();
    let mut text = String::new();
    for name in names {
        let Some((key, default)) = keys::find(name) else {
            continue;
        };
        let _ = writeln!(text, "# {}", key.doc);
        let _ = match default.filter(|default| !default.is_empty()) {
            Some(default) => writeln!(text, "{name}={default}\n"),
            None => writeln!(text, "#{name}=\n"),
        };
    }
    text
}
