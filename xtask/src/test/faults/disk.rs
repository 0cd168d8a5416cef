//! A small disk of its own for the product, so that it can be filled: a tmpfs, which only root may mount.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::super::grafana::ends_well;
use crate::command::Failure;

/// Enough for the product and a minute of records.
const SIZE_MIB: usize = 512;
/// What is left of it when it is nearly full, in percent: below the alert's 15 and above the critical one's 5.
const LEFT_PERCENT: usize = 9;

pub(in super::super) struct Disk {
    path: PathBuf,
    mounted: bool,
}

impl Disk {
    pub(super) fn mount(path: &Path) -> Result<Disk, Failure> {
        fs::create_dir_all(path)?;
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", &format!("size={SIZE_MIB}m"), "tmpfs"])
            .arg(path);
        ends_well(&mut mount).map_err(|what| {
            Failure::Failed(format!(
                "{what}; the suite `alerts` mounts a small disk and so runs as root"
            ))
        })?;
        Ok(Disk {
            path: path.to_path_buf(),
            mounted: true,
        })
    }

    pub(in super::super) fn path(&self) -> &Path {
        &self.path
    }

    fn ballast(&self) -> PathBuf {
        self.path.join("ballast")
    }

    /// Fills it until little is left.
    pub(in super::super) fn fill(&self) -> Result<(), Failure> {
        let output = Command::new("df")
            .args(["--output=avail", "-B1"])
            .arg(&self.path)
            .output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let free: usize = text
            .lines()
            .last()
            .and_then(|line| line.trim().parse().ok())
            .unwrap_or(0);
        let left = (SIZE_MIB << 20) * LEFT_PERCENT / 100;
        let mut file = File::create(self.ballast())?;
        let block = vec![0_u8; 1 << 20];
        for _ in 0..free.saturating_sub(left) >> 20 {
            file.write_all(&block)?;
        }
        Ok(())
    }

    pub(in super::super) fn free(&self) -> Result<(), Failure> {
        Ok(fs::remove_file(self.ballast())?)
    }

    pub(super) fn unmount(mut self) -> Result<(), Failure> {
        self.mounted = false;
        ends_well(Command::new("umount").arg(&self.path)).map_err(Failure::Failed)
    }
}

impl Drop for Disk {
    /// After a failure the product may still be ending: the mount goes when the last file of it is closed.
    fn drop(&mut self) {
        if self.mounted {
            let _ = Command::new("umount")
                .arg("--lazy")
                .arg(&self.path)
                .status();
        }
    }
}
