//! `bonding`: interfaces bonded into one, and how many of them are up.

use super::attribute::{text, trimmed};
use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::{KeptFile, KeptTree, ReadError};

static SLAVES: Desc = Desc::gauge(
    "node_bonding_slaves",
    "Number of configured slaves per bonding interface.",
);
static ACTIVE: Desc = Desc::gauge(
    "node_bonding_active",
    "Number of active slaves per bonding interface.",
);

struct Bonding {
    masters: KeptFile,
    interfaces: KeptTree,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    Box::new(Bonding {
        masters: setup.paths.sys_file("class/net/bonding_masters"),
        interfaces: setup.paths.sys_tree("class/net"),
    })
}

impl Collector for Bonding {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let masters = self.masters.read()?;
        let masters = trimmed(masters).into_owned();
        self.interfaces.devices()?;
        for master in names(&masters) {
            let slaves = text(&mut self.interfaces, master, "bonding/slaves")?;
            let mut active = 0;
            let mut configured = 0;
            for slave in names(&slaves) {
                configured += 1;
                active += u32::from(self.is_up(master, slave)?);
            }
            let labels = [("master", master)];
            families.put(&SLAVES, &labels, f64::from(configured));
            families.put(&ACTIVE, &labels, f64::from(active));
        }
        Ok(())
    }
}

impl Bonding {
    /// Older kernels name the link `slave_eth0`.
    fn is_up(&mut self, master: &str, slave: &str) -> Result<bool, ReadError> {
        let mut status = |prefix: &str| {
            let attribute = format!("{prefix}_{slave}/bonding_slave/mii_status");
            text(&mut self.interfaces, master, &attribute)
        };
        let status = status("lower").or_else(|_| status("slave"))?;
        Ok(status == "up")
    }
}

/// Words that are names of directories, and not of those above.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split_ascii_whitespace();
    words.filter(|word| !word.contains('/') && !matches!(*word, "." | ".."))
}
