//! The text of one log event, in the layout of Kafka's log4j files:
//!
//! ```text
//! [2026-01-31 23:59:59,123] INFO message key=value (logger)
//! ```
//!
//! An event begins where a line begins with `[`; further lines of it begin with a tab. What
//! strangers choose (field values) can forge neither an event nor a field: control characters are
//! escaped, and a value with anything but plain characters is quoted.

use super::level::LogLevel;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt::{self, Write};
use tracing::field::{Field, Visit};

/// A longer value is cut: no single field may fill the log.
const VALUE_CHARS_MAX: usize = 8 * 1024;

/// An event being collected: the message, then its fields as they come.
#[derive(Debug, Default)]
pub(super) struct Parts {
    message: String,
    fields: String,
    value: String,
}

impl Parts {
    /// Appends the whole event, line end included, to `out`.
    pub(super) fn write(
        &self,
        out: &mut String,
        now_ms: i64,
        zone: &TimeZone,
        level: LogLevel,
        logger: &str,
    ) {
        time(out, now_ms, zone);
        let _ = write!(out, " {level} ");
        message(out, &self.message);
        if self.message.is_empty() {
            out.push_str(self.fields.trim_start());
        } else {
            out.push_str(&self.fields);
        }
        let _ = writeln!(out, " ({logger})");
    }

    /// Sets the message of an event that no `tracing` macro made.
    pub(super) fn set_message(&mut self, args: fmt::Arguments<'_>) {
        self.message.clear();
        let _ = self.message.write_fmt(args);
    }

    /// Empties it for the next event, keeping its memory.
    pub(super) fn clear(&mut self) {
        self.message.clear();
        self.fields.clear();
    }

    fn field(&mut self, name: &str, shown: fmt::Arguments<'_>) {
        if name == "message" {
            self.set_message(shown);
            return;
        }
        self.value.clear();
        let _ = self.value.write_fmt(shown);
        let _ = write!(self.fields, " {name}=");
        value(&mut self.fields, &self.value);
    }
}

impl Visit for Parts {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.field(field.name(), format_args!("{value}"));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.field(field.name(), format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.field(field.name(), format_args!("{value:?}"));
    }
}

/// `[2026-01-31 23:59:59,123]` in `zone`.
fn time(out: &mut String, now_ms: i64, zone: &TimeZone) {
    let moment = Timestamp::from_millisecond(now_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    let t = zone.to_datetime(moment);
    let _ = write!(
        out,
        "[{:04}-{:02}-{:02} {:02}:{:02}:{:02},{:03}]",
        t.year(),
        t.month(),
        t.day(),
        t.hour(),
        t.minute(),
        t.second(),
        t.millisecond()
    );
}

fn message(out: &mut String, text: &str) {
    for (i, line) in text.trim_end_matches(['\r', '\n']).split('\n').enumerate() {
        if i > 0 {
            out.push_str("\n\t");
        }
        // A stack trace brings its own tab.
        let line = if i > 0 {
            line.strip_prefix('\t').unwrap_or(line)
        } else {
            line
        };
        for c in line.strip_suffix('\r').unwrap_or(line).chars() {
            if c.is_control() && c != '\t' {
                out.extend(c.escape_default());
            } else {
                out.push(c);
            }
        }
    }
}

fn value(out: &mut String, text: &str) {
    let plain = |c: char| !(c.is_control() || c.is_whitespace() || matches!(c, '"' | '=' | '\\'));
    if !text.is_empty() && text.len() <= VALUE_CHARS_MAX && text.chars().all(plain) {
        out.push_str(text);
        return;
    }
    out.push('"');
    let mut chars = text.chars();
    for c in chars.by_ref().take(VALUE_CHARS_MAX) {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    if chars.next().is_some() {
        out.push_str("[cut]");
    }
    out.push('"');
}

#[cfg(test)]
mod tests;
