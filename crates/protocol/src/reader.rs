//! Takes the protocol's primitive types off a frame, one after another.
//!
//! The frame is hostile: every take checks what is left, names the field it was reading, and
//! charges what it allocates against an allowance before it allocates. It knows no messages.

use bytes::Bytes;
use model::TopicId;

use crate::Str;
use crate::error::{DecodeError, DecodeFault};

/// Memory that decoding may allocate for each byte of the frame. Sixteen holds every message
/// that a client sends in earnest (the worst are arrays of one-letter strings) and keeps a
/// hostile 2 MiB frame under 32 MiB.
pub const DECODED_BYTES_PER_FRAME_BYTE: usize = 16;

/// The longest string of the protocol, in bytes, in classic and compact form alike.
pub const STRING_BYTES_MAX: usize = 32_767;

/// A cursor over one frame. Strings, bytes and records that it returns are slices of the frame.
#[derive(Debug)]
pub struct Reader {
    frame: Bytes,
    position: usize,
    charged: usize,
    allowance: usize,
}

impl Reader {
    /// Reads `frame`; allocates at most [`DECODED_BYTES_PER_FRAME_BYTE`] times its length.
    pub fn new(frame: Bytes) -> Self {
        let allowance = frame.len().saturating_mul(DECODED_BYTES_PER_FRAME_BYTE);
        Self::with_allowance(frame, allowance)
    }

    /// Reads `frame`; allocates at most `allowance` bytes.
    pub fn with_allowance(frame: Bytes, allowance: usize) -> Self {
        Self {
            frame,
            position: 0,
            charged: 0,
            allowance,
        }
    }

    /// Bytes read so far.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Bytes not yet read.
    pub fn remaining(&self) -> usize {
        self.frame.len().saturating_sub(self.position)
    }

    /// Bytes of memory that the values read so far own beyond the frame itself.
    pub fn charged(&self) -> usize {
        self.charged
    }

    /// One byte, zero is false.
    pub fn bool(&mut self, field: &'static str) -> Result<bool, DecodeError> {
        Ok(self.i8(field)? != 0)
    }

    /// One byte.
    pub fn i8(&mut self, field: &'static str) -> Result<i8, DecodeError> {
        self.fixed(field).map(i8::from_be_bytes)
    }

    /// Two bytes, big-endian.
    pub fn i16(&mut self, field: &'static str) -> Result<i16, DecodeError> {
        self.fixed(field).map(i16::from_be_bytes)
    }

    /// Two bytes, big-endian, unsigned.
    pub fn u16(&mut self, field: &'static str) -> Result<u16, DecodeError> {
        self.fixed(field).map(u16::from_be_bytes)
    }

    /// Four bytes, big-endian.
    pub fn i32(&mut self, field: &'static str) -> Result<i32, DecodeError> {
        self.fixed(field).map(i32::from_be_bytes)
    }

    /// Eight bytes, big-endian.
    pub fn i64(&mut self, field: &'static str) -> Result<i64, DecodeError> {
        self.fixed(field).map(i64::from_be_bytes)
    }

    /// Eight bytes, IEEE 754, big-endian.
    pub fn f64(&mut self, field: &'static str) -> Result<f64, DecodeError> {
        self.fixed(field).map(f64::from_be_bytes)
    }

    /// Sixteen bytes.
    pub fn uuid(&mut self, field: &'static str) -> Result<TopicId, DecodeError> {
        self.fixed(field).map(TopicId)
    }

