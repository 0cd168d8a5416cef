//! Whether an `up` has the data directory, and what a killed one has left in it.

use crate::doctor::situation::Situation;
use crate::doctor::verdict::Verdict;
use std::fs;

/// What is known.
#[derive(Debug, Default)]
struct Facts {
    /// Who holds the lock: its process id where the file tells.
    holder: Option<Option<u32>>,
    has_endpoints: bool,
    unreadable: Option<String>,
    /// Processes named there that live, with their names.
    alive: Vec<(String, u32)>,
}

/// See the head of this file.
pub(in crate::doctor) fn verdicts(situation: &Situation) -> Vec<Verdict> {
    let named = situation
        .endpoints
        .iter()
        .flat_map(|known| &known.processes);
    judge(&Facts {
        holder: situation.holder,
        has_endpoints: situation.endpoints.is_some(),
        unreadable: situation.unreadable.clone(),
        alive: named
            .filter(|process| is_ours(process.pid, &process.name))
            .map(|process| (process.name.clone(), process.pid))
            .collect(),
    })
}

/// Whether that process runs this part: an id alone may be anybody's by now.
fn is_ours(pid: u32, part: &str) -> bool {
    let command = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let mut words = command.split(|&byte| byte == 0);
    words.nth(1) == Some(part.as_bytes())
}

fn judge(facts: &Facts) -> Vec<Verdict> {
    if let Some(problem) = &facts.unreadable {
        return vec![Verdict::problem(
            format!("endpoints.json cannot be read: {problem}"),
            "remove the file, or use the version of outrigger that wrote it",
        )];
    }
    let verdict = match (facts.holder, facts.has_endpoints) {
        (Some(holder), true) => Verdict::ok(format!("up{}", pid(holder))),
        (Some(holder), false) => Verdict::warning(
            format!("starting or stopping{}", pid(holder)),
            "wait for it with `outrigger wait`; `outrigger up` with this directory is refused meanwhile",
        ),
        (None, false) => Verdict::ok("nothing runs here"),
        (None, true) if facts.alive.is_empty() => Verdict::ok(
            "an `up` was killed here; the next one tidies up and goes on where it stood",
        ),
        (None, true) => {
            let left = facts.alive.iter();
            let left: Vec<_> = left
                .map(|(name, pid)| format!("{name} (pid {pid})"))
                .collect();
            Verdict::warning(
                format!(
                    "an `up` was killed here, and still running are: {}",
                    left.join(", ")
                ),
                "they drain and end by themselves; `outrigger up` waits 30 s for them, so end by hand what stays",
            )
        }
    };
    vec![verdict]
}

fn pid(holder: Option<u32>) -> String {
    holder
        .map(|pid| format!(" (pid {pid})"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Facts, judge};
    use crate::doctor::verdict::Level;

    #[test]
    fn a_killed_up_is_told_from_a_running_one() {
        let left = || vec![("broker".to_owned(), 7)];
        #[rustfmt::skip]
        let cases = [
            (Some(Some(5)), true, left(), Level::Ok, "up (pid 5)"),
            (Some(None), false, vec![], Level::Warning, "starting or stopping"),
            (None, false, vec![], Level::Ok, "nothing runs here"),
            (None, true, vec![], Level::Ok, "was killed"),
            (None, true, left(), Level::Warning, "broker (pid 7)"),
        ];
        for (holder, has_endpoints, alive, level, text) in cases {
            let facts = Facts {
                holder,
                has_endpoints,
                alive,
                unreadable: None,
            };
            let verdict = judge(&facts).remove(0);
            assert_eq!(verdict.level, level, "{text}");
            assert!(verdict.found.contains(text), "{}", verdict.found);
        }
        let facts = Facts {
            unreadable: Some("EOF".to_owned()),
            ..Facts::default()
        };
        assert_eq!(judge(&facts)[0].level, Level::Problem);
    }
}
