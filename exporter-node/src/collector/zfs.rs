//! `zfs`: what OpenZFS counts, out of `/proc/spl/kstat/zfs`.
//!
//! ```text
//! 13 1 0x01 91 4368 5266997922 97951858082072     arcstats and its like
//! name                            type data
//! hits                            4    8772612
//!
//! POOL/io             a line of names, a line of numbers
//! POOL/objset-0x36    as arcstats, with the name of the dataset
//! POOL/state          ONLINE
//! ```

use exposition::Kind;

use super::attribute::existing;
use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::{KeptTree, list};

static STATE: Desc = Desc::gauge("node_zfs_zpool_state", "kstat.zfs.misc.state");
/// Its directory among those of other kernel modules.
const ZFS: &str = "zfs";
const STATES: [&str; 7] = [
    "online",
    "degraded",
    "faulted",
    "offline",
    "removed",
    "unavail",
    "suspended",
];
/// Files, and what their families' names begin with.
const TABLES: [(&str, &str); 11] = [
    ("abdstats", "node_zfs_abd"),
    ("arcstats", "node_zfs_arc"),
    ("dbufstats", "node_zfs_dbuf"),
    ("dmu_tx", "node_zfs_dmu_tx"),
    ("dnodestats", "node_zfs_dnode"),
    ("fm", "node_zfs_fm"),
    ("vdev_cache_stats", "node_zfs_vdev_cache"),
    ("vdev_mirror_stats", "node_zfs_vdev_mirror"),
    ("xuio_stats", "node_zfs_xuio"),
    ("zfetchstats", "node_zfs_zfetch"),
    ("zil", "node_zfs_zil"),
];

struct Zfs {
    kstat: KeptTree,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    let kstat = setup.paths.proc_tree("spl/kstat");
    Box::new(Zfs { kstat })
}

impl Collector for Zfs {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let directory = self.kstat.root().join(ZFS);
        for entry in list(&directory)? {
            match TABLES.iter().find(|(file, _)| *file == entry) {
                Some((file, family)) => self.table(file, family, families)?,
                None if directory.join(&entry).is_dir() => self.pool(&entry, families)?,
                None => {}
            }
        }
        Ok(())
    }
}

impl Zfs {
    fn table(
        &mut self,
        file: &str,
        family: &str,
        families: &mut Families,
    ) -> Result<(), CollectError> {
        let Some(text) = self.text(file)? else {
            return Ok(());
        };
        let put = |row: Row<'_>| {
            if let Row::Number(name, value) = row {
                let family = format!("{family}_{}", name.replace('-', "_"));
                let help = format!("kstat.zfs.misc.{file}.{name}");
                families.put_named(Kind::Untyped, &family, &help, &[], value);
            }
        };
        each_row(&text, put).ok_or_else(|| malformed(file))
    }

    fn pool(&mut self, pool: &str, families: &mut Families) -> Result<(), CollectError> {
        for file in existing(list(&self.kstat.root().join(ZFS).join(pool)))?.unwrap_or_default() {
            // A pool that is exported takes its files along.
            let is_wanted = matches!(file.as_str(), "io" | "state") || file.starts_with("objset-");
            let Some(text) = (match is_wanted {
                true => self.text(&format!("{pool}/{file}"))?,
                false => None,
            }) else {
                continue;
            };
            let told = match file.as_str() {
                "io" => put_io(&text, pool, families),
                "state" => put_state(&text, pool, families),
                _ => put_objset(&text, pool, families),
            };
            told.ok_or_else(|| malformed(&format!("{pool}/{file}")))?;
        }
        Ok(())
    }

    fn text(&mut self, file: &str) -> Result<Option<String>, CollectError> {
        let bytes = existing(self.kstat.read(ZFS, file))?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned()))
    }
}

/// What a row of a table holds.
enum Row<'a> {
    Number(&'a str, f64),
    Dataset(&'a str),
}

/// Rows below the title `name type data`. Types other than 64-bit integers are not told of.
fn each_row<'a>(text: &'a str, mut put: impl FnMut(Row<'a>)) -> Option<()> {
    const INT64: &str = "3";
    const UINT64: &str = "4";
    let is_title = |line: &&str| line.split_ascii_whitespace().eq(["name", "type", "data"]);
    let mut lines = text.lines();
    lines.find(is_title)?;
    for line in lines {
        let mut words = line.split_ascii_whitespace();
        let (Some(name), Some(kind), Some(data)) = (words.next(), words.next(), words.next())
        else {
            continue;
        };
        match (name, kind) {
            ("dataset_name", _) => {
                // A name may hold blanks: it is all that follows.
                let at = line.find(data).unwrap_or_default();
                put(Row::Dataset(line.get(at..).unwrap_or_default()));
            }
            (_, UINT64) => put(Row::Number(name, data.parse::<u64>().ok()? as f64)),
            (_, INT64) => put(Row::Number(name, data.parse::<i64>().ok()? as f64)),
            _ => {}
        }
    }
    Some(())
}

fn put_objset(text: &str, pool: &str, families: &mut Families) -> Option<()> {
    let mut dataset = "";
    each_row(text, |row| match row {
        Row::Dataset(name) => dataset = name,
        Row::Number(name, value) => {
            let family = format!("node_zfs_zpool_dataset_{}", name.replace('-', "_"));
            let help = format!("kstat.zfs.misc.objset.{name}");
            let labels = [("zpool", pool), ("dataset", dataset)];
            families.put_named(Kind::Untyped, &family, &help, &labels, value);
        }
    })
}

/// Since OpenZFS 2.0 the file is not there.
fn put_io(text: &str, pool: &str, families: &mut Families) -> Option<()> {
    let mut lines = text.lines();
    let names = lines.find(|line| line.starts_with("nread"))?;
    let numbers = lines.next()?.split_ascii_whitespace();
    for (name, number) in names.split_ascii_whitespace().zip(numbers) {
        let value: u64 = number.parse().ok()?;
        let family = format!("node_zfs_zpool_{}", name.replace('-', "_"));
        let help = format!("kstat.zfs.misc.io.{name}");
        let labels = [("zpool", pool)];
        families.put_named(Kind::Untyped, &family, &help, &labels, value as f64);
    }
    Some(())
}

fn put_state(text: &str, pool: &str, families: &mut Families) -> Option<()> {
    let current = text.lines().next().unwrap_or_default().to_ascii_lowercase();
    for state in STATES {
        let labels = [("zpool", pool), ("state", state)];
        families.put(&STATE, &labels, f64::from(u8::from(current == state)));
    }
    Some(())
}

fn malformed(file: &str) -> CollectError {
    let file = format_args!("spl/kstat/zfs/{file}");
    CollectError::malformed(file, "no title, or no number in a row")
}

#[cfg(test)]
mod tests;
