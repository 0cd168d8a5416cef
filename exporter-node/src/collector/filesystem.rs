//! `filesystem`: size and room of each mount.
//!
//! A mount that hangs (a network filesystem without its server) hangs whoever asks it: it is asked
//! on threads of its own (`ask`), waited for once, and then remembered until it answers. What answers
//! from memory is asked at once.

pub(crate) mod ask;
mod mounts;

use std::collections::HashSet;

use service::flags::Flag;

use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::KeptFile;
use crate::filter::DeviceFilter;
use crate::paths::Paths;

use ask::{Answer, Asker};
use mounts::Mount;

const MOUNTS_EXCLUDE: Flag = Flag::text(
    "collector.filesystem.mount-points-exclude",
    "^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)",
    "Regexp of mount points to exclude for filesystem collector. (mutually exclusive to mount-points-include)",
);
const MOUNTS_INCLUDE: Flag = Flag::text(
    "collector.filesystem.mount-points-include",
    "",
    "Regexp of mount points to include for filesystem collector. (mutually exclusive to mount-points-exclude)",
);
const MOUNTS_IGNORED: Flag =
    Flag::renamed("collector.filesystem.ignored-mount-points", &MOUNTS_EXCLUDE);
const TYPES_EXCLUDE: Flag = Flag::text(
    "collector.filesystem.fs-types-exclude",
    "^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|erofs|sysfs|tracefs)$",
    "Regexp of filesystem types to exclude for filesystem collector. (mutually exclusive to fs-types-include)",
);
const TYPES_INCLUDE: Flag = Flag::text(
    "collector.filesystem.fs-types-include",
    "",
    "Regexp of filesystem types to include for filesystem collector. (mutually exclusive to fs-types-exclude)",
);
const TYPES_IGNORED: Flag = Flag::renamed("collector.filesystem.ignored-fs-types", &TYPES_EXCLUDE);
const MOUNT_TIMEOUT: Flag = Flag::text(
    "collector.filesystem.mount-timeout",
    "5s",
    "How long to wait for a mount to respond before marking it as stale",
)
.hidden();
const STAT_WORKERS: Flag = Flag::text(
    "collector.filesystem.stat-workers",
    "4",
    "How many mounts may hang at once, each of which holds a thread",
)
.hidden();

/// The flags of this collector.
pub const FLAGS: &[&Flag] = &[
    &MOUNTS_EXCLUDE,
    &MOUNTS_INCLUDE,
    &MOUNTS_IGNORED,
    &TYPES_EXCLUDE,
    &TYPES_INCLUDE,
    &TYPES_IGNORED,
    &MOUNT_TIMEOUT,
    &STAT_WORKERS,
];

/// Each hanging mount holds a thread: more workers than this are a mistake.
const WORKERS_MAX: usize = 1024;

const SIZE: Desc = Desc::gauge("node_filesystem_size_bytes", "Filesystem size in bytes.");
const FREE: Desc = Desc::gauge(
    "node_filesystem_free_bytes",
    "Filesystem free space in bytes.",
);
const AVAIL: Desc = Desc::gauge(
    "node_filesystem_avail_bytes",
    "Filesystem space available to non-root users in bytes.",
);
const FILES: Desc = Desc::gauge("node_filesystem_files", "Filesystem total file nodes.");
const FILES_FREE: Desc = Desc::gauge(
    "node_filesystem_files_free",
    "Filesystem total free file nodes.",
);
/// Only macOS has any; upstream tells 0 elsewhere.
const PURGEABLE: Desc = Desc::gauge(
    "node_filesystem_purgeable_bytes",
    "Filesystem space available including purgeable space (MacOS specific).",
);
const READONLY: Desc = Desc::gauge("node_filesystem_readonly", "Filesystem read-only status.");
const DEVICE_ERROR: Desc = Desc::gauge(
    "node_filesystem_device_error",
    "Whether an error occurred while getting statistics for the given device.",
);
const MOUNT_INFO: Desc = Desc::gauge(
    "node_filesystem_mount_info",
    "Filesystem mount information.",
);

