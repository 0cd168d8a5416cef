//! How many files and connections a process may have open at once.
//!
//! Every process of the suite raises its soft limit to the hard one, so only the hard one counts.

use crate::doctor::situation::Situation;
use crate::doctor::verdict::Verdict;
use rustix::process::{Resource, getrlimit};

/// A connection takes one, the active segment of a partition three; MSK's smaller brokers take
/// 3,000 connections and 1,000 partitions.
const HARD_LIMIT_WANTED: u64 = 10_000;
/// Below this broker and front door hardly serve a test.
const HARD_LIMIT_MIN: u64 = 256;

/// See the head of this file.
pub(in crate::doctor) fn verdicts(_: &Situation) -> Vec<Verdict> {
    judge(getrlimit(Resource::Nofile).maximum)
}

fn judge(hard: Option<u64>) -> Vec<Verdict> {
    let verdict = match hard {
        None => Verdict::ok("no limit of open files"),
        Some(limit) if limit < HARD_LIMIT_MIN => Verdict::problem(
            format!("a process may have no more than {limit} files and connections open"),
            REMEDY,
        ),
        Some(limit) => Verdict::warn_if(
            limit < HARD_LIMIT_WANTED,
            format!("a process may have {limit} files and connections open"),
            REMEDY,
        ),
    };
    vec![verdict]
}

const REMEDY: &str = "raise the hard limit: LimitNOFILE=100000 in a systemd unit, \
    `--ulimit nofile=100000` of a container, limits.conf for a login (`ulimit -Hn` shows it)";

#[cfg(test)]
mod tests {
    use super::judge;
    use crate::doctor::verdict::Level;

    #[test]
    fn the_hard_limit_counts() {
        let cases = [
            (None, Level::Ok),
            (Some(1_048_576), Level::Ok),
            (Some(10_000), Level::Ok),
            (Some(4096), Level::Warning),
            (Some(64), Level::Problem),
        ];
        for (limit, level) in cases {
            assert_eq!(judge(limit)[0].level, level, "{limit:?}");
        }
    }
}
