//! `entropy`: the pool of random bits, out of `/proc/sys/kernel/random`.

use super::attribute::unsigned;
use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::KeptFile;

static AVAILABLE: Desc = Desc::gauge("node_entropy_available_bits", "Bits of available entropy.");
static POOL_SIZE: Desc = Desc::gauge("node_entropy_pool_size_bits", "Bits of entropy pool.");

struct Entropy {
    available: KeptFile,
    pool_size: KeptFile,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    Box::new(Entropy {
        available: setup.paths.proc_whole("sys/kernel/random/entropy_avail"),
        pool_size: setup.paths.proc_whole("sys/kernel/random/poolsize"),
    })
}

impl Collector for Entropy {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        families.put(&AVAILABLE, &[], unsigned(&mut self.available)?);
        families.put(&POOL_SIZE, &[], unsigned(&mut self.pool_size)?);
        Ok(())
    }
}
