//! `aws-stub write`: numbered lines at a steady pace into a log that is rotated under its reader, as log4j and
//! logrotate do it. Lines are sometimes written in two halves, and some have stack traces.
//!
//! Nothing is removed, but for files of which `--undelivered` says that all their bytes are delivered.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use aws_stub::{Clock, Random, numbered};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use crate::words::Words;

const KNOWN: [&str; 10] = [
    "directory",
    "lines",
    "writer",
    "name",
    "per-second",
    "rotate",
    "every",
    "bytes",
    "seed",
    "undelivered",
];
/// Between two blocks of lines.
const TICK: Duration = Duration::from_millis(4);
const PROGRESS: Duration = Duration::from_secs(1);
/// Rotated files that may lie about; with so many, there is no rotation until one is delivered.
const ROTATED_FILES_MAX: usize = 200;
/// Links of a chain `.1`, `.2`, ..
const CHAIN_MAX: usize = 30;
/// One line in so many has a stack trace, or is far longer than the others.
const TRACE_EVERY: u64 = 20;
const LONG_EVERY: u64 = 2_000;
const LONG_BYTES: usize = 40_000;
const FRAMES: usize = 3;
/// Lines of a block, if there is no pace.
const BLOCK_LINES: u64 = 2_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rotation {
    Chain,
    Hourly,
    Truncate,
    Never,
}

/// Device and inode, and how many bytes of it are delivered.
#[derive(Default)]
struct Delivered {
    written_ms: u64,
    bytes: HashMap<(u64, u64), u64>,
}

struct Writer {
    directory: PathBuf,
    name: String,
    writer: u8,
    per_second: u64,
    bytes: (u64, u64),
    rotation: Rotation,
    undelivered: Option<PathBuf>,
    random: Random,
    clock: Clock,
    file: File,
    written: u64,
    written_bytes: u64,
    rotations: u64,
    truncated_bytes: u64,
    removed: u64,
    /// Of the hourly pattern, the oldest first.
    rotated: Vec<PathBuf>,
}

pub(crate) fn run(words: &[String]) -> Result<(), String> {
    let words = Words::parse(words, &KNOWN, &[])?;
    let lines: u64 = words.number("lines", 1_000)?;
    let every = Duration::from_millis(words.number("every", 20)?);
    let mut writer = Writer::open(&words)?;
    writer
        .write_all(lines, every)
        .map_err(|cause| format!("{}: {cause}", writer.directory.display()))?;
    writer.tell(true);
    Ok(())
}

