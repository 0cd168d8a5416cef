//! `cgroups`: how many control groups each controller has, out of `/proc/cgroups`.

use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::KeptFile;

static CGROUPS: Desc = Desc::gauge(
    "node_cgroups_cgroups",
    "Current cgroup number of the subsystem.",
);
static ENABLED: Desc = Desc::gauge(
    "node_cgroups_enabled",
    "Current cgroup number of the subsystem.",
);

struct Cgroups {
    summary: KeptFile,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    let summary = setup.paths.proc_file("cgroups");
    Box::new(Cgroups { summary })
}

impl Collector for Cgroups {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let text = self.summary.text()?;
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (name, cgroups, enabled) = controller(line)
                .ok_or_else(|| CollectError::malformed("cgroups", "a line has not four columns"))?;
            let labels = [("subsys_name", name)];
            families.put(&CGROUPS, &labels, f64::from(cgroups));
            families.put(&ENABLED, &labels, f64::from(enabled));
        }
        Ok(())
    }
}

/// `name hierarchy cgroups enabled`
fn controller(line: &str) -> Option<(&str, u32, u32)> {
    let mut columns = line.split_ascii_whitespace();
    let name = columns.next()?;
    let cgroups = columns.nth(1)?.parse().ok()?;
    let enabled = columns.next()?.parse().ok()?;
    Some((name, cgroups, enabled))
}

#[cfg(test)]
mod tests {
    use super::controller;

    #[test]
    fn a_controller_has_four_columns() {
        let cases = [
            ("cpu\t3\t172\t1", Some(("cpu", 172, 1))),
            ("cpu\t3\t172", None),
            ("cpu\t3\t-1\t1", None),
            ("", None),
        ];
        for (line, expected) in cases {
            assert_eq!(controller(line), expected, "{line:?}");
        }
    }
}
