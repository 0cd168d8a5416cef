//! Writes the text of a process's properties file, so that reading it gives back the same keys and values.
//!
//! Each line says where it came from: a process that refuses one names the line, and the reader
//! finds who asked for it.

use std::fmt::Write;

/// One line, and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Property {
    pub(super) key: String,
    pub(super) value: String,
    pub(super) origin: String,
}

/// Lines of what stands before everything else.
const HEADER_LINES: usize = 2;
/// An empty line, where a property came from, and the property, which is the last one.
const LINES_EACH: usize = 3;

/// The property on a line of the file, counted from 1.
pub(super) fn at_line(properties: &[Property], line: usize) -> Option<&Property> {
    let after_header = line.checked_sub(HEADER_LINES)?;
    let index = after_header.checked_sub(LINES_EACH)? / LINES_EACH;
    properties
        .get(index)
        .filter(|_| after_header % LINES_EACH == 0)
}

/// The text of the file of the process `part`.
pub(super) fn text(part: &str, properties: &[Property]) -> String {
    let mut text = format!(
        "# Written by `outrigger up` at each start; changes made here are lost.\n\
         # Set keys with --set {part}.KEY=VALUE or below [{part}] in outrigger.toml.\n"
    );
    for Property { key, value, origin } in properties {
        let origin = origin.replace(['\n', '\r'], " ");
        let _ = write!(
            text,
            "\n# {origin}\n{}={}\n",
            escaped(key, true),
            escaped(value, false)
        );
    }
    text
}

/// A key or a value as Java reads it back.
pub(crate) fn escaped(text: &str, key: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for (i, c) in text.chars().enumerate() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{c}' => out.push_str("\\f"),
            ' ' if key || i == 0 => out.push_str("\\ "),
            '=' | ':' | '#' | '!' if key => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Property, at_line, text};

    #[test]
    fn lines_are_escaped_as_java_reads_them() {
        let property = |key: &str, value: &str| Property {
            key: key.to_owned(),
            value: value.to_owned(),
            origin: "--set".to_owned(),
        };
        let properties = [
            property("num.partitions", "4"),
            property("a b=c:d#", " x=y:z # é\t\\ \n"),
        ];
        let written = text("broker", &properties);
        let found: Vec<_> = (0..=written.lines().count() + 1)
            .filter_map(|line| Some((line, at_line(&properties, line)?.key.as_str())))
            .collect();
        assert_eq!(found, [(5, "num.partitions"), (8, "a b=c:d#")]);
        let lines: Vec<_> = written.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "",
                "# --set",
                "num.partitions=4",
                "",
                "# --set",
                r"a\ b\=c\:d\#=\ x=y:z # é\t\\ \n",
            ]
        );
    }
}
