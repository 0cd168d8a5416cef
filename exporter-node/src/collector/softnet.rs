//! `softnet`: what each processor has taken from network devices.
//!
//! ```text
//! 00052173 00000000 00000002 0 0 0 0 0 00000000 00000000 00000000 00000000 00000000 …
//! processed dropped squeezed           collision rps     flow     backlog  processor
//! ```

use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::KeptFile;

/// The families and the columns that they stand in; kernels before 5.14 lack the last.
const COLUMNS: [(usize, Desc); 7] = [
    (
        0,
        Desc::counter(
            "node_softnet_processed_total",
            "Number of processed packets",
        ),
    ),
    (
        1,
        Desc::counter("node_softnet_dropped_total", "Number of dropped packets"),
    ),
    (
        2,
        Desc::counter(
            "node_softnet_times_squeezed_total",
            "Number of times processing packets ran out of quota",
        ),
    ),
    (
        8,
        Desc::counter(
            "node_softnet_cpu_collision_total",
            "Number of collision occur while obtaining device lock while transmitting",
        ),
    ),
    (
        9,
        Desc::counter(
            "node_softnet_received_rps_total",
            "Number of times cpu woken up received_rps",
        ),
    ),
    (
        10,
        Desc::counter(
            "node_softnet_flow_limit_count_total",
            "Number of times flow limit has been reached",
        ),
    ),
    (
        11,
        Desc::gauge("node_softnet_backlog_len", "Softnet backlog status"),
    ),
];
const CPU_COLUMN: usize = 12;
const COLUMNS_MIN: usize = 9;

struct Softnet {
    file: KeptFile,
}

/// Makes the collector.
pub fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    Box::new(Softnet {
        file: setup.paths.proc_short_lines("net/softnet_stat"),
    })
}

impl Collector for Softnet {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        for (index, line) in self.file.text()?.lines().enumerate() {
            let columns = parse(line)?;
            let cpu = columns.get(CPU_COLUMN).copied();
            let cpu = cpu.map_or(index.to_string(), |cpu| cpu.to_string());
            for (column, desc) in &COLUMNS {
                // Upstream says 0 where the kernel is too old to say.
                let value = columns.get(*column).copied().unwrap_or_default();
                families.put(desc, &[("cpu", &cpu)], f64::from(value));
            }
        }
        Ok(())
    }
}

fn parse(line: &str) -> Result<Vec<u32>, CollectError> {
    let malformed =
        || CollectError::malformed("softnet_stat", format!("\"{line}\" is no line of it"));
    let columns = line.split_ascii_whitespace().take(CPU_COLUMN + 1);
    let columns: Option<Vec<u32>> = columns
        .map(|column| u32::from_str_radix(column, 16).ok())
        .collect();
    columns
        .filter(|columns| columns.len() >= COLUMNS_MIN)
        .ok_or_else(malformed)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn columns_are_hexadecimal_and_at_least_nine() {
        let nine = "0000000a 0 2 0 0 0 0 0 1";
        assert_eq!(parse(nine).unwrap(), [10, 0, 2, 0, 0, 0, 0, 0, 1]);
        assert_eq!(parse(&format!("{nine} 1 2 3 4 5 6")).unwrap().len(), 13);
        for line in [
            "",
            "1 2 3",
            "g 0 2 0 0 0 0 0 1",
            "fffffffff 0 2 0 0 0 0 0 1",
        ] {
            assert!(parse(line).is_err(), "{line:?}");
        }
    }
}
