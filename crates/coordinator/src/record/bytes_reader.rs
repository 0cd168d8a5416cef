//! Reads Kafka's primitive types off a slice; every take names what it was reading.

use super::RecordError;

/// What is left of a key or value.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn remaining(&self) -> usize {
        self.rest.len()
    }

    fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], RecordError> {
        let (head, tail) = self
            .rest
            .split_first_chunk::<N>()
            .ok_or(RecordError::Malformed(what))?;
        self.rest = tail;
        Ok(*head)
    }

    fn slice(&mut self, n: usize, what: &'static str) -> Result<&'a [u8], RecordError> {
        let (head, tail) = self
            .rest
            .split_at_checked(n)
            .ok_or(RecordError::Malformed(what))?;
        self.rest = tail;
        Ok(head)
    }

    pub(super) fn i16(&mut self, what: &'static str) -> Result<i16, RecordError> {
        self.array(what).map(i16::from_be_bytes)
    }

    pub(super) fn i32(&mut self, what: &'static str) -> Result<i32, RecordError> {
        self.array(what).map(i32::from_be_bytes)
    }

    pub(super) fn i64(&mut self, what: &'static str) -> Result<i64, RecordError> {
        self.array(what).map(i64::from_be_bytes)
    }

    pub(super) fn uuid(&mut self, what: &'static str) -> Result<[u8; 16], RecordError> {
        self.array(what)
    }

    fn text(bytes: &'a [u8], what: &'static str) -> Result<&'a str, RecordError> {
        std::str::from_utf8(bytes).map_err(|_| RecordError::Malformed(what))
    }

    pub(super) fn string(&mut self, what: &'static str) -> Result<&'a str, RecordError> {
        self.nullable_string(what)?
            .ok_or(RecordError::Malformed(what))
    }

    pub(super) fn nullable_string(
        &mut self,
        what: &'static str,
    ) -> Result<Option<&'a str>, RecordError> {
        match self.i16(what)? {
            -1 => Ok(None),
            n => {
                let n = usize::try_from(n).map_err(|_| RecordError::Malformed(what))?;
                Self::text(self.slice(n, what)?, what).map(Some)
            }
        }
    }

    pub(super) fn bytes(&mut self, what: &'static str) -> Result<&'a [u8], RecordError> {
        let n = usize::try_from(self.i32(what)?).map_err(|_| RecordError::Malformed(what))?;
        self.slice(n, what)
    }

    /// An unsigned varint of at most five bytes.
    pub(super) fn uvarint(&mut self, what: &'static str) -> Result<u32, RecordError> {
        let mut value = 0_u64;
        for shift in (0..35).step_by(7) {
            let [byte] = self.array::<1>(what)?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return u32::try_from(value).map_err(|_| RecordError::Malformed(what));
            }
        }
        Err(RecordError::Malformed(what))
    }

    /// Length + 1 as a varint; 0 is null.
    fn compact_slice(&mut self, what: &'static str) -> Result<Option<&'a [u8]>, RecordError> {
        match self.uvarint(what)?.checked_sub(1) {
            None => Ok(None),
            Some(n) => self.slice(n as usize, what).map(Some),
        }
    }

    pub(super) fn compact_nullable_string(
        &mut self,
        what: &'static str,
    ) -> Result<Option<&'a str>, RecordError> {
        self.compact_slice(what)?
            .map(|bytes| Self::text(bytes, what))
            .transpose()
    }

    pub(super) fn compact_string(&mut self, what: &'static str) -> Result<&'a str, RecordError> {
        self.compact_nullable_string(what)?
            .ok_or(RecordError::Malformed(what))
    }

    pub(super) fn compact_bytes(&mut self, what: &'static str) -> Result<&'a [u8], RecordError> {
        self.compact_slice(what)?
            .ok_or(RecordError::Malformed(what))
    }

    /// Walks tagged fields and hands each one's tag and bytes to `field`.
    pub(super) fn tagged(
        &mut self,
        mut field: impl FnMut(u32, &'a [u8]) -> Result<(), RecordError>,
    ) -> Result<(), RecordError> {
        for _ in 0..self.uvarint("tagged field count")? {
            let tag = self.uvarint("tag")?;
            let n = self.uvarint("tagged field length")? as usize;
            field(tag, self.slice(n, "tagged field")?)?;
        }
        Ok(())
    }
}
