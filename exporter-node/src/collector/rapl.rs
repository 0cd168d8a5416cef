//! `rapl`: energy that processors and memory took, out of `/sys/class/powercap`.

use std::collections::HashMap;

use exposition::Kind;
use service::flags::Flag;

use super::attribute::{existing, name_part, text};
use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::KeptTree;

const ZONE_LABEL: Flag = Flag::switch(
    "collector.rapl.enable-zone-label",
    false,
    "Tell all zones in one family, node_rapl_joules_total, by a label",
);
/// The flags of this file.
pub(super) const FLAGS: &[&Flag] = &[&ZONE_LABEL];

static JOULES: Desc = Desc::counter("node_rapl_joules_total", "Current RAPL value in joules");

struct Rapl {
    zones: KeptTree,
    is_zone_a_label: bool,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    Box::new(Rapl {
        zones: setup.paths.sys_tree("class/powercap"),
        is_zone_a_label: setup.values.switch(&ZONE_LABEL),
    })
}

impl Collector for Rapl {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let mut seen = HashMap::new();
        for directory in self.zones.devices()? {
            let Some(name) = existing(text(&mut self.zones, &directory, "name"))? else {
                continue;
            };
            let (zone, index) = zone_of(&name, &seen);
            seen.insert(zone.to_owned(), index + 1);
            // Since 2020 for root only.
            let energy = match text(&mut self.zones, &directory, "energy_uj") {
                Err(error) if error.source.kind() == std::io::ErrorKind::PermissionDenied => {
                    return Err(CollectError::NoData);
                }
                energy => energy?,
            };
            let energy: u64 = energy.parse().map_err(|_| {
                let file = format_args!("class/powercap/{directory}/energy_uj");
                CollectError::malformed(file, "no number")
            })?;
            let joules = energy as f64 / 1_000_000.0;
            let index = index.to_string();
            let path = self.zones.root().join(&directory);
            let path = path.to_string_lossy();
            let labels = [
                ("index", index.as_str()),
                ("path", &path),
                ("rapl_zone", zone),
            ];
            if self.is_zone_a_label {
                families.put(&JOULES, &labels, joules);
                continue;
            }
            let family = format!("node_rapl_{}_joules_total", name_part(zone));
            let help = format!("Current RAPL {zone} value in joules");
            families.put_named(Kind::Counter, &family, &help, &labels[..2], joules);
        }
        Ok(())
    }
}

/// `package-1` is zone `package` with index 1; `dram` has as index how many came before.
fn zone_of<'a>(name: &'a str, seen: &HashMap<String, u32>) -> (&'a str, u32) {
    let numbered = name.split_once('-').and_then(|(zone, index)| {
        let index: u32 = index.parse().ok()?;
        (index < u32::MAX).then_some((zone, index))
    });
    numbered.unwrap_or_else(|| (name, seen.get(name).copied().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::zone_of;

    #[test]
    fn zones_have_an_index() {
        let seen = HashMap::from([("dram".to_owned(), 2)]);
        let cases = [
            ("package-1", ("package", 1)),
            ("core", ("core", 0)),
            ("dram", ("dram", 2)),
            ("psys-0-1", ("psys-0-1", 0)),
            ("psys-x", ("psys-x", 0)),
            ("psys-4294967295", ("psys-4294967295", 0)),
        ];
        for (name, expected) in cases {
            assert_eq!(zone_of(name, &seen), expected, "{name}");
        }
    }
}
