//! `uname`: what the kernel calls itself and the machine.
//!
//! uname(2) and not `sysinfo`, which gives four of the six labels, by as many calls.

use rustix::system::uname;

use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};

const INFO: Desc = Desc::gauge(
    "node_uname_info",
    "Labeled system information as provided by the uname system call.",
);

struct Uname;

/// Makes the collector.
pub fn open(_: &mut Setup<'_>) -> Box<dyn Collector> {
    Box::new(Uname)
}

impl Collector for Uname {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let uname = uname();
        let labels = [
            ("domainname", &*uname.domainname().to_string_lossy()),
            ("machine", &*uname.machine().to_string_lossy()),
            ("nodename", &*uname.nodename().to_string_lossy()),
            ("release", &*uname.release().to_string_lossy()),
            ("sysname", &*uname.sysname().to_string_lossy()),
            ("version", &*uname.version().to_string_lossy()),
        ];
        families.put(&INFO, &labels, 1.0);
        Ok(())
    }
}
