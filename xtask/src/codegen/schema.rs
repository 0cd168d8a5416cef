//! Reads our schema files: one API per file, a line per field.
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

mod parse;

/// Versions from `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    /// The first version.
    pub first: i16,
    /// The last version.
    pub last: i16,
}

/// One schema file.
#[derive(Clone, Debug)]
pub struct Api {
    /// The API key; the header file has none.
    pub key: Option<i16>,
    /// Kafka's name of the API; `Header` for the headers.
    pub name: String,
    /// What it does, one line.
    pub about: String,
    /// Error codes that Kafka answers with, by Kafka's names.
    pub errors: Vec<String>,
    /// What a version brought.
    pub since: Vec<(i16, String)>,
    /// Every structure below the two messages, in the order of definition.
    pub structs: Vec<Struct>,
    /// The request.
    pub request: Message,
    /// The response.
    pub response: Message,
}

/// A request, a response or a header.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its fields as a structure named like the message.
    pub body: Struct,
    /// The first version with compact strings and tagged fields.
    pub flexible: Option<i16>,
}

/// A structure: a message or an element of an array.
#[derive(Clone, Debug)]
pub struct Struct {
    /// Its name in Rust.
    pub name: String,
    /// The versions it occurs in.
    pub versions: Versions,
    /// The fields in wire order.
    pub fields: Vec<Field>,
}

/// A field.
#[derive(Clone, Debug)]
pub struct Field {
    /// Kafka's name.
    pub name: String,
    /// The type, of the elements where `array`.
    pub kind: Kind,
    /// Whether it is an array.
    pub array: bool,
    /// The versions it occurs in.
    pub versions: Versions,
    /// The versions it may be null in.
    pub nullable: Option<Versions>,
    /// The default as the schema spells it; none is the zero of the type.
    pub default: Option<String>,
    /// The tag, where it is a tagged field.
    pub tag: Option<u32>,
    /// Dropped silently in versions without it.
    pub ignorable: bool,
    /// In classic form even in flexible versions.
    pub classic: bool,
}

/// The types of the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
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
pub struct SchemaError {
    /// The line, from 1; 0 where the whole file is meant.
    pub line: usize,
    /// What is wrong, and with what.
    pub fault: String,
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.fault)
    }
}

impl std::error::Error for SchemaError {}

impl Versions {
    /// `3`, `3-5` or `3+`, which ends where `within` ends.
    pub fn parse(text: &str, within: Versions) -> Option<Self> {
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
    pub fn contain(self, other: Self) -> bool {
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
    /// Reads a schema file.
    pub fn parse(text: &str) -> Result<Self, SchemaError> {
        parse::api(text)
    }

    /// The structure of that name.
    pub fn structure(&self, name: &str) -> Option<&Struct> {
        self.structs.iter().find(|s| s.name == name)
    }
}

impl Message {
    /// Whether `version` has compact strings and tagged fields.
    pub fn is_flexible(&self, version: i16) -> bool {
        self.flexible.is_some_and(|first| version >= first)
    }
}

impl Kind {
    fn parse(text: &str) -> Option<Self> {
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
    fn parse(name: &str, mut words: SplitWhitespace<'_>, within: Versions) -> Option<Self> {
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
