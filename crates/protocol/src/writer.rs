//! Puts the protocol's primitive types into a frame, one after another.
//!
//! Small values are copied into one growing buffer; large byte slices are only noted at their
//! place and leave as they are, see [`Rope`]. It knows no messages.

use bytes::{BufMut, Bytes, BytesMut};
use model::TopicId;

use crate::error::EncodeError;
use crate::reader::STRING_BYTES_MAX;
use crate::{ErrorCode, ErrorCounts, RecordSet, Rope};

/// From this length on a byte slice is spliced instead of copied: below, a copy costs less than
/// one more element of a vectored write.
pub const SPLICE_BYTES_MIN: usize = 1024;

/// A frame under construction.
#[derive(Debug, Default)]
pub struct Writer {
    buffer: BytesMut,
    /// Slices and the place in `buffer` before which each belongs; places never fall.
    splices: Vec<(usize, Bytes)>,
    spliced_bytes: usize,
    errors: ErrorCounts,
    framed: bool,
}

impl Writer {
    /// An empty writer.
    pub fn new() -> Self {
        Self::default()
    }

    /// A writer that puts the length of everything written in front, as four bytes.
    pub fn framed() -> Self {
        let mut writer = Self {
            framed: true,
            ..Self::default()
        };
        writer.buffer.reserve(256);
        writer.buffer.put_i32(0);
        writer
    }

