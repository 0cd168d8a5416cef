//! `cpufreq`: the frequencies of each processor, and what governs them.

use super::cpu::sysfs::{numbered, ranges};
use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::{KeptFile, KeptTree};

/// Attributes below `cpufreq/`, in kHz.
const FREQUENCIES: &[(&str, Desc)] = &[
    (
        "cpufreq/cpuinfo_cur_freq",
        Desc::gauge(
            "node_cpu_frequency_hertz",
            "Current CPU thread frequency in hertz.",
        ),
    ),
    (
        "cpufreq/cpuinfo_avg_freq",
        Desc::gauge(
            "node_cpu_frequency_avg_hertz",
            "Average CPU thread frequency in hertz.",
        ),
    ),
    (
        "cpufreq/cpuinfo_min_freq",
        Desc::gauge(
            "node_cpu_frequency_min_hertz",
            "Minimum CPU thread frequency in hertz.",
        ),
    ),
    (
        "cpufreq/cpuinfo_max_freq",
        Desc::gauge(
            "node_cpu_frequency_max_hertz",
            "Maximum CPU thread frequency in hertz.",
        ),
    ),
    (
        "cpufreq/scaling_cur_freq",
        Desc::gauge(
            "node_cpu_scaling_frequency_hertz",
            "Current scaled CPU thread frequency in hertz.",
        ),
    ),
    (
        "cpufreq/scaling_min_freq",
        Desc::gauge(
            "node_cpu_scaling_frequency_min_hertz",
            "Minimum scaled CPU thread frequency in hertz.",
        ),
    ),
    (
        "cpufreq/scaling_max_freq",
        Desc::gauge(
            "node_cpu_scaling_frequency_max_hertz",
            "Maximum scaled CPU thread frequency in hertz.",
        ),
    ),
];
const GOVERNOR: Desc = Desc::gauge(
    "node_cpu_scaling_governor",
    "Current enabled CPU frequency governor.",
);
const GOVERNOR_PATH: &str = "cpufreq/scaling_governor";
const GOVERNORS_PATH: &str = "cpufreq/scaling_available_governors";

struct Cpufreq {
    cpus: KeptTree,
    offline: KeptFile,
}

/// Makes the collector.
pub fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    Box::new(Cpufreq {
        cpus: setup.paths.sys_tree("devices/system/cpu"),
        offline: setup.paths.sys_file("devices/system/cpu/offline"),
    })
}

impl Collector for Cpufreq {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let cpus = numbered(&mut self.cpus)?;
        let offline = ranges(&self.offline.text()?)?;
        for cpu in &cpus {
            let number = cpu.strip_prefix("cpu").unwrap_or(cpu);
            if number.parse().is_ok_and(|cpu| offline.contains(&cpu)) {
                continue;
            }
            // Without this one there is no cpufreq, and six more files need not be looked for.
            if self.cpus.line(cpu, GOVERNOR_PATH).is_none() {
                continue;
            }
            for (attribute, desc) in FREQUENCIES {
                if let Some(kilohertz) = self.cpus.number::<u64>(cpu, attribute) {
                    families.put(desc, &[("cpu", number)], kilohertz as f64 * 1000.0);
                }
            }
            let governor = self.cpus.line(cpu, GOVERNOR_PATH).unwrap_or_default();
            let governor = governor.to_owned();
            if governor.is_empty() {
                continue;
            }
            let available = self.cpus.line(cpu, GOVERNORS_PATH).unwrap_or_default();
            for name in available.split(' ') {
                let is_current = f64::from(u8::from(name == governor));
                families.put(
                    &GOVERNOR,
                    &[("cpu", number), ("governor", name)],
                    is_current,
                );
            }
        }
        Ok(())
    }
}
