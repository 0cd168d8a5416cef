//! A Java pattern written as one of the crate `regex`, with the same meaning or not at all.
//!
//! Java's classes are ASCII, its `.` knows five line terminators, and some of what it can needs
//! backtracking, which a hostile name can make slow. So what has no exact, linear counterpart is
//! refused, with what to write instead. `$` is the very end: that Java also lets it stand before a
//! last line terminator is nothing here, because `rules` maps no name that ends in one.

use std::iter::Peekable;
use std::str::Chars;

/// Why a pattern cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// It needs what the matcher does not have.
    #[error("{0}")]
    Unsupported(&'static str),
    /// It is no pattern.
    #[error("{0}")]
    Syntax(String),
    /// It would take too much memory.
    #[error("it is too large; use smaller repetition counts")]
    Large,
}

/// Java's `.` without flags.
const DOT: &str = r"[^\n\r\x{85}\x{2028}\x{2029}]";
/// Java's shorthand classes, as the inside of a class.
const DIGIT: &str = "0-9";
const WORD: &str = "a-zA-Z0-9_";
const SPACE: &str = r" \t\n\x0B\f\r";
/// The POSIX classes of Java that are the same in ASCII.
const POSIX: &[(&str, &str)] = &[
    ("Alpha", "[:alpha:]"),
    ("Digit", "[:digit:]"),
    ("Alnum", "[:alnum:]"),
    ("Lower", "[:lower:]"),
    ("Upper", "[:upper:]"),
    ("Punct", "[:punct:]"),
    ("XDigit", "[:xdigit:]"),
    ("ASCII", "[:ascii:]"),
];
const LOOK_AROUND: PatternError = PatternError::Unsupported(
    "look-around and atomic groups need a backtracking matcher; write what may stand there, not what may not",
);
const BACK_REFERENCE: PatternError = PatternError::Unsupported(
    "back-references (\\1, \\k<name>) need a backtracking matcher; write the alternatives out",
);
const POSSESSIVE: PatternError = PatternError::Unsupported(
    "possessive quantifiers (*+, ++, ?+) need a backtracking matcher; leave the last + out",
);
const FLAGS: PatternError =
    PatternError::Unsupported("of the flags only (?i) and (?s) are supported");
const CLASS_OPERATION: PatternError = PatternError::Unsupported(
    "classes inside classes and && are not supported; write one class, with \\[ for a bracket",
);
const BOUNDARY: PatternError = PatternError::Unsupported(
    "\\b and \\B differ between versions of Java; write the characters that may stand there",
);
const ESCAPE: PatternError =
    PatternError::Unsupported("it has an escape that is not supported; write the characters out");
const CLASS_CASE: PatternError = PatternError::Unsupported(
    "\\p{Lower} and \\p{Upper} under (?i) differ between versions of Java; write \\p{Alpha}",
);
const UNFINISHED: PatternError =
    PatternError::Unsupported("it ends inside a group, a class or an escape");

/// Rewrites `pattern`.
pub(super) fn rust_pattern(pattern: &str) -> Result<String, PatternError> {
    let mut translation = Translation {
        rest: pattern.chars().peekable(),
        out: String::with_capacity(pattern.len() * 2),
        flags: Flags::default(),
        groups: Vec::new(),
    };
    translation.run()?;
    Ok(translation.out)
}

#[derive(Clone, Copy, Default)]
struct Flags {
    ignores_case: bool,
    dot_takes_all: bool,
}

struct Translation<'a> {
    rest: Peekable<Chars<'a>>,
    out: String,
    flags: Flags,
    /// The flags to return to at each closing parenthesis.
    groups: Vec<Flags>,
}

