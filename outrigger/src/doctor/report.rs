//! What was found, as aligned text, as JSON and as an exit status. Pure.

use super::verdict::{Level, Verdict};
use serde::Serialize;
use service::Exit;
use std::fmt::Write;
use std::path::{Path, PathBuf};

const VERSION: u32 = 1;

/// Everything that was found.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    version: u32,
    data_dir: PathBuf,
    /// The worst of all.
    level: Level,
    checks: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    check: &'static str,
    #[serde(flatten)]
    verdict: Verdict,
}

impl Report {
    /// What each check found, by its name.
    pub(super) fn new(data_dir: &Path, found: Vec<(&'static str, Vec<Verdict>)>) -> Self {
        let lines = found.into_iter().flat_map(|(check, verdicts)| {
            verdicts
                .into_iter()
                .map(move |verdict| Line { check, verdict })
        });
        let checks: Vec<_> = lines.collect();
        let levels = checks.iter().map(|line| line.verdict.level);
        Self {
            version: VERSION,
            data_dir: data_dir.to_owned(),
            level: levels.max().unwrap_or(Level::Ok),
            checks,
        }
    }

    /// A warning stops nothing.
    pub(super) fn exit(&self) -> Exit {
        match self.level {
            Level::Ok | Level::Warning => Exit::Ok,
            Level::Problem => Exit::Failure,
        }
    }

    /// For programs.
    pub(super) fn json(&self) -> String {
        // A path that is not UTF-8 is all that can fail.
        match serde_json::to_string_pretty(self) {
            Ok(text) => text + "\n",
            Err(error) => format!("{{\"error\":\"{error}\"}}\n"),
        }
    }

    /// For people: a line each, its level and its check first, and the sum of it below.
    pub(super) fn text(&self, coloured: bool) -> String {
        let mut out = String::new();
        for Line { check, verdict } in &self.checks {
            let level = painted(verdict.level, coloured);
            let found = one_line(&verdict.found);
            let _ = write!(out, "{level}  {check:<15}{found}");
            if let Some(remedy) = &verdict.remedy {
                let _ = write!(out, "; {}", one_line(remedy));
            }
            out.push('\n');
        }
        let _ = writeln!(out, "{}: {}", self.sum(), self.data_dir.display());
        out
    }

    fn sum(&self) -> String {
        let count = |level| {
            let lines = self.checks.iter();
            lines.filter(|line| line.verdict.level == level).count()
        };
        let several = |count: usize, what: &str| match count {
            1 => format!("1 {what}"),
            _ => format!("{count} {what}s"),
        };
        match (count(Level::Problem), count(Level::Warning)) {
            (0, 0) => "nothing to do".to_owned(),
            (0, warnings) => format!("{}, no problem", several(warnings, "warning")),
            (problems, 0) => several(problems, "problem"),
            (problems, warnings) => format!(
                "{}, {}",
                several(problems, "problem"),
                several(warnings, "warning")
            ),
        }
    }
}

/// Eight columns wide, whatever its colour.
fn painted(level: Level, coloured: bool) -> String {
    let name = format!("{:<7}", level.name());
    let colour = match level {
        Level::Ok => 32,
        Level::Warning => 33,
        Level::Problem => 31,
    };
    if coloured {
        format!("\u{1b}[{colour}m{name}\u{1b}[0m")
    } else {
        name
    }
}

/// What others wrote must not look like lines of ours, nor move a terminal's cursor.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests;
