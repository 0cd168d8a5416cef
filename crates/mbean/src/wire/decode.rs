//! Reads a snapshot, whoever wrote it: a byte that makes no sense is an error, and nothing is
//! allocated that the bytes do not carry.

use std::borrow::Cow;
use std::ops::Range;

use super::{Known, MAGIC, VERSION, tags};
use crate::name::{ObjectName, push_property};
use crate::registry::kind::{AttributeInfo, AttributeKind, BeanKind};

/// A text is written once and referred to often; names that are together longer than this many
/// times the snapshot are no names of beans.
const TEXT_FACTOR_MAX: usize = 32;

/// All values of a process at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Its name: `broker`.
    pub process: String,
    /// Other after every start.
    pub instance: u64,
    /// Names are only there of sections that changed after this; 0: of all.
    pub since: u64,
    /// The last change of names.
    pub change: u64,
    /// Seconds since the process began to record.
    pub uptime: f64,
    /// In an order that says nothing.
    pub sections: Vec<Section>,
    /// Of all sections.
    pub values: Vec<f64>,
}

/// Beans that come and go together.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// Never used twice by one instance.
    pub id: u64,
    /// The change with which its names became what they are.
    pub number: u64,
    /// Its beans, where they changed.
    pub beans: Option<Vec<Bean>>,
    /// Where its values lie: those of its beans one after the other, attribute by attribute.
    pub rows: Range<usize>,
}

/// A bean's name and attributes.
#[derive(Clone, Debug, PartialEq)]
pub struct Bean {
    /// `kafka.server:type=…`.
    pub name: ObjectName,
    /// What it is.
    pub kind: BeanKind,
    /// In the order of their values.
    pub attributes: Cow<'static, [AttributeInfo]>,
}

/// Why bytes are no snapshot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// It does not begin as one does.
    #[error("not a snapshot of MBeans")]
    Magic,
    /// A process of a later release answered.
    #[error("a snapshot of version {0}, while this reader knows version {VERSION}: update it")]
    Version(u8),
    /// It ends too early, or makes no sense at this byte.
    #[error("a damaged snapshot: {what} at byte {at}")]
    Damaged {
        /// What is wrong.
        what: &'static str,
        /// Where.
        at: usize,
    },
}

/// Reads a snapshot.
///
/// # Errors
/// The bytes are none, or one of a later version.
pub fn decode(bytes: &[u8]) -> Result<Snapshot, DecodeError> {
    let mut decoder = Decoder::new(bytes);
    if decoder.take(MAGIC.len()).ok() != Some(MAGIC) {
        return Err(DecodeError::Magic);
    }
    match decoder.byte()? {
        VERSION => decoder.snapshot(),
        other => Err(DecodeError::Version(other)),
    }
}

impl Snapshot {
    /// What to tell the process at the next request.
    pub fn known(&self) -> Known {
        Known {
            instance: self.instance,
            change: self.change,
        }
    }
}

struct Decoder<'a> {
    bytes: &'a [u8],
    at: usize,
    texts: Vec<&'a str>,
    /// Bytes of text that may still be made.
    text_left: usize,
}