impl Translation<'_> {
    fn run(&mut self) -> Result<(), PatternError> {
        while let Some(char) = self.rest.next() {
            match char {
                '\\' => self.escape()?,
                '[' => self.class()?,
                '(' => self.open()?,
                ')' => {
                    self.flags = self.groups.pop().unwrap_or(self.flags);
                    self.out.push(')');
                }
                '.' if self.flags.dot_takes_all => self.out.push_str("(?s:.)"),
                '.' => self.out.push_str(DOT),
                '^' => self.out.push_str(r"\A"),
                '$' => self.out.push_str(r"\z"),
                '*' | '+' | '?' => {
                    self.out.push(char);
                    self.after_quantifier()?;
                }
                '{' => self.repetition()?,
                '|' => self.out.push('|'),
                _ => self.literal(char),
            }
        }
        Ok(())
    }

    fn next(&mut self) -> Result<char, PatternError> {
        self.rest.next().ok_or(UNFINISHED)
    }

    fn literal(&mut self, char: char) {
        if self.flags.ignores_case && char.is_ascii_alphabetic() {
            let (lower, upper) = (char.to_ascii_lowercase(), char.to_ascii_uppercase());
            self.out.extend(['[', lower, upper, ']']);
        } else {
            self.out
                .push_str(&regex::escape(char.encode_utf8(&mut [0; 4])));
        }
    }

    fn after_quantifier(&mut self) -> Result<(), PatternError> {
        match self.rest.peek() {
            Some('+') => Err(POSSESSIVE),
            Some('?') => {
                self.rest.next();
                self.out.push('?');
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn repetition(&mut self) -> Result<(), PatternError> {
        self.out.push('{');
        let mut has_digit = false;
        loop {
            let char = self.next()?;
            let fits = char.is_ascii_digit() || (has_digit && matches!(char, ',' | '}'));
            if !fits {
                return Err(PatternError::Syntax(
                    "'{' begins no repetition; write \\{ for a brace".to_owned(),
                ));
            }
            has_digit = true;
            self.out.push(char);
            if char == '}' {
                return self.after_quantifier();
            }
        }
    }

    fn open(&mut self) -> Result<(), PatternError> {
        if self.rest.peek() != Some(&'?') {
            self.groups.push(self.flags);
            self.out.push('(');
            return Ok(());
        }
        self.rest.next();
        match self.rest.peek() {
            Some('<') => {
                self.rest.next();
                if matches!(self.rest.peek(), Some('=' | '!')) {
                    return Err(LOOK_AROUND);
                }
                self.groups.push(self.flags);
                self.out.push_str("(?<");
                // The name follows and is the same in both; `>` is a literal to nobody else.
                loop {
                    let char = self.next()?;
                    self.out.push(char);
                    if char == '>' {
                        return Ok(());
                    }
                }
            }
            Some('=' | '!' | '>') => Err(LOOK_AROUND),
            _ => self.flags_group(),
        }
    }

    /// `(?i)`, `(?-s)`, `(?i:` and the plain `(?:`.
    fn flags_group(&mut self) -> Result<(), PatternError> {
        let before = self.flags;
        let mut is_on = true;
        loop {
            match self.next()? {
                '-' => is_on = false,
                'i' => self.flags.ignores_case = is_on,
                's' => self.flags.dot_takes_all = is_on,
                ')' => return Ok(()),
                ':' => {
                    self.groups.push(before);
                    self.out.push_str("(?:");
                    return Ok(());
                }
                _ => return Err(FLAGS),
            }
        }
    }

    fn escape(&mut self) -> Result<(), PatternError> {
        match self.next()? {
            'Q' => return self.quotation(),
            'A' => self.out.push_str(r"\A"),
            'z' | 'Z' => self.out.push_str(r"\z"),
            'b' | 'B' => return Err(BOUNDARY),
            '1'..='9' | 'k' => return Err(BACK_REFERENCE),
            class @ ('d' | 'w' | 's') => {
                let inside = shorthand(class);
                self.out.push_str(&format!("[{inside}]"));
            }
            class @ ('D' | 'W' | 'S') => {
                let inside = shorthand(class.to_ascii_lowercase());
                self.out.push_str(&format!("[^{inside}]"));
            }
            'p' => {
                let inside = self.posix()?;
                self.out.push_str(&format!("[{inside}]"));
            }
            other => {
                let char = self.escaped(other)?;
                self.literal(char);
            }
        }
        Ok(())
    }

    /// `\Q…\E`: all of it is literal.
    fn quotation(&mut self) -> Result<(), PatternError> {
        while let Some(char) = self.rest.next() {
            if char == '\\' && self.rest.peek() == Some(&'E') {
                self.rest.next();
                break;
            }
            self.literal(char);
        }
        Ok(())
    }

    fn posix(&mut self) -> Result<&'static str, PatternError> {
        if self.next()? != '{' {
            return Err(ESCAPE);
        }
        let mut name = String::new();
        loop {
            match self.next()? {
                '}' => break,
                char => name.push(char),
            }
        }
        let known = POSIX.iter().find(|(known, _)| *known == name);
        let (_, class) = known.ok_or(ESCAPE)?;
        if self.flags.ignores_case && matches!(name.as_str(), "Lower" | "Upper") {
            return Err(CLASS_CASE);
        }
        Ok(class)
    }

    /// The one character that an escape stands for.
    fn escaped(&mut self, char: char) -> Result<char, PatternError> {
        match char {
            't' => Ok('\t'),
            'n' => Ok('\n'),
            'r' => Ok('\r'),
            'f' => Ok('\x0C'),
            'a' => Ok('\x07'),
            'e' => Ok('\x1B'),
            'x' => self.hexadecimal(2),
            'u' => self.hexadecimal(4),
            _ if char.is_ascii_alphanumeric() => Err(ESCAPE),
            _ => Ok(char),
        }
    }

    fn hexadecimal(&mut self, digits: usize) -> Result<char, PatternError> {
        let mut code = 0;
        for _ in 0..digits {
            code = code * 16 + self.next()?.to_digit(16).ok_or(ESCAPE)?;
        }
        char::from_u32(code).ok_or(ESCAPE)
    }

    fn class(&mut self) -> Result<(), PatternError> {
        let is_negated = self.rest.next_if_eq(&'^').is_some();
        let mut class = String::new();
        loop {
            let char = self.next()?;
            match char {
                ']' if class.is_empty() => {
                    let problem = "']' right after '[' must be written \\]";
                    return Err(PatternError::Syntax(problem.to_owned()));
                }
                ']' => break,
                '[' => return Err(CLASS_OPERATION),
                '&' if self.rest.peek() == Some(&'&') => return Err(CLASS_OPERATION),
                '\\' => {
                    if let Some(inside) = self.class_of_class()? {
                        class.push_str(&inside);
                        continue;
                    }
                    let escape = self.next()?;
                    let low = self.escaped(escape)?;
                    self.member(low, &mut class)?;
                }
                low => self.member(low, &mut class)?,
            }
        }
        let negation = if is_negated { "^" } else { "" };
        self.out.push_str(&format!("[{negation}{class}]"));
        Ok(())
    }

    /// A shorthand class after a backslash inside a class.
    fn class_of_class(&mut self) -> Result<Option<String>, PatternError> {
        match self.rest.peek() {
            Some('d' | 'w' | 's') => Ok(self.rest.next().map(|name| shorthand(name).to_owned())),
            Some('D' | 'W' | 'S') => Ok(self.rest.next().map(|name| {
                let inside = shorthand(name.to_ascii_lowercase());
                format!("[^{inside}]")
            })),
            Some('p') => {
                self.rest.next();
                self.posix().map(|class| Some(class.to_owned()))
            }
            Some('Q') => Err(ESCAPE),
            _ => Ok(None),
        }
    }

    /// One character of a class, or the range that it begins.
    fn member(&mut self, low: char, class: &mut String) -> Result<(), PatternError> {
        let mut ahead = self.rest.clone();
        let mut high = low;
        if ahead.next() == Some('-') && !matches!(ahead.next(), None | Some(']')) {
            self.rest.next();
            high = match self.next()? {
                '[' => return Err(CLASS_OPERATION),
                '\\' => {
                    let escape = self.next()?;
                    self.escaped(escape)?
                }
                char => char,
            };
        }
        push_range(low, high, class);
        if self.flags.ignores_case {
            push_other_case(low, high, class);
        }
        Ok(())
    }
}

fn shorthand(name: char) -> &'static str {
    match name {
        'd' => DIGIT,
        'w' => WORD,
        _ => SPACE,
    }
}

fn push_range(low: char, high: char, class: &mut String) {
    for (position, char) in [low, high].into_iter().enumerate() {
        if position > 0 {
            class.push('-');
        }
        class.push_str(&regex::escape(char.encode_utf8(&mut [0; 4])));
    }
}

/// Java folds ASCII alone: the letters of the range in their other case.
fn push_other_case(low: char, high: char, class: &mut String) {
    let (from, to) = (low.max('a'), high.min('z'));
    if from <= to {
        push_range(from.to_ascii_uppercase(), to.to_ascii_uppercase(), class);
    }
    let (from, to) = (low.max('A'), high.min('Z'));
    if from <= to {
        push_range(from.to_ascii_lowercase(), to.to_ascii_lowercase(), class);
    }
}

#[cfg(test)]
mod tests;
