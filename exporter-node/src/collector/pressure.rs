//! `pressure`: how long processes have waited for what the machine has too little of.
//!
//! ```text
//! some avg10=0.00 avg60=0.12 avg300=0.24 total=15842353     /proc/pressure/cpu, in microseconds
//! full avg10=0.00 avg60=0.00 avg300=0.00 total=0
//! ```

use std::io::ErrorKind;

use rustix::io::Errno;

use super::{CollectError, Collector, Setup, number};
use crate::families::{Desc, Families};
use crate::file::KeptFile;

/// The files, and what is told of their lines `some` and `full`.
const RESOURCES: &[(&str, Option<Desc>, Option<Desc>)] = &[
    (
        "cpu",
        Some(Desc::counter(
            "node_pressure_cpu_waiting_seconds_total",
            "Total time in seconds that processes have waited for CPU time",
        )),
        None,
    ),
    (
        "io",
        Some(Desc::counter(
            "node_pressure_io_waiting_seconds_total",
            "Total time in seconds that processes have waited due to IO congestion",
        )),
        Some(Desc::counter(
            "node_pressure_io_stalled_seconds_total",
            "Total time in seconds no process could make progress due to IO congestion",
        )),
    ),
    (
        "memory",
        Some(Desc::counter(
            "node_pressure_memory_waiting_seconds_total",
            "Total time in seconds that processes have waited for memory",
        )),
        Some(Desc::counter(
            "node_pressure_memory_stalled_seconds_total",
            "Total time in seconds no process could make progress due to memory congestion",
        )),
    ),
    (
        "irq",
        None,
        Some(Desc::counter(
            "node_pressure_irq_stalled_seconds_total",
            "Total time in seconds no process could make progress due to IRQ congestion",
        )),
    ),
];

struct Pressure {
    files: Vec<KeptFile>,
}

/// Makes the collector.
pub fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    let paths = setup.paths;
    let files = RESOURCES
        .iter()
        .map(|(resource, ..)| paths.proc_whole(format!("pressure/{resource}")));
    Box::new(Pressure {
        files: files.collect(),
    })
}

impl Collector for Pressure {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let mut found = false;
        for (file, (_, some, full)) in self.files.iter_mut().zip(RESOURCES) {
            let text = match file.text() {
                Ok(text) => text,
                // A kernel without this one, or without any.
                Err(error) if error.source.kind() == ErrorKind::NotFound => continue,
                Err(error) if is_turned_off(&error.source) => return Err(CollectError::NoData),
                Err(error) => return Err(error.into()),
            };
            for (kind, desc) in [("some", some), ("full", full)] {
                let Some(desc) = desc else { continue };
                let microseconds = total(&text, kind)?.ok_or(CollectError::NoData)?;
                // In two steps, so that the last digit is upstream's.
                families.put(desc, &[], microseconds as f64 / 1000.0 / 1000.0);
            }
            found = true;
        }
        if found {
            Ok(())
        } else {
            Err(CollectError::NoData)
        }
    }
}

/// `psi=0` on the kernel's command line.
fn is_turned_off(error: &std::io::Error) -> bool {
    let code = error.raw_os_error().map(Errno::from_raw_os_error);
    code == Some(Errno::OPNOTSUPP)
}

/// The total of the line of a kind.
fn total(text: &str, kind: &str) -> Result<Option<u64>, CollectError> {
    for line in text.lines() {
        let mut words = line.split_ascii_whitespace();
        if words.next() != Some(kind) {
            continue;
        }
        let total = words.find_map(|word| word.strip_prefix("total="));
        return number("pressure", total.unwrap_or_default()).map(Some);
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::total;

    #[test]
    fn the_total_of_a_kind_is_read() {
        let text = "some avg10=0.00 avg60=0.12 avg300=0.24 total=15\nnew total=3\nfull total=7\n";
        assert_eq!(total(text, "some").unwrap(), Some(15));
        assert_eq!(total(text, "full").unwrap(), Some(7));
        assert_eq!(total(text, "half").unwrap(), None);
        for text in [
            "some\n",
            "some total=\n",
            "some total=-1\n",
            "some total=x\n",
        ] {
            assert!(total(text, "some").is_err(), "{text:?}");
        }
    }
}
