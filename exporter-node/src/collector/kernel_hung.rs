//! `kernel_hung`: tasks that the kernel saw hang, out of `/proc/sys/kernel/hung_task_detect_count`
//! (Linux 6.13).

use super::attribute::unsigned;
use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::KeptFile;

static TASKS: Desc = Desc::counter(
    "node_kernel_hung_tasks_total",
    "Total number of tasks that have been detected as hung since the system booted.",
);

struct KernelHung {
    count: KeptFile,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    let count = setup.paths.proc_whole("sys/kernel/hung_task_detect_count");
    Box::new(KernelHung { count })
}

impl Collector for KernelHung {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let count = unsigned(&mut self.count)?;
        families.put(&TASKS, &[], count);
        Ok(())
    }
}
