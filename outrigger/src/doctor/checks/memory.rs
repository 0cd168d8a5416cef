//! Memory: what is left, and what a control group allows, beside what clients can make the suite use.

use crate::doctor::situation::Situation;
use crate::doctor::system;
use crate::doctor::verdict::Verdict;

/// Of all processes together while nothing happens, generously.
const AT_REST: u64 = 192 << 20;
/// A limit above this is none: version 1 of control groups spells it as a huge number.
const UNLIMITED: u64 = 1 << 60;

/// Budgets that clients can use up: part, key, default.
const BUDGETS: &[(&str, &str, u64)] = &[
    ("broker", "outrigger.requests.memory.bytes", 512 << 20),
    ("authn", "outrigger.preauth.memory.bytes", 256 << 20),
];

/// In bytes.
#[derive(Debug)]
struct Facts {
    available: Option<u64>,
    /// The lowest limit of the control groups that this process is in.
    limit: Option<u64>,
    /// What clients can make the processes use, beside what they use at rest.
    budgets: u64,
}

/// See the head of this file.
pub(in crate::doctor) fn verdicts(situation: &Situation) -> Vec<Verdict> {
    let budget = |(part, key, default): &(&str, &str, u64)| {
        let said = situation.outlook.value(part, key);
        said.and_then(|text| text.parse().ok()).unwrap_or(*default)
    };
    let meminfo = system::text("/proc/meminfo").unwrap_or_default();
    judge(&Facts {
        available: available(&meminfo),
        limit: limit(),
        budgets: BUDGETS.iter().map(budget).fold(0, u64::saturating_add),
    })
}

fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

/// That of version 2, and of version 1.
fn limit() -> Option<u64> {
    let groups = system::text("/proc/self/cgroup")?;
    let limits = groups.lines().filter_map(|line| {
        let mut fields = line.splitn(3, ':').skip(1);
        let (controllers, path) = (fields.next()?, fields.next()?);
        let (root, file) = match controllers {
            "" => ("/sys/fs/cgroup", "memory.max"),
            _ if controllers.split(',').any(|one| one == "memory") => {
                ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
            }
            _ => return None,
        };
        // In a container the path may be that of the host, and its own group be the root.
        let own = system::number(format!("{root}{path}/{file}"));
        own.or_else(|| system::number(format!("{root}/{file}")))
    });
    limits.filter(|limit| *limit < UNLIMITED).min()
}

fn judge(facts: &Facts) -> Vec<Verdict> {
    let mebibytes = |bytes: u64| format!("{} MiB", bytes >> 20);
    let most = AT_REST.saturating_add(facts.budgets);
    let mut verdicts = Vec::new();
    if let Some(limit) = facts.limit {
        let found = format!("the control group allows {}", mebibytes(limit));
        let remedy = if limit < AT_REST {
            format!("give it {} at least", mebibytes(AT_REST))
        } else {
            format!(
                "clients can make the suite use {}: allow that, or lower broker.outrigger.requests.memory.bytes and authn.outrigger.preauth.memory.bytes",
                mebibytes(most)
            )
        };
        verdicts.push(Verdict::warn_if(limit < most, found, &remedy));
    }
    match facts.available {
        Some(available) => verdicts.push(Verdict::warn_if(
            available < AT_REST,
            format!("{} available", mebibytes(available)),
            "end what else uses memory: the suite needs some 100 MiB, and records are fast from what the system caches",
        )),
        None => verdicts.push(Verdict::ok("the system does not tell what is available")),
    }
    verdicts
}

#[cfg(test)]
mod tests {
    use super::{Facts, available, judge};
    use crate::doctor::verdict::Level;

    #[test]
    fn a_limit_below_what_clients_can_use_is_told() {
        const MIB: u64 = 1 << 20;
        #[rustfmt::skip]
        let cases = [
            (Some(4096 * MIB), None, [Level::Ok].as_slice()),
            (Some(64 * MIB), None, &[Level::Warning]),
            (None, None, &[Level::Ok]),
            (Some(4096 * MIB), Some(2048 * MIB), &[Level::Ok, Level::Ok]),
            (Some(4096 * MIB), Some(512 * MIB), &[Level::Warning, Level::Ok]),
            (Some(4096 * MIB), Some(64 * MIB), &[Level::Warning, Level::Ok]),
        ];
        for (available, limit, expected) in cases {
            let facts = Facts {
                available,
                limit,
                budgets: 704 * MIB,
            };
            let levels: Vec<_> = judge(&facts).iter().map(|v| v.level).collect();
            assert_eq!(levels, expected, "{facts:?}");
        }
    }

    #[test]
    fn what_is_available_is_read() {
        let text = "MemTotal:       24675512 kB\nMemAvailable:   100 kB\n";
        assert_eq!(available(text), Some(102_400));
        for text in ["", "MemAvailable: x kB", "MemAvailable: 1 MB"] {
            assert_eq!(available(text), None);
        }
    }
}
