//! What a suite says about itself, and the summary that ends a run. Its last line has the form that test runners close with.

use std::fmt::Write;

/// Counts of one suite; a suite without a count of its own is one check.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) skipped: usize,
    /// One sentence per failure.
    pub(crate) failed: Vec<String>,
}

impl Tally {
    pub(crate) fn of(outcome: Result<(), String>) -> Tally {
        let mut tally = Tally::default();
        tally.add(outcome);
        tally
    }

    pub(crate) fn add(&mut self, outcome: Result<(), String>) {
        match outcome {
            Ok(()) => self.passed += 1,
            Err(reason) => self.failed.push(reason),
        }
    }

    /// Adds what a part of the suite came to.
    pub(crate) fn append(&mut self, part: Tally) {
        self.passed += part.passed;
        self.skipped += part.skipped;
        self.failed.extend(part.failed);
    }

    /// Whether the suite did something and nothing of it failed.
    pub(crate) fn green(&self) -> bool {
        self.failed.is_empty() && self.passed > 0
    }
}

/// A finished suite.
pub(crate) struct Report {
    pub(crate) suite: &'static str,
    pub(crate) seconds: f64,
    pub(crate) tally: Tally,
}

/// The table for people, then every failure, then the closing line.
pub(crate) fn summary(reports: &[Report]) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "\n{:<20}{:>8}{:>8}{:>9}{:>9}",
        "suite", "passed", "failed", "skipped", "seconds"
    );
    for Report {
        suite,
        seconds,
        tally,
    } in reports
    {
        let mark = if tally.green() { "" } else { "  FAILED" };
        let (failed, skipped) = (tally.failed.len(), tally.skipped);
        let _ = writeln!(
            text,
            "{suite:<20}{:>8}{failed:>8}{skipped:>9}{seconds:>9.1}{mark}",
            tally.passed
        );
    }
    for Report { suite, tally, .. } in reports {
        for reason in &tally.failed {
            let _ = writeln!(text, "FAILED {suite}: {reason}");
        }
    }
    let passed: usize = reports.iter().map(|report| report.tally.passed).sum();
    let skipped: usize = reports.iter().map(|report| report.tally.skipped).sum();
    let failed: usize = reports.iter().map(failures).sum();
    let seconds: f64 = reports.iter().map(|report| report.seconds).sum();
    let _ = writeln!(
        text,
        "\nfinished in {seconds:.0} s\n{passed} passed, {failed} failed, {skipped} skipped"
    );
    text
}

/// A suite that ran nothing counts as one failure.
fn failures(report: &Report) -> usize {
    if report.tally.failed.is_empty() && !report.tally.green() {
        1
    } else {
        report.tally.failed.len()
    }
}

#[cfg(test)]
mod tests;
