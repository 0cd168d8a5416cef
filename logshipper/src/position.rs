//! Where bytes are: which file, whatever its name is now, and from where to where.

/// A file as this process knows it. Given by the catalogue when the file is first seen, and anew when it
/// was truncated; never kept on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileKey(pub u32);

/// The bytes `start..end` of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Of which file.
    pub file: FileKey,
    /// The first byte.
    pub start: u64,
    /// Behind the last byte.
    pub end: u64,
}

impl Span {
    /// How many bytes.
    pub fn bytes(self) -> u64 {
        self.end.saturating_sub(self.start)
    }
}
