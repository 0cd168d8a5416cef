//! `powersupplyclass`: batteries and mains, out of `/sys/class/power_supply`.

use exposition::Kind;
use regex::Regex;
use service::flags::Flag;

use super::attribute::{integer, is_not_offered, text};
use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::{KeptTree, list};
use crate::filter::pattern;

static INFO: Desc = Desc::gauge(
    "node_power_supply_info",
    "info of /sys/class/power_supply/<power_supply>.",
);
const IGNORED: Flag = Flag::text(
    "collector.powersupply.ignored-supplies",
    "^$",
    "Regexp of power supplies to ignore for powersupplyclass collector",
);
/// The flags of this file.
pub(super) const FLAGS: &[&Flag] = &[&IGNORED];

const PLAIN: f64 = 1.0;
/// Millionths of the unit.
const MICRO: f64 = 1e6;
/// Tenths of a degree.
const TENTH: f64 = 10.0;

/// Attribute, how many of it make the unit of the family, and what the family's name ends with.
#[rustfmt::skip]
const NUMBERS: &[(&str, f64, &str)] = &[
    ("authentic", PLAIN, "authentic"),
    ("calibrate", PLAIN, "calibrate"),
    ("capacity", PLAIN, "capacity"),
    ("capacity_alert_max", PLAIN, "capacity_alert_max"),
    ("capacity_alert_min", PLAIN, "capacity_alert_min"),
    ("cycle_count", PLAIN, "cyclecount"),
    ("online", PLAIN, "online"),
    ("present", PLAIN, "present"),
    ("time_to_empty_now", PLAIN, "time_to_empty_seconds"),
    ("time_to_full_now", PLAIN, "time_to_full_seconds"),
    ("current_boot", MICRO, "current_boot"),
    ("current_max", MICRO, "current_max"),
    ("current_now", MICRO, "current_ampere"),
    ("energy_empty", MICRO, "energy_empty"),
    ("energy_empty_design", MICRO, "energy_empty_design"),
    ("energy_full", MICRO, "energy_full"),
    ("energy_full_design", MICRO, "energy_full_design"),
    ("energy_now", MICRO, "energy_watthour"),
    ("voltage_boot", MICRO, "voltage_boot"),
    ("voltage_max", MICRO, "voltage_max"),
    ("voltage_max_design", MICRO, "voltage_max_design"),
    ("voltage_min", MICRO, "voltage_min"),
    ("voltage_min_design", MICRO, "voltage_min_design"),
    ("voltage_now", MICRO, "voltage_volt"),
    ("voltage_ocv", MICRO, "voltage_ocv"),
    ("charge_control_limit", MICRO, "charge_control_limit"),
    ("charge_control_limit_max", MICRO, "charge_control_limit_max"),
    ("charge_counter", MICRO, "charge_counter"),
    ("charge_empty", MICRO, "charge_empty"),
    ("charge_empty_design", MICRO, "charge_empty_design"),
    ("charge_full", MICRO, "charge_full"),
    ("charge_full_design", MICRO, "charge_full_design"),
    ("charge_now", MICRO, "charge_ampere"),
    ("charge_term_current", MICRO, "charge_term_current"),
    ("constant_charge_current", MICRO, "constant_charge_current"),
    ("constant_charge_current_max", MICRO, "constant_charge_current_max"),
    ("constant_charge_voltage", MICRO, "constant_charge_voltage"),
    ("constant_charge_voltage_max", MICRO, "constant_charge_voltage_max"),
    ("precharge_current", MICRO, "precharge_current"),
    ("input_current_limit", MICRO, "input_current_limit"),
    ("power_now", MICRO, "power_watt"),
    ("temp", TENTH, "temp_celsius"),
    ("temp_alert_max", TENTH, "temp_alert_max_celsius"),
    ("temp_alert_min", TENTH, "temp_alert_min_celsius"),
    ("temp_ambient", TENTH, "temp_ambient_celsius"),
    ("temp_ambient_max", TENTH, "temp_ambient_max_celsius"),
    ("temp_ambient_min", TENTH, "temp_ambient_min_celsius"),
    ("temp_max", TENTH, "temp_max_celsius"),
    ("temp_min", TENTH, "temp_min_celsius"),
];

/// Labels after the name of the supply, which are attributes, too. Those that say nothing are
/// left out.
const LABELS: [&str; 11] = [
    "capacity_level",
    "charge_type",
    "health",
    "manufacturer",
    "model_name",
    "serial_number",
    "status",
    "technology",
    "type",
    "usb_type",
    "scope",
];

struct PowerSupplyClass {
    supplies: KeptTree,
    ignored: Option<Regex>,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    Box::new(PowerSupplyClass {
        supplies: setup.paths.sys_tree("class/power_supply"),
        ignored: pattern(setup.values, &IGNORED),
    })
}

impl Collector for PowerSupplyClass {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        for supply in self.supplies.devices()? {
            let is_ignored = |ignored: &Regex| ignored.is_match(&supply);
            if !self.ignored.as_ref().is_some_and(is_ignored) {
                self.supply(&supply, families)?;
            }
        }
        Ok(())
    }
}

impl PowerSupplyClass {
    fn supply(&mut self, supply: &str, families: &mut Families) -> Result<(), CollectError> {
        let mut values = Vec::with_capacity(LABELS.len());
        for attribute in list(&self.supplies.root().join(supply))? {
            let number = NUMBERS.iter().find(|(name, ..)| *name == attribute);
            let label = LABELS.into_iter().find(|name| *name == attribute);
            if number.is_none() && label.is_none() {
                continue;
            }
            let text = match text(&mut self.supplies, supply, &attribute) {
                Err(error) if is_not_offered(&error) => continue,
                text => text?,
            };
            if let Some(label) = label.filter(|_| !text.is_empty()) {
                values.push((label, text.clone()));
            }
            if let Some((_, unit, name)) = number {
                let number = integer(&text).ok_or_else(|| {
                    let file = format_args!("class/power_supply/{supply}/{attribute}");
                    CollectError::malformed(file, "no number")
                })?;
                let family = format!("node_power_supply_{name}");
                let help = format!("{name} value of /sys/class/power_supply/<power_supply>.");
                let labels = [("power_supply", supply)];
                families.put_named(Kind::Gauge, &family, &help, &labels, number as f64 / unit);
            }
        }
        let mut labels = vec![("power_supply", supply)];
        labels.extend(values.iter().map(|(label, text)| (*label, text.as_str())));
        families.put(&INFO, &labels, 1.0);
        Ok(())
    }
}
