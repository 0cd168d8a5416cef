//! The file system of the data directory: what it is, how much is left, whether it can be written.

use crate::doctor::situation::Situation;
use crate::doctor::system;
use crate::doctor::verdict::Verdict;
use rustix::fs::{Access, StatVfs, access, statvfs};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Metadata, internal topics and logs of a first start, with something for records.
const BYTES_MIN: u64 = 64 << 20;
const BYTES_WANTED: u64 = 2 << 30;
/// A full file system keeps the broker from everything, so it is told before.
const PER_CENT_WANTED: u64 = 5;
/// A partition has about eight files.
const INODES_MIN: u64 = 1_000;
const INODES_WANTED: u64 = 50_000;
/// Everybody may write: `up` refuses such a directory.
const FORBIDDEN_BITS: u32 = 0o002;

/// What a kind of file system means for a broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Gone when the machine, or the container, is.
    Fleeting(&'static str),
    /// On the other side of a network: slow flushes, locks and identities of files that may lie.
    Network,
    /// Of a host, through a layer for which a flush is often no flush.
    Shared,
}

/// Those that are worth a word, as `/proc/self/mountinfo` spells them.
const KINDS: &[(&str, Kind)] = &[
    ("9p", Kind::Shared),
    ("afs", Kind::Network),
    ("ceph", Kind::Network),
    ("cifs", Kind::Network),
    ("fuse.gcsfuse", Kind::Network),
    ("fuse.glusterfs", Kind::Network),
    ("fuse.grpcfuse", Kind::Shared),
    ("fuse.osxfs", Kind::Shared),
    ("fuse.portal", Kind::Shared),
    ("fuse.rclone", Kind::Network),
    ("fuse.s3fs", Kind::Network),
    ("fuse.sshfs", Kind::Network),
    ("glusterfs", Kind::Network),
    ("lustre", Kind::Network),
    ("nfs", Kind::Network),
    ("nfs4", Kind::Network),
    ("overlay", Kind::Fleeting("when the container is removed")),
    ("prl_fs", Kind::Shared),
    ("ramfs", Kind::Fleeting("when the machine stops")),
    ("smb3", Kind::Network),
    ("smbfs", Kind::Network),
    ("tmpfs", Kind::Fleeting("when the machine stops")),
    ("vboxsf", Kind::Shared),
    ("virtiofs", Kind::Shared),
    ("vmhgfs", Kind::Shared),
    ("fuse.vmhgfs-fuse", Kind::Shared),
];

/// Options of a mount by which flushes do not reach the disk.
const LYING_OPTIONS: &[&str] = &["nobarrier", "barrier=0", "eatmydata", "volatile"];

/// What is known.
#[derive(Clone, Debug)]
struct Facts {
    /// The data directory, or the nearest above that is there.
    path: PathBuf,
    /// Whether that is the data directory itself.
    exists: bool,
    /// Whether it would be gone after the run anyway.
    ephemeral: bool,
    is_directory: bool,
    is_writable: bool,
    /// The permission bits of the data directory.
    mode: u32,
    kind: String,
    options: String,
    free: u64,
    total: u64,
    inodes_free: u64,
    /// 0 where the file system does not count them.
    inodes: u64,
}

/// See the head of this file.
pub(in crate::doctor) fn verdicts(situation: &Situation) -> Vec<Verdict> {
    let path = situation.data_dir.path();
    match read(path, situation.ephemeral) {
        Ok(facts) => judge(&facts),
        Err(error) => vec![Verdict::problem(
            format!("{} cannot be looked at: {error}", path.display()),
            "name another directory with --data-dir",
        )],
    }
}

fn read(data_dir: &Path, ephemeral: bool) -> std::io::Result<Facts> {
    let path = system::existing(data_dir);
    let metadata = fs::metadata(path)?;
    let space = statvfs(path)?;
    let mountinfo = system::text("/proc/self/mountinfo").unwrap_or_default();
    let real = fs::canonicalize(path)?;
    let mount = system::mount_of(&real, &mountinfo);
    let (kind, options) = mount.map_or_else(Default::default, |m| (m.kind, m.options));
    let StatVfs {
        f_frsize,
        f_bavail,
        f_blocks,
        f_favail,
        f_files,
        ..
    } = space;
    Ok(Facts {
        exists: path == data_dir,
        ephemeral,
        is_directory: metadata.is_dir(),
        is_writable: access(path, Access::WRITE_OK | Access::EXEC_OK).is_ok(),
        mode: metadata.mode() & 0o7777,
        kind,
        options,
        free: f_frsize.saturating_mul(f_bavail),
        total: f_frsize.saturating_mul(f_blocks),
        inodes_free: f_favail,
        inodes: f_files,
        path: path.to_owned(),
    })
}

