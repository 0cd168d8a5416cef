//! How long the source files are: the median is the figure that tells whether a house is kept.

use std::fmt;

use super::Finding;
use super::tree::File;

const MEDIAN_MAX: usize = 150;

/// Lengths in lines, ascending. Generated files and tests are apart.
pub(super) struct Lengths {
    source: Vec<usize>,
    tests: Vec<usize>,
    generated: Vec<usize>,
}

pub(super) fn of(files: &[File]) -> Lengths {
    let lines = |wanted: &dyn Fn(&File) -> bool| {
        let rust = files.iter().filter(|file| file.is_rust() && wanted(file));
        let mut all: Vec<usize> = rust.map(|file| file.text.lines().count()).collect();
        all.sort_unstable();
        all
    };
    Lengths {
        source: lines(&|file| !file.is_generated() && !file.is_test()),
        tests: lines(&|file| !file.is_generated() && file.is_test()),
        generated: lines(&File::is_generated),
    }
}

pub(super) fn check(lengths: &Lengths, findings: &mut Vec<Finding>) {
    let median = quantile(&lengths.source, 50);
    if median > MEDIAN_MAX {
        let what = format!("the median source file has {median} lines, at most {MEDIAN_MAX}");
        findings.push(Finding::new("(all)", what));
    }
}

/// The length that `percent` of the files do not exceed; 0 for no files.
fn quantile(ascending: &[usize], percent: usize) -> usize {
    let rank = (ascending.len() * percent).div_ceil(100).max(1);
    ascending.get(rank - 1).copied().unwrap_or(0)
}

impl fmt::Display for Lengths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = |f: &mut fmt::Formatter<'_>, name: &str, all: &[usize]| {
            write!(
                f,
                "{name:<10} {:>4} files, {:>6} lines; median {}, p90 {}, longest {}",
                all.len(),
                all.iter().sum::<usize>(),
                quantile(all, 50),
                quantile(all, 90),
                quantile(all, 100),
            )
        };
        row(f, "source", &self.source)?;
        writeln!(f)?;
        row(f, "tests", &self.tests)?;
        writeln!(f)?;
        row(f, "generated", &self.generated)
    }
}

#[cfg(test)]
mod tests;
