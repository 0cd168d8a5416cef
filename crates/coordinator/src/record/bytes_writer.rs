//! Writes Kafka's primitive types.
//!
//! Texts here were bounded when they came in (a Kafka string has at most 32,767 bytes, a request
//! frame fewer bytes than an `i32` counts); a length that did not fit would be cut, never wrapped.

use bytes::{BufMut, Bytes, BytesMut};

/// A key or value that grows.
#[derive(Default)]
pub(super) struct Writer {
    out: BytesMut,
}

impl Writer {
    pub(super) fn i16(&mut self, value: i16) {
        self.out.put_i16(value);
    }

    pub(super) fn i32(&mut self, value: i32) {
        self.out.put_i32(value);
    }

    pub(super) fn i64(&mut self, value: i64) {
        self.out.put_i64(value);
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.out.put_slice(bytes);
    }

    pub(super) fn string(&mut self, text: &str) {
        let text = &text[..text.floor_char_boundary(i16::MAX as usize)];
        self.i16(i16::try_from(text.len()).unwrap_or(i16::MAX));
        self.raw(text.as_bytes());
    }

    pub(super) fn nullable_string(&mut self, text: Option<&str>) {
        match text {
            None => self.i16(-1),
            Some(text) => self.string(text),
        }
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        let bytes = &bytes[..bytes.len().min(i32::MAX as usize)];
        self.i32(i32::try_from(bytes.len()).unwrap_or(i32::MAX));
        self.raw(bytes);
    }

    pub(super) fn uvarint(&mut self, mut value: u32) {
        while value >= 0x80 {
            self.out.put_u8((value & 0x7F) as u8 | 0x80);
            value >>= 7;
        }
        self.out.put_u8(value as u8);
    }

    pub(super) fn compact_string(&mut self, text: &str) {
        let text = &text[..text.floor_char_boundary(i16::MAX as usize)];
        self.uvarint(u32::try_from(text.len() + 1).unwrap_or(u32::MAX));
        self.raw(text.as_bytes());
    }

    pub(super) fn finish(self) -> Bytes {
        self.out.freeze()
    }
}
