//! What stands behind a backslash.

use std::iter::Peekable;
use std::str::Chars;

use super::{Element, JavaRegexError, unsupported};

/// POSIX's classes as Java defines them, over ASCII.
const POSIX: &[(&str, &str)] = &[
    ("Lower", "a-z"),
    ("Upper", "A-Z"),
    ("ASCII", "\\x00-\\x7F"),
    ("Alpha", "a-zA-Z"),
    ("Digit", "0-9"),
    ("Alnum", "a-zA-Z0-9"),
    ("Punct", "!-/:-@\\[-`{-~"),
    ("Graph", "!-~"),
    ("Print", " -~"),
    ("Blank", " \\t"),
    ("Cntrl", "\\x00-\\x1F\\x7F"),
    ("XDigit", "0-9A-Fa-f"),
    ("Space", " \\t\\n\\x0B\\f\\r"),
];
/// The predefined classes by their lower-case letter; the upper-case one is the rest.
const PREDEFINED: &[(char, &str)] = &[
    ('d', "0-9"),
    ('w', "a-zA-Z_0-9"),
    ('s', " \\t\\n\\x0B\\f\\r"),
    (
        'h',
        " \\t\\u{A0}\\u{1680}\\u{180E}\\u{2000}-\\u{200A}\\u{202F}\\u{205F}\\u{3000}",
    ),
    ('v', "\\n\\x0B\\f\\r\\u{85}\\u{2028}\\u{2029}"),
];

/// What an escape is.
pub(super) enum Escape {
    Literal(char),
    /// The inside of a class, and whether it is its opposite.
    Class {
        inside: &'static str,
        negated: bool,
    },
    /// What has no place in a class.
    Boundary(&'static str),
}

/// A character as it matches itself.
pub(super) fn literal(c: char) -> String {
    if "\\.+*?()|[]{}^$#&-~".contains(c) {
        format!("\\{c}")
    } else {
        c.to_string()
    }
}

/// The element that `\c` and what belongs to it is.
pub(super) fn element(c: char, rest: &mut Peekable<Chars<'_>>) -> Result<Element, JavaRegexError> {
    Ok(match read(c, rest)? {
        Escape::Literal(c) => Element::literal(c),
        Escape::Class { inside, negated } => {
            let text = format!("[{}{inside}]", if negated { "^" } else { "" });
            Element::class(text, has_colon(inside) != negated)
        }
        Escape::Boundary(text) => Element::class(text, text == "\\R"),
    })
}

/// Whether the inside of one of the classes above matches a colon.
pub(super) fn has_colon(inside: &str) -> bool {
    POSIX.iter().any(|(name, class)| {
        *class == inside && matches!(*name, "ASCII" | "Punct" | "Graph" | "Print")
    })
}

/// Reads an escape whose first character is `c`.
pub(super) fn read(c: char, rest: &mut Peekable<Chars<'_>>) -> Result<Escape, JavaRegexError> {
    if let Some((letter, inside)) = PREDEFINED
        .iter()
        .find(|(letter, _)| *letter == c.to_ascii_lowercase() && c.is_ascii_alphabetic())
    {
        let negated = *letter != c;
        return Ok(Escape::Class { inside, negated });
    }
    Ok(match c {
        'p' | 'P' => {
            let name = property(rest);
            let found = POSIX.iter().find(|(posix, _)| *posix == name);
            let Some((_, inside)) = found else {
                return Err(unsupported(&format!("the class \\{c}{{{name}}}")));
            };
            let negated = c == 'P';
            Escape::Class { inside, negated }
        }
        't' => Escape::Literal('\t'),
        'n' => Escape::Literal('\n'),
        'r' => Escape::Literal('\r'),
        'f' => Escape::Literal('\u{c}'),
        'a' => Escape::Literal('\u{7}'),
        'e' => Escape::Literal('\u{1b}'),
        'x' => Escape::Literal(hexadecimal(rest, 2)?),
        'u' => Escape::Literal(hexadecimal(rest, 4)?),
        '0' => Escape::Literal(octal(rest)?),
        'c' => {
            let control = rest.next().and_then(|c| char::from_u32(u32::from(c) ^ 64));
            Escape::Literal(control.ok_or_else(|| syntax("\\c wants a character behind it"))?)
        }
        'b' => Escape::Boundary("(?-u:\\b)"),
        'B' => Escape::Boundary("\\B"),
        'A' => Escape::Boundary("\\A"),
        'z' => Escape::Boundary("\\z"),
        'R' => Escape::Boundary("(?:\\r\\n|[\\n\\x0B\\f\\r\\u{85}\\u{2028}\\u{2029}])"),
        '1'..='9' => return Err(unsupported(&format!("the back-reference \\{c}"))),
        'k' => return Err(unsupported("a back-reference \\k<name>")),
        'G' | 'X' | 'Z' | 'N' => return Err(unsupported(&format!("\\{c}"))),
        c if c.is_ascii_alphabetic() => return Err(syntax(&format!("\\{c} is no escape"))),
        c => Escape::Literal(c),
    })
}

fn syntax(message: &str) -> JavaRegexError {
    JavaRegexError::Syntax(message.to_owned())
}

/// `{Name}` or one letter.
fn property(rest: &mut Peekable<Chars<'_>>) -> String {
    match rest.next() {
        Some('{') => rest.by_ref().take_while(|c| *c != '}').collect(),
        Some(letter) => letter.to_string(),
        None => String::new(),
    }
}

fn hexadecimal(rest: &mut Peekable<Chars<'_>>, digits: usize) -> Result<char, JavaRegexError> {
    let text: String = if rest.peek() == Some(&'{') {
        rest.next();
        rest.by_ref().take_while(|c| *c != '}').collect()
    } else {
        rest.by_ref().take(digits).collect()
    };
    let number = u32::from_str_radix(&text, 16).ok().and_then(char::from_u32);
    number.ok_or_else(|| syntax(&format!("\"{text}\" is no hexadecimal character")))
}

/// One to three octal digits, at most 377.
fn octal(rest: &mut Peekable<Chars<'_>>) -> Result<char, JavaRegexError> {
    let mut number = None;
    for _ in 0..3 {
        let digit = rest.peek().and_then(|c| c.to_digit(8));
        let next = digit.map(|digit| number.unwrap_or(0) * 8 + digit);
        match next.filter(|next| *next <= 0o377) {
            Some(next) => number = Some(next),
            None => break,
        }
        rest.next();
    }
    let character = number.and_then(char::from_u32);
    character.ok_or_else(|| syntax("\\0 wants octal digits behind it"))
}
