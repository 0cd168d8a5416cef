//! `interrupts`: how often each interrupt came to each processor; off by default, as it is long.
//!
//! ```text
//!            CPU0       CPU1                              /proc/interrupts
//!   0:         18          0   IO-APIC   2-edge      timer
//! NMI:          0          0   Non-maskable interrupts
//! ERR:          0
//! ```

use service::flags::Flag;

use super::{CollectError, Collector, Setup, number};
use crate::families::{Desc, Families};
use crate::file::KeptFile;
use crate::filter::DeviceFilter;

const INCLUDE: Flag = Flag::text(
    "collector.interrupts.name-include",
    "",
    "Regexp of interrupts name to include (mutually exclusive to --collector.interrupts.name-exclude)",
);
const EXCLUDE: Flag = Flag::text(
    "collector.interrupts.name-exclude",
    "",
    "Regexp of interrupts name to exclude (mutually exclusive to --collector.interrupts.name-include)",
);
const INCLUDE_ZEROS: Flag = Flag::switch(
    "collector.interrupts.include-zeros",
    true,
    "Include interrupts that have a zero value",
);

/// The flags of this collector.
pub const FLAGS: &[&Flag] = &[&INCLUDE, &EXCLUDE, &INCLUDE_ZEROS];

const INTERRUPTS: Desc = Desc::counter("node_interrupts_total", "Interrupt details.");

struct Interrupts {
    file: KeptFile,
    filter: DeviceFilter,
    include_zeros: bool,
}

/// Makes the collector.
pub fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    Box::new(Interrupts {
        file: setup.paths.proc_file("interrupts"),
        filter: DeviceFilter::read(setup.values, &INCLUDE, &EXCLUDE),
        include_zeros: setup.values.switch(&INCLUDE_ZEROS),
    })
}

impl Collector for Interrupts {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let text = self.file.text()?;
        let mut lines = text.lines();
        let cpus = lines.next().unwrap_or_default();
        let cpus = cpus.split_ascii_whitespace().count();
        if cpus == 0 {
            return Err(CollectError::malformed("interrupts", "names no processor"));
        }
        for line in lines {
            let Some(interrupt) = parse(line, cpus) else {
                continue;
            };
            let Interrupt {
                name,
                info,
                devices,
                counts,
            } = interrupt;
            if self.filter.ignores(&format!("{name};{info};{devices}")) {
                continue;
            }
            for (cpu, count) in counts.iter().enumerate() {
                let count: u64 = number("interrupts", count)?;
                if count == 0 && !self.include_zeros {
                    continue;
                }
                let labels = [
                    ("cpu", &*cpu.to_string()),
                    ("devices", &devices),
                    ("info", &info),
                    ("type", name),
                ];
                families.put(&INTERRUPTS, &labels, count as f64);
            }
        }
        Ok(())
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Interrupt<'a> {
    name: &'a str,
    info: String,
    devices: String,
    counts: Vec<&'a str>,
}

/// `None` for those that are not counted by processor, `ERR` and `MIS`.
fn parse(line: &str, cpus: usize) -> Option<Interrupt<'_>> {
    let (name, rest) = line.split_once(':')?;
    let name = name.trim_start_matches(' ');
    let words: Vec<&str> = rest.split_ascii_whitespace().collect();
    let (counts, details) = words.split_at_checked(cpus)?;
    let (first, others) = details.split_first()?;
    let (info, devices) = match name.parse::<i64>() {
        Ok(_) => ((*first).to_owned(), others.join(" ")),
        Err(_) => (details.join(" "), String::new()),
    };
    Some(Interrupt {
        name,
        info,
        devices,
        counts: counts.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::{Interrupt, parse};

    #[test]
    fn a_numbered_interrupt_has_devices() {
        let interrupt = |name, info: &str, devices: &str| Interrupt {
            name,
            info: info.to_owned(),
            devices: devices.to_owned(),
            counts: vec!["18", "0"],
        };
        let check = |line: &'static str, expected: Option<Interrupt<'static>>| {
            assert_eq!(parse(line, 2), expected, "{line:?}");
        };
        check(
            "  0: 18 0 IO-APIC 2-edge timer",
            Some(interrupt("0", "IO-APIC", "2-edge timer")),
        );
        check(
            "NMI: 18 0 Non-maskable interrupts",
            Some(interrupt("NMI", "Non-maskable interrupts", "")),
        );
        check("ERR:          0", None);
        check("MIS: 1 2", None);
        check("", None);
    }
}
