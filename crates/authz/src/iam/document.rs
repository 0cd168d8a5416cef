//! The JSON of a policy, as it stands: every element known, each at most once, of the right type.
//! What the texts in it mean is read by `policy`.
//!
//! serde tells line and column; an element that is not known is never skipped, because a misspelt
//! `Condition` would grant what it was to restrict.

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer, StrDeserializer};
use serde::de::{
    Deserialize, Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use std::fmt;
use std::marker::PhantomData;

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Document {
    #[serde(default)]
    pub(crate) version: Version,
    #[serde(default)]
    #[expect(
        dead_code,
        reason = "AWS gives it no meaning; it is read to be of the right type"
    )]
    id: Option<String>,
    pub(crate) statement: OneOrMany<Object<StatementDocument>>,
}

/// Of the policy language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
pub(crate) enum Version {
    /// What a policy without one has. It knows no variables.
    #[default]
    #[serde(rename = "2008-10-17")]
    V2008,
    #[serde(rename = "2012-10-17")]
    V2012,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct StatementDocument {
    #[serde(default, deserialize_with = "present")]
    pub(crate) sid: Option<String>,
    pub(crate) effect: Effect,
    #[serde(default, deserialize_with = "present")]
    pub(crate) principal: Option<PrincipalDocument>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) not_principal: Option<PrincipalDocument>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) action: Option<OneOrMany<String>>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) not_action: Option<OneOrMany<String>>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) resource: Option<OneOrMany<String>>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) not_resource: Option<OneOrMany<String>>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) condition: Option<UniqueMap<UniqueMap<OneOrMany<Scalar>>>>,
}

/// `Allow` or `Deny`, and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
pub(crate) enum Effect {
    Allow,
    Deny,
}

/// Whom a statement is about.
#[derive(Debug)]
pub(crate) enum PrincipalDocument {
    Everybody,
    Kinds(PrincipalKinds),
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PrincipalKinds {
    #[serde(default, rename = "AWS", deserialize_with = "present")]
    pub(crate) aws: Option<OneOrMany<String>>,
    #[serde(default, rename = "CanonicalUser", deserialize_with = "present")]
    pub(crate) canonical_user: Option<OneOrMany<String>>,
    #[serde(default, rename = "Federated", deserialize_with = "present")]
    pub(crate) federated: Option<OneOrMany<String>>,
    #[serde(default, rename = "Service", deserialize_with = "present")]
    pub(crate) service: Option<OneOrMany<String>>,
}

/// A JSON object and no list: serde would read a list as the fields in their order.
#[derive(Debug)]
pub(crate) struct Object<T>(pub(crate) T);

/// A value, or a list of at least one.
#[derive(Debug)]
pub(crate) struct OneOrMany<T>(pub(crate) Vec<T>);

/// A map in which no key stands twice, in the order of the text.
#[derive(Debug)]
pub(crate) struct UniqueMap<T>(pub(crate) Vec<(String, T)>);

/// A string, a number or a truth value, as text.
#[derive(Debug)]
pub(crate) struct Scalar(pub(crate) String);

/// An element that stands there must have a value: `null` is a mistake, not an absence.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrManyVisitor(PhantomData))
    }
}

struct OneOrManyVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrManyVisitor<T> {
    type Value = OneOrMany<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or a list of values")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        one(T::deserialize(StrDeserializer::new(text)))
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Self::Value, E> {
        one(T::deserialize(truth.into_deserializer()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        one(T::deserialize(number.into_deserializer()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        one(T::deserialize(number.into_deserializer()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        one(T::deserialize(number.into_deserializer()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        one(T::deserialize(MapAccessDeserializer::new(map)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        let values = Vec::deserialize(SeqAccessDeserializer::new(list))?;
        if values.is_empty() {
            return Err(A::Error::custom(
                "an empty list; name at least one, or leave it out",
            ));
        }
        Ok(OneOrMany(values))
    }
}

fn one<T, E>(value: Result<T, E>) -> Result<OneOrMany<T>, E> {
    value.map(|value| OneOrMany(vec![value]))
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for UniqueMap<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(UniqueMapVisitor(PhantomData))
    }
}

struct UniqueMapVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for UniqueMapVisitor<T> {
    type Value = UniqueMap<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries: Vec<(String, T)> = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            if entries
                .iter()
                .any(|(other, _)| other.eq_ignore_ascii_case(&key))
            {
                return Err(A::Error::custom(format!(
                    "'{key}' stands here twice; put its values into one list"
                )));
            }
            entries.push((key, map.next_value()?));
        }
        Ok(UniqueMap(entries))
    }
}

impl<'de> Deserialize<'de> for PrincipalDocument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PrincipalVisitor)
    }
}

struct PrincipalVisitor;

impl<'de> Visitor<'de> for PrincipalVisitor {
    type Value = PrincipalDocument;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "\"*\" or an object such as {\"AWS\": \"arn:aws:iam::000000000000:role/reader\"}",
        )
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        match text {
            "*" => Ok(PrincipalDocument::Everybody),
            other => Err(E::invalid_value(serde::de::Unexpected::Str(other), &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        PrincipalKinds::deserialize(MapAccessDeserializer::new(map)).map(PrincipalDocument::Kinds)
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl Visitor<'_> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string, a number, true or false")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Scalar(text.to_owned()))
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Self::Value, E> {
        Ok(Scalar(truth.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Scalar(number.to_string()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Scalar(number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Scalar(number.to_string()))
    }
}
