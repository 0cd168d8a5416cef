//! What a schema file says, and its words: one API per file, a line per field.
//!
//! ```text
//! api 18 ApiVersions
//! versions 0-4
//! flexible 3+                      # or: none
//! about "One line that says what it does."
//! errors NONE UNSUPPORTED_VERSION
//! since 3 "KIP-482: flexible"
//!
//! struct Shared {                  # used by several fields below
//!     Name  string
//! }
//! request {
//!     Name    type   versions attributes
//!     Things  []Thing  2+ = null { … }      # a nested structure, defined where it is used
//! }
//! response { … }
//! ```
//!
//! Types are `bool int8 int16 uint16 int32 int64 float64 uuid string bytes records`, a structure,
//! or `[]` of one. `?` after a type says nullable, `?7+` nullable from version 7 on. Versions
//! left out are those of the surrounding structure. Attributes: `tag N`, `ignorable` (dropped
//! without an error where the version lacks it), `classic` (never compact), `= VALUE` (default).
//! Nothing of this module writes Rust.

use std::fmt;
use std::str::SplitWhitespace;

/// Versions from `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Versions {
    /// The first version.
    pub(crate) first: i16,
    /// The last version.
    pub(crate) last: i16,
}

/// One schema file.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    /// The API key; the header file has none.
    pub(crate) key: Option<i16>,
    /// Kafka's name of the API; `Header` for the headers.
    pub(crate) name: String,
    /// What it does, one line.
    pub(crate) about: String,
    /// Error codes that Kafka answers with, by Kafka's names.
    pub(crate) errors: Vec<String>,
    /// What a version brought.
    pub(crate) since: Vec<(i16, String)>,
    /// Every structure below the two messages, in the order of definition.
    pub(crate) structs: Vec<Struct>,
    /// The request.
    pub(crate) request: Message,
    /// The response.
    pub(crate) response: Message,
}

/// A request, a response or a header.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// Its fields as a structure named like the message.
    pub(crate) body: Struct,
    /// The first version with compact strings and tagged fields.
    pub(crate) flexible: Option<i16>,
}

/// A structure: a message or an element of an array.
#[derive(Clone, Debug)]
pub(crate) struct Struct {
    /// Its name in Rust.
    pub(crate) name: String,
    /// The versions it occurs in.
    pub(crate) versions: Versions,
    /// The fields in wire order.
    pub(crate) fields: Vec<Field>,
}

/// A field.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// Kafka's name.
    pub(crate) name: String,
    /// The type, of the elements where `array`.
    pub(crate) kind: Kind,
    /// Whether it is an array.
    pub(crate) array: bool,
    /// The versions it occurs in.
    pub(crate) versions: Versions,
    /// The versions it may be null in.
    pub(crate) nullable: Option<Versions>,
    /// The default as the schema spells it; none is the zero of the type.
    pub(crate) default: Option<String>,
    /// The tag, where it is a tagged field.
    pub(crate) tag: Option<u32>,
    /// Dropped silently in versions without it.
    pub(crate) ignorable: bool,
    /// In classic form even in flexible versions.
    pub(crate) classic: bool,
}

/// The types of the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One byte.
    Bool,
    /// One byte.
    Int8,
    /// Two bytes.
    Int16,
    /// Two bytes, unsigned.
    Uint16,
    /// Four bytes.
    Int32,
    /// Eight bytes.
    Int64,
    /// Eight bytes.
    Float64,
    /// Sixteen bytes.
    Uuid,
    /// UTF-8 with a length.
    String,
    /// Bytes with a length.
    Bytes,
    /// Record batches with a length; never parsed here.
    Records,
    /// A structure of the same file.
    Struct(String),
}

/// A schema that cannot be read: the line and what is wrong there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SchemaError {
    /// The line, from 1; 0 where the whole file is meant.
    pub(crate) line: usize,
    /// What is wrong, and with what.
    pub(crate) fault: String,
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.fault)
    }
}

impl std::error::Error for SchemaError {}

impl Versions {
    /// `3`, `3-5` or `3+`, which ends where `within` ends.
    pub(crate) fn parse(text: &str, within: Versions) -> Option<Self> {
        let versions = if let Some(first) = text.strip_suffix('+') {
            Self {
                first: first.parse().ok()?,
                last: within.last,
            }
        } else if let Some((first, last)) = text.split_once('-') {
            Self {
                first: first.parse().ok()?,
                last: last.parse().ok()?,
            }
        } else {
            let only = text.parse().ok()?;
            Self {
                first: only,
                last: only,
            }
        };
        (versions.first <= versions.last && within.contain(versions)).then_some(versions)
    }

    /// Whether every one of `other` is one of these.
    pub(crate) fn contain(self, other: Self) -> bool {
        self.first <= other.first && other.last <= self.last
    }
}

impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "{}", self.first)
        } else {
            write!(f, "{}-{}", self.first, self.last)
        }
    }
}

impl Api {
    /// The structure of that name.
    pub(crate) fn structure(&self, name: &str) -> Option<&Struct> {
        self.structs.iter().find(|s| s.name == name)
    }
}

impl Message {
    /// Whether `version` has compact strings and tagged fields.
    pub(crate) fn is_flexible(&self, version: i16) -> bool {
        self.flexible.is_some_and(|first| version >= first)
    }
}

impl Kind {
    /// The type that a schema spells so.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "bool" => Self::Bool,
            "int8" => Self::Int8,
            "int16" => Self::Int16,
            "uint16" => Self::Uint16,
            "int32" => Self::Int32,
            "int64" => Self::Int64,
            "float64" => Self::Float64,
            "uuid" => Self::Uuid,
            "string" => Self::String,
            "bytes" => Self::Bytes,
            "records" => Self::Records,
            name if name.starts_with(char::is_uppercase) => Self::Struct(name.to_owned()),
            _ => return None,
        })
    }
}

impl Field {
    /// Reads what follows the field's name; `within` are the versions of the structure.
    pub(crate) fn parse(
        name: &str,
        mut words: SplitWhitespace<'_>,
        within: Versions,
    ) -> Option<Self> {
        let typed = words.next()?;
        let (typed, null) = match typed.split_once('?') {
            Some((typed, null)) => (typed, Some(null)),
            None => (typed, None),
        };
        let (element, array) = match typed.strip_prefix("[]") {
            Some(element) => (element, true),
            None => (typed, false),
        };
        let mut field = Self {
            name: name.to_owned(),
            kind: Kind::parse(element)?,
            array,
            versions: within,
            nullable: None,
            default: None,
            tag: None,
            ignorable: false,
            classic: false,
        };
        while let Some(word) = words.next() {
            match word {
                "tag" => field.tag = Some(words.next()?.parse().ok()?),
                "ignorable" => field.ignorable = true,
                "classic" => field.classic = true,
                "=" => field.default = Some(words.next()?.to_owned()),
                versions => field.versions = Versions::parse(versions, within)?,
            }
        }
        field.nullable = match null {
            None => None,
            Some("") => Some(field.versions),
            Some(versions) => Some(Versions::parse(versions, field.versions)?),
        };
        Some(field)
    }
}
