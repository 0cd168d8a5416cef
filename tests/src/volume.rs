//! A small file system that can run full: a tmpfs, which only root can mount.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// Mounted until dropped.
#[derive(Debug)]
pub struct Volume {
    folder: TempDir,
}

impl Volume {
    /// A file system of `mebibytes`; `None` where this user may not mount.
    pub fn mount(mebibytes: u32) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", &format!("size={mebibytes}m"), "tmpfs"])
            .arg(folder.path());
        let mounted = mount.output().ok()?.status.success();
        mounted.then_some(Self { folder })
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Takes all space that is left with a file, and names it.
    pub fn fill(&self) -> PathBuf {
        let ballast = self.path().join("ballast");
        let chunk = vec![0; 64 * 1024];
        let mut file = fs::File::create(&ballast).expect("a file");
        while std::io::Write::write_all(&mut file, &chunk).is_ok() {}
        ballast
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        let _ = Command::new("umount")
            .arg("-l")
            .arg(self.folder.path())
            .status();
    }
}
