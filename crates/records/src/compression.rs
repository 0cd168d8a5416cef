//! The codecs of a batch body, in the framings that Kafka's own clients read and write.

mod gzip;
mod lz4;
mod snappy;
mod zstd;

use std::fmt;
use std::io::Read;

use bytes::Bytes;

use crate::RecordError;

/// How a batch body is compressed; the numbers are the attribute bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Compression {
    /// 0: not at all.
    #[default]
    None,
    /// 1: gzip.
    Gzip,
    /// 2: snappy, in the xerial framing; raw snappy is read too.
    Snappy,
    /// 3: the LZ4 frame format.
    Lz4,
    /// 4: Zstandard (KIP-110).
    Zstd,
}

/// A codec that does not exist: bits of a header, or a name in a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownCompression(pub i16);

/// A codec that could not compress: the library's own failure, such as want of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompressError(pub Compression);

/// What a decompression may cost. A bomb of 1 MiB would otherwise become gigabytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes that one body may decompress to.
    pub decompressed_bytes_max: usize,
}

impl Default for Limits {
    /// 128 MiB: a full batch of 1 MiB at a ratio of 128, which repetitive logs reach under zstd.
    fn default() -> Self {
        Self {
            decompressed_bytes_max: 128 << 20,
        }
    }
}

impl Compression {
    /// Every codec, in the order of the attribute bits.
    pub const ALL: [Self; 5] = [Self::None, Self::Gzip, Self::Snappy, Self::Lz4, Self::Zstd];

    /// The codec of the lowest three attribute bits.
    pub fn from_bits(bits: i16) -> Result<Self, UnknownCompression> {
        Self::ALL
            .into_iter()
            .find(|codec| codec.bits() == bits)
            .ok_or(UnknownCompression(bits))
    }

    /// The attribute bits.
    pub fn bits(self) -> i16 {
        match self {
            Self::None => 0,
            Self::Gzip => 1,
            Self::Snappy => 2,
            Self::Lz4 => 3,
            Self::Zstd => 4,
        }
    }

    /// The name in `compression.type` of topics and clients.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Snappy => "snappy",
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
        }
    }

    /// The codec of that name; `uncompressed` is a topic's word for `none`.
    pub fn from_name(name: &str) -> Option<Self> {
        if name == "uncompressed" {
            return Some(Self::None);
        }
        Self::ALL.into_iter().find(|codec| codec.name() == name)
    }

    /// The levels that the codec has, as Kafka's `compression.*.level` bounds them (KIP-390).
    /// Those of LZ4 are accepted and do not differ here: the encoder has one.
    pub fn levels(self) -> Option<std::ops::RangeInclusive<i32>> {
        match self {
            Self::None | Self::Snappy => None,
            Self::Gzip => Some(1..=9),
            Self::Lz4 => Some(1..=17),
            Self::Zstd => Some(-131_072..=22),
        }
    }

    /// Compresses a body. Without a level, or with one outside [`Self::levels`], the codec's
    /// default holds: gzip 6, zstd 3.
    pub fn compress(self, body: &[u8], level: Option<i32>) -> Result<Vec<u8>, CompressError> {
        let level = level.filter(|level| self.levels().is_some_and(|range| range.contains(level)));
        let failed = CompressError(self);
        match self {
            Self::None => Ok(body.to_vec()),
            Self::Gzip => gzip::compress(body, level).map_err(|_| failed),
            Self::Snappy => snappy::compress(body).map_err(|_| failed),
            Self::Lz4 => lz4::compress(body).map_err(|_| failed),
            Self::Zstd => zstd::compress(body, level).map_err(|_| failed),
        }
    }

    /// Decompresses a body; an uncompressed one is handed on without a copy or a limit.
    pub fn decompress(self, body: &Bytes, limits: Limits) -> Result<Bytes, RecordError> {
        let limit = limits.decompressed_bytes_max;
        let out = match self {
            Self::None => return Ok(body.clone()),
            Self::Gzip => gzip::decompress(body, limit),
            Self::Snappy => snappy::decompress(body, limit),
            Self::Lz4 => lz4::decompress(body, limit),
            Self::Zstd => zstd::decompress(body, limit),
        };
        match out {
            Ok(out) => Ok(Bytes::from(out)),
            Err(Failure::Invalid) => Err(RecordError::Undecodable(self)),
            Err(Failure::TooLarge) => Err(RecordError::TooLarge(limit)),
        }
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for UnknownCompression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown compression type {}", self.0)
    }
}

impl std::error::Error for UnknownCompression {}

impl fmt::Display for CompressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} encoder failed", self.0)
    }
}

impl std::error::Error for CompressError {}

/// Why a codec gave nothing.
enum Failure {
    Invalid,
    TooLarge,
}

/// Reads a decoder to its end, or to one byte past the limit. The buffer grows with what comes.
fn read_limited(decoder: impl Read, limit: usize) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::new();
    let past_limit = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let read = decoder.take(past_limit).read_to_end(&mut out);
    if out.len() > limit {
        return Err(Failure::TooLarge);
    }
    match read {
        Ok(_) => Ok(out),
        Err(_) => Err(Failure::Invalid),
    }
}

#[cfg(test)]
mod tests;
