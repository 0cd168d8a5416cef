//! `selinux`: whether mandatory access control is there, configured and enforced.

use super::attribute::{existing, trimmed};
use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::{KeptFile, ReadError, read_once};
use std::path::PathBuf;

static CONFIGURED: Desc = Desc::gauge(
    "node_selinux_config_mode",
    "Configured SELinux enforcement mode",
);
static CURRENT: Desc = Desc::gauge(
    "node_selinux_current_mode",
    "Current SELinux enforcement mode",
);
static ENABLED: Desc = Desc::gauge(
    "node_selinux_enabled",
    "SELinux is enabled, 1 is true, 0 is false",
);

/// A page of comments and two settings.
const CONFIG_BYTES_MAX: usize = 64 << 10;
const ENFORCING: f64 = 1.0;
const PERMISSIVE: f64 = 0.0;
const DISABLED: f64 = -1.0;

struct Selinux {
    enforce: KeptFile,
    label: KeptFile,
    config: PathBuf,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    Box::new(Selinux {
        enforce: setup.paths.sys_file("fs/selinux/enforce"),
        label: setup.paths.proc_file("self/attr/current"),
        config: setup.paths.root("etc/selinux/config"),
    })
}

impl Collector for Selinux {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let Some(current) = self.current_mode()? else {
            families.put(&ENABLED, &[], 0.0);
            return Ok(());
        };
        families.put(&ENABLED, &[], 1.0);
        let configured = read_once(&self.config, CONFIG_BYTES_MAX).unwrap_or_default();
        families.put(
            &CONFIGURED,
            &[],
            configured_mode(&String::from_utf8_lossy(&configured)),
        );
        families.put(&CURRENT, &[], current);
        Ok(())
    }
}

impl Selinux {
    /// `None` where the kernel has none, or no policy was loaded: all is labelled `kernel` then.
    fn current_mode(&mut self) -> Result<Option<f64>, ReadError> {
        let Some(mode) = existing(self.enforce.read())? else {
            return Ok(None);
        };
        let mode = trimmed(mode).parse::<i32>().map_or(DISABLED, f64::from);
        let label = self.label.read().unwrap_or_default();
        let label = label.strip_suffix(b"\0").unwrap_or(label);
        Ok((trimmed(label) != "kernel").then_some(mode))
    }
}

/// `SELINUX=enforcing`
fn configured_mode(config: &str) -> f64 {
    let settings = config
        .lines()
        .filter_map(|line| line.trim().split_once('='));
    let value = settings
        .filter(|(name, _)| *name == "SELINUX")
        .map(|(_, value)| value.trim_matches('"'))
        .next();
    match value {
        Some("enforcing") => ENFORCING,
        Some("permissive") => PERMISSIVE,
        _ => DISABLED,
    }
}

#[cfg(test)]
mod tests {
    use super::configured_mode;

    #[test]
    fn the_first_setting_counts() {
        let cases = [
            (
                "# SELINUX=permissive\nSELINUX=enforcing\nSELINUXTYPE=targeted\n",
                1.0,
            ),
            ("SELINUX=\"permissive\"\nSELINUX=enforcing\n", 0.0),
            ("SELINUX=disabled\n", -1.0),
            ("SELINUX\n", -1.0),
            ("", -1.0),
        ];
        for (config, expected) in cases {
            assert_eq!(configured_mode(config), expected, "{config:?}");
        }
    }
}
