//! Whether the kernel still has watches for changed certificates, policies and logs. Without them
//! the suite looks by the clock, which is later and costs more.

use crate::doctor::situation::Situation;
use crate::doctor::system;
use crate::doctor::verdict::Verdict;

/// Those of a suite: broker, front door, exporters and log shipper, with some to spare.
const INSTANCES_WANTED: u64 = 16;
/// A watch for each directory and file that is followed.
const WATCHES_WANTED: u64 = 8_192;

/// What the kernel says; `None` where it does not.
#[derive(Debug)]
struct Facts {
    instances_max: Option<u64>,
    watches_max: Option<u64>,
    /// Of the processes that this one may look into, which are those of its user.
    instances_used: u64,
}

/// See the head of this file.
pub(in crate::doctor) fn verdicts(_: &Situation) -> Vec<Verdict> {
    let links = system::pids().into_iter().flat_map(system::descriptors);
    let used = links
        .filter(|target| target == "anon_inode:inotify")
        .count();
    judge(&Facts {
        instances_max: system::number("/proc/sys/fs/inotify/max_user_instances"),
        watches_max: system::number("/proc/sys/fs/inotify/max_user_watches"),
        instances_used: used as u64,
    })
}

fn judge(facts: &Facts) -> Vec<Verdict> {
    let (Some(instances), Some(watches)) = (facts.instances_max, facts.watches_max) else {
        return vec![Verdict::warning(
            "the kernel does not tell its limits of inotify",
            "changed files are noticed a second late and more is read; mount /proc, or use a kernel with inotify",
        )];
    };
    let used = facts.instances_used;
    let mut verdicts = Vec::new();
    if instances.saturating_sub(used) < INSTANCES_WANTED {
        verdicts.push(Verdict::warning(
            format!("{used} of {instances} inotify instances are in use"),
            "changed files are noticed late: sysctl fs.inotify.max_user_instances=1024",
        ));
    }
    if watches < WATCHES_WANTED {
        verdicts.push(Verdict::warning(
            format!("a user may watch {watches} files"),
            "changed files are noticed late: sysctl fs.inotify.max_user_watches=524288",
        ));
    }
    if verdicts.is_empty() {
        let found = format!("{used} of {instances} inotify instances in use, {watches} watches");
        verdicts.push(Verdict::ok(found));
    }
    verdicts
}

#[cfg(test)]
mod tests {
    use super::{Facts, judge};
    use crate::doctor::verdict::Level;

    #[test]
    fn what_is_left_counts() {
        #[rustfmt::skip]
        let cases = [
            (Some(128), Some(65_536), 3, Level::Ok, 1),
            (Some(128), Some(65_536), 113, Level::Warning, 1),
            (Some(128), Some(65_536), 500, Level::Warning, 1),
            (Some(128), Some(100), 127, Level::Warning, 2),
            (None, Some(100), 0, Level::Warning, 1),
        ];
        for (instances_max, watches_max, instances_used, level, lines) in cases {
            let facts = Facts {
                instances_max,
                watches_max,
                instances_used,
            };
            let verdicts = judge(&facts);
            assert_eq!(
                (verdicts[0].level, verdicts.len()),
                (level, lines),
                "{facts:?}"
            );
        }
    }
}