fn judge(facts: &Facts) -> Vec<Verdict> {
    let mut verdicts: Vec<_> = [place(facts), room(facts), inodes(facts)]
        .into_iter()
        .flatten()
        .chain(nature(facts))
        .collect();
    if verdicts.is_empty() {
        let kind = &facts.kind;
        verdicts.push(Verdict::ok(format!(
            "{} free of {} ({kind}), writable",
            size(facts.free),
            size(facts.total)
        )));
    }
    verdicts
}

/// Whether the directory can be made and written.
fn place(facts: &Facts) -> Option<Verdict> {
    let path = facts.path.display();
    let elsewhere = "name another directory with --data-dir";
    if !facts.is_directory {
        return Some(Verdict::problem(
            format!("{path} is a file where a directory is needed"),
            elsewhere,
        ));
    }
    if !facts.is_writable {
        return Some(Verdict::problem(
            format!("{path} cannot be written by this user"),
            format!("chown it, or {elsewhere}"),
        ));
    }
    let open = facts.exists && !facts.ephemeral && facts.mode & FORBIDDEN_BITS != 0;
    open.then(|| {
        Verdict::problem(
            format!(
                "{path} has mode {:03o}: others could replace the keys in it",
                facts.mode
            ),
            format!("chmod o-w it, or {elsewhere}"),
        )
    })
}

fn room(facts: &Facts) -> Option<Verdict> {
    let found = format!("{} free of {}", size(facts.free), size(facts.total));
    let remedy = "make room, or shorten retention: --set broker.log.retention.bytes=…";
    if facts.free < BYTES_MIN {
        return Some(Verdict::problem(found, remedy));
    }
    let few = facts.free < BYTES_WANTED || facts.free / PER_CENT_WANTED < facts.total / 100;
    few.then(|| Verdict::warning(found, remedy))
}

fn inodes(facts: &Facts) -> Option<Verdict> {
    if facts.inodes == 0 || facts.inodes_free >= INODES_WANTED {
        return None;
    }
    let found = format!("{} files more fit on this file system", facts.inodes_free);
    let remedy = "each partition needs about eight: use a file system with more inodes";
    Some(if facts.inodes_free < INODES_MIN {
        Verdict::problem(found, remedy)
    } else {
        Verdict::warning(found, remedy)
    })
}

/// What the kind of file system means; where nothing is to be kept, little of it matters.
fn nature(facts: &Facts) -> Vec<Verdict> {
    let kind = &facts.kind;
    let row = KINDS.iter().find(|(name, _)| name == kind);
    let mut verdicts = Vec::new();
    match row.map(|(_, kind)| kind) {
        Some(Kind::Fleeting(when)) if !facts.ephemeral => verdicts.push(Verdict::warning(
            format!("{kind}: records are gone {when}"),
            "name a directory on a disk with --data-dir, or mount a volume there",
        )),
        Some(Kind::Network) => verdicts.push(Verdict::warning(
            format!("{kind} is a network file system: locks and flushes depend on the other side"),
            "name a directory on a local disk with --data-dir",
        )),
        Some(Kind::Shared) => verdicts.push(Verdict::warning(
            format!("{kind} shares a host's folder: a flush may not reach its disk, and changes are not told"),
            "name a directory of the machine's own disk or a volume with --data-dir",
        )),
        Some(Kind::Fleeting(_)) | None => {}
    }
    let mut options = facts.options.split(',');
    let lying = options.find(|option| LYING_OPTIONS.contains(option));
    if let (Some(option), false) = (lying, facts.ephemeral) {
        verdicts.push(Verdict::warning(
            format!("mounted with {option}: what was flushed may be lost by a power cut"),
            "mount it without that option",
        ));
    }
    verdicts
}

/// A number of bytes for people.
fn size(bytes: u64) -> String {
    const GIB: u64 = 1 << 30;
    match bytes {
        0..GIB => format!("{} MiB", bytes >> 20),
        _ => format!("{} GiB", bytes >> 30),
    }
}

#[cfg(test)]
mod tests;
