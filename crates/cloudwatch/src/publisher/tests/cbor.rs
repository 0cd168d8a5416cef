//! Reads CBOR (RFC 8949) as far as the SDK writes it, and says what it does not know.

use std::collections::BTreeMap;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cbor {
    Number(f64),
    Text(String),
    Array(Vec<Cbor>),
    Map(BTreeMap<String, Cbor>),
    /// A moment, in seconds.
    Time(f64),
}

impl Cbor {
    /// The value that is all of `bytes`.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        let mut reader = Reader(bytes);
        let value = reader.value()?.ok_or("a break outside of anything")?;
        if reader.0.is_empty() {
            Ok(value)
        } else {
            Err("something follows".to_owned())
        }
    }

    pub(super) fn map(&self) -> Result<&BTreeMap<String, Cbor>, String> {
        match self {
            Self::Map(map) => Ok(map),
            other => Err(format!("{other:?} is no map")),
        }
    }

    pub(super) fn text(&self) -> Result<&str, String> {
        match self {
            Self::Text(text) => Ok(text),
            other => Err(format!("{other:?} is no text")),
        }
    }

    pub(super) fn array(&self) -> Result<&[Cbor], String> {
        match self {
            Self::Array(array) => Ok(array),
            other => Err(format!("{other:?} is no array")),
        }
    }

    pub(super) fn number(&self) -> Result<f64, String> {
        match self {
            Self::Number(number) => Ok(*number),
            other => Err(format!("{other:?} is no number")),
        }
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    /// The next value; `None` for a break.
    fn value(&mut self) -> Result<Option<Cbor>, String> {
        let first = self.take(1)?[0];
        let (major, info) = (first >> 5, first & 31);
        Ok(Some(match (major, info) {
            (7, 27) => Cbor::Number(f64::from_be_bytes(self.take(8)?.try_into().unwrap())),
            (7, 26) => Cbor::Number(f32::from_be_bytes(self.take(4)?.try_into().unwrap()).into()),
            (7, 31) => return Ok(None),
            (0, _) => Cbor::Number(self.length(info)?.ok_or("no number")? as f64),
            (3, _) => {
                let length = self.length(info)?.ok_or("text without a length")?;
                let bytes = self.take(length)?.to_vec();
                Cbor::Text(String::from_utf8(bytes).map_err(|error| error.to_string())?)
            }
            (4, _) => Cbor::Array(self.items(info, 1)?),
            (5, _) => {
                let mut map = BTreeMap::new();
                for pair in self.items(info, 2)?.chunks(2) {
                    let [name, value] = pair else {
                        return Err("a key without a value".to_owned());
                    };
                    if map.insert(name.text()?.to_owned(), value.clone()).is_some() {
                        return Err(format!("{name:?} is there twice"));
                    }
                }
                Cbor::Map(map)
            }
            (6, 1) => Cbor::Time(self.value()?.ok_or("a tag without a value")?.number()?),
            _ => return Err(format!("{first:#x} is not known here")),
        }))
    }

    fn items(&mut self, info: u8, each: usize) -> Result<Vec<Cbor>, String> {
        let count = self.length(info)?.map(|count| count * each);
        let mut items = Vec::new();
        while count.is_none_or(|count| items.len() < count) {
            match self.value()? {
                Some(value) => items.push(value),
                None if count.is_none() => break,
                None => return Err("a break too early".to_owned()),
            }
        }
        Ok(items)
    }

    /// A number in the head; `None` for one that is not told.
    fn length(&mut self, info: u8) -> Result<Option<usize>, String> {
        let bytes = match info {
            0..=23 => return Ok(Some(info.into())),
            24..=27 => self.take(1 << (info - 24))?,
            31 => return Ok(None),
            _ => return Err(format!("{info} is no length")),
        };
        Ok(Some(
            bytes
                .iter()
                .fold(0, |number, byte| number << 8 | usize::from(*byte)),
        ))
    }

    fn take(&mut self, count: usize) -> Result<&[u8], String> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or("it ends too early")?;
        self.0 = rest;
        Ok(taken)
    }
}