struct Filesystem {
    paths: Paths,
    /// Of the first process, else our own.
    mountinfo: [KeptFile; 2],
    mounts: DeviceFilter,
    types: DeviceFilter,
    asker: Asker,
    /// The list of mounts as it was, and those of it that are told.
    list: Vec<u8>,
    told: Vec<Told>,
}

struct Told {
    mount: Mount,
    /// It needs no other thread.
    answers_at_once: bool,
}

/// Makes the collector.
pub fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    let workers = setup.values.parsed::<usize>(&STAT_WORKERS);
    if workers > WORKERS_MAX {
        let message = format!("at most {WORKERS_MAX}");
        setup.values.problem(&STAT_WORKERS, message);
    }
    let timeout = setup.values.duration(&MOUNT_TIMEOUT);
    let files = ["1/mountinfo", "self/mountinfo"];
    Box::new(Filesystem {
        paths: setup.paths.clone(),
        mountinfo: files.map(|name| setup.paths.proc_file(name)),
        mounts: DeviceFilter::read(setup.values, &MOUNTS_INCLUDE, &MOUNTS_EXCLUDE),
        types: DeviceFilter::read(setup.values, &TYPES_INCLUDE, &TYPES_EXCLUDE),
        asker: Asker::new(workers.max(1), timeout, ask::statfs),
        list: Vec::new(),
        told: Vec::new(),
    })
}

impl Collector for Filesystem {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let [first, own] = &mut self.mountinfo;
        let text = match first.read() {
            Err(error) if error.source.kind() == std::io::ErrorKind::NotFound => own.read()?,
            read => read?,
        };
        if self.list != text {
            self.list.clear();
            self.told.clear();
            let all = mounts::parse(text, &self.paths)?;
            for mount in &all {
                let skipped =
                    self.mounts.ignores(&mount.mount_point) || self.types.ignores(&mount.kind);
                if !skipped {
                    self.told.push(Told {
                        mount: mount.clone(),
                        answers_at_once: mount.answers_at_once(&all, &self.paths),
                    });
                }
            }
            self.list.extend_from_slice(text);
        }
        let handed = self.told.iter().filter(|told| !told.answers_at_once);
        let handed = handed.map(|told| told.mount.path.clone()).collect();
        let mut handed = self.asker.ask(handed).into_iter();
        // The same thing mounted twice at one place is told once, whatever numbers it has.
        let mut seen = HashSet::new();
        let mut seen_infos = HashSet::new();
        for told in &self.told {
            let mount = &told.mount;
            let answer = match told.answers_at_once {
                true => ask::statfs(&mount.path),
                false => handed.next().unwrap_or(Answer::Hangs),
            };
            let error = match &answer {
                Answer::Room(_) => "",
                Answer::Failed(error) => error,
                Answer::Hangs => "mountpoint timeout",
            };
            if seen.insert((mount.identity(), error.to_owned())) {
                tell(mount, error, &answer, families);
            }
            if error.is_empty() && seen_infos.insert(mount.info()) {
                families.put(&MOUNT_INFO, &mount.info(), 1.0);
            }
        }
        Ok(())
    }
}

fn tell(mount: &Mount, error: &str, answer: &Answer, families: &mut Families) {
    let labels = [
        ("device", &*mount.device),
        ("device_error", error),
        ("fstype", &mount.kind),
        ("mountpoint", &mount.mount_point),
    ];
    let has_error = f64::from(u8::from(!error.is_empty()));
    families.put(&DEVICE_ERROR, &labels, has_error);
    // Of a mount that hangs, upstream does not look at the options.
    let readonly = mount.is_readonly && !matches!(answer, Answer::Hangs);
    families.put(&READONLY, &labels, f64::from(u8::from(readonly)));
    let Answer::Room(room) = answer else { return };
    families.put(&SIZE, &labels, room.blocks * room.block_bytes);
    families.put(&FREE, &labels, room.blocks_free * room.block_bytes);
    families.put(&AVAIL, &labels, room.blocks_available * room.block_bytes);
    families.put(&FILES, &labels, room.files);
    families.put(&FILES_FREE, &labels, room.files_free);
    families.put(&PURGEABLE, &labels, 0.0);
}

#[cfg(test)]
mod tests;
