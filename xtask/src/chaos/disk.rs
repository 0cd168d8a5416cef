//! A small disk of its own for checkpoints, which can be filled: a tmpfs. Without the right to mount one, nothing
//! is filled, and the run says so.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::Failure;

/// Checkpoints of three sinks over some hundred files take a tenth of it.
const SIZE: &str = "size=24m";
static BLOCK: [u8; 64 * 1024] = [b'f'; 64 * 1024];

/// The disk; unmounted with this value.
pub(crate) struct Disk {
    path: PathBuf,
    is_mounted: bool,
}

impl Disk {
    pub(crate) fn mount(path: &Path) -> Result<Self, Failure> {
        fs::create_dir_all(path)?;
        let mut mount = Command::new("mount");
        let mount = mount.args(["-t", "tmpfs", "-o", SIZE, "none"]).arg(path);
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        if !mounted {
            println!(
                "!! no tmpfs could be mounted (it takes root): THE FULL DISK IS NOT TESTED IN THIS RUN"
            );
        }
        Ok(Self {
            path: path.to_owned(),
            is_mounted: mounted,
        })
    }

    pub(crate) fn can_be_filled(&self) -> bool {
        self.is_mounted
    }

    /// Leaves not a byte.
    pub(crate) fn fill(&self) -> Result<(), Failure> {
        let mut file = File::create(self.filler())?;
        while file.write_all(&BLOCK).is_ok() {}
        while file.write_all(b"f").is_ok() {}
        Ok(())
    }

    /// Gives it back.
    pub(crate) fn clear(&self) -> Result<(), Failure> {
        Ok(fs::remove_file(self.filler())?)
    }

    fn filler(&self) -> PathBuf {
        self.path.join("filler")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.is_mounted {
            // What is left mounted is seen in /proc/mounts, and can be unmounted by hand.
            let _ = Command::new("umount").arg(&self.path).status();
        }
    }
}
