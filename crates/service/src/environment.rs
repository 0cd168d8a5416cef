//! The only place that reads environment variables.

use crate::settings::{Origin, Setting};
use std::ffi::OsString;

/// `OUTRIGGER_SET_BROKER_NUM_PARTITIONS=4` is `--set broker.num.partitions=4`.
pub const SETTING_PREFIX: &str = "OUTRIGGER_SET_";

/// A variable that is set, not empty and UTF-8.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one reader of the environment"
)]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The settings that the environment overlays on configuration files, in order of names.
pub fn settings() -> Vec<Setting> {
    overlay(std::env::vars_os())
}

/// Names are read as the container images of Apache Kafka read theirs: `_` is a dot, `__` an
/// underscore, `___` a hyphen.
fn overlay(variables: impl Iterator<Item = (OsString, OsString)>) -> Vec<Setting> {
    let mut settings: Vec<_> = variables
        .filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            let key = key(name.strip_prefix(SETTING_PREFIX)?);
            let value = value.into_string().ok()?;
            Some(Setting {
                key,
                value,
                origin: Origin::Variable(name),
            })
        })
        .collect();
    settings.sort_by(|a, b| a.key.cmp(&b.key));
    settings
}

fn key(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    name.replace("___", "-")
        .replace("__", "\u{0}")
        .replace('_', ".")
        .replace('\u{0}', "_")
}

#[cfg(test)]
mod tests {
    use super::overlay;

    #[test]
    fn variables_become_settings() {
        let variables = [
            ("OUTRIGGER_SET_BROKER_NUM_PARTITIONS", "4"),
            ("OUTRIGGER_SET_BROKER_A__B___C", "x"),
            ("OUTRIGGER_BROKER_ADMIN", "not a setting"),
            ("PATH", "/bin"),
        ];
        let settings = overlay(variables.into_iter().map(|(n, v)| (n.into(), v.into())));
        let found: Vec<_> = settings
            .iter()
            .map(|s| (s.key.as_str(), s.value.as_str()))
            .collect();
        assert_eq!(
            found,
            [("broker.a_b-c", "x"), ("broker.num.partitions", "4")]
        );
        assert_eq!(
            settings[0].origin.to_string(),
            "variable OUTRIGGER_SET_BROKER_A__B___C"
        );
    }
}
