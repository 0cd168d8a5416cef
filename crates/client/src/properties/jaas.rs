//! The value of `sasl.jaas.config`, as the JVM reads it:
//!
//!     CLASS FLAG NAME="VALUE" NAME='VALUE' NAME=VALUE;
//!
//! with one login module, since a client logs in once.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::Chars;

const FLAGS: [&str; 4] = ["required", "requisite", "sufficient", "optional"];

/// A login module and its options.
pub(super) struct LoginModule {
    /// Its name without the package: packages differ between forks.
    pub(super) class: String,
    pub(super) options: BTreeMap<String, String>,
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Equals,
    End,
}

/// Why there is no login module. Never quotes the text, which holds a password.
pub(super) type Problem = &'static str;

impl LoginModule {
    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        let mut tokens = Tokens(text.chars().peekable());
        let Some(Token::Word(class)) = tokens.next()? else {
            return Err("it must begin with the class of a login module");
        };
        match tokens.next()? {
            Some(Token::Word(flag)) if FLAGS.contains(&flag.to_ascii_lowercase().as_str()) => {}
            _ => return Err("the word `required` must follow the class"),
        }
        let mut options = BTreeMap::new();
        loop {
            let name = match tokens.next()? {
                Some(Token::Word(name)) => name,
                Some(Token::End) => break,
                _ => return Err("it must end with a semicolon"),
            };
            match (tokens.next()?, tokens.next()?) {
                (Some(Token::Equals), Some(Token::Word(value))) => options.insert(name, value),
                _ => return Err("options are written name=\"value\", and end with a semicolon"),
            };
        }
        if tokens.next()?.is_some() {
            return Err("it must hold one login module alone");
        }
        let class = class.rsplit('.').next().unwrap_or(&class).to_owned();
        Ok(Self { class, options })
    }
}

struct Tokens<'a>(Peekable<Chars<'a>>);

impl Tokens<'_> {
    fn next(&mut self) -> Result<Option<Token>, Problem> {
        while self.0.next_if(|letter| letter.is_whitespace()).is_some() {}
        Ok(match self.0.next() {
            None => None,
            Some('=') => Some(Token::Equals),
            Some(';') => Some(Token::End),
            Some(quote @ ('"' | '\'')) => Some(Token::Word(self.quoted(quote)?)),
            Some(first) => {
                let mut word = String::from(first);
                let part = |letter: &char| !letter.is_whitespace() && !"=;\"'".contains(*letter);
                while let Some(letter) = self.0.next_if(part) {
                    word.push(letter);
                }
                Some(Token::Word(word))
            }
        })
    }

    /// The rest of a text in quotes, with Java's escapes.
    fn quoted(&mut self, quote: char) -> Result<String, Problem> {
        let open = "a value in quotes does not end";
        let mut text = String::new();
        loop {
            match self.0.next().ok_or(open)? {
                letter if letter == quote => return Ok(text),
                '\\' => match self.0.next().ok_or(open)? {
                    'n' => text.push('\n'),
                    'r' => text.push('\r'),
                    't' => text.push('\t'),
                    other => text.push(other),
                },
                letter => text.push(letter),
            }
        }
    }
}

#[cfg(test)]
mod tests;
