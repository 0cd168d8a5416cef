//! A Java regular expression as one of the crate `regex`, where the two differ.
//!
//! What takes time without bound, or what Rust's engine has no word for (look-around, back-references,
//! possessive quantifiers, atomic groups), is refused by its name. `.` stays as it is: it differs only
//! for line ends other than `\n`, which no MBean's name holds.

mod class;
mod escape;
#[cfg(test)]
mod tests;

use std::iter::Peekable;
use std::str::Chars;

/// A translated pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translated {
    /// In Rust's syntax.
    pub pattern: String,
    /// Whether the value behind `domain<properties><keys>attribute: ` may decide what it matches.
    pub reads_value: bool,
    /// The beginning of the pattern, which must be found before the value: where it is not, no value matches.
    pub stem: Option<String>,
}

/// Why a pattern cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JavaRegexError {
    /// A construct by the name that Java's documentation gives it.
    #[error("{0} is not supported; write the pattern without it")]
    Unsupported(String),
    /// What is no regular expression in Java, either.
    #[error("{0}")]
    Syntax(String),
}

/// Translates `java`.
///
/// # Errors
/// It cannot be expressed, or is no regular expression.
pub fn translate(java: &str) -> Result<Translated, JavaRegexError> {
    let mut translation = Translation {
        rest: java.chars().peekable(),
        pattern: String::with_capacity(java.len() + 16),
        depth: 0,
        value: Reading::default(),
        last: Last::Nothing,
    };
    while let Some(c) = translation.rest.next() {
        translation.take(c)?;
    }
    if translation.depth > 0 {
        return Err(JavaRegexError::Syntax("a group is not closed".to_owned()));
    }
    let stem_end = translation.value.stem_end();
    let stem = stem_end.and_then(|end| translation.pattern.get(..end));
    let stem = stem.map(str::to_owned);
    Ok(Translated {
        pattern: translation.pattern,
        reads_value: translation.value.finish(java.is_empty()),
        stem,
    })
}

struct Translation<'a> {
    rest: Peekable<Chars<'a>>,
    pattern: String,
    depth: usize,
    value: Reading,
    last: Last,
}

/// What the last token was, for a quantifier behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Last {
    Nothing,
    Element,
    Quantifier,
}

/// One element of a pattern: what it is in Rust, and what it can match.
struct Element {
    text: String,
    /// The one character that it is.
    literal: Option<char>,
    /// Whether it can match a colon, which every value stands behind.
    matches_colon: bool,
}

impl Element {
    fn literal(c: char) -> Self {
        Self {
            text: escape::literal(c),
            literal: Some(c),
            matches_colon: c == ':',
        }
    }

    fn class(text: impl Into<String>, matches_colon: bool) -> Self {
        Self {
            text: text.into(),
            literal: None,
            matches_colon,
        }
    }
}