impl<'a> Decoder<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            texts: Vec::new(),
            text_left: bytes.len().saturating_mul(TEXT_FACTOR_MAX),
        }
    }

    fn snapshot(mut self) -> Result<Snapshot, DecodeError> {
        let length = self.size()?;
        let process = self.utf8(length)?.to_owned();
        let instance = u64::from_le_bytes(self.array()?);
        let since = self.varint()?;
        let uptime = f64::from_le_bytes(self.array()?);
        let change = u64::from_le_bytes(self.array()?);
        let count = u32::from_le_bytes(self.array()?);
        let mut sections = Vec::new();
        let mut values = Vec::new();
        for _ in 0..count {
            sections.push(self.section(&mut values)?);
        }
        if self.at < self.bytes.len() {
            return Err(self.damaged("more bytes than its sections"));
        }
        Ok(Snapshot {
            process,
            instance,
            since,
            change,
            uptime,
            sections,
            values,
        })
    }

    fn section(&mut self, values: &mut Vec<f64>) -> Result<Section, DecodeError> {
        let id = self.varint()?;
        let number = self.varint()?;
        let rows = self.size()?;
        if rows > self.left() / 8 {
            return Err(self.damaged("more rows than bytes"));
        }
        let beans = match self.byte()? {
            0 => None,
            1 => Some(self.beans(rows)?),
            _ => return Err(self.damaged("neither named nor not")),
        };
        let start = values.len();
        let (numbers, _) = self.take(rows.saturating_mul(8))?.as_chunks::<8>();
        values.extend(numbers.iter().map(|bytes| f64::from_le_bytes(*bytes)));
        Ok(Section {
            id,
            number,
            beans,
            rows: start..values.len(),
        })
    }

    /// Beans that have `rows` attributes together.
    fn beans(&mut self, rows: usize) -> Result<Vec<Bean>, DecodeError> {
        let count = self.size()?;
        let mut beans = Vec::new();
        let mut rows_left = rows;
        for _ in 0..count {
            let bean = self.bean(rows_left)?;
            match rows_left.checked_sub(bean.attributes.len()) {
                Some(left) if !bean.attributes.is_empty() => rows_left = left,
                _ => return Err(self.damaged("a bean with other attributes than rows")),
            }
            beans.push(bean);
        }
        if rows_left > 0 {
            return Err(self.damaged("rows without a bean"));
        }
        Ok(beans)
    }

    fn bean(&mut self, rows_left: usize) -> Result<Bean, DecodeError> {
        let tag = self.byte()?;
        let kind = tags::bean(tag).ok_or_else(|| self.damaged("a kind of bean unknown"))?;
        let name = self.name()?;
        let attributes = match kind {
            BeanKind::Text => {
                let mut attributes = kind.attributes().to_vec();
                let text = self.owned_text()?;
                attributes
                    .iter_mut()
                    .for_each(|info| info.text.clone_from(&text));
                attributes.into()
            }
            BeanKind::Attributes => self.attributes(rows_left)?.into(),
            _ => kind.attributes().into(),
        };
        Ok(Bean {
            name,
            kind,
            attributes,
        })
    }

    fn attributes(&mut self, rows_left: usize) -> Result<Vec<AttributeInfo>, DecodeError> {
        let count = self.size()?;
        if count > rows_left {
            return Err(self.damaged("more attributes than rows"));
        }
        let mut attributes = Vec::new();
        for _ in 0..count {
            let name = self.owned_text()?.into();
            let description = self.owned_text()?.into();
            let tag = self.byte()?;
            let kind = tags::attribute(tag);
            let kind = kind.ok_or_else(|| self.damaged("a kind of attribute unknown"))?;
            let text = match kind {
                AttributeKind::Text => self.owned_text()?,
                AttributeKind::Gauge | AttributeKind::Counter => String::new(),
            };
            attributes.push(AttributeInfo {
                name,
                description,
                kind,
                text,
            });
        }
        Ok(attributes)
    }

    fn name(&mut self) -> Result<ObjectName, DecodeError> {
        let mut text = self.owned_text()?;
        text.push(':');
        for _ in 0..self.size()? {
            let key = self.text()?;
            let value = self.text()?;
            push_property(&mut text, key, value);
        }
        Ok(ObjectName::from_text(text))
    }

    fn owned_text(&mut self) -> Result<String, DecodeError> {
        self.text().map(str::to_owned)
    }

    fn text(&mut self) -> Result<&'a str, DecodeError> {
        let head = self.size()?;
        let text = if head & 1 == 1 {
            let known = self.texts.get(head >> 1).copied();
            known.ok_or_else(|| self.damaged("a text that was not written"))?
        } else {
            let text = self.utf8(head >> 1)?;
            self.texts.push(text);
            text
        };
        let left = self.text_left.checked_sub(text.len() + 2);
        self.text_left = left.ok_or_else(|| self.damaged("too much text"))?;
        Ok(text)
    }

    fn utf8(&mut self, length: usize) -> Result<&'a str, DecodeError> {
        let bytes = self.take(length)?;
        str::from_utf8(bytes).map_err(|_| self.damaged("text that is not UTF-8"))
    }

    /// A varint that counts something in memory.
    fn size(&mut self) -> Result<usize, DecodeError> {
        let value = self.varint()?;
        usize::try_from(value).map_err(|_| self.damaged("a number too large"))
    }

    fn varint(&mut self) -> Result<u64, DecodeError> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                break;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(self.damaged("a number too large"))
    }

    fn byte(&mut self) -> Result<u8, DecodeError> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let bytes = self.take(N)?.first_chunk();
        bytes.copied().ok_or_else(|| self.damaged("its end"))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], DecodeError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let taken = rest.get(..length).ok_or_else(|| self.damaged("its end"))?;
        self.at += length;
        Ok(taken)
    }

    fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    fn damaged(&self, what: &'static str) -> DecodeError {
        DecodeError::Damaged { what, at: self.at }
    }
}
