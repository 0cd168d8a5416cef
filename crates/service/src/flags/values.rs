//! What flags came to: defaults, under the properties file, under `--override`, under the command
//! line. Everything that is wrong is gathered, with the place where it was said.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use config::{ConfigErrors, Origin, Problem, Property};

use super::{Flag, Given, Shape};

/// The values of all flags of a process.
#[derive(Debug, Default)]
pub struct Values {
    given: BTreeMap<&'static str, (Vec<String>, Origin)>,
    warnings: Vec<String>,
    problems: Vec<Problem>,
}

/// Why a text is no duration.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("is no duration; write a number with its unit, such as 5s, 1m30s or 250ms")]
pub struct NoDuration;

impl Values {
    /// Reads the text of a properties file, lays `overrides` over it, and `given` over both.
    pub fn load(
        flags: &[&'static Flag],
        properties: &str,
        overrides: &[(String, String)],
        given: &Given,
    ) -> Self {
        let mut values = Self::default();
        let (pairs, malformed) = config::parse(properties);
        for error in malformed {
            let message = "\\u must be followed by four hexadecimal digits".to_owned();
            values.problem_at(Origin::Line(error.line), message);
        }
        let mut old = Vec::new();
        for pair in pairs {
            values.lay(flags, pair, &mut old);
        }
        for (name, value) in overrides {
            match flag_of(flags, name) {
                Some(flag) => values.accept(flag, split(flag, value), Origin::Override, &mut old),
                None => values.problem_at(Origin::Override, unknown(flags, name)),
            }
        }
        for flag in flags {
            let texts = given.iter().filter(|(name, _)| *name == flag.name);
            let texts: Vec<String> = texts.map(|(_, text)| text.clone()).collect();
            if !texts.is_empty() {
                values.accept(flag, texts, Origin::Override, &mut old);
            }
        }
        values.rename(&old);
        values
    }

    /// Takes a line of the file. A list grows by every line of its name; of two values for anything else neither
    /// is known to be meant.
    fn lay(&mut self, flags: &[&'static Flag], pair: Property, old: &mut Vec<Flag>) {
        let origin = Origin::Line(pair.line);
        let Some(flag) = flag_of(flags, &pair.name) else {
            return self.problem_at(origin, unknown(flags, &pair.name));
        };
        let mut texts = split(flag, &pair.value);
        if let Some((before, _)) = self.given.get(flag.name) {
            if !matches!(flag.shape, Shape::List(_)) {
                let (first, second) = (before.join(","), texts.join(","));
                let message = format!(
                    "{}: given twice, as \"{first}\" and as \"{second}\"; keep one of the lines",
                    flag.name
                );
                return self.problem_at(origin, message);
            }
            texts = [before.clone(), texts].concat();
        }
        self.accept(flag, texts, origin, old);
    }

    fn accept(&mut self, flag: &Flag, texts: Vec<String>, origin: Origin, old: &mut Vec<Flag>) {
        let bad = texts
            .iter()
            .find(|text| matches!(flag.shape, Shape::Switch(_)) && text.parse::<bool>().is_err());
        if let Some(text) = bad {
            let message = format!("{}: \"{text}\" is neither true nor false", flag.name);
            return self.problem_at(origin, message);
        }
        if flag.renamed_to.is_some() && !old.iter().any(|other| other.name == flag.name) {
            old.push(*flag);
        }
        self.given.insert(flag.name, (texts, origin));
    }

    /// Puts what other spellings were given under the names that count.
    fn rename(&mut self, others: &[Flag]) {
        for flag in others {
            let name = flag.name;
            let (Some(now), Some((texts, origin))) = (flag.renamed_to, self.given.remove(name))
            else {
                continue;
            };
            if self.given.contains_key(now) {
                let message = format!("{name} and {now} are mutually exclusive");
                self.problem_at(origin, message);
                continue;
            }
            if flag.is_deprecated {
                let warning = format!("{name} is deprecated: use {now}");
                self.warnings.push(warning);
            }
            self.given.insert(now, (texts, origin));
        }
    }

    /// Whether anybody gave it.
    pub fn given(&self, flag: &Flag) -> bool {
        self.given.contains_key(flag.name)
    }

    /// Whether a switch is on.
    pub fn switch(&self, flag: &Flag) -> bool {
        match (self.last(flag), flag.shape) {
            (Some(text), _) => text == "true",
            (None, Shape::Switch(default)) => default,
            (None, _) => false,
        }
    }

    /// One value; empty where nobody gave one and there is no default.
    pub fn text(&self, flag: &Flag) -> String {
        match self.last(flag) {
            Some(text) => text.to_owned(),
            None => flag.default_text(),
        }
    }

    /// [`Values::text`] where it is not empty.
    pub fn optional(&self, flag: &Flag) -> Option<String> {
        Some(self.text(flag)).filter(|text| !text.is_empty())
    }

    /// Every value of a repeatable flag.
    pub fn list(&self, flag: &Flag) -> Vec<String> {
        match (self.given.get(flag.name), flag.shape) {
            (Some((texts, _)), _) => texts.clone(),
            (None, Shape::List(defaults)) => defaults.iter().map(|&text| text.into()).collect(),
            (None, _) => Vec::new(),
        }
    }

    /// One value as a `T`; a value that is none is a problem, and the answer is then `T`'s default.
    pub fn parsed<T>(&mut self, flag: &Flag) -> T
    where
        T: FromStr<Err: Display> + Default,
    {
        let text = self.text(flag);
        match text.parse() {
            Ok(value) => value,
            Err(error) => {
                self.problem(flag, format!("\"{text}\": {error}"));
                T::default()
            }
        }
    }

    /// One value as a duration, in Go's form.
    pub fn duration(&mut self, flag: &Flag) -> Duration {
        let text = self.text(flag);
        match parse_duration(&text) {
            Ok(duration) => duration,
            Err(error) => {
                self.problem(flag, format!("\"{text}\" {error}"));
                Duration::ZERO
            }
        }
    }

    /// Notes what is wrong with the value of a flag.
    pub fn problem(&mut self, flag: &Flag, message: impl Display) {
        let origin = self.given.get(flag.name);
        let origin = origin.map_or(Origin::Default, |(_, origin)| *origin);
        self.problem_at(origin, format!("{}: {message}", flag.name));
    }

    fn problem_at(&mut self, origin: Origin, message: String) {
        self.problems.push(Problem { origin, message });
    }

    fn last(&self, flag: &Flag) -> Option<&str> {
        let (texts, _) = self.given.get(flag.name)?;
        texts.last().map(String::as_str)
    }

    /// What a person should know, one sentence each.
    ///
    /// # Errors
    /// Everything that was wrong.
    pub fn finish(self) -> Result<Vec<String>, ConfigErrors> {
        ConfigErrors::check(self.problems)?;
        Ok(self.warnings)
    }
}

fn flag_of(flags: &[&'static Flag], name: &str) -> Option<&'static Flag> {
    flags.iter().find(|flag| flag.name == name).copied()
}

fn split(flag: &Flag, value: &str) -> Vec<String> {
    match flag.shape {
        Shape::List(_) => {
            let mut items = Vec::new();
            let mut rest = Some(value);
            while let Some(list) = rest {
                let (item, others) = list.split_at(item_end(list));
                items.push(item.trim().to_owned());
                rest = others.strip_prefix(',');
            }
            items.retain(|item| !item.is_empty());
            items
        }
        Shape::Switch(_) | Shape::Text(_) => vec![value.trim().to_owned()],
    }
}

/// Where the first item of a list ends: at a comma, but not at one within braces, as in `*.{log,out}`. A brace
/// that is never closed is a character as any other.
fn item_end(list: &str) -> usize {
    let mut within = 0_usize;
    let mut first = None;
    for (at, character) in list.char_indices() {
        match character {
            ',' if within == 0 => return at,
            ',' => first = first.or(Some(at)),
            '{' => within += 1,
            '}' => within = within.saturating_sub(1),
            _ => {}
        }
    }
    match (within, first) {
        (0, _) | (_, None) => list.len(),
        (_, Some(comma)) => comma,
    }
}

fn unknown(flags: &[&'static Flag], name: &str) -> String {
    let known = flags.iter().filter(|flag| !flag.is_hidden);
    let near = config::nearest(name, known.map(|flag| flag.name));
    match near.as_slice() {
        [] => format!("{name}: unknown; --print-default-config shows what there is"),
        near => format!("{name}: unknown; did you mean {}?", near.join(" or ")),
    }
}

/// Reads a duration in Go's form: `5s`, `1m30s`, `250ms`; a bare `0`.
///
/// # Errors
/// It is none, is negative, or is longer than any duration.
pub fn parse_duration(text: &str) -> Result<Duration, NoDuration> {
    const UNITS: [(&str, f64); 7] = [
        ("ns", 1e-9),
        ("us", 1e-6),
        ("µs", 1e-6),
        ("ms", 1e-3),
        ("s", 1.0),
        ("m", 60.0),
        ("h", 3600.0),
    ];
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let mut rest = text;
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let (number, after) = rest.split_at(rest.len() - digits.len());
        let letters = after.trim_start_matches(|c: char| !c.is_ascii_digit());
        let (unit, after) = after.split_at(after.len() - letters.len());
        let number: f64 = number.parse().map_err(|_| NoDuration)?;
        let (_, factor) = UNITS.iter().find(|(u, _)| *u == unit).ok_or(NoDuration)?;
        seconds += number * factor;
        rest = after;
    }
    if text.is_empty() {
        return Err(NoDuration);
    }
    Duration::try_from_secs_f64(seconds).map_err(|_| NoDuration)
}
