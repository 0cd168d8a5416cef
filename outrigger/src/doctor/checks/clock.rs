//! The clock: whether something keeps it right, and the zone in which logs are written. How far it is
//! off AWS's is told by the check of AWS.

use crate::doctor::situation::Situation;
use crate::doctor::verdict::Verdict;
use jiff::tz::TimeZone;
use rtime_clock::adjtime::{Timex, adjtimex};

/// The clock is not synchronized (`TIME_ERROR` of adjtimex(2)).
const UNSYNCHRONIZED: i32 = 5;
/// 2026-01-01: whoever has this program cannot be before.
const BUILT_AFTER_MS: i64 = 1_767_225_600_000;

/// What is known.
#[derive(Debug)]
struct Facts {
    now_ms: i64,
    /// `None` where the system does not let us ask.
    synchronized: Option<bool>,
    zone: Result<String, String>,
}

/// See the head of this file.
pub(in crate::doctor) fn verdicts(situation: &Situation) -> Vec<Verdict> {
    let state = adjtimex(&mut Timex::new());
    judge(&Facts {
        now_ms: situation.now_ms,
        synchronized: state.ok().map(|clock| clock != UNSYNCHRONIZED),
        zone: TimeZone::try_system()
            .map(|zone| zone.iana_name().unwrap_or("a local zone").to_owned())
            .map_err(|error| error.to_string()),
    })
}

fn judge(facts: &Facts) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    if facts.now_ms < BUILT_AFTER_MS {
        verdicts.push(Verdict::problem(
            "the clock is years behind",
            "set it: certificates would not be valid, and signatures be refused",
        ));
    }
    if facts.synchronized == Some(false) {
        verdicts.push(Verdict::warning(
            "nothing keeps the clock right",
            "run chrony or systemd-timesyncd: IAM logins and AWS refuse a clock that is 5 minutes off (in a container, the host's clock counts)",
        ));
    }
    match &facts.zone {
        Ok(zone) => verdicts.push(Verdict::ok(match facts.synchronized {
            Some(true) => format!("synchronized; log lines are in {zone}"),
            Some(false) | None => format!("log lines are in {zone}"),
        })),
        Err(problem) => verdicts.push(Verdict::warning(
            format!("the time zone is not known, log lines are in UTC: {problem}"),
            "set TZ, or install tzdata",
        )),
    }
    verdicts
}

#[cfg(test)]
mod tests {
    use super::{BUILT_AFTER_MS, Facts, judge};
    use crate::doctor::verdict::Level;

    #[test]
    fn a_clock_that_nothing_keeps_is_a_warning_and_one_of_1970_a_problem() {
        let utc = || Ok("UTC".to_owned());
        #[rustfmt::skip]
        let cases = [
            (BUILT_AFTER_MS, Some(true), utc(), Level::Ok),
            (BUILT_AFTER_MS, None, utc(), Level::Ok),
            (BUILT_AFTER_MS, Some(false), utc(), Level::Warning),
            (BUILT_AFTER_MS, Some(true), Err("no such file".to_owned()), Level::Warning),
            (0, Some(false), utc(), Level::Problem),
        ];
        for (now_ms, synchronized, zone, level) in cases {
            let facts = Facts {
                now_ms,
                synchronized,
                zone,
            };
            let worst = judge(&facts).iter().map(|v| v.level).max();
            assert_eq!(worst, Some(level), "{facts:?}");
        }
    }
}
