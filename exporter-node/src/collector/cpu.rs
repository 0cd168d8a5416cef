//! `cpu`: seconds of each processor in each mode, throttling, isolation, and what is online.
//!
//! ```text
//! cpu0 user nice system idle iowait irq softirq steal guest guest_nice     /proc/stat, in 1/100 s
//! ```

mod info;
pub(super) mod sysfs;
mod times;

use regex::Regex;
use service::flags::Flag;

use super::{CollectError, Collector, Round, Setup};
use crate::families::{Desc, Families};
use crate::file::KeptFile;
use crate::filter::pattern;

use info::Info;
use sysfs::Sysfs;
use times::Times;

const GUEST: Flag = Flag::switch(
    "collector.cpu.guest",
    true,
    "Enables metric node_cpu_guest_seconds_total",
);
const INFO: Flag = Flag::switch("collector.cpu.info", false, "Enables metric cpu_info");
const FLAGS_INCLUDE: Flag = Flag::text(
    "collector.cpu.info.flags-include",
    "",
    "Filter the flags field of /proc/cpuinfo with a regular expression; turns collector.cpu.info on",
);
const BUGS_INCLUDE: Flag = Flag::text(
    "collector.cpu.info.bugs-include",
    "",
    "Filter the bugs field of /proc/cpuinfo with a regular expression; turns collector.cpu.info on",
);

/// The flags of this collector.
pub const FLAGS: &[&Flag] = &[&GUEST, &INFO, &FLAGS_INCLUDE, &BUGS_INCLUDE];

const SECONDS: Desc = Desc::counter(
    "node_cpu_seconds_total",
    "Seconds the CPUs spent in each mode.",
);
const GUEST_SECONDS: Desc = Desc::counter(
    "node_cpu_guest_seconds_total",
    "Seconds the CPUs spent in guests (VMs) for each mode.",
);

struct Cpu {
    stat: KeptFile,
    times: Times,
    with_guest: bool,
    info: Option<Info>,
    sysfs: Sysfs,
    round: Round,
}

/// Makes the collector.
pub fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    let flags: Option<Regex> = pattern(setup.values, &FLAGS_INCLUDE);
    let bugs: Option<Regex> = pattern(setup.values, &BUGS_INCLUDE);
    let with_info = setup.values.switch(&INFO) || flags.is_some() || bugs.is_some();
    // Upstream gives the frequency of /proc/cpuinfo where cpufreq is on, under cpufreq's name.
    let with_frequency = super::is_on(setup.values, "cpufreq");
    let info = with_info.then(|| Info {
        file: setup.paths.proc_file("cpuinfo"),
        with_frequency,
        flags,
        bugs,
    });
    Box::new(Cpu {
        stat: setup.paths.proc_whole("stat"),
        times: Times::default(),
        with_guest: setup.values.switch(&GUEST),
        info,
        sysfs: Sysfs::open(setup.paths),
        round: setup.round.clone(),
    })
}

impl Collector for Cpu {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        if let Some(info) = &mut self.info {
            info.collect(families)?;
        }
        let text = self.stat.text()?;
        self.round.put_stat(&text);
        self.times.take(&text)?;
        for (number, seconds) in self.times.each() {
            let cpu = number.to_string();
            for (mode, seconds) in times::MODES.iter().zip(seconds) {
                families.put(&SECONDS, &[("cpu", &cpu), ("mode", mode)], seconds);
            }
            if self.with_guest {
                let guests = seconds.get(times::MODES.len()..).unwrap_or_default();
                for (mode, seconds) in times::GUEST_MODES.iter().zip(guests) {
                    families.put(&GUEST_SECONDS, &[("cpu", &cpu), ("mode", mode)], *seconds);
                }
            }
        }
        self.sysfs.collect(families)
    }
}

#[cfg(test)]
mod tests;
