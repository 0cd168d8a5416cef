//! `ssl.principal.mapping.rules`: from the text of a distinguished name to a name of one's choice,
//! with the semantics of Kafka's `SslPrincipalMapper`, which are Java's.
//!
//! `RULE:pattern/replacement/[LU]` separated by commas; the first whose pattern matches the whole
//! name wins, and then *every* match of the pattern in it is replaced, an empty one at the end
//! included, as Java's `replaceAll` does. `DEFAULT` is the name as it is. Patterns are checked when
//! they are read; matching takes time linear in the name, whatever the pattern.

use super::replacement::{Replacement, ReplacementError};
use super::translation::{PatternError, rust_pattern};
use regex::{Regex, RegexBuilder};
use std::sync::LazyLock;

/// What Kafka's own grammar takes for one rule. `.` is Java's: no line terminators.
const RULE: &str = r"(DEFAULT)|RULE:((?:\\[^\n\r\x{85}\x{2028}\x{2029}]|[^\\/])*)/((?:\\[^\n\r\x{85}\x{2028}\x{2029}]|[^\\/])*)/([LU]?)[^\n\r\x{85}\x{2028}\x{2029}]*?|([^\n\r\x{85}\x{2028}\x{2029}]*?)";
const JAVA_SPACE: &str = r"[ \t\n\x0B\f\r]*";
/// Memory of one compiled pattern; those of people take some 10 KiB.
const PATTERN_BYTES_MAX: usize = 1 << 20;
/// Longer than any list of rules that a person keeps.
const TEXT_BYTES_MAX: usize = 64 << 10;

/// What ends a line for Java.
const LINE_TERMINATORS: [char; 5] = ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'];

/// A parsed list of rules.
#[derive(Clone, Debug)]
pub struct Rules(Vec<Rule>);

/// Why a list of rules is refused. The text names the rule and the remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Neither `DEFAULT` nor a `RULE:`.
    #[error(
        "'{rule}' is no rule; write DEFAULT or RULE:pattern/replacement/, with L or U at the end to change case"
    )]
    Syntax {
        /// The text between commas.
        rule: String,
    },
    /// Something after the end of a rule.
    #[error("'{rest}' after the rule '{rule}' has no meaning; rules are separated by commas")]
    Trailing {
        /// The rule.
        rule: String,
        /// What follows it.
        rest: String,
    },
    /// A pattern that cannot be used.
    #[error("the pattern of '{rule}' cannot be used: {problem}")]
    Pattern {
        /// The rule.
        rule: String,
        /// What is wrong, and what to do.
        problem: PatternError,
    },
    /// A replacement that cannot be used.
    #[error("the replacement of '{rule}' cannot be used: {problem}")]
    Replacement {
        /// The rule.
        rule: String,
        /// What is wrong, and what to do.
        problem: ReplacementError,
    },
    /// Nothing could ever log in.
    #[error("there is no rule; write DEFAULT to take names as they are")]
    Empty,
    /// Unreasonably long.
    #[error("the rules are longer than {TEXT_BYTES_MAX} bytes")]
    Long,
}

#[derive(Clone, Debug)]
enum Rule {
    Default,
    Mapping(Box<Mapping>),
}

#[derive(Clone, Debug)]
struct Mapping {
    whole: Regex,
    anywhere: Regex,
    replacement: Replacement,
    case: Case,
    empty_captures: EmptyCaptures,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    Kept,
    Lower,
    Upper,
}

/// What to do where a group captures nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EmptyCaptures {
    /// What Java does: the replacement has nothing in its place.
    Taken,
    /// No principal: else all whose capture is empty would be one and the same.
    Refused,
}

/// What rules make of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mapped {
    Name(String),
    EmptyCapture,
    NoRule,
}

impl Rules {
    /// Reads the value of `ssl.principal.mapping.rules`.
    ///
    /// # Errors
    /// The text is none that Kafka would accept, or needs what a linear matcher does not have.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        Self::with(text, EmptyCaptures::Taken)
    }

    pub(super) fn with(text: &str, empty_captures: EmptyCaptures) -> Result<Self, RuleError> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(RuleError::Long);
        }
        let mut rules = Vec::new();
        for rule in split(text) {
            rules.extend(parse_rule(rule, empty_captures)?);
        }
        if rules.is_empty() {
            return Err(RuleError::Empty);
        }
        Ok(Self(rules))
    }

    /// The name that the first matching rule gives; `None` where none matches.
    pub fn apply(&self, name: &str) -> Option<String> {
        match self.map(name) {
            Mapped::Name(mapped) => Some(mapped),
            Mapped::EmptyCapture | Mapped::NoRule => None,
        }
    }

    pub(super) fn map(&self, name: &str) -> Mapped {
        // Java's `$` would match before it, too, which no linear matcher can say; who ends a name in
        // one means no good.
        if name.ends_with(LINE_TERMINATORS) && !matches!(self.0.as_slice(), [Rule::Default, ..]) {
            return Mapped::NoRule;
        }
        let mapped = self.0.iter().find_map(|rule| match rule {
            Rule::Default => Some(Mapped::Name(name.to_owned())),
            Rule::Mapping(mapping) => mapping.map(name),
        });
        mapped.unwrap_or(Mapped::NoRule)
    }
}

