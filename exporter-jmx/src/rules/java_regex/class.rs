//! A character class: `[a-z&&[^x]]`.

use std::iter::Peekable;
use std::str::Chars;

use super::JavaRegexError;
use super::escape::{self, Escape};

/// Classes in classes; more than anybody writes.
const DEPTH_MAX: usize = 16;

/// A translated class.
pub(super) struct Class {
    pub(super) text: String,
    /// Whether it can match a colon; true where that is not plain.
    pub(super) matches_colon: bool,
}

/// Reads what stands behind `[`, the bracket that closes it included.
pub(super) fn take(rest: &mut Peekable<Chars<'_>>) -> Result<Class, JavaRegexError> {
    nested(rest, 0)
}

fn nested(rest: &mut Peekable<Chars<'_>>, depth: usize) -> Result<Class, JavaRegexError> {
    if depth > DEPTH_MAX {
        return Err(JavaRegexError::Syntax(
            "its classes are too deep".to_owned(),
        ));
    }
    let mut class = Inside::default();
    let negated = rest.next_if_eq(&'^').is_some();
    let mut first = true;
    loop {
        let Some(c) = rest.next() else {
            let message = "a class is not closed; write \\[ for the character";
            return Err(JavaRegexError::Syntax(message.to_owned()));
        };
        match c {
            ']' if !first => break,
            '[' => {
                let inner = nested(rest, depth + 1)?;
                class.text.push_str(&inner.text);
                class.is_plain = false;
            }
            '&' if rest.next_if_eq(&'&').is_some() => {
                class.text.push_str("&&");
                class.is_plain = false;
            }
            '\\' => class.escaped(rest)?,
            c => class.range(c, rest)?,
        }
        first = false;
    }
    let mark = if negated { "^" } else { "" };
    Ok(Class {
        text: format!("[{mark}{}]", class.text),
        matches_colon: !class.is_plain || class.has_colon != negated,
    })
}

struct Inside {
    text: String,
    has_colon: bool,
    is_plain: bool,
}

impl Default for Inside {
    fn default() -> Self {
        Self {
            text: String::new(),
            has_colon: false,
            is_plain: true,
        }
    }
}

impl Inside {
    fn escaped(&mut self, rest: &mut Peekable<Chars<'_>>) -> Result<(), JavaRegexError> {
        let Some(c) = rest.next() else {
            let message = "it ends in a single backslash";
            return Err(JavaRegexError::Syntax(message.to_owned()));
        };
        match escape::read(c, rest)? {
            Escape::Literal(c) => self.range(c, rest),
            Escape::Class { inside, negated } => {
                let mark = if negated { "^" } else { "" };
                self.text.push_str(&format!("[{mark}{inside}]"));
                self.has_colon |= escape::has_colon(inside) != negated;
                Ok(())
            }
            Escape::Boundary(_) => {
                let message = format!("\\{c} has no place in a class");
                Err(JavaRegexError::Syntax(message))
            }
        }
    }

    /// One character, or the range that begins with it.
    fn range(&mut self, from: char, rest: &mut Peekable<Chars<'_>>) -> Result<(), JavaRegexError> {
        let mut ahead = rest.clone();
        let is_range =
            ahead.next() == Some('-') && ahead.peek().is_some_and(|end| !matches!(end, ']' | '['));
        if !is_range {
            self.text.push_str(&literal(from));
            self.has_colon |= from == ':';
            return Ok(());
        }
        rest.next();
        let to = match rest.next() {
            Some('\\') => match rest.next().map(|c| escape::read(c, rest)).transpose()? {
                Some(Escape::Literal(c)) => c,
                _ => return Err(no_range(from)),
            },
            Some(c) => c,
            None => return Err(no_range(from)),
        };
        if to < from {
            return Err(no_range(from));
        }
        self.text
            .push_str(&format!("{}-{}", literal(from), literal(to)));
        self.has_colon |= (from..=to).contains(&':');
        Ok(())
    }
}

fn no_range(from: char) -> JavaRegexError {
    JavaRegexError::Syntax(format!("'{from}-' begins no range"))
}

/// A character in a class; `<` and `>` must not be escaped.
fn literal(c: char) -> String {
    if c.is_ascii_punctuation() && c != '<' && c != '>' {
        format!("\\{c}")
    } else {
        c.to_string()
    }
}
