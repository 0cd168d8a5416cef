//! Writes families in either format; its pieces serve those who keep rendered prefixes.
//!
//! ```text
//! 0.0.4                                        OpenMetrics
//! # HELP node_cpu_seconds_total Seconds …      # HELP node_cpu_seconds Seconds …
//! # TYPE node_cpu_seconds_total counter        # TYPE node_cpu_seconds counter
//!                                              # UNIT node_cpu_seconds seconds
//! node_cpu_seconds_total{cpu="0"} 1.5          node_cpu_seconds_total{cpu="0"} 1.5
//!                                              # EOF
//! ```
//!
//! An untyped family goes as `unknown` under its full name, also one that ends in `_total`.

use crate::family::{Family, Kind, Sample};
use crate::format::Format;
use crate::number::{write_seconds, write_value};

/// Only these are announced with `# UNIT`: OpenMetrics' base units, when a name ends in one.
const UNITS: &[&str] = &[
    "amperes", "bytes", "celsius", "grams", "hertz", "joules", "meters", "ratio", "seconds",
    "volts",
];

/// Appends a whole exposition: every family that has samples, and the end mark.
pub fn encode(families: &[Family], format: Format, out: &mut Vec<u8>) {
    for family in families {
        write_family(out, family, format);
    }
    write_end(out, format);
}

/// Appends one family; nothing when it has no samples.
pub fn write_family(out: &mut Vec<u8>, family: &Family, format: Format) {
    if family.samples.is_empty() {
        return;
    }
    write_head(out, &family.name, &family.help, family.kind, format);
    for sample in &family.samples {
        write_sample(out, &family.name, family.kind, sample, format);
    }
}

/// Appends what ends an exposition: `# EOF` in OpenMetrics.
pub fn write_end(out: &mut Vec<u8>, format: Format) {
    if format == Format::OpenMetrics1 {
        out.extend_from_slice(b"# EOF\n");
    }
}

/// Appends the lines above a family's samples; no `# HELP` where there is none.
pub fn write_head(out: &mut Vec<u8>, name: &str, help: &str, kind: Kind, format: Format) {
    let (name, type_word) = match format {
        Format::Text004 => (name, kind.as_text()),
        Format::OpenMetrics1 => (head_name(name, kind), kind.as_open_metrics()),
    };
    if !help.is_empty() {
        push_all(out, &["# HELP ", name, " "]);
        write_escaped(out, help, format == Format::OpenMetrics1);
        out.push(b'\n');
    }
    push_all(out, &["# TYPE ", name, " ", type_word, "\n"]);
    if format == Format::OpenMetrics1
        && kind != Kind::Untyped
        && let Some((_, unit)) = name.rsplit_once('_')
        && UNITS.contains(&unit)
    {
        push_all(out, &["# UNIT ", name, " ", unit, "\n"]);
    }
}

/// Appends one line: name, labels, value and the time where it has one.
#[inline]
pub fn write_sample(out: &mut Vec<u8>, name: &str, kind: Kind, sample: &Sample, format: Format) {
    write_name(out, name, sample.suffix, kind, format);
    if format == Format::OpenMetrics1 && matches!(kind, Kind::Histogram | Kind::Summary) {
        write_bounds(out, sample);
    } else {
        write_labels(out, &sample.labels);
    }
    out.push(b' ');
    write_value(out, sample.value);
    if let Some(timestamp_ms) = sample.timestamp_ms {
        out.push(b' ');
        match format {
            Format::Text004 => {
                out.extend_from_slice(itoa::Buffer::new().format(timestamp_ms).as_bytes());
            }
            Format::OpenMetrics1 => write_seconds(out, timestamp_ms),
        }
    }
    out.push(b'\n');
}

/// Appends a sample's name: in OpenMetrics a counter's ends in `_total`, whatever it was called.
#[inline]
pub fn write_name(out: &mut Vec<u8>, name: &str, suffix: &str, kind: Kind, format: Format) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(suffix.as_bytes());
    if format == Format::OpenMetrics1 && kind == Kind::Counter && !name.ends_with("_total") {
        out.extend_from_slice(b"_total");
    }
}

/// Appends `{a="b",c="d"}`; nothing without labels.
#[inline]
pub fn write_labels<N: AsRef<str>, V: AsRef<str>>(out: &mut Vec<u8>, labels: &[(N, V)]) {
    let mut open = b'{';
    for (name, value) in labels {
        out.push(open);
        open = b',';
        write_label(out, name.as_ref(), value.as_ref());
    }
    if open == b',' {
        out.push(b'}');
    }
}

#[inline]
fn write_label(out: &mut Vec<u8>, name: &str, value: &str) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"=\"");
    write_escaped(out, value, true);
    out.push(b'"');
}

/// Labels in which a bound is spelled as OpenMetrics wants it: `le="1"` is `le="1.0"` there.
fn write_bounds(out: &mut Vec<u8>, sample: &Sample) {
    let mut open = b'{';
    for (name, value) in &sample.labels {
        out.push(open);
        open = b',';
        let is_bound = name == "le" || name == "quantile";
        write_label(out, name, value);
        if is_bound && value.parse::<i64>().is_ok() {
            out.pop();
            out.extend_from_slice(b".0\"");
        }
    }
    if open == b',' {
        out.push(b'}');
    }
}

/// A counter's family is called without `_total` in OpenMetrics.
fn head_name(name: &str, kind: Kind) -> &str {
    match (kind, name.strip_suffix("_total")) {
        (Kind::Counter, Some(base)) if !base.is_empty() => base,
        _ => name,
    }
}

/// Appends `text` with backslash and line feed escaped, and quotes where they end the text.
#[inline]
fn write_escaped(out: &mut Vec<u8>, text: &str, quotes: bool) {
    let is_special = |byte: &u8| matches!(byte, b'\\' | b'\n') || (*byte == b'"' && quotes);
    let mut rest = text.as_bytes();
    // Nearly every text is plain, and without an early exit the check is a few vector instructions.
    if !rest
        .iter()
        .fold(false, |found, byte| found | is_special(byte))
    {
        out.extend_from_slice(rest);
        return;
    }
    while let Some(at) = rest.iter().position(is_special) {
        let (plain, special) = rest.split_at(at);
        out.extend_from_slice(plain);
        let Some((byte, after)) = special.split_first() else {
            return;
        };
        out.extend_from_slice(match byte {
            b'\n' => b"\\n",
            b'"' => b"\\\"",
            _ => b"\\\\",
        });
        rest = after;
    }
    out.extend_from_slice(rest);
}

fn push_all(out: &mut Vec<u8>, parts: &[&str]) {
    for part in parts {
        out.extend_from_slice(part.as_bytes());
    }
}

#[cfg(test)]
mod tests;
