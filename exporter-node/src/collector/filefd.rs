//! `filefd`: file handles of the whole machine, out of `/proc/sys/fs/file-nr`.

use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::KeptFile;

static ALLOCATED: Desc = Desc::gauge(
    "node_filefd_allocated",
    "File descriptor statistics: allocated.",
);
static MAXIMUM: Desc = Desc::gauge(
    "node_filefd_maximum",
    "File descriptor statistics: maximum.",
);

struct FileDescriptors {
    file: KeptFile,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    let file = setup.paths.proc_whole("sys/fs/file-nr");
    Box::new(FileDescriptors { file })
}

impl Collector for FileDescriptors {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let text = self.file.text()?;
        let (allocated, maximum) = handles(&text)
            .ok_or_else(|| CollectError::malformed("sys/fs/file-nr", "not three numbers"))?;
        families.put(&ALLOCATED, &[], allocated);
        families.put(&MAXIMUM, &[], maximum);
        Ok(())
    }
}

/// Allocated, free (always 0 since Linux 2.6) and maximum.
fn handles(text: &str) -> Option<(f64, f64)> {
    let mut columns = text.split_ascii_whitespace();
    let allocated = columns.next()?.parse().ok()?;
    let maximum = columns.nth(1)?.parse().ok()?;
    Some((allocated, maximum))
}
