//! What sysfs says of processors: how often they were throttled, which are isolated, which online.

use std::collections::BTreeMap;

use crate::collector::CollectError;
use crate::families::{Desc, Families};
use crate::file::{KeptFile, KeptTree, ReadError};
use crate::paths::Paths;

const CORE_THROTTLES: Desc = Desc::counter(
    "node_cpu_core_throttles_total",
    "Number of times this CPU core has been throttled.",
);
const PACKAGE_THROTTLES: Desc = Desc::counter(
    "node_cpu_package_throttles_total",
    "Number of times this CPU package has been throttled.",
);
const ISOLATED: Desc = Desc::gauge(
    "node_cpu_isolated",
    "Whether each core is isolated, information from /sys/devices/system/cpu/isolated.",
);
const ONLINE: Desc = Desc::gauge(
    "node_cpu_online",
    "CPUs that are online and being scheduled.",
);

/// More processors than Linux can be built for: a range beyond is no list of processors.
const CPUS_MAX: u32 = 1 << 16;

/// The part of the collector that reads `/sys/devices/system/cpu`.
#[derive(Debug)]
pub struct Sysfs {
    cpus: KeptTree,
    isolated: KeptFile,
}

impl Sysfs {
    /// Opens nothing yet.
    pub fn open(paths: &Paths) -> Self {
        Self {
            cpus: paths.sys_tree("devices/system/cpu"),
            isolated: paths.sys_file("devices/system/cpu/isolated"),
        }
    }

    /// Tells what sysfs has; a machine without it tells nothing.
    pub fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        if let Ok(text) = self.isolated.text() {
            for cpu in ranges(&text)? {
                families.put(&ISOLATED, &[("cpu", &cpu.to_string())], 1.0);
            }
        }
        let cpus = match numbered(&mut self.cpus) {
            Ok(cpus) => cpus,
            Err(error) if error.source.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        self.throttles(&cpus, families);
        self.online(&cpus, families);
        Ok(())
    }

    /// Counters are those of a core and of a package, told by each of its threads.
    fn throttles(&mut self, cpus: &[String], families: &mut Families) {
        let mut cores: BTreeMap<(u64, u64), u64> = BTreeMap::new();
        let mut packages: BTreeMap<u64, u64> = BTreeMap::new();
        for cpu in cpus {
            let place = "topology/physical_package_id";
            let Some(package) = self.cpus.number::<u64>(cpu, place) else {
                continue;
            };
            let Some(core) = self.cpus.number::<u64>(cpu, "topology/core_id") else {
                continue;
            };
            if !cores.contains_key(&(package, core)) {
                let count = self
                    .cpus
                    .number(cpu, "thermal_throttle/core_throttle_count");
                cores.extend(count.map(|count| ((package, core), count)));
            }
            if !packages.contains_key(&package) {
                let count = self
                    .cpus
                    .number(cpu, "thermal_throttle/package_throttle_count");
                packages.extend(count.map(|count| (package, count)));
            }
        }
        for (package, count) in packages {
            let labels = [("package", package.to_string())];
            let labels = labels.each_ref().map(|(name, value)| (*name, &**value));
            families.put(&PACKAGE_THROTTLES, &labels, count as f64);
        }
        for ((package, core), count) in cores {
            let (package, core) = (package.to_string(), core.to_string());
            let labels = [("core", &*core), ("package", &*package)];
            families.put(&CORE_THROTTLES, &labels, count as f64);
        }
    }

    /// As upstream has it: nothing where the first processor cannot be taken offline.
    fn online(&mut self, cpus: &[String], families: &mut Families) {
        let Some(first) = cpus.first() else { return };
        if let Err(error) = self.cpus.read(first, "online")
            && error.source.kind() == std::io::ErrorKind::NotFound
        {
            return;
        }
        for cpu in cpus {
            let is_online = self.cpus.line(cpu, "online") == Some("1");
            let number = cpu.strip_prefix("cpu").unwrap_or(cpu);
            let value = f64::from(u8::from(is_online));
            families.put(&ONLINE, &[("cpu", number)], value);
        }
    }
}

/// The devices `cpu0`, `cpu1` and so on.
pub fn numbered(cpus: &mut KeptTree) -> Result<Vec<String>, ReadError> {
    let mut devices = cpus.devices()?;
    devices.retain(|name| {
        let number = name.strip_prefix("cpu").unwrap_or_default();
        number.starts_with(|c: char| c.is_ascii_digit())
    });
    Ok(devices)
}

/// The processors of a list such as `0-3,8`.
pub fn ranges(text: &str) -> Result<Vec<u32>, CollectError> {
    let malformed = |part: &str| CollectError::malformed("cpu", format!("\"{part}\" is no range"));
    let mut cpus = Vec::new();
    for part in text.trim().split(',').filter(|part| !part.is_empty()) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let number = |text: &str| text.parse::<u32>().ok().filter(|cpu| *cpu < CPUS_MAX);
        match (number(first), number(last)) {
            (Some(first), Some(last)) => cpus.extend(first..=last),
            _ => return Err(malformed(part)),
        }
        if cpus.len() > CPUS_MAX as usize {
            return Err(malformed(part));
        }
    }
    Ok(cpus)
}
