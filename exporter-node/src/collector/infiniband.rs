//! `infiniband`: ports of InfiniBand and RoCE adapters, out of `/sys/class/infiniband`.

mod counters;

use service::flags::Flag;

use super::attribute::{existing, integer, offered, text};
use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::{KeptTree, list};
use crate::filter::DeviceFilter;

use counters::COUNTERS;

static INFO: Desc = Desc::gauge(
    "node_infiniband_info",
    "Non-numeric data from /sys/class/infiniband/<device>, value is always 1.",
);
static STATE: Desc = Desc::gauge(
    "node_infiniband_state_id",
    "State of the InfiniBand port (0: no change, 1: down, 2: init, 3: armed, 4: active, 5: act defer)",
);
static PHYSICAL_STATE: Desc = Desc::gauge(
    "node_infiniband_physical_state_id",
    "Physical state of the InfiniBand port (0: no change, 1: sleep, 2: polling, 3: disable, 4: shift, 5: link up, 6: link error recover, 7: phytest)",
);
static RATE: Desc = Desc::gauge(
    "node_infiniband_rate_bytes_per_second",
    "Maximum signal transfer rate",
);
static LIFESPAN: Desc = Desc::gauge(
    "node_infiniband_lifespan_seconds",
    "The maximum period in ms which defines the aging of the counter reads. Two consecutive reads within this period might return the same values.",
);
const INCLUDE: Flag = Flag::text(
    "collector.infiniband.device-include",
    "",
    "Regexp of infiniband devices to include (mutually exclusive to device-exclude)",
);
const EXCLUDE: Flag = Flag::text(
    "collector.infiniband.device-exclude",
    "",
    "Regexp of infiniband devices to exclude (mutually exclusive to device-include)",
);
/// The flags of this file.
pub(super) const FLAGS: &[&Flag] = &[&INCLUDE, &EXCLUDE];

struct InfiniBand {
    adapters: KeptTree,
    devices: DeviceFilter,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    Box::new(InfiniBand {
        adapters: setup.paths.sys_tree("class/infiniband"),
        devices: DeviceFilter::read(setup.values, &INCLUDE, &EXCLUDE),
    })
}

impl Collector for InfiniBand {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        for device in self.adapters.devices()? {
            if self.devices.ignores(&device) {
                continue;
            }
            let firmware = text(&mut self.adapters, &device, "fw_ver")?;
            let board = existing(text(&mut self.adapters, &device, "board_id"))?;
            let kind = existing(text(&mut self.adapters, &device, "hca_type"))?;
            let labels = [
                ("device", device.as_str()),
                ("board_id", board.as_deref().unwrap_or_default()),
                ("firmware_version", firmware.as_str()),
                ("hca_type", kind.as_deref().unwrap_or_default()),
            ];
            families.put(&INFO, &labels, 1.0);
            for port in list(&self.adapters.root().join(&device).join("ports"))? {
                self.port(&device, &port, families)?;
            }
        }
        Ok(())
    }
}

impl InfiniBand {
    fn port(
        &mut self,
        device: &str,
        port: &str,
        families: &mut Families,
    ) -> Result<(), CollectError> {
        let labels = [("device", device), ("port", port)];
        let directory = format!("ports/{port}");
        let malformed = |attribute: &str| {
            let file = format_args!("class/infiniband/{device}/{directory}/{attribute}");
            CollectError::malformed(file, "no such value is known")
        };
        type Parse = fn(&str) -> Option<f64>;
        let states: [(&str, Parse, &Desc); 3] = [
            ("state", state, &STATE),
            ("phys_state", state, &PHYSICAL_STATE),
            ("rate", bytes_per_second, &RATE),
        ];
        for (attribute, parse, desc) in states {
            let text = text(
                &mut self.adapters,
                device,
                &format!("{directory}/{attribute}"),
            )?;
            let value = parse(&text).ok_or_else(|| malformed(attribute))?;
            families.put(desc, &labels, value);
        }
        let mut put = |attribute: &str, factor: f64, desc: &Desc| {
            let file = format!("{directory}/{attribute}");
            match offered(&mut self.adapters, device, &file)? {
                // Some adapters lack their performance management agent.
                Some(text) if !text.contains("N/A (no PMA)") => {
                    let value = integer(&text).ok_or_else(|| malformed(attribute))?;
                    families.put(desc, &labels, value as f64 * factor);
                    Ok(())
                }
                _ => Ok::<_, CollectError>(()),
            }
        };
        for (attribute, factor, desc) in COUNTERS {
            put(attribute, *factor, desc)?;
        }
        // In milliseconds, of which upstream keeps whole seconds only.
        put("hw_counters/lifespan", 0.001, &LIFESPAN)
    }
}

/// `4` of `4: ACTIVE`.
fn state(text: &str) -> Option<f64> {
    let (id, _) = text.split_once(':')?;
    id.trim().parse::<u32>().ok().map(f64::from)
}

/// `100 Gb/sec (4X EDR)`
fn bytes_per_second(text: &str) -> Option<f64> {
    const BYTES_PER_GIGABIT: f64 = 125_000_000.0;
    let (gigabits, _) = text.split_once(' ')?;
    let gigabits = gigabits.parse::<f32>().ok()?;
    (0.0..f32::MAX)
        .contains(&gigabits)
        .then(|| (f64::from(gigabits) * BYTES_PER_GIGABIT).trunc())
}

#[cfg(test)]
mod tests {
    use super::{bytes_per_second, state};

    #[test]
    fn states_begin_with_their_number() {
        let cases = [
            ("4: ACTIVE", Some(4.0)),
            ("5", None),
            (": x", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(state(text), expected, "{text}");
        }
    }

    #[test]
    fn rates_are_gigabits() {
        let cases = [
            ("100 Gb/sec (4X EDR)", Some(12_500_000_000.0)),
            ("2.5 Gb/sec", Some(312_500_000.0)),
            ("-1 Gb/sec", None),
            ("NaN Gb/sec", None),
            ("100", None),
        ];
        for (text, expected) in cases {
            assert_eq!(bytes_per_second(text), expected, "{text}");
        }
    }
}
