//! Elements of sensors, as families.

use exposition::Format;

use super::put;
use crate::families::Families;

fn check(name: &str, elements: &[(&str, &str)], expected: &[&str]) {
    let owned = |(element, value): &(&str, &str)| ((*element).to_owned(), (*value).to_owned());
    let sensor = elements.iter().map(owned).collect();
    let mut families = Families::default();
    put("chip0", name, &sensor, &mut families);
    let mut text = Vec::new();
    families.write(Format::Text004, &mut text);
    let text = String::from_utf8(text).unwrap();
    let samples = text.lines().filter(|line| !line.starts_with("# TYPE"));
    let told: Vec<String> = samples
        .map(|line| {
            line.replace("# HELP node_hwmon_", "? ")
                .replace("node_hwmon_", "")
        })
        .collect();
    assert_eq!(told, expected, "{name} {elements:?}");
}

#[test]
fn values_come_in_the_units_of_prometheus() {
    check(
        "temp1",
        &[("input", "55000"), ("crit_alarm", "0"), ("label", "Core 0")],
        &[
            "? temp_celsius Hardware monitor for temperature (input)",
            "temp_celsius{chip=\"chip0\",sensor=\"temp1\"} 55",
            "? temp_crit_alarm_celsius Hardware monitor for temperature (crit_alarm)",
            "temp_crit_alarm_celsius{chip=\"chip0\",sensor=\"temp1\"} 0",
        ],
    );
    check(
        "fan2",
        &[
            ("input", "1098"),
            ("beep", "1"),
            ("pulses", "2"),
            ("alarm", "x"),
        ],
        &[
            "? fan_beep_enabled Hardware monitor sensor has beeping enabled",
            "fan_beep_enabled{chip=\"chip0\",sensor=\"fan2\"} 1",
            "? fan_pulses Hardware monitor fan element pulses",
            "fan_pulses{chip=\"chip0\",sensor=\"fan2\"} 2",
            "? fan_rpm Hardware monitor for fan revolutions per minute (input)",
            "fan_rpm{chip=\"chip0\",sensor=\"fan2\"} 1098",
        ],
    );
    check(
        "power1",
        &[("average", "4000000"), ("average_interval", "1000")],
        &[
            "? power_average_interval_seconds Hardware monitor power usage update interval (average_interval)",
            "power_average_interval_seconds{chip=\"chip0\",sensor=\"power1\"} 1",
            "? power_average_watt Hardware monitor for power usage in watts (average)",
            "power_average_watt{chip=\"chip0\",sensor=\"power1\"} 4",
        ],
    );
    check(
        "energy1",
        &[("input", "5000000")],
        &[
            "? energy_joule_total Hardware monitor for joules used so far (input)",
            "energy_joule_total{chip=\"chip0\",sensor=\"energy1\"} 5",
        ],
    );
}

#[test]
fn what_has_no_element_is_a_setting() {
    check(
        "beep_enable0",
        &[("", "1")],
        &[
            "? beep_enabled Hardware beep enabled",
            "beep_enabled{chip=\"chip0\",sensor=\"beep_enable0\"} 1",
        ],
    );
    check(
        "update_interval0",
        &[("", "2000")],
        &[
            "? update_interval_seconds Hardware monitor update interval",
            "update_interval_seconds{chip=\"chip0\",sensor=\"update_interval0\"} 2",
        ],
    );
    check("vrm0", &[("", "none")], &[]);
}

#[test]
fn frequencies_are_told_by_their_labels() {
    check(
        "freq1",
        &[("input", "214000000"), ("label", "sclk")],
        &[
            "? freq_freq_mhz Hardware monitor for GPU frequency in MHz",
            "freq_freq_mhz{chip=\"chip0\",sensor=\"sclk\"} 214",
        ],
    );
    check("freq1", &[("input", "214000000")], &[]);
}
