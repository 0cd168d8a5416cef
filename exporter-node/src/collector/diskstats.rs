//! `diskstats`: what each block device has read and written, and what udev knows of it.
//!
//! ```text
//! 254  0 vda 810186 28981 59845458 956760 …     /proc/diskstats: 14, 18 or 20 columns
//! E:ID_SERIAL_SHORT=S4XK…                       /run/udev/data/b254:0
//! ```

mod udev;

use service::flags::Flag;

use super::{CollectError, Collector, Setup, number};
use crate::families::{Desc, Families};
use crate::file::{KeptFile, KeptTree};
use crate::filter::DeviceFilter;

use udev::Udev;

const INCLUDE: Flag = Flag::text(
    "collector.diskstats.device-include",
    "",
    "Regexp of diskstats devices to include (mutually exclusive to device-exclude)",
);
const EXCLUDE: Flag = Flag::text(
    "collector.diskstats.device-exclude",
    r"^(z?ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$",
    "Regexp of diskstats devices to exclude (mutually exclusive to device-include)",
);
const IGNORED: Flag = Flag::renamed("collector.diskstats.ignored-devices", &EXCLUDE);

/// The flags of this collector.
pub const FLAGS: &[&Flag] = &[&INCLUDE, &EXCLUDE, &IGNORED];

/// The kernel's sector, whatever the device's is.
const SECTOR_BYTES: f64 = 512.0;
/// The kernel counts times in milliseconds.
const TICK_SECONDS: f64 = 1.0 / 1000.0;

/// The columns after the device's name, in their order, and what one of each is worth.
const COLUMNS: &[(Desc, f64)] = &[
    (
        Desc::counter(
            "node_disk_reads_completed_total",
            "The total number of reads completed successfully.",
        ),
        1.0,
    ),
    (
        Desc::counter(
            "node_disk_reads_merged_total",
            "The total number of reads merged.",
        ),
        1.0,
    ),
    (
        Desc::counter(
            "node_disk_read_bytes_total",
            "The total number of bytes read successfully.",
        ),
        SECTOR_BYTES,
    ),
    (
        Desc::counter(
            "node_disk_read_time_seconds_total",
            "The total number of seconds spent by all reads.",
        ),
        TICK_SECONDS,
    ),
    (
        Desc::counter(
            "node_disk_writes_completed_total",
            "The total number of writes completed successfully.",
        ),
        1.0,
    ),
    (
        Desc::counter(
            "node_disk_writes_merged_total",
            "The number of writes merged.",
        ),
        1.0,
    ),
    (
        Desc::counter(
            "node_disk_written_bytes_total",
            "The total number of bytes written successfully.",
        ),
        SECTOR_BYTES,
    ),
    (
        Desc::counter(
            "node_disk_write_time_seconds_total",
            "This is the total number of seconds spent by all writes.",
        ),
        TICK_SECONDS,
    ),
    (
        Desc::gauge(
            "node_disk_io_now",
            "The number of I/Os currently in progress.",
        ),
        1.0,
    ),
    (
        Desc::counter(
            "node_disk_io_time_seconds_total",
            "Total seconds spent doing I/Os.",
        ),
        TICK_SECONDS,
    ),
    (
        Desc::counter(
            "node_disk_io_time_weighted_seconds_total",
            "The weighted # of seconds spent doing I/Os.",
        ),
        TICK_SECONDS,
    ),
    (
        Desc::counter(
            "node_disk_discards_completed_total",
            "The total number of discards completed successfully.",
        ),
        1.0,
    ),
    (
        Desc::counter(
            "node_disk_discards_merged_total",
            "The total number of discards merged.",
        ),
        1.0,
    ),
    (
        Desc::counter(
            "node_disk_discarded_sectors_total",
            "The total number of sectors discarded successfully.",
        ),
        1.0,
    ),
    (
        Desc::counter(
            "node_disk_discard_time_seconds_total",
            "This is the total number of seconds spent by all discards.",
        ),
        TICK_SECONDS,
    ),
    (
        Desc::counter(
            "node_disk_flush_requests_total",
            "The total number of flush requests completed successfully",
        ),
        1.0,
    ),
    (
        Desc::counter(
            "node_disk_flush_requests_time_seconds_total",
            "This is the total number of seconds spent by all flush requests.",
        ),
        TICK_SECONDS,
    ),
];

struct Diskstats {
    file: KeptFile,
    filter: DeviceFilter,
    udev: Udev,
    blocks: KeptTree,
}

/// One line of `/proc/diskstats`.
#[derive(Debug, PartialEq, Eq)]
struct Disk<'a> {
    major: u32,
    minor: u32,
    device: &'a str,
    columns: &'a str,
}

/// Makes the collector.
pub fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    Box::new(Diskstats {
        file: setup.paths.proc_short_lines("diskstats"),
        filter: DeviceFilter::read(setup.values, &INCLUDE, &EXCLUDE),
        udev: Udev::open(setup.paths),
        blocks: setup.paths.sys_tree("block"),
    })
}

impl Collector for Diskstats {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let text = self.file.text()?;
        for line in text.lines() {
            let Some(disk) = parse(line)? else { continue };
            if self.filter.ignores(disk.device) {
                continue;
            }
            let rotational = self.blocks.line(disk.device, "queue/rotational");
            let rotational = if rotational == Some("1") { "1" } else { "0" };
            self.udev.tell(&disk, rotational, families);
            let labels = [("device", disk.device)];
            let values = disk.columns.split_ascii_whitespace();
            for ((desc, unit), value) in COLUMNS.iter().zip(values) {
                let value: u64 = number("diskstats", value)?;
                families.put(desc, &labels, value as f64 * unit);
            }
        }
        self.udev.forget_gone();
        Ok(())
    }
}

/// `None` for an empty line.
fn parse(line: &str) -> Result<Option<Disk<'_>>, CollectError> {
    let mut rest = line.trim_ascii();
    if rest.is_empty() {
        return Ok(None);
    }
    let mut next = || {
        let end = rest.find(|c: char| c.is_ascii_whitespace());
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after.trim_ascii_start();
        word
    };
    let major = number("diskstats", next())?;
    let minor = number("diskstats", next())?;
    let device = next();
    if rest.split_ascii_whitespace().count() < 11 {
        let problem = format!("\"{device}\" has fewer than 14 columns");
        return Err(CollectError::malformed("diskstats", problem));
    }
    Ok(Some(Disk {
        major,
        minor,
        device,
        columns: rest,
    }))
}

#[cfg(test)]
mod tests;
