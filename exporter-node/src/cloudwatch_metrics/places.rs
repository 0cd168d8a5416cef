//! The filesystems of the root, the broker's data and its application logs, asked by name: whether
//! the collector `filesystem` leaves them out does not matter.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{major, minor, stat};

use super::Published;
use crate::collector::filesystem::ask::{Answer, Asker, Room, statfs};

/// As `--collector.filesystem.mount-timeout` has it by default.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Three places, of which each may hang.
const WORKERS_MAX: usize = 3;

/// Where to ask.
pub(super) struct Places {
    root: PathBuf,
    data: Option<PathBuf>,
    logs: Option<PathBuf>,
    sysfs: PathBuf,
    asker: Asker,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// How full the root is.
    pub root_percent: Option<f64>,
    /// How full the broker's data volume is.
    pub data_percent: Option<f64>,
    /// How full the volume of its application logs is.
    pub logs_percent: Option<f64>,
    /// The disk of the data, as diskstats calls it.
    pub device: Option<String>,
}

impl Places {
    pub fn new(published: &Published) -> Self {
        Self {
            root: published.paths.root("/"),
            data: published.data_directory.clone(),
            logs: published.log_directory.clone(),
            sysfs: published.paths.sys(""),
            asker: Asker::new(WORKERS_MAX, TIMEOUT, statfs),
        }
    }

    /// Asks all; what hangs or is not there is absent.
    pub fn ask(&mut self) -> Asked {
        let named = [Some(&self.root), self.data.as_ref(), self.logs.as_ref()];
        let paths: Vec<PathBuf> = named.into_iter().flatten().cloned().collect();
        let answers = self.asker.ask(paths.clone());
        let percent = |path: Option<&PathBuf>| {
            let at = paths.iter().position(|other| Some(other) == path)?;
            match answers.get(at)? {
                Answer::Room(room) => used_percent(room),
                Answer::Failed(_) | Answer::Hangs => None,
            }
        };
        let data_percent = percent(self.data.as_ref());
        // One that hangs must not be asked for its device, either.
        let data = self.data.as_deref().filter(|_| data_percent.is_some());
        Asked {
            root_percent: percent(Some(&self.root)),
            data_percent,
            logs_percent: percent(self.logs.as_ref()),
            device: data.and_then(|data| disk(&self.sysfs, data)),
        }
    }
}

/// As `df` counts: of what is not kept for root.
fn used_percent(room: &Room) -> Option<f64> {
    let used = room.blocks - room.blocks_free;
    let all = used + room.blocks_available;
    (all > 0.0).then(|| used / all * 100.0)
}

/// The disk that a directory is on: of a partition, the whole one.
///
/// ```text
/// /sys/dev/block/8:1 -> ../../devices/…/block/sda/sda1
/// ```
fn disk(sysfs: &Path, directory: &Path) -> Option<String> {
    let device = stat(directory).ok()?.st_dev;
    let numbers = format!("dev/block/{}:{}", major(device), minor(device));
    let target = std::fs::read_link(sysfs.join(numbers)).ok()?;
    whole_disk(&target)
}

/// The name after `block`.
pub(super) fn whole_disk(target: &Path) -> Option<String> {
    let mut parts = target.iter().skip_while(|part| *part != "block").skip(1);
    parts.next()?.to_str().map(str::to_owned)
}
