//! Whether every part takes its configuration: options, environment, `outrigger.toml`, defaults.

use crate::doctor::situation::Situation;
use crate::doctor::verdict::Verdict;

/// See the head of this file.
pub(in crate::doctor) fn verdicts(situation: &Situation) -> Vec<Verdict> {
    let parts: Vec<_> = situation.outlook.processes().collect();
    judge(&situation.problems, &parts)
}

fn judge(problems: &[String], parts: &[&str]) -> Vec<Verdict> {
    if problems.is_empty() {
        return vec![Verdict::ok(format!(
            "usable by all parts: {}",
            parts.join(", ")
        ))];
    }
    let told = problems.iter();
    told.map(|problem| {
        Verdict::problem(
            problem.clone(),
            "mend it where it was said; `outrigger PART --print-default-config` shows every key",
        )
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::judge;
    use crate::doctor::verdict::Level;

    #[test]
    fn every_problem_is_a_line() {
        assert_eq!(judge(&[], &["broker"])[0].level, Level::Ok);
        let problems = ["--set a: b".to_owned(), "c".to_owned()];
        let verdicts = judge(&problems, &[]);
        assert_eq!(verdicts.len(), 2);
        assert!(verdicts.iter().all(|v| v.level == Level::Problem));
    }
}
