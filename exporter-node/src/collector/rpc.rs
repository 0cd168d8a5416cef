//! The tables below `/proc/net/rpc`: a line is a subject and its counters. `procN` lines begin with
//! how many follow, one for each procedure of NFS.
//!
//! ```text
//! net 70 70 69 45
//! proc2 18 16 57 …
//! ```

use super::CollectError;
use crate::families::{Desc, Families};

/// What a line of some subject holds.
pub(super) struct Line {
    pub(super) subject: &'static str,
    pub(super) holds: Holds,
}

pub(super) enum Holds {
    /// Counters that are families of their own.
    Fields(&'static [Field]),
    /// A count of procedures, then so many counters.
    Procedures(Procedures),
}

/// A column of a line.
pub(super) struct Field {
    pub(super) column: usize,
    pub(super) desc: &'static Desc,
    pub(super) labels: &'static [(&'static str, &'static str)],
}

/// A version of NFS.
pub(super) struct Procedures {
    pub(super) desc: &'static Desc,
    pub(super) proto: &'static str,
    /// In the order of the kernel; those without a name are not told of.
    pub(super) methods: &'static [&'static str],
    /// How many every kernel has; those of newer ones are 0 where they are missing.
    pub(super) at_least: usize,
}

/// Puts what the table says.
///
/// # Errors
/// A line that is in `lines` lacks counters, or has something else.
pub(super) fn put(
    text: &str,
    file: &str,
    lines: &[Line],
    families: &mut Families,
) -> Result<(), CollectError> {
    for line in text.lines() {
        let mut words = line.split_ascii_whitespace();
        let subject = words.next().unwrap_or_default();
        let Some(known) = lines.iter().find(|line| line.subject == subject) else {
            continue;
        };
        let put = match &known.holds {
            Holds::Fields(fields) => put_fields(fields, &words, families),
            Holds::Procedures(procedures) => procedures.put(words, families),
        };
        put.ok_or_else(|| {
            CollectError::malformed(file, format!("line \"{subject}\" lacks a counter"))
        })?;
    }
    Ok(())
}

fn put_fields<'a>(
    fields: &[Field],
    words: &(impl Iterator<Item = &'a str> + Clone),
    families: &mut Families,
) -> Option<()> {
    for field in fields {
        let value: u64 = words.clone().nth(field.column)?.parse().ok()?;
        families.put(field.desc, field.labels, value as f64);
    }
    Some(())
}

impl Procedures {
    fn put<'a>(
        &self,
        mut words: impl Iterator<Item = &'a str>,
        families: &mut Families,
    ) -> Option<()> {
        let announced: usize = words.next()?.parse().ok()?;
        if announced < self.at_least {
            return None;
        }
        for (at, method) in self.methods.iter().enumerate() {
            let value: u64 = match words.next() {
                Some(word) => word.parse().ok()?,
                None if at < announced => return None,
                None => 0,
            };
            if !method.is_empty() {
                let labels = [("proto", self.proto), ("method", method)];
                families.put(self.desc, &labels, value as f64);
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests;
