//! `meminfo`: one family per line of `/proc/meminfo`.
//!
//! ```text
//! MemTotal:       24601236 kB       node_memory_MemTotal_bytes
//! Active(anon):    2101208 kB       node_memory_Active_anon_bytes
//! HugePages_Total:       0          node_memory_HugePages_Total
//! ```
//!
//! node_exporter 1.9 and later knows a fixed list and so leaves out lines that earlier ones had, and
//! that newer kernels bring; here are all.

use exposition::Kind;

use super::{CollectError, Collector, Setup, number};
use crate::families::Families;
use crate::file::KeptFile;

struct Meminfo {
    file: KeptFile,
}

/// Makes the collector.
pub fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    Box::new(Meminfo {
        file: setup.paths.proc_whole("meminfo"),
    })
}

impl Collector for Meminfo {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let text = self.file.text()?;
        let mut name = String::new();
        let mut help = String::new();
        for line in text.lines() {
            let Some((field, value)) = parse(line)? else {
                continue;
            };
            name.clear();
            name.push_str("node_memory_");
            let start = name.len();
            push_field(&mut name, field);
            if value.is_bytes {
                name.push_str("_bytes");
            }
            help.clear();
            help.push_str("Memory information field ");
            help.push_str(name.get(start..).unwrap_or_default());
            help.push('.');
            families.put_named(Kind::Gauge, &name, &help, &[], value.value);
        }
        Ok(())
    }
}

#[derive(Debug, PartialEq)]
struct Value {
    value: f64,
    is_bytes: bool,
}

/// `None` for an empty line.
fn parse(line: &str) -> Result<Option<(&str, Value)>, CollectError> {
    let mut words = line.split_ascii_whitespace();
    let Some(field) = words.next() else {
        return Ok(None);
    };
    let malformed =
        |problem: &str| CollectError::malformed("meminfo", format!("{field} {problem}"));
    let field_name = field.strip_suffix(':').unwrap_or(field);
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '(' | ')');
    if field_name.is_empty() || !field_name.chars().all(is_name) {
        return Err(malformed("is no name"));
    }
    let count: u64 = match words.next() {
        Some(word) => number("meminfo", word)?,
        None => return Err(malformed("has no value")),
    };
    match words.next() {
        None => Ok(Some((
            field_name,
            Value {
                value: count as f64,
                is_bytes: false,
            },
        ))),
        Some("kB") => Ok(Some((
            field_name,
            Value {
                value: count as f64 * 1024.0,
                is_bytes: true,
            },
        ))),
        Some(unit) => Err(malformed(&format!("has the unknown unit \"{unit}\""))),
    }
}

/// `Active(anon)` as `Active_anon`.
fn push_field(name: &mut String, field: &str) {
    for c in field.chars() {
        match c {
            '(' => name.push('_'),
            ')' => {}
            c => name.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Value, parse, push_field};

    #[test]
    fn a_line_is_a_name_a_number_and_perhaps_a_unit() {
        let check = |line: &str, expected: Option<Option<(&str, f64, bool)>>| {
            let expected = expected.map(|line| {
                line.map(|(field, value, is_bytes)| (field, Value { value, is_bytes }))
            });
            assert_eq!(parse(line).ok(), expected, "{line:?}");
        };
        check("MemTotal:  2 kB", Some(Some(("MemTotal", 2048.0, true))));
        check(
            "HugePages_Total:   3",
            Some(Some(("HugePages_Total", 3.0, false))),
        );
        check(
            "Active(anon): 1 kB",
            Some(Some(("Active(anon)", 1024.0, true))),
        );
        check("", Some(None));
        for line in [
            "MemTotal:",
            "MemTotal: x kB",
            "MemTotal: 1 MB",
            "a\u{fffd}: 1 kB",
            ": 1",
            "a{}: 1",
        ] {
            check(line, None);
        }
    }

    #[test]
    fn parentheses_become_an_underscore() {
        let mut name = String::new();
        push_field(&mut name, "Active(anon)");
        assert_eq!(name, "Active_anon");
    }
}
