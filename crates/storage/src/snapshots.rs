//! Snapshots of what somebody built from a log, so that a start does not replay a lifetime: the
//! metadata image, the groups of one `__consumer_offsets` partition.
//!
//! ```text
//! NAME-00000000000000000042.checkpoint
//! magic "ORSN" 4 | version 2 | reserved 2 | crc 4 | payload bytes 8 | payload
//! ```
//!
//! The CRC-32C covers the payload. A snapshot appears whole or not at all; the one before it stays
//! until the next but one, in case the newest cannot be read. What the payload means, and its own
//! version, is the caller's business.

use std::path::PathBuf;

use crate::disk::{Disk, Durable, FileError};

const MAGIC: &[u8; 4] = b"ORSN";
const VERSION: u16 = 1;
const HEADER_BYTES: usize = 20;
const SUFFIX: &str = ".checkpoint";
const KEPT: usize = 2;

/// Why there is no snapshot to start from.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A newer version of this program wrote it.
    #[error(
        "snapshot {} has format {found}, this version reads up to {VERSION}; use the newer \
         version that wrote it", path.display()
    )]
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// The format it has.
        found: u16,
    },
}

/// A snapshot that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The offset that it was taken at: all records before it are in it.
    pub offset: i64,
    /// What the caller wrote.
    pub payload: Vec<u8>,
}

/// The snapshots of one name in one directory below the data directory.
#[derive(Clone, Debug)]
pub struct Snapshots {
    disk: Disk,
    directory: PathBuf,
    name: String,
}

impl Snapshots {
    /// `directory` is a partition's, such as `__cluster_metadata-0`, or one of its own; it is
    /// created where it does not exist.
    pub fn open(disk: &Disk, directory: &str, name: &str) -> Result<Self, FileError> {
        let directory = disk.root().join(directory);
        disk.create_directory(&directory)?;
        Ok(Self {
            disk: disk.clone(),
            directory,
            name: name.to_owned(),
        })
    }

    /// Writes a snapshot; it is durable when this returns. Older ones go, but for one. Blocks.
    pub fn write(&self, offset: i64, payload: &[u8]) -> Result<(), FileError> {
        let mut bytes = Vec::with_capacity(HEADER_BYTES + payload.len());
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&VERSION.to_be_bytes());
        bytes.extend_from_slice(&[0; 2]);
        bytes.extend_from_slice(&crc_fast::crc32_iscsi(payload).to_be_bytes());
        bytes.extend_from_slice(&(payload.len() as u64).to_be_bytes());
        bytes.extend_from_slice(payload);
        self.disk
            .write_file(&self.path(offset), &bytes, Durable::Yes)?;
        let offsets = self.offsets()?;
        let old = offsets.len().saturating_sub(KEPT);
        for offset in &offsets[..old] {
            self.disk.remove_file(&self.path(*offset))?;
        }
        Ok(())
    }

    /// The newest snapshot that can be read; a damaged one is told and passed over. Blocks.
    pub fn newest(&self) -> Result<Option<Snapshot>, SnapshotError> {
        for offset in self.offsets()?.into_iter().rev() {
            let path = self.path(offset);
            let Some(bytes) = self.disk.read_file(&path)? else {
                continue;
            };
            match decode(&bytes) {
                Ok(payload) => {
                    let payload = payload.to_vec();
                    return Ok(Some(Snapshot { offset, payload }));
                }
                Err(Invalid::Version(found)) => {
                    return Err(SnapshotError::NewerFormat { path, found });
                }
                Err(Invalid::Damaged) => {
                    tracing::warn!(path = %path.display(), "ignoring a damaged snapshot");
                }
            }
        }
        Ok(None)
    }

    fn path(&self, offset: i64) -> PathBuf {
        self.directory
            .join(format!("{}-{offset:020}{SUFFIX}", self.name))
    }

    /// Rising.
    fn offsets(&self) -> Result<Vec<i64>, FileError> {
        let names = self.disk.list(&self.directory)?.unwrap_or_default();
        let offset = |name: &String| {
            let rest = name.strip_prefix(&self.name)?.strip_prefix('-')?;
            let digits = rest.strip_suffix(SUFFIX)?;
            let offset: i64 = digits.parse().ok()?;
            (digits.len() == 20 && offset >= 0).then_some(offset)
        };
        let mut offsets: Vec<_> = names.iter().filter_map(offset).collect();
        offsets.sort_unstable();
        Ok(offsets)
    }
}

enum Invalid {
    Damaged,
    Version(u16),
}

fn decode(bytes: &[u8]) -> Result<&[u8], Invalid> {
    let header = bytes
        .first_chunk::<HEADER_BYTES>()
        .ok_or(Invalid::Damaged)?;
    let [m0, m1, m2, m3, v0, v1, _, _, c0, c1, c2, c3, length @ ..] = *header;
    if [m0, m1, m2, m3] != *MAGIC {
        return Err(Invalid::Damaged);
    }
    let version = u16::from_be_bytes([v0, v1]);
    if version > VERSION {
        return Err(Invalid::Version(version));
    }
    let payload = &bytes[HEADER_BYTES..];
    let whole = payload.len() as u64 == u64::from_be_bytes(length);
    let crc = u32::from_be_bytes([c0, c1, c2, c3]);
    if whole && crc == crc_fast::crc32_iscsi(payload) {
        Ok(payload)
    } else {
        Err(Invalid::Damaged)
    }
}

#[cfg(test)]
mod tests;
