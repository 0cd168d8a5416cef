//! Reads text 0.0.4 and OpenMetrics 1.0 into families; whatever is wrong is named with its line.
//!
//! The text may be a stranger's: nothing panics, nothing allocates more than the text carries, and the
//! time taken grows with its length (times the logarithm, for finding duplicates). Exemplars and creation times
//! are checked and left out. Not read, and said so: quoted (UTF-8) names, gauge histograms, native histograms.

mod duplicates;
mod line;
mod open_metrics;
mod text;

use crate::family::Family;
use crate::format::Format;

/// What is wrong with an exposition, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct ParseError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// What can be wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A metric's name is missing or has a character that it may not have.
    #[error("`{0}` is not a metric name")]
    MetricName(String),
    /// A label's name is missing or has a character that it may not have.
    #[error("`{0}` is not a label name")]
    LabelName(String),
    /// UTF-8 names in quotes are a later format's.
    #[error("quoted names are not supported")]
    QuotedName,
    /// Something else had to stand here.
    #[error("expected {expected}, found `{found}`")]
    Expected {
        /// What is missing.
        expected: &'static str,
        /// What stands there, its beginning.
        found: String,
    },
    /// A backslash before something else than a backslash, a quote or an n.
    #[error("`\\{0}` is not an escape")]
    Escape(char),
    /// The closing quote is missing.
    #[error("label value without its closing quote")]
    OpenQuote,
    /// The same label twice in a sample.
    #[error("label `{0}` is there twice")]
    LabelTwice(String),
    /// Not a number.
    #[error("`{0}` is not a value")]
    Value(String),
    /// Not a time, or beyond 64 bits of milliseconds.
    #[error("`{0}` is not a timestamp")]
    Timestamp(String),
    /// After `# TYPE` stands something unknown.
    #[error("`{0}` is not a metric type that is supported")]
    Type(String),
    /// A second `# TYPE`, `# HELP` or `# UNIT` of a family, or one after its samples.
    #[error("second or late {keyword} of `{name}`")]
    Late {
        /// `TYPE`, `HELP` or `UNIT`.
        keyword: &'static str,
        /// Whose.
        name: String,
    },
    /// A unit that the family's name does not end in.
    #[error("`{name}` does not end in its unit `{unit}`")]
    Unit {
        /// The family's name.
        name: String,
        /// The unit.
        unit: String,
    },
    /// Samples of a type that has none under this name.
    #[error("`{sample}` is not a sample of {kind} `{family}`")]
    Suffix {
        /// The sample's whole name.
        sample: String,
        /// The family's type.
        kind: &'static str,
        /// The family's name.
        family: String,
    },
    /// A bucket without `le`, a quantile without `quantile`, or one that is not a number.
    #[error("`{name}` needs the label `{label}` with a number")]
    Bound {
        /// The sample's whole name.
        name: String,
        /// The label.
        label: &'static str,
    },
    /// A counter or a bucket that is negative or NaN.
    #[error("`{0}` cannot have this value")]
    Range(String),
    /// A family of this name came before, with others in between; or its name is another's sample.
    #[error("the name `{0}` is taken by what came before")]
    Taken(String),
    /// The same name and labels twice.
    #[error("`{0}` is there twice with the same labels")]
    Duplicate(String),
    /// The last line has no end: the text was cut off.
    #[error("the last line has no end: the text is not whole")]
    Cut,
    /// OpenMetrics ends with `# EOF`.
    #[error("`# EOF` is missing at the end, or something follows it")]
    Eof,
}

/// Reads an exposition: OpenMetrics if `# EOF` is its last line, text 0.0.4 otherwise.
///
/// The families come in the order of their first line, named as in text 0.0.4; families without
/// samples are left out.
pub fn parse(text: &str) -> Result<Vec<Family>, ParseError> {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let last = body.rsplit('\n').next().unwrap_or_default();
    parse_as(
        text,
        if last == "# EOF" {
            Format::OpenMetrics1
        } else {
            Format::Text004
        },
    )
}

/// Reads an exposition that must be of this format.
pub fn parse_as(text: &str, format: Format) -> Result<Vec<Family>, ParseError> {
    let collected = match format {
        Format::Text004 => text::families(text)?,
        Format::OpenMetrics1 => open_metrics::families(text)?,
    };
    duplicates::refuse(&collected)?;
    let families = collected.into_iter().map(|collected| collected.family);
    Ok(families
        .filter(|family| !family.samples.is_empty())
        .collect())
}

/// A family, and the line of each of its samples.
struct Collected {
    family: Family,
    lines: Vec<usize>,
}

/// The beginning of what stands in the text, short enough for an error.
fn excerpt(text: &str) -> String {
    const EXCERPT_CHARS_MAX: usize = 80;
    text.chars().take(EXCERPT_CHARS_MAX).collect()
}

fn at(line: usize) -> impl Fn(Problem) -> ParseError {
    move |problem| ParseError { line, problem }
}

#[cfg(test)]
mod tests;
