//! The kernel's list of mounts.
//!
//! ```text
//! 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
//! id parent major:minor root mount_point options optional… - type source super_options
//! ```
//! Blanks, tabs, line feeds and backslashes in names are `\040`, `\011`, `\012` and `\134`.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use crate::collector::CollectError;
use crate::paths::Paths;

/// One mount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// What is mounted.
    pub device: String,
    /// Where, as upstream writes it: inside the root, with only blanks and tabs decoded.
    pub mount_point: String,
    /// Where, to be asked.
    pub path: PathBuf,
    /// The type of the filesystem.
    pub kind: String,
    /// The device's number.
    pub major: String,
    /// The device's number.
    pub minor: String,
    /// Whether the mount or the filesystem is read-only.
    pub is_readonly: bool,
    /// Whether a directory's limit has to be looked up, which may be on the disk.
    pub has_quota: bool,
}

/// The filesystems that know their room without looking at a disk, and whose names never have to be
/// looked up again where something is mounted.
const IN_MEMORY: [&str; 5] = ["ext2", "ext3", "ext4", "ramfs", "tmpfs"];

impl Mount {
    /// What it is told as: what, where, and of which type.
    pub fn identity(&self) -> (&str, &str, &str) {
        (&self.device, &self.mount_point, &self.kind)
    }

    /// Whether it cannot hang: it and everything that the way to it leads through answer from memory.
    pub fn answers_at_once(&self, all: &[Mount], paths: &Paths) -> bool {
        let way = all
            .iter()
            .filter(|other| self.path.starts_with(&other.path));
        let mut has_way = false;
        for mount in way {
            if mount.has_quota || !IN_MEMORY.contains(&mount.kind.as_str()) {
                return false;
            }
            has_way = true;
        }
        // Below another root, the way leads through what is not in the list.
        has_way && paths.rootfs.as_os_str() == "/"
    }

    /// The labels of its information.
    pub fn info(&self) -> [(&'static str, &str); 4] {
        [
            ("device", &self.device),
            ("major", &self.major),
            ("minor", &self.minor),
            ("mountpoint", &self.mount_point),
        ]
    }
}

/// Every mount of the list.
pub fn parse(text: &[u8], paths: &Paths) -> Result<Vec<Mount>, CollectError> {
    let lines = text.split(|byte| *byte == b'\n');
    let lines = lines.filter(|line| !line.is_empty());
    let mounts = lines.map(|line| {
        let malformed = || {
            let line = String::from_utf8_lossy(line);
            CollectError::malformed("mountinfo", format!("\"{line}\" is no mount"))
        };
        mount(line, paths).ok_or_else(malformed)
    });
    mounts.collect()
}

fn mount(line: &[u8], paths: &Paths) -> Option<Mount> {
    let fields: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
    let [_id, _parent, device, _root, point, options, ..] = *fields.as_slice() else {
        return None;
    };
    let [.., dash, kind, source, super_options] = *fields.as_slice() else {
        return None;
    };
    if fields.len() < 10 || dash != b"-" {
        return None;
    }
    let (major, minor) = std::str::from_utf8(device).ok()?.split_once(':')?;
    let number = |text: &str| text.parse::<u32>().ok().map(|number| number.to_string());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let shown = text(point).replace("\\040", " ").replace("\\011", "\t");
    let shown = paths.strip_root(&shown).to_owned();
    let inside = decode(point);
    let inside = match paths.rootfs.as_os_str().as_encoded_bytes() {
        b"/" => inside.as_slice(),
        root => inside.strip_prefix(root).unwrap_or(&inside),
    };
    let has = |options: &[u8], wanted: &[u8]| {
        let mut options = options.split(|byte| *byte == b',');
        options.any(|option| option == wanted)
    };
    Some(Mount {
        device: text(source),
        mount_point: shown,
        path: paths.root(OsString::from_vec(inside.to_vec())),
        kind: text(kind),
        major: number(major)?,
        minor: number(minor)?,
        is_readonly: has(options, b"ro")
            || has(super_options, b"ro")
            || has(super_options, b"emergency_ro"),
        has_quota: has(super_options, b"prjquota"),
    })
}

/// With the kernel's escapes taken away; three digits that are no byte stay as they are.
fn decode(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        let octal = after.first_chunk::<3>().and_then(|digits| {
            let digits = std::str::from_utf8(digits).ok()?;
            u8::from_str_radix(digits, 8).ok()
        });
        match (byte, octal) {
            (b'\\', Some(byte)) => {
                decoded.push(byte);
                rest = after.get(3..).unwrap_or_default();
            }
            _ => decoded.push(*byte),
        }
    }
    decoded
}