    /// An unsigned varint of at most 32 bits: seven bits a byte, the lowest first.
    pub fn uvarint(&mut self, field: &'static str) -> Result<u32, DecodeError> {
        let start = self.position;
        let mut value = 0_u32;
        for shift in [0_u32, 7, 14, 21, 28] {
            let [byte] = self.fixed(field)?;
            let bits = u32::from(byte & 0x7f);
            if shift == 28 && byte > 0x0f {
                break;
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(DecodeError {
            field,
            at: start,
            fault: DecodeFault::VarintTooLong,
        })
    }

    /// A string that may not be null; `flexible` says compact form.
    pub fn string(&mut self, field: &'static str, flexible: bool) -> Result<Str, DecodeError> {
        self.nullable_string(field, flexible)?
            .ok_or_else(|| self.null(field))
    }

    /// A string or null.
    pub fn nullable_string(
        &mut self,
        field: &'static str,
        flexible: bool,
    ) -> Result<Option<Str>, DecodeError> {
        let start = self.position;
        let length = if flexible {
            self.compact_length(field)?
        } else {
            usize::try_from(self.i16(field)?).ok()
        };
        let fail = |fault| {
            Err(DecodeError {
                field,
                at: start,
                fault,
            })
        };
        match length {
            None => Ok(None),
            Some(length) if length > STRING_BYTES_MAX => fail(DecodeFault::StringTooLong(length)),
            Some(length) => match Str::try_from(self.slice(field, length)?) {
                Ok(text) => Ok(Some(text)),
                Err(_) => fail(DecodeFault::NotUtf8),
            },
        }
    }

    /// Bytes that may not be null.
    pub fn bytes(&mut self, field: &'static str, flexible: bool) -> Result<Bytes, DecodeError> {
        self.nullable_bytes(field, flexible)?
            .ok_or_else(|| self.null(field))
    }

    /// Bytes or null; record sets have this form too.
    pub fn nullable_bytes(
        &mut self,
        field: &'static str,
        flexible: bool,
    ) -> Result<Option<Bytes>, DecodeError> {
        match self.length(field, flexible)? {
            None => Ok(None),
            Some(length) => self.slice(field, length).map(Some),
        }
    }

    /// An array that may not be null. `element_bytes` is the least that an element takes on the
    /// wire; room for the elements is charged before it is reserved.
    pub fn array<T>(
        &mut self,
        field: &'static str,
        flexible: bool,
        element_bytes: usize,
        element: impl FnMut(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        self.nullable_array(field, flexible, element_bytes, element)?
            .ok_or_else(|| self.null(field))
    }

    /// An array or null.
    pub fn nullable_array<T>(
        &mut self,
        field: &'static str,
        flexible: bool,
        element_bytes: usize,
        mut element: impl FnMut(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Option<Vec<T>>, DecodeError> {
        let start = self.position;
        let Some(count) = self.length(field, flexible)? else {
            return Ok(None);
        };
        let left = self.remaining();
        if count
            .checked_mul(element_bytes)
            .is_none_or(|bytes| bytes > left)
        {
            let fault = DecodeFault::TooManyElements {
                count,
                element_bytes,
                left,
            };
            return Err(DecodeError {
                field,
                at: start,
                fault,
            });
        }
        self.charge(field, count.saturating_mul(size_of::<T>()))?;
        let mut elements = Vec::with_capacity(count);
        for _ in 0..count {
            elements.push(element(self)?);
        }
        Ok(Some(elements))
    }

    /// The marker before a nullable structure: whether the structure follows.
    pub fn present(&mut self, field: &'static str) -> Result<bool, DecodeError> {
        Ok(self.i8(field)? >= 0)
    }

    /// The tagged fields that end a structure of a flexible version. `known` reads the ones it
    /// knows and answers whether it did; the others are skipped.
    pub fn tagged_fields(
        &mut self,
        mut known: impl FnMut(&mut Self, u32) -> Result<bool, DecodeError>,
    ) -> Result<(), DecodeError> {
        const FIELD: &str = "tagged fields";
        let count = self.uvarint(FIELD)?;
        let mut lowest = 0;
        for _ in 0..count {
            let at = self.position;
            let tag = self.uvarint(FIELD)?;
            if u64::from(tag) < lowest {
                return Err(DecodeError {
                    field: FIELD,
                    at,
                    fault: DecodeFault::TagOrder(tag),
                });
            }
            lowest = u64::from(tag) + 1;
            let claimed = usize::try_from(self.uvarint(FIELD)?).unwrap_or(usize::MAX);
            let start = self.position;
            self.need(FIELD, claimed)?;
            if !known(self, tag)? {
                self.position += claimed;
            }
            let found = self.position - start;
            if found != claimed {
                let fault = DecodeFault::TagSize {
                    tag,
                    claimed,
                    found,
                };
                return Err(DecodeError {
                    field: FIELD,
                    at,
                    fault,
                });
            }
        }
        Ok(())
    }

    /// The tagged fields of a structure that has none of its own.
    pub fn skip_tagged_fields(&mut self) -> Result<(), DecodeError> {
        self.tagged_fields(|_, _| Ok(false))
    }

    fn charge(&mut self, field: &'static str, bytes: usize) -> Result<(), DecodeError> {
        let needed = self.charged.saturating_add(bytes);
        if needed > self.allowance {
            let fault = DecodeFault::OverAllowance {
                needed,
                allowed: self.allowance,
            };
            return Err(DecodeError {
                field,
                at: self.position,
                fault,
            });
        }
        self.charged = needed;
        Ok(())
    }

    /// The length before bytes or an array; any negative one is null, as in Kafka.
    fn length(
        &mut self,
        field: &'static str,
        flexible: bool,
    ) -> Result<Option<usize>, DecodeError> {
        if flexible {
            self.compact_length(field)
        } else {
            Ok(usize::try_from(self.i32(field)?).ok())
        }
    }

    fn compact_length(&mut self, field: &'static str) -> Result<Option<usize>, DecodeError> {
        let length = usize::try_from(self.uvarint(field)?).unwrap_or(usize::MAX);
        Ok(length.checked_sub(1))
    }

    fn slice(&mut self, field: &'static str, length: usize) -> Result<Bytes, DecodeError> {
        self.need(field, length)?;
        let end = self.position + length;
        let slice = self.frame.slice(self.position..end);
        self.position = end;
        Ok(slice)
    }

    fn fixed<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], DecodeError> {
        let rest = self.frame.get(self.position..).unwrap_or_default();
        let Some(bytes) = rest.first_chunk::<N>() else {
            return Err(self.truncated(field, N));
        };
        self.position += N;
        Ok(*bytes)
    }

    fn need(&self, field: &'static str, bytes: usize) -> Result<(), DecodeError> {
        if bytes > self.remaining() {
            Err(self.truncated(field, bytes))
        } else {
            Ok(())
        }
    }

    #[cold]
    fn truncated(&self, field: &'static str, needed: usize) -> DecodeError {
        let fault = DecodeFault::Truncated {
            needed,
            left: self.remaining(),
        };
        DecodeError {
            field,
            at: self.position,
            fault,
        }
    }

    #[cold]
    fn null(&self, field: &'static str) -> DecodeError {
        DecodeError {
            field,
            at: self.position,
            fault: DecodeFault::Null,
        }
    }
}