impl Writer {
    fn open(words: &Words) -> Result<Self, String> {
        let directory = words.last("directory").ok_or("--directory is missing")?;
        let directory = PathBuf::from(directory);
        let name = words.last("name").unwrap_or("server.log".to_owned());
        let path = directory.join(&name);
        let told = |cause: io::Error| format!("{}: {cause}", path.display());
        fs::create_dir_all(&directory).map_err(told)?;
        let bytes = words.last("bytes").unwrap_or("120:300".to_owned());
        let bytes = bytes.split_once(':').unwrap_or((&bytes, &bytes));
        let bytes = match (bytes.0.parse(), bytes.1.parse()) {
            (Ok(min), Ok(max)) => (min, max),
            _ => return Err("--bytes MIN:MAX".to_owned()),
        };
        Ok(Self {
            file: append(&path).map_err(told)?,
            directory,
            name,
            writer: words.number("writer", 0)?,
            per_second: words.number("per-second", 0)?,
            bytes,
            rotation: match words.last("rotate").as_deref() {
                None | Some("never") => Rotation::Never,
                Some("chain") => Rotation::Chain,
                Some("hourly") => Rotation::Hourly,
                Some("truncate") => Rotation::Truncate,
                Some(other) => return Err(format!("--rotate does not know {other}")),
            },
            undelivered: words.last("undelivered").map(PathBuf::from),
            random: Random::new(words.number("seed", 1)?),
            clock: Clock::default(),
            written: 0,
            written_bytes: 0,
            rotations: 0,
            truncated_bytes: 0,
            removed: 0,
            rotated: Vec::new(),
        })
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a pace in real time is what this program is for"
    )]
    fn write_all(&mut self, lines: u64, every: Duration) -> io::Result<()> {
        let started = Instant::now();
        let (mut rotated, mut told) = (started, started);
        while self.written < lines {
            let now = Instant::now();
            let due = match self.per_second {
                0 => self.written + BLOCK_LINES,
                pace => {
                    u64::try_from((now - started).as_millis()).unwrap_or(u64::MAX) * pace / 1000
                }
            };
            self.write_block(due.min(lines).saturating_sub(self.written))?;
            if self.rotation != Rotation::Never && now - rotated >= every {
                rotated = now;
                self.rotate()?;
            }
            if now - told >= PROGRESS {
                told = now;
                self.tell(false);
            }
            if self.per_second > 0 {
                std::thread::sleep(TICK);
            }
        }
        Ok(())
    }

    fn write_block(&mut self, lines: u64) -> io::Result<()> {
        let mut block = Vec::new();
        let now = Timestamp::from_millisecond(self.clock.now_ms()).unwrap_or(Timestamp::UNIX_EPOCH);
        let time = TimeZone::system().to_datetime(now);
        let time = time.strftime("%Y-%m-%d %H:%M:%S,%3f").to_string();
        for _ in 0..lines {
            let sequence = u32::try_from(self.written).unwrap_or(u32::MAX);
            let number = numbered::Number {
                writer: self.writer,
                sequence,
            };
            let (min, max) = self.bytes;
            // Lines of one length are for measuring: all alike.
            let varied = max > min;
            let mut bytes = min + self.random.below(max.saturating_sub(min) + 1);
            if varied && self.random.below(LONG_EVERY) == 0 {
                bytes = LONG_BYTES as u64;
            }
            let trace = varied && self.random.below(TRACE_EVERY) == 0;
            let frames = if trace { FRAMES } else { 0 };
            numbered::write(&mut block, number, &time, bytes as usize, frames);
            self.written += 1;
        }
        // In two halves that end anywhere: a reader may see the first alone.
        let middle = self.random.below(block.len() as u64) as usize;
        let (first, second) = block.split_at(middle);
        self.file.write_all(first)?;
        self.file.write_all(second)?;
        self.written_bytes += block.len() as u64;
        Ok(())
    }

    fn rotate(&mut self) -> io::Result<()> {
        let path = self.directory.join(&self.name);
        match self.rotation {
            Rotation::Never => return Ok(()),
            Rotation::Truncate => {
                self.truncated_bytes += self.file.metadata()?.len();
                self.file.set_len(0)?;
                self.rotations += 1;
                return Ok(());
            }
            Rotation::Hourly => {
                if !self.has_room()? {
                    return Ok(());
                }
                let hours = i64::try_from(self.rotations).unwrap_or(0);
                let start = Timestamp::UNIX_EPOCH + (500_000 + hours).hours();
                let start = TimeZone::UTC.to_datetime(start);
                let suffix = start.strftime("%Y-%m-%d-%H");
                let to = self.directory.join(format!("{}.{suffix}", self.name));
                fs::rename(&path, &to)?;
                self.rotated.push(to);
            }
            Rotation::Chain => {
                if !self.shift()? {
                    return Ok(());
                }
                fs::rename(&path, self.link(1))?;
            }
        }
        self.rotations += 1;
        self.file = append(&path)?;
        Ok(())
    }

    fn link(&self, number: usize) -> PathBuf {
        self.directory.join(format!("{}.{number}", self.name))
    }

    /// Moves every link of the chain by one; false if the last must stay.
    fn shift(&mut self) -> io::Result<bool> {
        let delivered = self.delivered();
        let mut last = (1..=CHAIN_MAX)
            .take_while(|number| self.link(*number).exists())
            .count();
        while last > 0 && self.is_delivered(&delivered, &self.link(last))? {
            fs::remove_file(self.link(last))?;
            self.removed += 1;
            last -= 1;
        }
        if last == CHAIN_MAX {
            return Ok(false);
        }
        for number in (1..=last).rev() {
            fs::rename(self.link(number), self.link(number + 1))?;
        }
        Ok(true)
    }

    /// Removes what is delivered; false if there are too many all the same.
    fn has_room(&mut self) -> io::Result<bool> {
        if self.rotated.len() < ROTATED_FILES_MAX / 2 {
            return Ok(true);
        }
        let delivered = self.delivered();
        let mut kept = Vec::new();
        for path in std::mem::take(&mut self.rotated) {
            if self.is_delivered(&delivered, &path)? {
                fs::remove_file(&path)?;
                self.removed += 1;
            } else {
                kept.push(path);
            }
        }
        self.rotated = kept;
        Ok(self.undelivered.is_none() || self.rotated.len() < ROTATED_FILES_MAX)
    }

    /// What the shipper says of its files.
    fn delivered(&self) -> Delivered {
        let text = self.undelivered.as_ref().map(fs::read_to_string);
        let Some(Ok(text)) = text else {
            return Delivered::default();
        };
        let report: Value = serde_json::from_str(&text).unwrap_or_default();
        let files = report.get("files").and_then(Value::as_array);
        let number = |value: &Value, name| value.get(name).and_then(Value::as_u64);
        let row = |file: &Value| {
            let place = (number(file, "device")?, number(file, "inode")?);
            Some((place, number(file, "delivered_bytes")?))
        };
        Delivered {
            written_ms: number(&report, "written_ms").unwrap_or(0),
            bytes: files.into_iter().flatten().filter_map(row).collect(),
        }
    }

    /// True if the report says so, and if it was written after the file: an inode may be another file's now.
    fn is_delivered(&self, delivered: &Delivered, path: &PathBuf) -> io::Result<bool> {
        let file = fs::metadata(path)?;
        let modified_ms = file.mtime() * 1000 + file.mtime_nsec() / 1_000_000;
        let older = u64::try_from(modified_ms).is_ok_and(|at| at < delivered.written_ms);
        let bytes = delivered.bytes.get(&(file.dev(), file.ino()));
        Ok(older && bytes.is_some_and(|bytes| *bytes >= file.size()))
    }

    fn tell(&self, done: bool) {
        println!(
            "{}",
            json!({
                "writer": self.writer,
                "lines": self.written,
                "bytes": self.written_bytes,
                "rotations": self.rotations,
                "truncated_bytes": self.truncated_bytes,
                "removed": self.removed,
                "done": done,
            })
        );
    }
}

fn append(path: &PathBuf) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}
