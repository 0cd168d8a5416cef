//! Collectors of node_exporter that are not here: all off by default there, and of hardware or
//! daemons that a broker's machine seldom has. Turning one off is granted, turning one on refused by
//! name.

use service::flags::{Flag, Values};

const HELP: &str = "A collector of node_exporter that is not offered";

const fn absent(switch: &'static str) -> Flag {
    Flag::switch(switch, false, HELP).hidden()
}

/// THE ABSENT.
pub const ABSENT: &[Flag] = &[
    absent("collector.buddyinfo"),
    absent("collector.cpu_vulnerabilities"),
    absent("collector.drbd"),
    absent("collector.drm"),
    absent("collector.ethtool"),
    absent("collector.ksmd"),
    absent("collector.lnstat"),
    absent("collector.logind"),
    absent("collector.meminfo_numa"),
    absent("collector.mountstats"),
    absent("collector.network_route"),
    absent("collector.ntp"),
    absent("collector.nvmesubsystem"),
    absent("collector.pcidevice"),
    absent("collector.perf"),
    absent("collector.qdisc"),
    absent("collector.runit"),
    absent("collector.slabinfo"),
    absent("collector.supervisord"),
    absent("collector.swap"),
    absent("collector.sysctl"),
    absent("collector.wifi"),
    absent("collector.xfrm"),
    absent("collector.zoneinfo"),
];

/// Notes those that somebody wants.
pub fn refuse(values: &mut Values) {
    for flag in ABSENT {
        if values.switch(flag) {
            values.problem(
                flag,
                "this collector of node_exporter is not offered; remove it",
            );
        }
    }
}
