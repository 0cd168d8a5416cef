//! `tapestats`: tape drives, out of `/sys/class/scsi_tape`.

use regex::Regex;
use service::flags::Flag;

use super::attribute::{integer, text};
use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::KeptTree;
use crate::filter::pattern;

const IGNORED: Flag = Flag::text(
    "collector.tapestats.ignored-devices",
    "^$",
    "Regexp of devices to ignore for tapestats",
);
/// The flags of this file.
pub(super) const FLAGS: &[&Flag] = &[&IGNORED];

const PLAIN: f64 = 1.0;
const NANOSECONDS: f64 = 0.000_000_001;

/// Attributes, what one of them is in the unit of the family, and the family.
#[rustfmt::skip]
static COUNTERS: [(&str, f64, Desc); 10] = [
    ("in_flight", PLAIN, Desc::gauge("node_tape_io_now", "The number of I/Os currently outstanding to this device.")),
    ("io_ns", NANOSECONDS, Desc::counter("node_tape_io_time_seconds_total", "The amount of time spent waiting for all I/O to complete (including read and write). This includes tape movement commands such as seeking between file or set marks and implicit tape movement such as when rewind on close tape devices are used.")),
    ("other_cnt", PLAIN, Desc::counter("node_tape_io_others_total", "The number of I/Os issued to the tape drive other than read or write commands. The time taken to complete these commands uses the following calculation io_time_seconds_total-read_time_seconds_total-write_time_seconds_total")),
    ("read_byte_cnt", PLAIN, Desc::counter("node_tape_read_bytes_total", "The number of bytes read from the tape drive.")),
    ("read_cnt", PLAIN, Desc::counter("node_tape_reads_completed_total", "The number of read requests issued to the tape drive.")),
    ("read_ns", NANOSECONDS, Desc::counter("node_tape_read_time_seconds_total", "The amount of time spent waiting for read requests to complete.")),
    ("resid_cnt", PLAIN, Desc::counter("node_tape_residual_total", "The number of times during a read or write we found the residual amount to be non-zero. This should mean that a program is issuing a read larger thean the block size on tape. For write not all data made it to tape.")),
    ("write_byte_cnt", PLAIN, Desc::counter("node_tape_written_bytes_total", "The number of bytes written to the tape drive.")),
    ("write_cnt", PLAIN, Desc::counter("node_tape_writes_completed_total", "The number of write requests issued to the tape drive.")),
    ("write_ns", NANOSECONDS, Desc::counter("node_tape_write_time_seconds_total", "The amount of time spent waiting for write requests to complete.")),
];

struct TapeStats {
    drives: KeptTree,
    ignored: Option<Regex>,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    Box::new(TapeStats {
        drives: setup.paths.sys_tree("class/scsi_tape"),
        ignored: pattern(setup.values, &IGNORED),
    })
}

impl Collector for TapeStats {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        for device in self.drives.devices()? {
            let is_ignored = |ignored: &Regex| ignored.is_match(&device);
            if !is_drive(&device) || self.ignored.as_ref().is_some_and(is_ignored) {
                continue;
            }
            for (attribute, unit, desc) in &COUNTERS {
                let attribute = format!("stats/{attribute}");
                let text = text(&mut self.drives, &device, &attribute)?;
                let value = integer(&text).ok_or_else(|| {
                    let file = format_args!("class/scsi_tape/{device}/{attribute}");
                    CollectError::malformed(file, "no number")
                })?;
                families.put(desc, &[("device", &device)], value as f64 * unit);
            }
        }
        Ok(())
    }
}

/// `st0`; `nst0`, `st0a` and so on are the same drive in other modes.
fn is_drive(name: &str) -> bool {
    let number = name.strip_prefix("st").unwrap_or_default();
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}
