//! Where the machine's files are: the only value that knows `/proc`, `/sys`, the root and udev's
//! data, and how many files may be kept open below them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use service::flags::{Flag, Values};

use crate::file::{Descriptors, KeptFile, KeptTree};

const PROCFS: Flag = Flag::text("path.procfs", "/proc", "procfs mountpoint");
const SYSFS: Flag = Flag::text("path.sysfs", "/sys", "sysfs mountpoint");
const ROOTFS: Flag = Flag::text("path.rootfs", "/", "rootfs mountpoint");
const UDEV_DATA: Flag = Flag::text("path.udev.data", "/run/udev/data", "udev data path");

/// The flags of this file.
pub const FLAGS: &[&Flag] = &[&PROCFS, &SYSFS, &ROOTFS, &UDEV_DATA];

/// Where the machine's files are.
#[derive(Clone, Debug)]
pub struct Paths {
    /// `--path.procfs`.
    pub procfs: PathBuf,
    /// `--path.sysfs`.
    pub sysfs: PathBuf,
    /// `--path.rootfs`.
    pub rootfs: PathBuf,
    /// `--path.udev.data`.
    pub udev_data: PathBuf,
    /// How many files may be kept open.
    pub descriptors: Arc<Descriptors>,
}

impl Paths {
    /// From the flags.
    pub fn read(values: &mut Values, descriptors: Arc<Descriptors>) -> Self {
        let mut path = |flag| {
            let text = values.text(flag);
            if text.is_empty() {
                values.problem(flag, "is empty; name a directory");
            }
            PathBuf::from(text)
        };
        Self {
            procfs: path(&PROCFS),
            sysfs: path(&SYSFS),
            rootfs: path(&ROOTFS),
            udev_data: path(&UDEV_DATA),
            descriptors,
        }
    }

    /// All of a machine whose files lie in a directory: `proc`, `sys`, `root` and `udev`.
    pub fn below(directory: &Path) -> Self {
        Self {
            procfs: directory.join("proc"),
            sysfs: directory.join("sys"),
            rootfs: directory.join("root"),
            udev_data: directory.join("udev"),
            descriptors: Arc::default(),
        }
    }

    /// Whether procfs is the machine's own, where every library looks for it.
    pub fn is_own_procfs(&self) -> bool {
        self.procfs == Path::new("/proc")
    }

    /// Whether sysfs is where the system mounts it.
    pub fn is_own_sysfs(&self) -> bool {
        self.sysfs == Path::new("/sys")
    }

    /// `name` below procfs.
    pub fn proc(&self, name: impl AsRef<Path>) -> PathBuf {
        self.procfs.join(name)
    }

    /// `name` below sysfs.
    pub fn sys(&self, name: impl AsRef<Path>) -> PathBuf {
        self.sysfs.join(name)
    }

    /// `name` (absolute or not) below the root.
    pub fn root(&self, name: impl AsRef<Path>) -> PathBuf {
        let name = name.as_ref();
        self.rootfs.join(name.strip_prefix("/").unwrap_or(name))
    }

    /// `name` in udev's data.
    pub fn udev(&self, name: impl AsRef<Path>) -> PathBuf {
        self.udev_data.join(name)
    }

    /// A file of procfs to be read again and again.
    pub fn proc_file(&self, name: impl AsRef<Path>) -> KeptFile {
        KeptFile::records(self.proc(name), Arc::clone(&self.descriptors))
    }

    /// A table of procfs that is written as a whole, to be read again and again.
    pub fn proc_whole(&self, name: impl AsRef<Path>) -> KeptFile {
        KeptFile::whole(self.proc(name), Arc::clone(&self.descriptors))
    }

    /// A table of procfs with short lines, to be read again and again.
    pub fn proc_short_lines(&self, name: impl AsRef<Path>) -> KeptFile {
        KeptFile::short_lines(self.proc(name), Arc::clone(&self.descriptors))
    }

    /// An attribute of sysfs to be read again and again.
    pub fn sys_file(&self, name: impl AsRef<Path>) -> KeptFile {
        KeptFile::attribute(self.sys(name), Arc::clone(&self.descriptors))
    }

    /// The devices below a directory of sysfs, with attributes to be read again and again.
    pub fn sys_tree(&self, name: impl AsRef<Path>) -> KeptTree {
        KeptTree::new(self.sys(name), Arc::clone(&self.descriptors))
    }

    /// The tables below a directory of procfs, to be read again and again.
    pub fn proc_tree(&self, name: impl AsRef<Path>) -> KeptTree {
        KeptTree::of_records(self.proc(name), Arc::clone(&self.descriptors))
    }

    /// What a mount point that the kernel names is called inside the root, as upstream strips it.
    pub fn strip_root<'a>(&self, mount_point: &'a str) -> &'a str {
        let root = self.rootfs.to_str().unwrap_or("/");
        if root == "/" {
            return mount_point;
        }
        match mount_point.strip_prefix(root) {
            Some("") => "/",
            Some(stripped) => stripped,
            None => mount_point,
        }
    }
}
