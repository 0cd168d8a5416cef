//! The text of a `.properties` file, read as `java.util.Properties` reads it.
//!
//! Knows nothing of keys: it hands out every pair with its line, repeated ones too.

use thiserror::Error;

/// One pair of a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Property {
    /// The line it begins on, counted from 1.
    pub line: usize,
    pub name: String,
    pub value: String,
}

/// `\u` without four hexadecimal digits behind it, which Java refuses too.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("line {line}: \\u must be followed by four hexadecimal digits")]
pub struct MalformedEscape {
    pub line: usize,
}

/// The characters of a file: UTF-8 where it is that, else ISO-8859-1, which every byte is.
pub fn decode(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text).to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}

/// Every pair in the order of the file, and every escape that is none.
pub fn parse(text: &str) -> (Vec<Property>, Vec<MalformedEscape>) {
    let mut pairs = Vec::new();
    let mut errors = Vec::new();
    for (line, logical) in logical_lines(text) {
        let (name, value) = split(&logical);
        match (unescape(name), unescape(value)) {
            (Some(name), Some(value)) => pairs.push(Property { line, name, value }),
            _ => errors.push(MalformedEscape { line }),
        }
    }
    (pairs, errors)
}

/// Lines without blank ones and comments, each joined with those it is continued on.
fn logical_lines(text: &str) -> Vec<(usize, String)> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut lines = text.split('\n').enumerate();
    let mut logical = Vec::new();
    while let Some((index, line)) = lines.next() {
        let line = line.trim_start_matches(BLANKS);
        if line.is_empty() || line.starts_with(['#', '!']) {
            continue;
        }
        let mut joined = line.to_owned();
        while continued(&joined) {
            joined.pop();
            match lines.next() {
                Some((_, next)) => joined.push_str(next.trim_start_matches(BLANKS)),
                None => break,
            }
        }
        logical.push((index + 1, joined));
    }
    logical
}

const BLANKS: [char; 3] = [' ', '\t', '\u{c}'];

/// A line goes on where it ends in an odd number of backslashes.
fn continued(line: &str) -> bool {
    line.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

/// The name ends at the first `=`, `:` or blank that is not escaped.
fn split(line: &str) -> (&str, &str) {
    let mut escaped = false;
    let end = line.find(|c: char| {
        let ends = !escaped && (c == '=' || c == ':' || BLANKS.contains(&c));
        escaped = c == '\\' && !escaped;
        ends
    });
    let (name, rest) = line.split_at(end.unwrap_or(line.len()));
    let rest = rest.trim_start_matches(BLANKS);
    let value = rest.strip_prefix(['=', ':']).unwrap_or(rest);
    (name, value.trim_start_matches(BLANKS))
}

fn unescape(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    // Java has characters of 16 bits, and so has \u: a pair of surrogates is one character.
    let mut units: Vec<u16> = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let escape = if c == '\\' { chars.next() } else { None };
        if escape == Some('u') {
            let digits: String = chars.by_ref().take(4).collect();
            let valid = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            units.push(
                valid
                    .then(|| u16::from_str_radix(&digits, 16).ok())
                    .flatten()?,
            );
            continue;
        }
        plain.push_str(&String::from_utf16_lossy(&units));
        units.clear();
        match (c, escape) {
            ('\\', Some('t')) => plain.push('\t'),
            ('\\', Some('n')) => plain.push('\n'),
            ('\\', Some('r')) => plain.push('\r'),
            ('\\', Some('f')) => plain.push('\u{c}'),
            ('\\', Some(other)) => plain.push(other),
            ('\\', None) => {}
            (other, _) => plain.push(other),
        }
    }
    plain.push_str(&String::from_utf16_lossy(&units));
    Some(plain)
}

#[cfg(test)]
mod tests;
