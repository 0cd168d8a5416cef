//! The name of an MBean, `domain:type=T,name=N,key=value`: its order is kept, because exporters
//! build the name of a metric from the first property.

use std::fmt::{self, Write as _};

/// An MBean's name in JMX's own text form, values quoted as Kafka's `Sanitizer.jmxSanitize` does.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName(Box<str>);

impl ObjectName {
    /// `domain:type=kind`.
    pub fn new(domain: &str, kind: &str) -> Self {
        let mut text = String::with_capacity(domain.len() + kind.len() + 48);
        text.push_str(domain);
        text.push(':');
        Self(text.into_boxed_str()).with("type", kind)
    }

    /// The name with one more property at its end.
    #[must_use]
    pub fn with(self, key: &str, value: &str) -> Self {
        let mut text = self.0.into_string();
        text.reserve_exact(key.len() + value.len() + 4);
        if !text.ends_with(':') {
            text.push(',');
        }
        text.push_str(key);
        text.push('=');
        push_sanitized(&mut text, value);
        Self(text.into_boxed_str())
    }

    /// `domain:key=value,…`, as JMX writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the colon.
    pub fn domain(&self) -> &str {
        self.0.split_once(':').map_or("", |(domain, _)| domain)
    }

    /// Its properties in order; a value that had to be quoted is still quoted.
    pub fn properties(&self) -> Properties<'_> {
        Properties(self.0.split_once(':').map_or("", |(_, rest)| rest))
    }

    /// The value of a property as it was before it was quoted.
    pub fn property(&self, key: &str) -> Option<String> {
        let (_, value) = self.properties().find(|(other, _)| *other == key)?;
        Some(unquoted(value))
    }

    /// From parts that are quoted already.
    pub(crate) fn from_text(text: String) -> Self {
        Self(text.into_boxed_str())
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObjectName({})", self.0)
    }
}

/// The properties of a name, in order.
#[derive(Clone, Debug)]
pub struct Properties<'a>(&'a str);

impl<'a> Iterator for Properties<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let (key, rest) = self.0.split_once('=').unwrap_or((self.0, ""));
        let end = value_end(rest);
        let (value, rest) = rest.split_at(end);
        self.0 = rest.strip_prefix(',').unwrap_or(rest);
        Some((key, value))
    }
}

/// Where the value at the start of `text` ends: at a comma, or behind its closing quote.
fn value_end(text: &str) -> usize {
    if !text.starts_with('"') {
        return text.find(',').unwrap_or(text.len());
    }
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// `Sanitizer.jmxSanitize`: word characters, `-`, `%`, `.`, space and tab go bare.
fn push_sanitized(text: &mut String, value: &str) {
    if value.chars().all(is_bare) {
        text.push_str(value);
        return;
    }
    // ObjectName.quote: a backslash before what would end the value or match as a pattern.
    text.push('"');
    for c in value.chars() {
        match c {
            '"' | '\\' | '*' | '?' => {
                text.push('\\');
                text.push(c);
            }
            '\n' => text.push_str("\\n"),
            _ => text.push(c),
        }
    }
    text.push('"');
}

fn is_bare(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-%. \t".contains(c)
}

/// The reverse of `ObjectName.quote`; a bare value is itself.
fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')) else {
        return value.to_owned();
    };
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => text.push('\n'),
                Some(other) => text.push(other),
                None => text.push('\\'),
            },
            _ => text.push(c),
        }
    }
    text
}

/// Writes one property into a name that is being built from quoted parts.
pub(crate) fn push_property(text: &mut String, key: &str, value: &str) {
    let separator = if text.ends_with(':') { "" } else { "," };
    // Writing to a string cannot fail.
    let _ = write!(text, "{separator}{key}={value}");
}

#[cfg(test)]
mod tests;
