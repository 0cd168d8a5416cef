//! JSON values as block YAML: keys sorted, strings quoted wherever a parser might take them for something else. Enough for files of
//! ours that Prometheus, promtool and Grafana read; it reads nothing.

use std::fmt::Write;

use serde_json::{Map, Value};

/// The document, after a head of comment lines.
pub(crate) fn document(head: &str, value: &Value) -> String {
    let mut text = String::new();
    for line in head.lines() {
        let _ = writeln!(text, "# {line}");
    }
    write_value(&mut text, value, 0);
    text
}

/// A value that begins on a line of its own.
fn write_value(text: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Object(map) if !map.is_empty() => write_map(text, map, indent, true),
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                let _ = write!(text, "{:indent$}- ", "");
                match item {
                    Value::Object(map) if !map.is_empty() => {
                        write_map(text, map, indent + 2, false);
                    }
                    scalar => {
                        let _ = writeln!(text, "{}", scalar_text(scalar));
                    }
                }
            }
        }
        scalar => {
            let _ = writeln!(text, "{:indent$}{}", "", scalar_text(scalar));
        }
    }
}

fn write_map(text: &mut String, map: &Map<String, Value>, indent: usize, indent_first: bool) {
    let mut keys: Vec<&String> = map.keys().collect();
    keys.sort();
    for (at, key) in keys.into_iter().enumerate() {
        let lead = if at > 0 || indent_first { indent } else { 0 };
        let _ = write!(text, "{:lead$}{}:", "", string(key));
        match &map[key] {
            nested @ (Value::Object(_) | Value::Array(_)) if !is_empty(nested) => {
                text.push('\n');
                write_value(text, nested, indent + 2);
            }
            scalar => {
                let _ = writeln!(text, " {}", scalar_text(scalar));
            }
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

fn scalar_text(value: &Value) -> String {
    match value {
        Value::String(text) => string(text),
        other => other.to_string(),
    }
}

/// Bare where it is plainly a word; otherwise in single quotes, in which only the quote itself is special.
fn string(text: &str) -> String {
    let starts_as_word = text
        .chars()
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic());
    let is_word = text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'));
    let is_keyword = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        .contains(&text.to_ascii_lowercase().as_str());
    if starts_as_word && is_word && !is_keyword {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

#[cfg(test)]
mod tests;
