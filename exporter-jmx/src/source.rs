//! Where MBeans come from: a stream of (domain, ordered key properties, attribute path, kind, value,
//! description), in sections whose names are told once and whose values are told each time.
//!
//! A source knows nothing of rules and formats. Today there is the native one (our broker, authn); Jolokia and
//! JMX over RMI have the same shape: their reader keeps the names, and hands out a section anew when they change.

pub mod native;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// One MBean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bean {
    /// `domain:key=value,…`, its properties in the order of the one who registered it.
    name: Box<str>,
    /// In the order of the values.
    pub attributes: Arc<[Attribute]>,
}

/// One attribute, or one item of a composite one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The composite attributes that it is in, outermost first; mostly none.
    pub path: Box<[Box<str>]>,
    /// Its own name.
    pub name: Box<str>,
    /// What whoever registered it says of it.
    pub description: Box<str>,
    /// What its value is.
    pub kind: AttributeKind,
}

/// What a value is; text stands here, because it seldom changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeKind {
    /// A number that only grows.
    Counter,
    /// A number of Java's integer types, for all we know.
    Whole,
    /// A number of Java's `double`.
    Real,
    /// `true` or `false`, as 1 and 0.
    Flag,
    /// Not a number.
    Text(Box<str>),
}

/// A group of beans that come and go together.
#[derive(Clone, Debug)]
pub struct Section {
    /// The same as long as the group lives, and never that of another group of this source.
    pub id: SectionId,
    /// Another one whenever the beans are others.
    pub number: u64,
    /// The beans.
    pub beans: Arc<[Bean]>,
    /// Where its values begin in [`Reading::values`]: one for each attribute of each bean.
    pub first_value: usize,
}

/// Which group of beans, and of which life of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SectionId {
    /// Another one after every start of the process.
    pub instance: u64,
    /// Within it.
    pub section: u64,
}

/// What one source said at one moment; whole or not at all.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// In the order of the source.
    pub sections: Vec<Section>,
    /// A value that is not there is [`absent`].
    pub values: Vec<f64>,
}

/// Why a source gave nothing. No address or path of it is secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SourceError(pub String);

/// What a source does in the background of a scrape.
pub type Reads<'a> = Pin<Box<dyn Future<Output = Result<Reading, SourceError>> + Send + 'a>>;

/// Somebody who has MBeans.
pub trait Source: Send {
    /// As metrics and messages call it.
    fn name(&self) -> &str;

    /// Reads everything, within `timeout`. Dropping the future leaves the source as it was.
    fn read(&mut self, timeout: Duration) -> Reads<'_>;
}

/// The value of an attribute that its source did not give this time.
pub const ABSENT_BITS: u64 = 0x7ff4_0000_0000_0bad;

/// See [`ABSENT_BITS`].
pub fn absent() -> f64 {
    f64::from_bits(ABSENT_BITS)
}

impl Bean {
    /// A bean without attributes.
    pub fn new(name: &str) -> Self {
        Self::with(name, Arc::new([]))
    }

    /// A bean with these attributes.
    pub fn with(name: impl Into<Box<str>>, attributes: Arc<[Attribute]>) -> Self {
        let name = name.into();
        Self { name, attributes }
    }

    /// Its whole name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What stands before the colon.
    pub fn domain(&self) -> &str {
        self.name.split_once(':').map_or("", |(domain, _)| domain)
    }

    /// Keys and values in order; a value that had to be quoted is still quoted.
    pub fn properties(&self) -> Properties<'_> {
        Properties(self.name.split_once(':').map_or("", |(_, rest)| rest))
    }

    /// The value of a key.
    pub fn property(&self, key: &str) -> Option<&str> {
        let mut properties = self.properties();
        let (_, value) = properties.find(|(other, _)| *other == key)?;
        Some(value)
    }
}

/// The key properties of a name.
#[derive(Clone, Debug)]
pub struct Properties<'a>(&'a str);

impl<'a> Iterator for Properties<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let (key, rest) = self.0.split_once('=').unwrap_or((self.0, ""));
        let (value, rest) = rest.split_at(value_end(rest));
        self.0 = rest.strip_prefix(',').unwrap_or(rest);
        Some((key, value))
    }
}

/// At a comma, or behind the closing quote.
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

impl Attribute {
    /// One that is in no composite attribute.
    pub fn new(name: &str, description: &str, kind: AttributeKind) -> Self {
        Self {
            path: Box::new([]),
            name: name.into(),
            description: description.into(),
            kind,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Bean;

    #[test]
    fn properties_keep_their_order_and_quotes() {
        let bean = Bean::new(r#"d.e:type=T,name=a=b,client-id="x,\"y",last="#);
        let properties: Vec<_> = bean.properties().collect();
        assert_eq!(bean.domain(), "d.e");
        assert_eq!(
            properties,
            [
                ("type", "T"),
                ("name", "a=b"),
                ("client-id", r#""x,\"y""#),
                ("last", "")
            ]
        );
        assert_eq!(bean.property("name"), Some("a=b"));
    }
}
