//! `thermal_zone`: temperatures, and what is done against them, out of `/sys/class/thermal`.

use super::attribute::{existing, offered};
use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::{KeptTree, ReadError};

static TEMPERATURE: Desc = Desc::gauge("node_thermal_zone_temp", "Zone temperature in Celsius");
static CURRENT_STATE: Desc = Desc::gauge(
    "node_cooling_device_cur_state",
    "Current throttle state of the cooling device",
);
static MAX_STATE: Desc = Desc::gauge(
    "node_cooling_device_max_state",
    "Maximum throttle state of the cooling device",
);

struct ThermalZone {
    class: KeptTree,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    let class = setup.paths.sys_tree("class/thermal");
    Box::new(ThermalZone { class })
}

impl Collector for ThermalZone {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        for device in existing(self.class.devices())?.unwrap_or_default() {
            if let Some(zone) = number_of(&device, "thermal_zone") {
                self.zone(&device, zone, families)?;
            } else if let Some(name) = number_of(&device, "cooling_device") {
                self.cooling_device(&device, name, families)?;
            }
        }
        Ok(())
    }
}

impl ThermalZone {
    /// A sensor that cannot be read now has no temperature, and the others still have theirs.
    fn zone(
        &mut self,
        device: &str,
        zone: &str,
        families: &mut Families,
    ) -> Result<(), CollectError> {
        if let Some(degrees) = self.state(device, "temp")? {
            let kind = offered(&mut self.class, device, "type")?.unwrap_or_default();
            let labels = [("zone", zone), ("type", kind.as_str())];
            families.put(&TEMPERATURE, &labels, degrees / 1000.0);
        }
        Ok(())
    }

    fn cooling_device(
        &mut self,
        device: &str,
        name: &str,
        families: &mut Families,
    ) -> Result<(), CollectError> {
        let kind = offered(&mut self.class, device, "type")?;
        let max = self.state(device, "max_state")?;
        let current = self.state(device, "cur_state")?;
        if let (Some(kind), Some(max), Some(current)) = (kind, max, current) {
            let labels = [("name", name), ("type", kind.as_str())];
            families.put(&CURRENT_STATE, &labels, current);
            families.put(&MAX_STATE, &labels, max);
        }
        Ok(())
    }

    fn state(&mut self, device: &str, attribute: &str) -> Result<Option<f64>, ReadError> {
        let text = offered(&mut self.class, device, attribute)?;
        let number = text.and_then(|text| text.parse::<i64>().ok());
        Ok(number.map(|number| number as f64))
    }
}

/// `0` of `thermal_zone0`.
fn number_of<'a>(device: &'a str, kind: &str) -> Option<&'a str> {
    let number = device.strip_prefix(kind)?;
    number
        .starts_with(|c: char| c.is_ascii_digit())
        .then_some(number)
}
