//! Files of the kernel that are read again and again: kept open, read from their beginning into a
//! buffer that stays, never longer than a limit, opened again when what they told of has gone.
//!
//! Opening, reading and closing a small file of procfs costs twice what reading an open one does,
//! one of sysfs twelve times.

mod absence;
mod descriptors;
mod directory;
mod tree;

use std::borrow::Cow;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{FileType, Mode, OFlags, fstat, open};
use rustix::io::{Errno, pread};

pub use descriptors::Descriptors;
pub use directory::{ENTRIES_MAX, list};
pub use tree::KeptTree;

use absence::Absence;
use descriptors::Place;

/// The kernel's longest tables (interrupts of hundreds of processors, thousands of sockets) stay
/// below; whatever is longer is not what it says it is.
pub const RECORDS_BYTES_MAX: usize = 8 << 20;
/// An attribute of sysfs is at most a page; the largest page of any machine is 64 KiB.
pub const ATTRIBUTE_BYTES_MAX: usize = 64 << 10;
/// Sockets are told in lines of 128 or 150 bytes, as wide for all.
const LINE_BYTES_MAX: usize = 512;
/// The kernel gives at least so much of a table at once, up to a whole line.
const PAGE_BYTES: usize = 4096;
/// Room before the first read: most files fit, so they are read at once.
const FIRST_BYTES: usize = 4096;

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {}: {source}", path.display())]
pub struct ReadError {
    /// The file.
    pub path: PathBuf,
    /// What the system says.
    pub source: io::Error,
}

/// A file that is read again and again, with its content of now.
#[derive(Debug)]
pub struct KeptFile {
    kept: Kept,
    buffer: Vec<u8>,
}

/// A file that is kept open, without its content.
#[derive(Debug)]
struct Kept {
    path: PathBuf,
    shape: Shape,
    descriptors: Arc<Descriptors>,
    open: Option<(OwnedFd, Place)>,
    absence: Absence,
}

/// How a file ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// Where a read gives nothing: tables of procfs come in pages.
    Records,
    /// Where a read gives less than there was room for: tables that the kernel writes as a whole.
    Whole,
    /// The same, of one page at most.
    Attribute,
    /// Where a read leaves more room in the kernel's page than a line of [`LINE_BYTES_MAX`] takes:
    /// tables that are searched from their beginning by each read.
    ShortLines,
}

impl KeptFile {
    /// A table of procfs, at most [`RECORDS_BYTES_MAX`] long.
    pub fn records(path: PathBuf, descriptors: Arc<Descriptors>) -> Self {
        Self {
            kept: Kept::new(path, Shape::Records, descriptors),
            buffer: Vec::new(),
        }
    }

    /// A table of procfs that the kernel writes as a whole, however long it is: a look for more behind it costs
    /// as much as reading one of the short ones.
    pub fn whole(path: PathBuf, descriptors: Arc<Descriptors>) -> Self {
        Self {
            kept: Kept::new(path, Shape::Whole, descriptors),
            buffer: Vec::new(),
        }
    }

    /// An attribute of sysfs, or any small plain file, at most [`ATTRIBUTE_BYTES_MAX`] long.
    pub fn attribute(path: PathBuf, descriptors: Arc<Descriptors>) -> Self {
        Self {
            kept: Kept::new(path, Shape::Attribute, descriptors),
            buffer: Vec::new(),
        }
    }

    /// A table of procfs in which each line takes at most a few hundred bytes, and each read costs the
    /// kernel a walk through all of the table.
    pub fn short_lines(path: PathBuf, descriptors: Arc<Descriptors>) -> Self {
        Self {
            kept: Kept::new(path, Shape::ShortLines, descriptors),
            buffer: Vec::new(),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.kept.path
    }

    /// What it says now.
    ///
    /// # Errors
    /// It is not there, is no regular file, is too long, or cannot be read.
    pub fn read(&mut self) -> Result<&[u8], ReadError> {
        self.kept.read_into(&mut self.buffer)?;
        Ok(&self.buffer)
    }

    /// [`KeptFile::read`] as text; what is not UTF-8 becomes U+FFFD.
    ///
    /// # Errors
    /// Those of [`KeptFile::read`].
    pub fn text(&mut self) -> Result<Cow<'_, str>, ReadError> {
        let bytes = self.read()?;
        // Nearly always it is, and to find that is much less work than to look for what is not.
        Ok(match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(bytes),
        })
    }
}

