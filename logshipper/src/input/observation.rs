//! One look at a path: which inode is there, and how much of it.

use std::io;
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::Arc;

use rustix::fs::{AtFlags, FileType, Statx, StatxFlags};

use super::identity::Node;
use super::log_name::{LogName, Packing};

/// A path that is followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) path: PathBuf,
    /// The log's path: its directory, and its name without what rotation added.
    pub(super) log_path: Arc<str>,
    /// Its name in that.
    pub(super) log: Arc<str>,
    pub(super) rotated: bool,
    pub(super) packing: Packing,
    pub(super) wanted: Wanted,
}

/// Why a path is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Wanted {
    /// A glob names it.
    Glob,
    /// A glob names the log of which this was rotated away.
    Sibling,
}

/// What is at a path.
#[derive(Clone, Debug)]
pub(super) struct Observation {
    pub(super) named: Arc<Named>,
    pub(super) facts: Facts,
}

/// What the file system says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) node: Node,
    pub(super) size: u64,
    pub(super) modified_ns: i64,
    pub(super) links: u32,
}

/// What kind of thing is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Directory,
    Other,
}

impl Named {
    /// The path of a file in this directory, with what its name says.
    pub(super) fn new(path: PathBuf, name: &LogName, log_path: &str, wanted: Wanted) -> Self {
        Self {
            path,
            log_path: log_path.into(),
            log: name.log.as_str().into(),
            rotated: name.rotated,
            packing: name.packing,
            wanted,
        }
    }
}

/// Looks at what is below an open directory, through symbolic links.
pub(super) fn look_below(directory: impl AsFd, name: &std::ffi::CStr) -> io::Result<(Kind, Facts)> {
    let flags = AtFlags::empty();
    Ok(read(&rustix::fs::statx(directory, name, flags, MASK)?))
}

/// Looks at what is open.
pub(super) fn look_at(file: impl AsFd) -> io::Result<(Kind, Facts)> {
    let flags = AtFlags::EMPTY_PATH;
    Ok(read(&rustix::fs::statx(file, c"", flags, MASK)?))
}

const MASK: StatxFlags = StatxFlags::BASIC_STATS.union(StatxFlags::BTIME);

fn read(stat: &Statx) -> (Kind, Facts) {
    let kind = match FileType::from_raw_mode(u32::from(stat.stx_mode)) {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Directory,
        _ => Kind::Other,
    };
    let nanoseconds = |seconds: i64, nanoseconds: u32| {
        seconds
            .saturating_mul(1_000_000_000)
            .saturating_add(i64::from(nanoseconds))
    };
    let known = StatxFlags::from_bits_retain(stat.stx_mask).contains(StatxFlags::BTIME);
    let birth = nanoseconds(stat.stx_btime.tv_sec, stat.stx_btime.tv_nsec);
    let facts = Facts {
        node: Node {
            device: rustix::fs::makedev(stat.stx_dev_major, stat.stx_dev_minor),
            inode: stat.stx_ino,
            birth_ns: (known && birth != 0).then_some(birth),
        },
        size: stat.stx_size,
        modified_ns: nanoseconds(stat.stx_mtime.tv_sec, stat.stx_mtime.tv_nsec),
        links: stat.stx_nlink,
    };
    (kind, facts)
}
