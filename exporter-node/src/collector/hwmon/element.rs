//! Which family an element of a sensor makes.

use exposition::Kind;

use super::Sensor;
use super::names::{clean, split};
use crate::families::{Desc, Families};

/// Types of sensors; files of others are not read.
pub(super) const TYPES: [&str; 14] = [
    "vrm",
    "beep_enable",
    "update_interval",
    "in",
    "cpu",
    "fan",
    "pwm",
    "temp",
    "curr",
    "power",
    "energy",
    "humidity",
    "intrusion",
    "freq",
];

static BEEP: Desc = Desc::gauge("node_hwmon_beep_enabled", "Hardware beep enabled");
static REGULATOR: Desc = Desc::gauge(
    "node_hwmon_voltage_regulator_version",
    "Hardware voltage regulator",
);
static INTERVAL: Desc = Desc::gauge(
    "node_hwmon_update_interval_seconds",
    "Hardware monitor update interval",
);
const MILLI: f64 = 0.001;
const MICRO: f64 = 1_000_000.0;

/// What an element makes: the end of its family's name, its help, its kind and its value.
struct Made {
    suffix: &'static str,
    help: String,
    kind: Kind,
    value: f64,
}

/// Puts all elements of a sensor.
pub(super) fn put(chip: &str, name: &str, sensor: &Sensor, families: &mut Families) {
    let Some((kind, ..)) = split(name) else {
        return;
    };
    let labels = [("chip", chip), ("sensor", name)];
    let alone = sensor.get("").map(String::as_str);
    let number = alone.and_then(number);
    match kind {
        "beep_enable" => {
            families.put(&BEEP, &labels, f64::from(u8::from(alone == Some("1"))));
        }
        "vrm" => {
            if let Some(value) = number {
                families.put(&REGULATOR, &labels, value);
            }
        }
        "update_interval" => {
            if let Some(value) = number {
                families.put(&INTERVAL, &labels, value * MILLI);
            }
        }
        _ => {
            for (element, text) in sensor.iter().filter(|(element, _)| *element != "label") {
                if let Some(value) = self::number(text) {
                    put_element(labels, kind, (element, value), sensor, families);
                }
            }
        }
    }
}

fn put_element(
    labels: [(&str, &str); 2],
    kind: &str,
    (element, value): (&str, f64),
    sensor: &Sensor,
    families: &mut Families,
) {
    let mut family = format!("node_hwmon_{kind}");
    // The input is the value of the sensor, unless it has one without a name, too.
    match element {
        "" => {}
        "input" if !sensor.contains_key("") => {}
        element => {
            family.push('_');
            family.push_str(&clean(element));
        }
    }
    if kind == "freq" && element == "input" {
        // A sensor of frequency is told by its label, and not without.
        if let Some(label) = sensor.get("label") {
            family.push_str("_freq_mhz");
            let help = "Hardware monitor for GPU frequency in MHz";
            let labels = [labels[0], ("sensor", &clean(label))];
            families.put_named(Kind::Gauge, &family, help, &labels, value / MICRO);
        }
        return;
    }
    let made = made(kind, element, value);
    family.push_str(made.suffix);
    families.put_named(made.kind, &family, &made.help, &labels, made.value);
}

fn made(kind: &str, element: &str, value: f64) -> Made {
    let gauge = |suffix, help: String, value| Made {
        suffix,
        help,
        kind: Kind::Gauge,
        value,
    };
    match (kind, element) {
        (_, "fault" | "alarm") => gauge(
            "",
            format!("Hardware sensor {element} status ({kind})"),
            value,
        ),
        (_, "beep") => gauge(
            "_enabled",
            "Hardware monitor sensor has beeping enabled".to_owned(),
            value,
        ),
        ("in" | "cpu", _) => gauge(
            "_volts",
            format!("Hardware monitor for voltage ({element})"),
            value * MILLI,
        ),
        ("temp", element) if element != "type" => {
            let element = if element.is_empty() { "input" } else { element };
            let help = format!("Hardware monitor for temperature ({element})");
            gauge("_celsius", help, value * MILLI)
        }
        ("curr", _) => gauge(
            "_amps",
            format!("Hardware monitor for current ({element})"),
            value * MILLI,
        ),
        ("energy", _) => Made {
            suffix: "_joule_total",
            help: format!("Hardware monitor for joules used so far ({element})"),
            kind: Kind::Counter,
            value: value / MICRO,
        },
        ("power", "accuracy") => gauge(
            "",
            "Hardware monitor power meter accuracy, as a ratio".to_owned(),
            value / MICRO,
        ),
        ("power", "average_interval" | "average_interval_min" | "average_interval_max") => {
            let help = format!("Hardware monitor power usage update interval ({element})");
            gauge("_seconds", help, value * MILLI)
        }
        ("power", _) => {
            let help = format!("Hardware monitor for power usage in watts ({element})");
            gauge("_watt", help, value / MICRO)
        }
        ("humidity", _) => {
            let help = format!(
                "Hardware monitor for humidity, as a ratio (multiply with 100.0 to get the humidity as a percentage) ({element})"
            );
            gauge("", help, value / MICRO)
        }
        ("fan", "input" | "min" | "max" | "target") => {
            let help = format!("Hardware monitor for fan revolutions per minute ({element})");
            gauge("_rpm", help, value)
        }
        _ => gauge(
            "",
            format!("Hardware monitor {kind} element {element}"),
            value,
        ),
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}

#[cfg(test)]
mod tests;