impl Kept {
    fn new(path: PathBuf, shape: Shape, descriptors: Arc<Descriptors>) -> Self {
        Self {
            path,
            shape,
            descriptors,
            open: None,
            absence: Absence::default(),
        }
    }

    /// Puts what the file says now into `buffer`, instead of what was there.
    fn read_into(&mut self, buffer: &mut Vec<u8>) -> Result<(), ReadError> {
        self.fill(buffer).map_err(|source| ReadError {
            path: self.path.clone(),
            source,
        })
    }

    fn fill(&mut self, buffer: &mut Vec<u8>) -> io::Result<()> {
        if let Some((file, _)) = &self.open {
            match fill(file, self.shape, buffer) {
                Err(error) if has_gone(&error) => self.open = None,
                other => return other,
            }
        }
        let path = &self.path;
        let file = self.absence.look(|| open_regular(path, OFlags::NOFOLLOW))?;
        let filled = fill(&file, self.shape, buffer);
        // A driver that refuses now (a link that is down has no speed) will be asked again.
        let stays = !matches!(&filled, Err(error) if has_gone(error));
        if stays {
            self.open = self.descriptors.take().map(|place| (file, place));
        }
        filled
    }
}

/// Reads a whole small file once, following links: `/etc/os-release` is one.
///
/// # Errors
/// It is not there, is no regular file, is longer than `bytes_max`, or cannot be read.
pub fn read_once(path: &Path, bytes_max: usize) -> io::Result<Vec<u8>> {
    let file = open_regular(path, OFlags::empty())?;
    let mut buffer = Vec::new();
    fill_up_to(&file, Shape::Records, &mut buffer, bytes_max)?;
    Ok(buffer)
}

/// Opens without waiting (a FIFO has no writer, a device no medium) and takes a regular file only.
fn open_regular(path: &Path, more: OFlags) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOCTTY | OFlags::NONBLOCK | more;
    let file = open(path, flags, Mode::empty())?;
    match FileType::from_raw_mode(fstat(&file)?.st_mode) {
        FileType::RegularFile => Ok(file),
        _ => Err(io::Error::other("no regular file")),
    }
}

/// A device was unplugged, a process ended: the path may tell of another one by now.
fn has_gone(error: &io::Error) -> bool {
    let code = error.raw_os_error().map(Errno::from_raw_os_error);
    matches!(
        code,
        Some(Errno::NODEV | Errno::NOENT | Errno::SRCH | Errno::NXIO)
    )
}

fn fill(file: &OwnedFd, shape: Shape, buffer: &mut Vec<u8>) -> io::Result<()> {
    let bytes_max = match shape {
        Shape::Records | Shape::Whole | Shape::ShortLines => RECORDS_BYTES_MAX,
        Shape::Attribute => ATTRIBUTE_BYTES_MAX,
    };
    fill_up_to(file, shape, buffer, bytes_max)
}

fn fill_up_to(
    file: &OwnedFd,
    shape: Shape,
    buffer: &mut Vec<u8>,
    bytes_max: usize,
) -> io::Result<()> {
    buffer.clear();
    buffer.reserve(FIRST_BYTES);
    loop {
        if buffer.len() == buffer.capacity() {
            buffer.reserve(buffer.len());
        }
        let room = buffer.capacity() - buffer.len();
        let at = buffer.len() as u64;
        let read = match pread(file, rustix::buffer::spare_capacity(buffer), at) {
            Err(Errno::INTR) => continue,
            read => read?,
        };
        if buffer.len() > bytes_max {
            *buffer = Vec::new();
            let problem = format!("longer than {bytes_max} bytes");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, problem));
        }
        let is_last = match shape {
            Shape::Records => false,
            Shape::Whole | Shape::Attribute => read < room,
            Shape::ShortLines => read + LINE_BYTES_MAX < room.min(PAGE_BYTES),
        };
        if read == 0 || is_last {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests;
