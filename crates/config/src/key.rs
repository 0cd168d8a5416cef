//! One row of the table of keys: what a configuration key is called, what it may hold, and whether
//! it does anything here.
//!
//! A row is data. It holds no value, reads nothing, and knows nothing of who set what.

use crate::check::Check;

/// A configuration key, with everything that is known about it without looking at a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Key {
    /// The name in `server.properties` and in the admin APIs, spelled as Kafka spells it.
    pub name: &'static str,
    /// What its text is parsed as.
    pub kind: Kind,
    /// The text that holds where nobody set one; `None` is Kafka's null.
    pub default: Option<&'static str>,
    /// What a value must keep to beyond its kind.
    pub check: Check,
    /// Whether and where it can be changed while the broker runs.
    pub update: Update,
    /// Whether it does anything here.
    pub effect: Effect,
    /// Whether DescribeConfigs shows it when nobody set it.
    pub listing: Listing,
    /// The broker's key whose value is this key's default (topic and group keys only).
    pub broker_key: Option<&'static str>,
    /// One line for people, in our words.
    pub doc: &'static str,
}

/// The type of a key, as DescribeConfigs names it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    Boolean,
    Class,
    Double,
    Int,
    List,
    Long,
    Password,
    Short,
    String,
}

impl Kind {
    /// Kafka's word for it in error messages: `INT`, `LONG` …
    pub fn name(self) -> &'static str {
        match self {
            Self::Boolean => "BOOLEAN",
            Self::Class => "CLASS",
            Self::Double => "DOUBLE",
            Self::Int => "INT",
            Self::List => "LIST",
            Self::Long => "LONG",
            Self::Password => "PASSWORD",
            Self::Short => "SHORT",
            Self::String => "STRING",
        }
    }

    /// The number that DescribeConfigs v3 and later carry for it (0 there means unknown).
    pub fn wire_id(self) -> i8 {
        match self {
            Self::Boolean => 1,
            Self::String => 2,
            Self::Int => 3,
            Self::Short => 4,
            Self::Long => 5,
            Self::Double => 6,
            Self::List => 7,
            Self::Class => 8,
            Self::Password => 9,
        }
    }
}

/// Whether a broker key can be changed while the broker runs, and for whom.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Update {
    /// For all brokers at once or for a single one.
    ClusterWide,
    /// For a single broker only.
    PerBroker,
    /// At a restart only.
    ReadOnly,
}

/// Whether a key does anything here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Effect {
    /// The broker acts on it.
    Effective,
    /// Kafka knows it, so it is accepted, stored and shown; nothing here depends on it.
    None,
}

/// Whether DescribeConfigs shows a key that nobody set.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Listing {
    Always,
    /// Internal keys of Kafka, and quotas that exist only once they are set.
    WhenSet,
}

impl Key {
    /// Whether DescribeConfigs withholds its value.
    pub fn sensitive(&self) -> bool {
        self.kind == Kind::Password
    }
}

// What follows builds rows. Every function is `const`: the tables are data in the binary.

const fn key(name: &'static str, kind: Kind, default: Option<&'static str>) -> Key {
    Key {
        name,
        kind,
        default,
        check: Check::Any,
        update: Update::ReadOnly,
        effect: Effect::None,
        listing: Listing::Always,
        broker_key: None,
        doc: "",
    }
}

pub(crate) const fn boolean(name: &'static str, default: &'static str) -> Key {
    key(name, Kind::Boolean, Some(default))
}

pub(crate) const fn class(name: &'static str) -> Key {
    key(name, Kind::Class, None)
}

pub(crate) const fn double(name: &'static str, default: &'static str) -> Key {
    key(name, Kind::Double, Some(default))
}

pub(crate) const fn int(name: &'static str, default: &'static str) -> Key {
    key(name, Kind::Int, Some(default))
}

pub(crate) const fn list(name: &'static str, default: &'static str) -> Key {
    key(name, Kind::List, Some(default))
}

pub(crate) const fn long(name: &'static str, default: &'static str) -> Key {
    key(name, Kind::Long, Some(default))
}

pub(crate) const fn password(name: &'static str) -> Key {
    key(name, Kind::Password, None)
}

pub(crate) const fn short(name: &'static str, default: &'static str) -> Key {
    key(name, Kind::Short, Some(default))
}

pub(crate) const fn string(name: &'static str, default: &'static str) -> Key {
    key(name, Kind::String, Some(default))
}

impl Key {
    /// No default: Kafka's null.
    pub(crate) const fn unset(mut self) -> Self {
        self.default = None;
        self
    }

    /// A default of ours for a `CLASS` key, which mostly have none.
    pub(crate) const fn default(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    pub(crate) const fn check(mut self, check: Check) -> Self {
        self.check = check;
        self
    }

    pub(crate) const fn at_least(self, least: i64) -> Self {
        self.check(Check::AtLeast(least))
    }

    pub(crate) const fn between(self, least: i64, most: i64) -> Self {
        self.check(Check::Between(least, most))
    }

    pub(crate) const fn one_of(self, values: &'static [&'static str]) -> Self {
        self.check(Check::OneOf(values))
    }

    pub(crate) const fn cluster_wide(mut self) -> Self {
        self.update = Update::ClusterWide;
        self
    }

    pub(crate) const fn per_broker(mut self) -> Self {
        self.update = Update::PerBroker;
        self
    }

    pub(crate) const fn effective(mut self) -> Self {
        self.effect = Effect::Effective;
        self
    }

    pub(crate) const fn when_set(mut self) -> Self {
        self.listing = Listing::WhenSet;
        self
    }

    /// The broker's key whose value holds where this topic or group key is not set.
    pub(crate) const fn falls_back_to(mut self, broker_key: &'static str) -> Self {
        self.broker_key = Some(broker_key);
        self
    }

    pub(crate) const fn doc(mut self, doc: &'static str) -> Self {
        self.doc = doc;
        self
    }
}