impl Mapping {
    fn map(&self, name: &str) -> Option<Mapped> {
        let groups = self.whole.captures(name)?;
        let is_empty = |group: Option<regex::Match<'_>>| group.is_none_or(|found| found.is_empty());
        if self.empty_captures == EmptyCaptures::Refused && groups.iter().skip(1).any(is_empty) {
            return Some(Mapped::EmptyCapture);
        }
        let replaced = self.replace_all(name);
        Some(Mapped::Name(match self.case {
            Case::Kept => replaced,
            Case::Lower => replaced.to_lowercase(),
            Case::Upper => replaced.to_uppercase(),
        }))
    }

    /// Java's `replaceAll`: unlike Rust's, it takes an empty match right after another match.
    fn replace_all(&self, name: &str) -> String {
        let mut out = String::new();
        let (mut copied, mut from) = (0, 0);
        while from <= name.len()
            && let Some(groups) = self.anywhere.captures_at(name, from)
            && let Some(found) = groups.get(0)
        {
            out.push_str(name.get(copied..found.start()).unwrap_or_default());
            self.replacement.append(&groups, &mut out);
            copied = found.end();
            from = if found.is_empty() {
                let next = name.get(copied..).and_then(|rest| rest.chars().next());
                copied + next.map_or(1, char::len_utf8)
            } else {
                copied
            };
        }
        out.push_str(name.get(copied..).unwrap_or_default());
        out
    }
}

/// Kafka's splitter: at commas, but not inside the slashes of a rule.
fn split(text: &str) -> Vec<&str> {
    #[expect(clippy::expect_used, reason = "a constant, and a test reads it")]
    static SPLITTER: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = format!("{JAVA_SPACE}({RULE}){JAVA_SPACE}(?:,{JAVA_SPACE}|\\z)");
        Regex::new(&pattern).expect("it is a pattern")
    });
    let trimmed = text.trim_matches(|c: char| c <= ' ');
    let rules = SPLITTER.captures_iter(trimmed);
    rules
        .filter_map(|groups| groups.get(1))
        .map(|rule| rule.as_str())
        .collect()
}

fn parse_rule(rule: &str, empty_captures: EmptyCaptures) -> Result<Option<Rule>, RuleError> {
    #[expect(clippy::expect_used, reason = "a constant, and a test reads it")]
    static PARSER: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(&format!("\\A(?:{RULE})")).expect("it is a pattern"));
    let syntax = || RuleError::Syntax {
        rule: rule.to_owned(),
    };
    let groups = PARSER.captures(rule).ok_or_else(syntax)?;
    let end = groups.get(0).map_or(0, |found| found.end());
    match rule.get(end..) {
        None | Some("") => {}
        Some(_) if end == 0 => return Err(syntax()),
        Some(rest) => {
            return Err(RuleError::Trailing {
                rule: rule.get(..end).unwrap_or_default().to_owned(),
                rest: rest.to_owned(),
            });
        }
    }
    if groups.get(1).is_some() {
        return Ok(Some(Rule::Default));
    }
    let (Some(pattern), Some(replacement)) = (groups.get(2), groups.get(3)) else {
        return Ok(None);
    };
    let case = match groups.get(4).map(|found| found.as_str()) {
        Some("L") => Case::Lower,
        Some("U") => Case::Upper,
        _ => Case::Kept,
    };
    mapping(
        rule,
        pattern.as_str(),
        replacement.as_str(),
        case,
        empty_captures,
    )
    .map(|mapping| Some(Rule::Mapping(Box::new(mapping))))
}

fn mapping(
    rule: &str,
    pattern: &str,
    replacement: &str,
    case: Case,
    empty_captures: EmptyCaptures,
) -> Result<Mapping, RuleError> {
    let refused = |problem| RuleError::Pattern {
        rule: rule.to_owned(),
        problem,
    };
    let translated = rust_pattern(pattern).map_err(refused)?;
    let anywhere = compile(&translated).map_err(refused)?;
    let whole = compile(&format!("\\A(?:{translated})\\z")).map_err(refused)?;
    let replacement =
        Replacement::parse(replacement, &anywhere).map_err(|problem| RuleError::Replacement {
            rule: rule.to_owned(),
            problem,
        })?;
    Ok(Mapping {
        whole,
        anywhere,
        replacement,
        case,
        empty_captures,
    })
}

fn compile(pattern: &str) -> Result<Regex, PatternError> {
    RegexBuilder::new(pattern)
        .size_limit(PATTERN_BYTES_MAX)
        .dfa_size_limit(PATTERN_BYTES_MAX)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => PatternError::Large,
            other => PatternError::Syntax(last_line(&other.to_string())),
        })
}

/// The part of the message that says what is wrong; the rest draws the translated pattern.
fn last_line(message: &str) -> String {
    let last = message.lines().last().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests;
