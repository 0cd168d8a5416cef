//! A compressed file while it is read: the decoder, and what came out of it but was not consumed.

use std::fmt;
use std::io;
use std::sync::Arc;

use crate::input::descriptors::Descriptor;
use crate::input::log_name::Packing;
use crate::input::packing::Unpacker;
use crate::input::position::Tail;
use crate::input::source::Source;

/// What is skipped at once on the way to the offset.
const SKIPPED_BYTES: usize = 64 * 1024;

/// A compressed file while it is read.
pub(super) struct Unpacked {
    source: Arc<Source>,
    unpacker: Unpacker<PackedBytes>,
    /// Where the reader wants to begin, and what stood before that in the file it was packed from.
    tail: Tail,
    /// What came out and was not consumed.
    kept: Vec<u8>,
    /// Whether everything came out.
    is_whole: bool,
}

/// The bytes of a compressed file, in order.
pub(in crate::input) struct PackedBytes {
    descriptor: Arc<Descriptor>,
    at: u64,
}

impl PackedBytes {
    pub(in crate::input) fn new(descriptor: Arc<Descriptor>) -> Self {
        Self { descriptor, at: 0 }
    }
}

impl io::Read for PackedBytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.descriptor.read_at(self.at, buffer)?;
        self.at = self.at.saturating_add(read as u64);
        Ok(read)
    }
}

impl Unpacked {
    pub(super) fn new(
        source: Arc<Source>,
        packing: Packing,
        descriptor: Arc<Descriptor>,
        tail: Tail,
    ) -> io::Result<Self> {
        Ok(Self {
            source,
            unpacker: Unpacker::new(packing, PackedBytes::new(descriptor))?,
            tail,
            kept: Vec::new(),
            is_whole: false,
        })
    }

    pub(super) fn is_of(&self, source: &Arc<Source>) -> bool {
        Arc::ptr_eq(&self.source, source)
    }

    /// How much came out of it so far: its size when that was all.
    pub(super) fn end(&self) -> u64 {
        self.unpacker.unpacked()
    }

    /// What is behind what was consumed. The same again, and perhaps more, until it is.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.skip()?;
        let before = self.kept.len();
        if before < buffer.len() {
            self.kept.resize(buffer.len(), 0);
            let filled = self
                .unpacker
                .fill(self.kept.get_mut(before..).unwrap_or_default());
            let count = before + filled.as_ref().copied().unwrap_or(0);
            self.is_whole = count < self.kept.len();
            self.kept.truncate(count);
            match filled {
                Err(error) if before > 0 => self.unpacker.fail_later(error),
                filled => drop(filled?),
            }
        }
        for (to, from) in buffer.iter_mut().zip(&self.kept) {
            *to = *from;
        }
        Ok(self.kept.len().min(buffer.len()))
    }

    /// So much of it need not be read again.
    pub(super) fn consume(&mut self, count: usize) {
        self.kept.drain(..count.min(self.kept.len()));
    }

    /// Whether everything was consumed; how it ended, then.
    pub(super) fn is_over(&mut self) -> Option<io::Result<u64>> {
        (self.is_whole && self.kept.is_empty()).then(|| match self.unpacker.failure() {
            Some(error) => Err(error),
            None => Ok(self.unpacker.unpacked()),
        })
    }

    fn skip(&mut self) -> io::Result<()> {
        let mut buffer = Vec::new();
        while let Some(missing) = self
            .tail
            .offset
            .checked_sub(self.unpacker.unpacked())
            .filter(|missing| *missing > 0)
        {
            let length = usize::try_from(missing)
                .unwrap_or(SKIPPED_BYTES)
                .min(SKIPPED_BYTES);
            buffer.resize(length, 0);
            if self.unpacker.fill(&mut buffer)? == 0 {
                break;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Unpacked {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Unpacked").finish_non_exhaustive()
    }
}
