//! `edac`: errors of the memory, out of `/sys/devices/system/edac/mc`.
//!
//! ```text
//! mc0/ce_count …            a controller
//! mc0/csrow1/ce_count …     a row of its chips
//! mc0/csrow1/ch0_ce_count   a channel of the row
//! ```

use super::attribute::{existing, offered, text};
use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::{KeptTree, list};

static CORRECTABLE: Desc = Desc::counter(
    "node_edac_correctable_errors_total",
    "Total correctable memory errors.",
);
static UNCORRECTABLE: Desc = Desc::counter(
    "node_edac_uncorrectable_errors_total",
    "Total uncorrectable memory errors.",
);
static ROW_CORRECTABLE: Desc = Desc::counter(
    "node_edac_csrow_correctable_errors_total",
    "Total correctable memory errors for this csrow.",
);
static ROW_UNCORRECTABLE: Desc = Desc::counter(
    "node_edac_csrow_uncorrectable_errors_total",
    "Total uncorrectable memory errors for this csrow.",
);
static CHANNEL_CORRECTABLE: Desc = Desc::counter(
    "node_edac_channel_correctable_errors_total",
    "Total correctable memory errors for this channel.",
);
static CHANNEL_UNCORRECTABLE: Desc = Desc::counter(
    "node_edac_channel_uncorrectable_errors_total",
    "Total uncorrectable memory errors for this channel.",
);

struct Edac {
    controllers: KeptTree,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    let controllers = setup.paths.sys_tree("devices/system/edac/mc");
    Box::new(Edac { controllers })
}

impl Collector for Edac {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        for device in existing(self.controllers.devices())?.unwrap_or_default() {
            let Some(controller) = numbered(&device, "mc") else {
                continue;
            };
            let labels = [("controller", controller)];
            let unknown = [("controller", controller), ("csrow", "unknown")];
            families.put(&CORRECTABLE, &labels, self.count(&device, "ce_count")?);
            let no_info = self.count(&device, "ce_noinfo_count")?;
            families.put(&ROW_CORRECTABLE, &unknown, no_info);
            families.put(&UNCORRECTABLE, &labels, self.count(&device, "ue_count")?);
            let no_info = self.count(&device, "ue_noinfo_count")?;
            families.put(&ROW_UNCORRECTABLE, &unknown, no_info);
            for directory in list(&self.controllers.root().join(&device))? {
                if let Some(row) = numbered(&directory, "csrow") {
                    let labels = [("controller", controller), ("csrow", row)];
                    self.row(&device, &directory, labels, families)?;
                }
            }
        }
        Ok(())
    }
}

impl Edac {
    fn row(
        &mut self,
        device: &str,
        directory: &str,
        labels: [(&str, &str); 2],
        families: &mut Families,
    ) -> Result<(), CollectError> {
        let correctable = self.count(device, &format!("{directory}/ce_count"))?;
        families.put(&ROW_CORRECTABLE, &labels, correctable);
        let uncorrectable = self.count(device, &format!("{directory}/ue_count"))?;
        families.put(&ROW_UNCORRECTABLE, &labels, uncorrectable);
        for file in list(&self.controllers.root().join(device).join(directory))? {
            let Some(channel) = channel_of(&file) else {
                continue;
            };
            let name = format!("{directory}/ch{channel}");
            let dimm = offered(&mut self.controllers, device, &format!("{name}_dimm_label"))?;
            let dimm = dimm.map_or_else(|| "unknown".to_owned(), |label| readable(&label));
            let [controller, row] = labels;
            let labels = [controller, row, ("channel", channel), ("dimm_label", &dimm)];
            let correctable = self.count(device, &format!("{name}_ce_count"))?;
            families.put(&CHANNEL_CORRECTABLE, &labels, correctable);
            let uncorrectable = format!("{name}_ue_count");
            if let Some(text) = offered(&mut self.controllers, device, &uncorrectable)? {
                let count = parsed(&text, device, &uncorrectable)?;
                families.put(&CHANNEL_UNCORRECTABLE, &labels, count);
            }
        }
        Ok(())
    }

    fn count(&mut self, device: &str, attribute: &str) -> Result<f64, CollectError> {
        let text = text(&mut self.controllers, device, attribute)?;
        parsed(&text, device, attribute)
    }
}

fn parsed(text: &str, device: &str, attribute: &str) -> Result<f64, CollectError> {
    let number: u64 = text.parse().map_err(|_| {
        let file = format_args!("devices/system/edac/mc/{device}/{attribute}");
        CollectError::malformed(file, "no number")
    })?;
    Ok(number as f64)
}

/// `0` of `mc0`.
fn numbered<'a>(name: &'a str, kind: &str) -> Option<&'a str> {
    let number = name.strip_prefix(kind)?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some(number)
}

/// `0` of `ch0_ce_count`.
fn channel_of(file: &str) -> Option<&str> {
    numbered(file.strip_suffix("_ce_count")?, "ch")
}

/// `CPU#0Channel#1` is told as upstream does.
fn readable(label: &str) -> String {
    let label = label.replace('#', "");
    label
        .replace("csrow", "_csrow")
        .replace("channel", "_channel")
}

#[cfg(test)]
mod tests {
    use super::{channel_of, readable};

    #[test]
    fn channels_are_found_by_their_files() {
        let cases = [
            ("ch0_ce_count", Some("0")),
            ("ch12_ce_count", Some("12")),
            ("ch_ce_count", None),
            ("ch0_ue_count", None),
            ("ce_count", None),
            ("chx_ce_count", None),
        ];
        for (file, expected) in cases {
            assert_eq!(channel_of(file), expected, "{file}");
        }
        assert_eq!(readable("mc#0csrow#1channel#0"), "mc0_csrow1_channel0");
    }
}