impl Translation<'_> {
    fn take(&mut self, c: char) -> Result<(), JavaRegexError> {
        match c {
            '\\' => self.escaped(),
            '[' => {
                let class = class::take(&mut self.rest)?;
                self.element(Element::class(class.text, class.matches_colon));
                Ok(())
            }
            '(' => self.open(),
            ')' => self.close(),
            '|' => {
                self.value.alternative(self.depth);
                self.mark('|');
                Ok(())
            }
            '^' | '$' => {
                self.mark(c);
                Ok(())
            }
            '*' | '+' | '?' => self.quantifier(c.to_string()),
            '{' => {
                let bounds = self.bounds()?;
                self.quantifier(bounds)
            }
            '.' => {
                self.element(Element::class(".", true));
                Ok(())
            }
            c => {
                self.element(Element::literal(c));
                Ok(())
            }
        }
    }

    /// What is neither an element nor a quantifier.
    fn mark(&mut self, c: char) {
        self.pattern.push(c);
        self.last = Last::Nothing;
        self.value.settle();
    }

    fn element(&mut self, element: Element) {
        self.pattern.push_str(&element.text);
        self.last = Last::Element;
        self.value.element(&element, self.depth, self.pattern.len());
    }

    fn quantifier(&mut self, text: String) -> Result<(), JavaRegexError> {
        if self.last != Last::Element {
            let message = format!("'{text}' has nothing before it to repeat");
            return Err(JavaRegexError::Syntax(message));
        }
        self.value.quantifier(&text);
        self.pattern.push_str(&text);
        self.last = Last::Quantifier;
        match self.rest.peek() {
            Some('+') => Err(unsupported(&format!("the possessive quantifier {text}+"))),
            Some('?') => {
                self.rest.next();
                self.pattern.push('?');
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The rest of `{n}`, `{n,}` or `{n,m}`.
    fn bounds(&mut self) -> Result<String, JavaRegexError> {
        let mut text = String::from("{");
        for c in self.rest.by_ref() {
            text.push(c);
            if c == '}' {
                return Ok(text);
            }
            if !(c.is_ascii_digit() || c == ',') {
                break;
            }
        }
        let message = format!("'{text}' is no repetition; write \\{{ for the character");
        Err(JavaRegexError::Syntax(message))
    }

    fn open(&mut self) -> Result<(), JavaRegexError> {
        self.value.group();
        self.depth += 1;
        self.last = Last::Nothing;
        if self.rest.peek() != Some(&'?') {
            self.pattern.push('(');
            return Ok(());
        }
        self.rest.next();
        match self.rest.next() {
            Some(':') => self.pattern.push_str("(?:"),
            Some('=') => return Err(unsupported("look-ahead (?=…)")),
            Some('!') => return Err(unsupported("negative look-ahead (?!…)")),
            Some('>') => return Err(unsupported("an atomic group (?>…)")),
            Some('<') => match self.rest.peek() {
                Some('=') => return Err(unsupported("look-behind (?<=…)")),
                Some('!') => return Err(unsupported("negative look-behind (?<!…)")),
                _ => self.pattern.push_str("(?<"),
            },
            Some(flag) => return self.flags(flag),
            None => return Err(JavaRegexError::Syntax("a group is not closed".to_owned())),
        }
        if self.pattern.ends_with("(?<") {
            self.group_name();
        }
        Ok(())
    }

    fn group_name(&mut self) {
        for c in self.rest.by_ref() {
            self.pattern.push(c);
            if c == '>' {
                return;
            }
        }
    }

    /// `(?i)` for what follows, or `(?i:…)`.
    fn flags(&mut self, first: char) -> Result<(), JavaRegexError> {
        self.pattern.push_str("(?");
        let mut flag = Some(first);
        while let Some(c) = flag {
            match c {
                'i' | 'm' | 's' | '-' => self.pattern.push(c),
                // Comments and blanks would look like characters that must match.
                'x' => return Err(unsupported("the flag x (comments)")),
                'd' | 'u' | 'U' => return Err(unsupported(&format!("the flag {c}"))),
                ':' => {
                    self.pattern.push(':');
                    return Ok(());
                }
                ')' => {
                    self.pattern.push(')');
                    self.depth -= 1;
                    self.value.group();
                    return Ok(());
                }
                other => {
                    let message = format!("(?{other} begins no group");
                    return Err(JavaRegexError::Syntax(message));
                }
            }
            flag = self.rest.next();
        }
        Err(JavaRegexError::Syntax("a group is not closed".to_owned()))
    }

    fn close(&mut self) -> Result<(), JavaRegexError> {
        let Some(depth) = self.depth.checked_sub(1) else {
            let message = "')' closes no group; write \\) for the character";
            return Err(JavaRegexError::Syntax(message.to_owned()));
        };
        self.depth = depth;
        self.pattern.push(')');
        self.last = Last::Element;
        self.value.group();
        Ok(())
    }

    fn escaped(&mut self) -> Result<(), JavaRegexError> {
        match self.rest.next() {
            Some('Q') => {
                while let Some(c) = self.rest.next() {
                    if c == '\\' && self.rest.peek() == Some(&'E') {
                        self.rest.next();
                        break;
                    }
                    self.element(Element::literal(c));
                }
                Ok(())
            }
            Some(c) => {
                let element = escape::element(c, &mut self.rest)?;
                self.element(element);
                Ok(())
            }
            None => Err(JavaRegexError::Syntax(
                "it ends in a single backslash".to_owned(),
            )),
        }
    }
}

fn unsupported(what: &str) -> JavaRegexError {
    JavaRegexError::Unsupported(what.to_owned())
}

/// Follows a pattern to learn whether it can look at the value, which is ` 5.0` or the like behind a
/// colon. It cannot where, in each alternative, behind the last character that every match must have
/// and no number has, nothing can match a colon, or nothing follows one that every match must have.
#[derive(Debug, Default)]
struct Reading {
    reads: bool,
    /// Of the alternative under way: whether a match must begin before the value.
    anchored: bool,
    /// Whether what stands behind the anchor can match what stands behind a colon.
    reaches: bool,
    /// Whether a colon that every match must have has just been passed.
    behind_colon: bool,
    /// An element that a quantifier may still follow.
    pending: Option<Pending>,
    /// `.*` at the end of an alternative is what stands behind every pattern anyway.
    trailing_any: bool,
    /// Where the last anchor ends in the pattern.
    anchor_end: Option<usize>,
    has_alternatives: bool,
}

#[derive(Clone, Copy, Debug)]
struct Pending {
    literal: Option<char>,
    matches_colon: bool,
    is_any: bool,
    optional: bool,
    /// Where it ends in the pattern.
    end: usize,
}

/// What a number or a boolean may be written with.
const CHARACTERS_OF_VALUES: &str = "0123456789.-+einfatyrulsNEI: ";

impl Reading {
    fn element(&mut self, element: &Element, depth: usize, end: usize) {
        self.settle();
        self.pending = Some(Pending {
            end,
            literal: element.literal.filter(|_| depth == 0),
            matches_colon: element.matches_colon,
            is_any: element.text == "." && depth == 0,
            optional: false,
        });
        if depth > 0 {
            self.settle();
        }
    }

    fn quantifier(&mut self, text: &str) {
        if let Some(pending) = &mut self.pending {
            pending.optional = text.starts_with(['*', '?']) || text.starts_with("{0");
        }
    }

    /// The element before is complete.
    fn settle(&mut self) {
        let Some(pending) = self.pending.take() else {
            return;
        };
        self.reaches |= std::mem::take(&mut self.trailing_any);
        let marks = |c: char| {
            let both = [c.to_ascii_lowercase(), c.to_ascii_uppercase()];
            !CHARACTERS_OF_VALUES.contains(both)
        };
        match pending.literal.filter(|_| !pending.optional) {
            Some(c) if marks(c) => {
                self.anchored = true;
                self.anchor_end = Some(pending.end);
                self.reaches = false;
                self.behind_colon = false;
            }
            Some(':') if self.anchored => {
                self.reaches = false;
                self.behind_colon = true;
            }
            _ if pending.is_any && pending.optional => self.trailing_any = true,
            _ => self.reaches |= pending.matches_colon || self.behind_colon,
        }
    }

    fn group(&mut self) {
        self.settle();
        self.reaches |= std::mem::take(&mut self.trailing_any);
    }

    fn alternative(&mut self, depth: usize) {
        self.settle();
        if depth > 0 {
            return self.group();
        }
        self.has_alternatives = true;
        // An alternative that is only `.*` matches everything.
        let everything = self.trailing_any && !self.anchored && !self.reaches;
        self.reads |= (self.reaches || !self.anchored) && !everything;
        self.anchored = false;
        self.reaches = false;
        self.behind_colon = false;
        self.trailing_any = false;
    }

    /// Before [`Self::finish`]: where the beginning ends that every match must have before the value.
    fn stem_end(&mut self) -> Option<usize> {
        self.settle();
        self.anchor_end.filter(|_| !self.has_alternatives)
    }

    /// An empty pattern matches everything.
    fn finish(mut self, is_empty: bool) -> bool {
        self.alternative(0);
        self.reads && !is_empty
    }
}
