//! `hwmon`: temperatures, voltages, fans and whatever else chips measure, out of
//! `/sys/class/hwmon`.
//!
//! ```text
//! hwmon0/device -> ../../../coretemp.0     what the chip is named after
//! hwmon0/name                              coretemp
//! hwmon0/temp1_input, temp1_label, …       a sensor: type, number, element
//! ```
//! Which family an element makes is decided in `element`.

mod element;
mod names;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use service::flags::Flag;

use super::attribute::trimmed;
use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::{KeptTree, list};
use crate::filter::DeviceFilter;

use names::{Chip, chips, split};

static CHIP_NAMES: Desc = Desc::gauge(
    "node_hwmon_chip_names",
    "Annotation metric for human-readable chip names",
);
static LABEL: Desc = Desc::gauge("node_hwmon_sensor_label", "Label for given chip and sensor");

const CHIP_INCLUDE: Flag = Flag::text(
    "collector.hwmon.chip-include",
    "",
    "Regexp of hwmon chip to include (mutually exclusive to device-exclude)",
);
const CHIP_EXCLUDE: Flag = Flag::text(
    "collector.hwmon.chip-exclude",
    "",
    "Regexp of hwmon chip to exclude (mutually exclusive to device-include)",
);
const SENSOR_INCLUDE: Flag = Flag::text(
    "collector.hwmon.sensor-include",
    "",
    "Regexp of hwmon sensor to include (mutually exclusive to sensor-exclude)",
);
const SENSOR_EXCLUDE: Flag = Flag::text(
    "collector.hwmon.sensor-exclude",
    "",
    "Regexp of hwmon sensor to exclude (mutually exclusive to sensor-include)",
);
/// The flags of this file.
pub(super) const FLAGS: &[&Flag] = &[
    &CHIP_INCLUDE,
    &CHIP_EXCLUDE,
    &SENSOR_INCLUDE,
    &SENSOR_EXCLUDE,
];

struct Hwmon {
    class: KeptTree,
    chips: DeviceFilter,
    sensors: DeviceFilter,
    /// The names of chips by their directories: they change with the directories only.
    known: (Vec<String>, Vec<Chip>),
}

/// The elements of a sensor, by name; that without a name is the empty one.
pub(super) type Sensor = BTreeMap<String, String>;

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    Box::new(Hwmon {
        class: setup.paths.sys_tree("class/hwmon"),
        chips: DeviceFilter::read(setup.values, &CHIP_INCLUDE, &CHIP_EXCLUDE),
        sensors: DeviceFilter::read(setup.values, &SENSOR_INCLUDE, &SENSOR_EXCLUDE),
        known: (Vec::new(), Vec::new()),
    })
}

impl Collector for Hwmon {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let directories = self.class.devices()?;
        if self.known.0 != directories {
            let chips = chips(self.class.root(), &directories);
            self.known = (directories, chips);
        }
        let (directories, chips) = std::mem::take(&mut self.known);
        let mut outcome = Ok(());
        for chip in &chips {
            let is_wanted = !self.chips.ignores(&chip.label);
            if let Some(error) = is_wanted.then(|| self.chip(chip, families).err()).flatten() {
                outcome = Err(error);
            }
        }
        self.known = (directories, chips);
        outcome
    }
}

impl Hwmon {
    fn chip(&mut self, chip: &Chip, families: &mut Families) -> Result<(), CollectError> {
        let path = self.class.root().join(&chip.directory);
        let mut sensors = HashMap::new();
        self.read_sensors(&chip.directory, "", &path, &mut sensors)?;
        // Drivers of old put their files into the device.
        let device = path.join("device");
        if device.is_dir() {
            self.read_sensors(&chip.directory, "device/", &device, &mut sensors)?;
        }
        if !chip.human_name.is_empty() {
            let labels = [
                ("chip", chip.label.as_str()),
                ("chip_name", &chip.human_name),
            ];
            families.put(&CHIP_NAMES, &labels, 1.0);
        }
        let mut sensors: Vec<(String, Sensor)> = sensors.into_iter().collect();
        sensors.sort_unstable();
        for (name, sensor) in &sensors {
            if self.sensors.ignores(&format!("{};{name}", chip.label)) {
                continue;
            }
            if let Some(label) = sensor.get("label") {
                let labels = [
                    ("chip", chip.label.as_str()),
                    ("sensor", name),
                    ("label", label),
                ];
                families.put(&LABEL, &labels, 1.0);
            }
            element::put(&chip.label, name, sensor, families);
        }
        Ok(())
    }

    /// Files that cannot be read now are passed over: many drivers answer some of theirs with an
    /// error.
    fn read_sensors(
        &mut self,
        chip: &str,
        prefix: &str,
        path: &Path,
        sensors: &mut HashMap<String, Sensor>,
    ) -> Result<(), CollectError> {
        for file in list(path)? {
            let Some((kind, number, element)) = split(&file) else {
                continue;
            };
            if !element::TYPES.contains(&kind) {
                continue;
            }
            if let Ok(bytes) = self.class.read(chip, &format!("{prefix}{file}")) {
                let value = trimmed(bytes).into_owned();
                let sensor = sensors.entry(format!("{kind}{number}")).or_default();
                sensor.insert(element.to_owned(), value);
            }
        }
        Ok(())
    }
}
