//! What of the kernel the front door gives up with, before a stranger's first byte: Landlock and
//! seccomp. Where they are missing it runs all the same, less well protected.

use crate::doctor::situation::Situation;
use crate::doctor::system;
use crate::doctor::verdict::Verdict;

/// What the kernel says.
#[derive(Debug)]
struct Facts {
    /// `6.1.0-18-amd64`.
    release: String,
    /// `capability,landlock,yama`; `None` where securityfs is not mounted, as in containers.
    modules: Option<String>,
    /// `kill_process kill_thread errno …`.
    actions: Option<String>,
}

/// Landlock came with it.
const LANDLOCK_SINCE: (u32, u32) = (5, 13);

/// See the head of this file.
pub(in crate::doctor) fn verdicts(_: &Situation) -> Vec<Verdict> {
    let uname = rustix::system::uname();
    judge(&Facts {
        release: uname.release().to_string_lossy().into_owned(),
        modules: system::text("/sys/kernel/security/lsm"),
        actions: system::text("/proc/sys/kernel/seccomp/actions_avail"),
    })
}

fn judge(facts: &Facts) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    let is_new = version(&facts.release).is_some_and(|version| version >= LANDLOCK_SINCE);
    let modules = facts.modules.as_deref();
    let has_landlock = modules.is_none_or(|list| list.trim().split(',').any(|m| m == "landlock"));
    if !(is_new && has_landlock) {
        verdicts.push(Verdict::warning(
            format!("Linux {} has no Landlock: authn cannot give up other files", facts.release),
            "boot with lsm=landlock,… where the kernel is 5.13 or newer; authn runs without it, too",
        ));
    }
    let actions = facts.actions.as_deref().unwrap_or_default();
    if !actions
        .split_ascii_whitespace()
        .any(|action| action == "errno")
    {
        verdicts.push(Verdict::warning(
            "the kernel has no seccomp filters: authn cannot give up system calls of administrators",
            "use a kernel with CONFIG_SECCOMP_FILTER; authn runs without it, too",
        ));
    }
    if verdicts.is_empty() {
        let found = format!("Linux {}: Landlock and seccomp for authn", facts.release);
        verdicts.push(Verdict::ok(found));
    }
    verdicts
}

/// `6.1.0-18-amd64` is 6.1.
fn version(release: &str) -> Option<(u32, u32)> {
    let mut numbers = release.split(|c: char| !c.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{Facts, judge};
    use crate::doctor::verdict::Level;

    #[test]
    fn what_the_front_door_lacks_is_told() {
        let all = Some("kill_process errno log");
        #[rustfmt::skip]
        let cases = [
            ("6.1.0-18-amd64", Some("capability,landlock,yama\n"), all, Level::Ok),
            ("6.18", None, all, Level::Ok),
            ("6.1.0", Some("capability,yama"), all, Level::Warning),
            ("5.10.0", None, all, Level::Warning),
            ("5.13.0", None, None, Level::Warning),
            ("strange", None, all, Level::Warning),
        ];
        for (release, modules, actions, level) in cases {
            let facts = Facts {
                release: release.to_owned(),
                modules: modules.map(str::to_owned),
                actions: actions.map(str::to_owned),
            };
            assert_eq!(judge(&facts)[0].level, level, "{facts:?}");
        }
    }
}
