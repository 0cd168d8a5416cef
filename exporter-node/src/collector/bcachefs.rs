//! `bcachefs`: what each mounted bcachefs did, out of `/sys/fs/bcachefs/UUID`.
//!
//! ```text
//! btree_cache_size                 one number
//! compression_stats, btree_write_stats   tables with a title
//! errors                           type, count, when last
//! counters/NAME                    since mount, since filesystem creation
//! dev-0/…                          a device, see `device`
//! ```

mod device;

use exposition::Kind;

use super::attribute::{existing, name_part, text};
use super::human::{Fraction, number};
use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::{KeptTree, ReadError, list};

static INFO: Desc = Desc::gauge("node_bcachefs_info", "Filesystem information.");
static CACHE_SIZE: Desc = Desc::gauge(
    "node_bcachefs_btree_cache_size_bytes",
    "Btree cache memory usage in bytes.",
);
static COMPRESSED: Desc = Desc::gauge(
    "node_bcachefs_compression_compressed_bytes",
    "Compressed size by algorithm.",
);
static UNCOMPRESSED: Desc = Desc::gauge(
    "node_bcachefs_compression_uncompressed_bytes",
    "Uncompressed size by algorithm.",
);
static ERRORS: Desc = Desc::counter("node_bcachefs_errors_total", "Error count by error type.");
static WRITES: Desc = Desc::counter(
    "node_bcachefs_btree_writes_total",
    "Number of btree writes by type.",
);
static WRITE_SIZE: Desc = Desc::gauge(
    "node_bcachefs_btree_write_average_size_bytes",
    "Average btree write size by type.",
);

struct Bcachefs {
    filesystems: KeptTree,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    let filesystems = setup.paths.sys_tree("fs/bcachefs");
    Box::new(Bcachefs { filesystems })
}

impl Collector for Bcachefs {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let filesystems = self.filesystems.devices()?;
        if filesystems.is_empty() {
            return Err(CollectError::NoData);
        }
        for uuid in filesystems {
            let labels = [("uuid", uuid.as_str())];
            families.put(&INFO, &labels, 1.0);
            let size = match self.text(&uuid, "btree_cache_size")?.as_str() {
                "" => 0.0,
                text => bytes(text).ok_or_else(|| malformed(&uuid, "btree_cache_size"))?,
            };
            families.put(&CACHE_SIZE, &labels, size);
            self.tables(&uuid, families)?;
            self.counters(&uuid, families)?;
            for directory in list(&self.filesystems.root().join(&uuid))? {
                if directory.starts_with("dev-") {
                    device::put(&mut self.filesystems, &uuid, &directory, families)?;
                }
            }
        }
        Ok(())
    }
}

impl Bcachefs {
    fn tables(&mut self, uuid: &str, families: &mut Families) -> Result<(), CollectError> {
        let tables: [(&str, &str, [&Desc; 2]); 2] = [
            (
                "compression_stats",
                "algorithm",
                [&COMPRESSED, &UNCOMPRESSED],
            ),
            ("btree_write_stats", "type", [&WRITES, &WRITE_SIZE]),
        ];
        for (file, label, descs) in tables {
            let text = self.text(uuid, file)?;
            for line in text.lines().skip(1) {
                let mut words = line.split_ascii_whitespace();
                let (Some(name), Some(first), Some(second)) =
                    (words.next(), words.next(), words.next())
                else {
                    continue;
                };
                let labels = [("uuid", uuid), (label, name.trim_end_matches(':'))];
                for (desc, word) in descs.into_iter().zip([first, second]) {
                    let value = bytes(word).ok_or_else(|| malformed(uuid, file))?;
                    families.put(desc, &labels, value);
                }
            }
        }
        for line in self.text(uuid, "errors")?.lines() {
            let mut words = line.split_ascii_whitespace();
            if let (Some(kind), Some(count)) = (words.next(), words.next()) {
                let count: u64 = count.parse().map_err(|_| malformed(uuid, "errors"))?;
                let labels = [("uuid", uuid), ("error_type", kind)];
                families.put(&ERRORS, &labels, count as f64);
            }
        }
        Ok(())
    }

    fn counters(&mut self, uuid: &str, families: &mut Families) -> Result<(), CollectError> {
        let directory = self.filesystems.root().join(uuid).join("counters");
        for counter in existing(list(&directory))?.unwrap_or_default() {
            let file = format!("counters/{counter}");
            let text = self.text(uuid, &file)?;
            let value = since_creation(&text).ok_or_else(|| malformed(uuid, &file))?;
            let name = format!("node_bcachefs_{}_total", name_part(&counter));
            let help = format!("Bcachefs counter {counter} since filesystem creation.");
            families.put_named(Kind::Counter, &name, &help, &[("uuid", uuid)], value);
        }
        Ok(())
    }

    /// Nothing, where the kernel does not have it.
    fn text(&mut self, uuid: &str, file: &str) -> Result<String, ReadError> {
        Ok(existing(text(&mut self.filesystems, uuid, file))?.unwrap_or_default())
    }
}

/// The second of two lines; 0 where only the first is there.
fn since_creation(text: &str) -> Option<f64> {
    let of = |start| text.lines().find_map(|line| line.strip_prefix(start));
    match of("since filesystem creation:") {
        Some(value) => bytes(value.trim()),
        None => of("since mount:").map(|_| 0.0),
    }
}

fn bytes(text: &str) -> Option<f64> {
    number(text, Fraction::Decimal)
}

fn malformed(uuid: &str, file: &str) -> CollectError {
    CollectError::malformed(format_args!("fs/bcachefs/{uuid}/{file}"), "no number")
}

#[cfg(test)]
mod tests {
    use super::since_creation;

    #[test]
    fn counters_are_told_since_creation() {
        let mount = "since mount:      10566234\n";
        assert_eq!(since_creation(mount), Some(0.0));
        let both = format!("{mount}since filesystem creation:     1.5M\n");
        assert_eq!(since_creation(&both), Some(1_572_864.0));
        assert_eq!(since_creation("since filesystem creation: x\n"), None);
        assert_eq!(since_creation(""), None);
    }
}
