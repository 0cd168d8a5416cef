//! `loadavg`: how many processes ran or waited, over 1, 5 and 15 minutes.
//!
//! ```text
//! 0.21 0.37 0.39 1/719 19737        /proc/loadavg
//! ```
//!
//! `sysinfo` tells it, which knows the machine's own `/proc` alone; another is read here.

use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::KeptFile;

const LOADS: [Desc; 3] = [
    Desc::gauge("node_load1", "1m load average."),
    Desc::gauge("node_load5", "5m load average."),
    Desc::gauge("node_load15", "15m load average."),
];

enum Loadavg {
    System,
    File(KeptFile),
}

/// Makes the collector.
pub fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    Box::new(match setup.paths.is_own_procfs() {
        true => Loadavg::System,
        false => Loadavg::File(setup.paths.proc_whole("loadavg")),
    })
}

impl Collector for Loadavg {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let loads = match self {
            Self::System => of_system()?,
            Self::File(file) => parse(&file.text()?)?,
        };
        for (desc, load) in LOADS.iter().zip(loads) {
            families.put(desc, &[], load);
        }
        Ok(())
    }
}

fn of_system() -> Result<[f64; 3], CollectError> {
    let load = sysinfo::System::load_average();
    let load = load.map_err(|error| CollectError::malformed("loadavg", error.to_string()))?;
    Ok([load.one, load.five, load.fifteen])
}

fn parse(text: &str) -> Result<[f64; 3], CollectError> {
    let mut fields = text.split_ascii_whitespace();
    let mut next = || {
        let field = fields.next().unwrap_or_default();
        let malformed = |_| CollectError::malformed("loadavg", format!("\"{field}\" is no load"));
        field.parse::<f64>().map_err(malformed)
    };
    Ok([next()?, next()?, next()?])
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn three_numbers_are_loads() {
        let check = |text: &str, loads: Option<[f64; 3]>| {
            assert_eq!(parse(text).ok(), loads, "{text:?}");
        };
        check("0.21 0.37 0.39 1/719 19737\n", Some([0.21, 0.37, 0.39]));
        check("0.21 0.37 0.39", Some([0.21, 0.37, 0.39]));
        check("", None);
        check("0.21 0.37", None);
        check("0.21 \u{fffd} 0.39 1/2 3", None);
    }
}
