//! What a match is replaced by, as Java's `Matcher.replaceAll` reads it: `$1`, `${name}`, and `\` before a
//! character that stands for itself.

use regex::{Captures, Regex};

/// A parsed replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Group(usize),
}

/// Why a replacement cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A group that the pattern does not have.
    #[error("\"{template}\" asks for group {group}, but the pattern has {groups}")]
    NoGroup {
        /// The replacement.
        template: String,
        /// Number or name.
        group: String,
        /// How many there are.
        groups: usize,
    },
    /// A dollar or backslash that begins nothing.
    #[error("\"{0}\": write \\$ for a dollar and \\\\ for a backslash")]
    Syntax(String),
}

impl Template {
    /// Parses `text` for what `pattern` captures.
    ///
    /// # Errors
    /// It asks for groups that there are not, or ends in the middle of something.
    pub fn parse(text: &str, pattern: &Regex) -> Result<Self, TemplateError> {
        let syntax = || TemplateError::Syntax(text.to_owned());
        let groups = pattern.captures_len() - 1;
        let missing = |group: String| TemplateError::NoGroup {
            template: text.to_owned(),
            group,
            groups,
        };
        let mut template = Self { parts: Vec::new() };
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\\' => template.push(chars.next().ok_or_else(syntax)?),
                '$' if chars.next_if_eq(&'{').is_some() => {
                    let name: String = chars.by_ref().take_while(|c| *c != '}').collect();
                    let mut names = pattern.capture_names();
                    let group = names.position(|found| found == Some(&*name));
                    template
                        .parts
                        .push(Part::Group(group.ok_or_else(|| missing(name))?));
                }
                '$' => {
                    let first = chars.next().and_then(|c| c.to_digit(10));
                    let mut group = first.ok_or_else(syntax)? as usize;
                    // Further digits belong to it as long as there is such a group.
                    while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
                        let longer = group * 10 + digit as usize;
                        if longer > groups {
                            break;
                        }
                        group = longer;
                        chars.next();
                    }
                    if group > groups {
                        return Err(missing(group.to_string()));
                    }
                    template.parts.push(Part::Group(group));
                }
                c => template.push(c),
            }
        }
        Ok(template)
    }

    fn push(&mut self, c: char) {
        match self.parts.last_mut() {
            Some(Part::Text(text)) => text.push(c),
            _ => self.parts.push(Part::Text(c.to_string())),
        }
    }

    /// The text for a match; a group that took no part is empty.
    pub fn expand(&self, captures: &Captures<'_>) -> String {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Group(group) => {
                    text.push_str(captures.get(*group).map_or("", |found| found.as_str()));
                }
            }
        }
        text
    }

    /// The text, where it is the same for every match.
    pub fn constant(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Template;
    use regex::Regex;

    #[test]
    fn groups_are_replaced_as_java_does() {
        let pattern = Regex::new("^(?<first>a)(b)?(c)$").unwrap();
        let captures = pattern.captures("ac").unwrap();
        for (template, expected) in [
            ("x_$1_$3", "x_a_c"),
            ("${first}$2!", "a!"),
            ("$0", "ac"),
            // There is no group 12.
            ("$12", "a2"),
            (r"\$1\\", r"$1\"),
            ("0.$3", "0.c"),
            ("", ""),
        ] {
            let parsed = Template::parse(template, &pattern).unwrap();
            assert_eq!(parsed.expand(&captures), expected, "{template}");
        }
        for (template, error) in [
            ("$4", "\"$4\" asks for group 4, but the pattern has 3"),
            ("${x}", "\"${x}\" asks for group x, but the pattern has 3"),
            (
                "$x",
                "\"$x\": write \\$ for a dollar and \\\\ for a backslash",
            ),
            (
                "\\",
                "\"\\\": write \\$ for a dollar and \\\\ for a backslash",
            ),
        ] {
            let refused = Template::parse(template, &pattern).unwrap_err();
            assert_eq!(refused.to_string(), error);
        }
    }
}
