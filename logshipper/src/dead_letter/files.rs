//! The files of the dead letters of one sink: the newest, and those before it (`.1`, `.2`, `.3`), within a limit.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::checkpoint::file_name;
use crate::dead_letter::letter::Letter;

/// Files that share the limit.
const FILES: u64 = 4;

/// Writes the dead letters of one sink.
#[derive(Debug)]
pub struct DeadLetters {
    path: PathBuf,
    bytes_max: u64,
    file: Mutex<Option<(File, u64)>>,
}

/// What came of writing some.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Older ones that were removed to make room.
    pub dropped: u64,
}

impl DeadLetters {
    /// Those of the sink with this name, in this directory; nothing is there before the first.
    pub fn new(directory: &Path, sink: &str, bytes_max: u64) -> Self {
        Self {
            path: directory.join(file_name("dead-letters", sink, "ndjson")),
            bytes_max,
            file: Mutex::new(None),
        }
    }

    /// Where the newest are.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes some, and returns when they are on the disk.
    ///
    /// # Errors
    /// The disk does not take them; none of them is there then.
    pub fn write(&self, letters: &[Letter]) -> io::Result<Written> {
        let mut text = Vec::new();
        for letter in letters {
            letter.write(&mut text).map_err(io::Error::other)?;
        }
        let mut held = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut written = Written::default();
        if let Some((_, bytes)) = held.as_ref()
            && bytes.saturating_add(text.len() as u64) > self.bytes_max / FILES
        {
            *held = None;
            written.dropped = self.rotate()?;
        }
        let (mut file, bytes) = match held.take() {
            Some(held) => held,
            None => self.open()?,
        };
        match file.write_all(&text).and_then(|()| file.sync_data()) {
            Ok(()) => {
                *held = Some((file, bytes + text.len() as u64));
                Ok(written)
            }
            Err(error) => {
                // Half a line would spoil the next one.
                let _ = file.set_len(bytes);
                Err(error)
            }
        }
    }

    fn open(&self) -> io::Result<(File, u64)> {
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(service::files::PRIVATE_FILE_MODE)
            .open(&self.path)?;
        let bytes = file.metadata()?.len();
        if let Some(directory) = self.path.parent() {
            File::open(directory)?.sync_all()?;
        }
        Ok((file, bytes))
    }

    /// Makes room for a new file; how many letters that cost.
    fn rotate(&self) -> io::Result<u64> {
        let oldest = self.numbered(FILES - 1);
        let dropped = match File::open(&oldest) {
            Ok(file) => BufReader::new(file).split(b'\n').count() as u64,
            Err(_) => 0,
        };
        for number in (1..FILES).rev() {
            let from = match number {
                1 => self.path.clone(),
                _ => self.numbered(number - 1),
            };
            match std::fs::rename(from, self.numbered(number)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(dropped)
    }

    fn numbered(&self, number: u64) -> PathBuf {
        let mut path = self.path.clone().into_os_string();
        path.push(format!(".{number}"));
        path.into()
    }
}
