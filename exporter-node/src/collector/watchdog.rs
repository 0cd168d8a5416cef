//! `watchdog`: the timers that restart a machine, out of `/sys/class/watchdog`.

use super::attribute::{integer, offered};
use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::KeptTree;

static INFO: Desc = Desc::gauge(
    "node_watchdog_info",
    "Info of /sys/class/watchdog/<watchdog>",
);

#[rustfmt::skip]
static NUMBERS: [(&str, Desc); 7] = [
    ("bootstatus", Desc::gauge("node_watchdog_bootstatus", "Value of /sys/class/watchdog/<watchdog>/bootstatus")),
    ("fw_version", Desc::gauge("node_watchdog_fw_version", "Value of /sys/class/watchdog/<watchdog>/fw_version")),
    ("nowayout", Desc::gauge("node_watchdog_nowayout", "Value of /sys/class/watchdog/<watchdog>/nowayout")),
    ("timeleft", Desc::gauge("node_watchdog_timeleft_seconds", "Value of /sys/class/watchdog/<watchdog>/timeleft")),
    ("timeout", Desc::gauge("node_watchdog_timeout_seconds", "Value of /sys/class/watchdog/<watchdog>/timeout")),
    ("pretimeout", Desc::gauge("node_watchdog_pretimeout_seconds", "Value of /sys/class/watchdog/<watchdog>/pretimeout")),
    ("access_cs0", Desc::gauge("node_watchdog_access_cs0", "Value of /sys/class/watchdog/<watchdog>/access_cs0")),
];
const LABELS: [&str; 5] = [
    "options",
    "identity",
    "state",
    "status",
    "pretimeout_governor",
];

struct Watchdog {
    timers: KeptTree,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    let timers = setup.paths.sys_tree("class/watchdog");
    Box::new(Watchdog { timers })
}

impl Collector for Watchdog {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        for name in self.timers.devices()? {
            for (attribute, desc) in &NUMBERS {
                if let Some(text) = offered(&mut self.timers, &name, attribute)? {
                    let value = integer(&text).ok_or_else(|| {
                        let file = format_args!("class/watchdog/{name}/{attribute}");
                        CollectError::malformed(file, "no number")
                    })?;
                    families.put(desc, &[("name", &name)], value as f64);
                }
            }
            let mut values = Vec::with_capacity(LABELS.len());
            for label in LABELS {
                let text = offered(&mut self.timers, &name, label)?.unwrap_or_default();
                values.push((label, text));
            }
            let mut labels = vec![("name", name.as_str())];
            labels.extend(values.iter().map(|(label, text)| (*label, text.as_str())));
            families.put(&INFO, &labels, 1.0);
        }
        Ok(())
    }
}
