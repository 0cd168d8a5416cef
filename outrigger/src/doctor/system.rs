//! The few files of the kernel that several checks read, and who holds a socket.

use service::files::read_text;
use std::fs;
use std::path::{Path, PathBuf};

/// The kernel's files are small; tables of sockets of a busy machine are the largest.
const FILE_BYTES_MAX: u64 = 64 << 20;
/// Links of one process that are looked at.
const LINKS_MAX: usize = 100_000;

/// A file's text, where it can be read.
pub(super) fn text(path: impl AsRef<Path>) -> Option<String> {
    read_text(path.as_ref(), FILE_BYTES_MAX).ok()
}

/// The number in a file that holds nothing else.
pub(super) fn number(path: impl AsRef<Path>) -> Option<u64> {
    text(path)?.trim().parse().ok()
}

/// The process ids of this machine, as far as this process sees them.
pub(super) fn pids() -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}

/// What the descriptors of a process are, such as `socket:[1234]`; none of another user's.
pub(super) fn descriptors(pid: u32) -> Vec<String> {
    let entries = fs::read_dir(format!("/proc/{pid}/fd"));
    let entries = entries.into_iter().flatten().flatten().take(LINKS_MAX);
    entries
        .filter_map(|entry| fs::read_link(entry.path()).ok())
        .map(|target| target.to_string_lossy().into_owned())
        .collect()
}

/// The name of a process, as `ps` shows it.
pub(super) fn name_of(pid: u32) -> Option<String> {
    Some(text(format!("/proc/{pid}/comm"))?.trim().to_owned())
}

/// The nearest directory that exists, `path` itself or above it.
pub(super) fn existing(path: &Path) -> &Path {
    let found = path.ancestors().find(|ancestor| ancestor.exists());
    found.unwrap_or(Path::new("/"))
}

/// A path and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mount {
    pub(super) point: PathBuf,
    pub(super) kind: String,
    /// Of the mount and of the file system, comma between.
    pub(super) options: String,
}

/// The mount that `path` is on, out of the text of `/proc/self/mountinfo`.
pub(super) fn mount_of(path: &Path, mountinfo: &str) -> Option<Mount> {
    let mounts = mountinfo.lines().filter_map(mount);
    // Of two at one place the later hides the earlier.
    let on = mounts.filter(|mount| path.starts_with(&mount.point));
    on.max_by_key(|mount| mount.point.components().count())
}

/// `36 35 98:0 /root /mnt rw,noatime shared:1 - ext4 /dev/sda1 rw,errors=continue` (proc(5)).
fn mount(line: &str) -> Option<Mount> {
    let (ours, filesystem) = line.split_once(" - ")?;
    let mut ours = ours.split(' ').skip(4);
    let mut filesystem = filesystem.split(' ');
    let point = PathBuf::from(unescaped(ours.next()?));
    let options = ours.next()?;
    let kind = filesystem.next()?.to_owned();
    let more = filesystem.nth(1).unwrap_or_default();
    let options = format!("{options},{more}");
    Some(Mount {
        point,
        kind,
        options,
    })
}

/// Blanks and backslashes of a path are octal there.
fn unescaped(text: &str) -> String {
    let escapes = [("\\040", " "), ("\\011", "\t"), ("\\012", "\n")];
    let plain = escapes
        .into_iter()
        .fold(text.to_owned(), |text, (octal, c)| text.replace(octal, c));
    plain.replace("\\134", "\\")
}

#[cfg(test)]
mod tests;
