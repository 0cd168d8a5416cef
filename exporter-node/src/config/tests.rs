//! Flags, their contradictions, and the file of defaults.

use super::{NodeConfig, NodeFlags, default_properties};
use clap::{Args, Command, FromArgMatches};
use service::flags::Table;

fn read(text: &str, arguments: &[&str]) -> Result<(NodeConfig, Vec<String>), String> {
    let command = super::NodeFlagArgs::augment_args(Command::new("x"));
    let arguments = ["x"].iter().chain(arguments);
    let matches = command.try_get_matches_from(arguments).unwrap();
    let args = super::NodeFlagArgs::from_arg_matches(&matches).unwrap();
    NodeConfig::read(text, &[], &args.given).map_err(|errors| errors.to_string())
}

#[test]
fn collectors_are_on_as_upstream_has_them() {
    let (config, _) = read("", &[]).unwrap();
    let names = config.node.names();
    for (name, on) in [
        ("cpu", true),
        ("textfile", true),
        ("processes", false),
        ("interrupts", false),
        ("systemd", false),
        ("tcpstat", false),
        ("cgroups", false),
    ] {
        assert_eq!(names.contains(&name), on, "{name}");
    }
    let check = |arguments: &[&str], expected: &[&str]| {
        let (config, _) = read("", arguments).unwrap();
        assert_eq!(config.node.names(), expected, "{arguments:?}");
    };
    check(&["--collector.disable-defaults"], &[]);
    check(
        &[
            "--collector.disable-defaults",
            "--collector.cpu",
            "--collector.processes",
        ],
        &["cpu", "processes"],
    );
    let (config, _) = read("collector.cpu=false\ncollector.processes=true\n", &[]).unwrap();
    let names = config.node.names();
    assert!(!names.contains(&"cpu") && names.contains(&"processes"));
}

#[test]
fn contradictions_and_what_is_no_pattern_are_refused() {
    for (arguments, expected) in [
        (
            &[
                "--collector.netdev.device-include=a",
                "--collector.netdev.device-exclude=b",
            ][..],
            "collector.netdev.device-include and collector.netdev.device-exclude are mutually exclusive",
        ),
        (
            &[
                "--collector.diskstats.ignored-devices=a",
                "--collector.diskstats.device-exclude=b",
            ],
            "collector.diskstats.ignored-devices and collector.diskstats.device-exclude are mutually exclusive",
        ),
        (&["--collector.vmstat.fields=("], "is no pattern"),
        (
            &["--collector.filesystem.mount-timeout=5"],
            "is no duration",
        ),
        (&["--collector.netclass.netlink"], "is not offered"),
        (&["--collector.wifi"], "not offered"),
        (&["--path.procfs="], "is empty"),
        (&["--log.level=loud"], "log.level"),
    ] {
        let error = read("", arguments).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }
    let (_, warnings) = read("", &["--collector.netdev.device-whitelist=eth0"]).unwrap();
    assert_eq!(
        warnings,
        ["collector.netdev.device-whitelist is deprecated: use collector.netdev.device-include"]
    );
    read("", &["--no-collector.wifi"]).unwrap();
    // A default does not contradict what somebody gives.
    read("", &["--collector.diskstats.device-include=sda"]).unwrap();
}

#[test]
fn the_file_of_defaults_changes_nothing() {
    let (config, warnings) = read(&default_properties(), &[]).unwrap();
    assert_eq!(warnings, [""; 0]);
    let (without, _) = read("", &[]).unwrap();
    assert_eq!(config.node.names(), without.node.names());
}

#[test]
fn no_collector_is_both_here_and_absent() {
    for flag in crate::collector::absent::ABSENT {
        let name = flag.name.strip_prefix("collector.").unwrap();
        assert!(
            !crate::collector::COLLECTORS
                .iter()
                .any(|row| row.name == name),
            "{name}"
        );
    }
}

#[test]
fn no_flag_is_there_twice() {
    let mut names: Vec<_> = NodeFlags::flags().iter().map(|flag| flag.name).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
}
