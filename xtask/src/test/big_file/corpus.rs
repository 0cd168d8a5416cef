//! A large text of this machine: documentation and package lists, line by line, as far as a line-wise tool gives it back unchanged.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::command::Failure;

/// At least this much, as the issue asks.
const BYTES_MIN: u64 = 100 << 20;
/// A record is a line and must fit in a batch.
const LINE_BYTES_MAX: usize = 500_000;
/// Files beyond this are data rather than text.
const FILE_BYTES_MAX: u64 = 64 << 20;
const SOURCES: [&str; 5] = [
    "/usr/share/doc",
    "/var/lib/dpkg",
    "/var/lib/apt/lists",
    "/usr/share/common-licenses",
    "/usr/share/perl",
];

/// Writes the text and gives its bytes and lines; the sources are repeated where they are small.
pub(crate) fn write(path: &Path) -> Result<(u64, u64), Failure> {
    let mut files = Vec::new();
    for source in SOURCES {
        collect(Path::new(source), &mut files);
    }
    files.sort();
    let mut out = BufWriter::new(File::create(path)?);
    let (mut bytes, mut lines) = (0, 0);
    while bytes < BYTES_MIN {
        let before = bytes;
        for file in &files {
            for line in fs::read(file)
                .unwrap_or_default()
                .split(|byte| *byte == b'\n')
            {
                if kept(line) {
                    out.write_all(line)?;
                    out.write_all(b"\n")?;
                    bytes += line.len() as u64 + 1;
                    lines += 1;
                }
            }
        }
        if bytes == before {
            return Err(Failure::Failed(
                "this machine has no documentation to make a text of".into(),
            ));
        }
    }
    out.flush()?;
    Ok((bytes, lines))
}

/// Kafka's console producer reads characters and ends a line at CR too.
fn kept(line: &[u8]) -> bool {
    line.len() <= LINE_BYTES_MAX && !line.contains(&b'\r') && std::str::from_utf8(line).is_ok()
}

/// Plain files below a folder; symbolic links are not followed.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        if kind.is_dir() {
            collect(&entry.path(), files);
        } else if kind.is_file()
            && entry
                .metadata()
                .is_ok_and(|metadata| metadata.len() <= FILE_BYTES_MAX)
        {
            files.push(entry.path());
        }
    }
}

#[cfg(test)]
mod tests;
