//! What is in an object: the text of each event with a line end, compressed as a whole.

use std::io::{self, Write};

use aws_lc_rs::digest::{Context, SHA256};
use flate2::write::GzEncoder;

use crate::batch::Batch;

/// Work between two looks at what else there is to do: some milliseconds.
const SLICE_BYTES: usize = 64 << 10;
/// zlib's own default is twice as slow for a tenth less.
const GZIP_LEVEL: u32 = 4;
/// zstd's own default.
const ZSTD_LEVEL: i32 = 3;

/// How an object is compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// As MSK does it.
    #[default]
    Gzip,
    /// Smaller and quicker, for whoever can read it.
    Zstd,
    /// Not at all.
    None,
}

/// An object's content.
#[derive(Debug)]
pub struct Body {
    /// Compressed.
    pub bytes: Vec<u8>,
    /// Of the text before compression.
    pub digest: [u8; 32],
}

/// Where the text goes.
enum Encoder {
    Gzip(GzEncoder<Vec<u8>>),
    Zstd(zstd::Encoder<'static, Vec<u8>>),
    None(Vec<u8>),
}

impl Compression {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Gzip, Self::Zstd, Self::None];

    /// Behind `.log`.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Gzip => ".gz",
            Self::Zstd => ".zst",
            Self::None => "",
        }
    }

    /// As HTTP calls it. It is never told as an encoding, which clients would undo by themselves.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Gzip => "application/gzip",
            Self::Zstd => "application/zstd",
            Self::None => "text/plain; charset=utf-8",
        }
    }
}

impl std::str::FromStr for Compression {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "gzip" => Ok(Self::Gzip),
            "zstd" => Ok(Self::Zstd),
            "none" => Ok(Self::None),
            _ => Err("is none of gzip, zstd and none"),
        }
    }
}

impl Body {
    /// Makes the body of a batch, and lets others work in between.
    ///
    /// # Errors
    /// The compressor fails, which none does in memory.
    pub async fn of(batch: &Batch, compression: Compression) -> io::Result<Self> {
        let mut encoder = Encoder::new(compression)?;
        let mut digest = Context::new(&SHA256);
        let mut since = 0;
        for event in batch.events() {
            let text = batch.text(event);
            for text in [text, b"\n"] {
                digest.update(text);
                encoder.write_all(text)?;
            }
            since += text.len();
            if since >= SLICE_BYTES {
                since = 0;
                tokio::task::yield_now().await;
            }
        }
        let mut sum = [0; 32];
        sum.copy_from_slice(digest.finish().as_ref());
        Ok(Self {
            bytes: encoder.finish()?,
            digest: sum,
        })
    }
}

impl Encoder {
    fn new(compression: Compression) -> io::Result<Self> {
        Ok(match compression {
            Compression::Gzip => Self::Gzip(GzEncoder::new(
                Vec::new(),
                flate2::Compression::new(GZIP_LEVEL),
            )),
            Compression::Zstd => Self::Zstd(zstd::Encoder::new(Vec::new(), ZSTD_LEVEL)?),
            Compression::None => Self::None(Vec::new()),
        })
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Gzip(encoder) => encoder.write_all(bytes),
            Self::Zstd(encoder) => encoder.write_all(bytes),
            Self::None(text) => text.write_all(bytes),
        }
    }

    fn finish(self) -> io::Result<Vec<u8>> {
        match self {
            Self::Gzip(encoder) => encoder.finish(),
            Self::Zstd(encoder) => encoder.finish(),
            Self::None(text) => Ok(text),
        }
    }
}

#[cfg(test)]
mod tests;