    /// Bytes written so far, spliced ones and the length prefix included.
    pub fn len(&self) -> usize {
        self.buffer.len() + self.spliced_bytes
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Everything written, in pieces, and the error codes among it.
    pub fn finish_counted(mut self) -> Result<(Rope, ErrorCounts), EncodeError> {
        let errors = std::mem::take(&mut self.errors);
        Ok((self.finish()?, errors))
    }

    /// Everything written, in pieces.
    pub fn finish(mut self) -> Result<Rope, EncodeError> {
        if self.framed {
            let length = self.len() - size_of::<i32>();
            let prefix = i32::try_from(length).map_err(|_| EncodeError::TooLong {
                field: "frame",
                length,
            })?;
            if let Some(start) = self.buffer.first_chunk_mut() {
                *start = prefix.to_be_bytes();
            }
        }
        let mut rope = Rope::default();
        let mut written = 0;
        for (place, slice) in self.splices {
            rope.push(self.buffer.split_to(place - written).freeze());
            written = place;
            rope.push(slice);
        }
        rope.push(self.buffer.freeze());
        Ok(rope)
    }

    /// One byte, 1 for true.
    pub fn bool(&mut self, value: bool) {
        self.buffer.put_u8(u8::from(value));
    }

    /// One byte.
    pub fn i8(&mut self, value: i8) {
        self.buffer.put_i8(value);
    }

    /// Two bytes, big-endian.
    pub fn i16(&mut self, value: i16) {
        self.buffer.put_i16(value);
    }

    /// An error code, which is counted.
    pub fn error_code(&mut self, value: ErrorCode) {
        self.errors.add(value);
        self.i16(value.0);
    }

    /// Two bytes, big-endian, unsigned.
    pub fn u16(&mut self, value: u16) {
        self.buffer.put_u16(value);
    }

    /// Four bytes, big-endian.
    pub fn i32(&mut self, value: i32) {
        self.buffer.put_i32(value);
    }

    /// Eight bytes, big-endian.
    pub fn i64(&mut self, value: i64) {
        self.buffer.put_i64(value);
    }

    /// Eight bytes, IEEE 754, big-endian.
    pub fn f64(&mut self, value: f64) {
        self.buffer.put_f64(value);
    }

    /// Sixteen bytes.
    pub fn uuid(&mut self, value: TopicId) {
        self.buffer.put_slice(&value.0);
    }

    /// An unsigned varint: seven bits a byte, the lowest first.
    pub fn uvarint(&mut self, value: u32) {
        let mut rest = value;
        while rest >= 0x80 {
            let [low, ..] = rest.to_le_bytes();
            self.buffer.put_u8(low | 0x80);
            rest >>= 7;
        }
        let [low, ..] = rest.to_le_bytes();
        self.buffer.put_u8(low);
    }

    /// A string; `flexible` says compact form.
    pub fn string(
        &mut self,
        field: &'static str,
        text: &str,
        flexible: bool,
    ) -> Result<(), EncodeError> {
        let length = text.len();
        match i16::try_from(length) {
            Ok(_) if length > STRING_BYTES_MAX => Err(EncodeError::TooLong { field, length }),
            Ok(_) if flexible => {
                self.compact_length(field, length)?;
                self.buffer.put_slice(text.as_bytes());
                Ok(())
            }
            Ok(short) => {
                self.buffer.put_i16(short);
                self.buffer.put_slice(text.as_bytes());
                Ok(())
            }
            Err(_) => Err(EncodeError::TooLong { field, length }),
        }
    }

    /// A string or null.
    pub fn nullable_string(
        &mut self,
        field: &'static str,
        text: Option<&str>,
        flexible: bool,
    ) -> Result<(), EncodeError> {
        match text {
            Some(text) => self.string(field, text, flexible)?,
            None if flexible => self.uvarint(0),
            None => self.i16(-1),
        }
        Ok(())
    }

    /// Bytes.
    pub fn bytes(
        &mut self,
        field: &'static str,
        bytes: &Bytes,
        flexible: bool,
    ) -> Result<(), EncodeError> {
        self.length(field, bytes.len(), flexible)?;
        self.splice(bytes);
        Ok(())
    }

    /// Bytes or null.
    pub fn nullable_bytes(
        &mut self,
        field: &'static str,
        bytes: Option<&Bytes>,
        flexible: bool,
    ) -> Result<(), EncodeError> {
        match bytes {
            Some(bytes) => self.bytes(field, bytes, flexible)?,
            None => self.null(flexible),
        }
        Ok(())
    }

    /// The records of a response, or null.
    pub fn record_set(
        &mut self,
        field: &'static str,
        records: Option<&RecordSet>,
        flexible: bool,
    ) -> Result<(), EncodeError> {
        match records {
            Some(set) => {
                self.length(field, set.len(), flexible)?;
                set.chunks().iter().for_each(|chunk| self.splice(chunk));
            }
            None => self.null(flexible),
        }
        Ok(())
    }

    /// The count before an array, or the length before bytes.
    pub fn length(
        &mut self,
        field: &'static str,
        length: usize,
        flexible: bool,
    ) -> Result<(), EncodeError> {
        if flexible {
            return self.compact_length(field, length);
        }
        let length = i32::try_from(length).map_err(|_| EncodeError::TooLong { field, length })?;
        self.i32(length);
        Ok(())
    }

    /// Null in the place of an array or bytes.
    pub fn null(&mut self, flexible: bool) {
        if flexible {
            self.uvarint(0);
        } else {
            self.i32(-1);
        }
    }

    /// One tagged field: tag, length and what `content` writes.
    pub fn tagged(
        &mut self,
        tag: u32,
        content: impl FnOnce(&mut Self) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        let mut inner = Self::new();
        content(&mut inner)?;
        let length = inner.len();
        self.uvarint(tag);
        let size = u32::try_from(length).map_err(|_| EncodeError::TooLong {
            field: "tagged fields",
            length,
        })?;
        self.uvarint(size);
        let base = self.buffer.len();
        self.buffer.unsplit(inner.buffer);
        self.splices.extend(
            inner
                .splices
                .into_iter()
                .map(|(place, slice)| (base + place, slice)),
        );
        self.spliced_bytes += inner.spliced_bytes;
        self.errors.merge(&inner.errors);
        Ok(())
    }

    fn compact_length(&mut self, field: &'static str, length: usize) -> Result<(), EncodeError> {
        match i32::try_from(length)
            .ok()
            .and_then(|l| u32::try_from(l).ok())
        {
            Some(length) => {
                self.uvarint(length + 1);
                Ok(())
            }
            None => Err(EncodeError::TooLong { field, length }),
        }
    }

    fn splice(&mut self, bytes: &Bytes) {
        if bytes.len() < SPLICE_BYTES_MIN {
            self.buffer.put_slice(bytes);
        } else {
            self.splices.push((self.buffer.len(), bytes.clone()));
            self.spliced_bytes += bytes.len();
        }
    }
}

#[cfg(test)]
mod tests;
