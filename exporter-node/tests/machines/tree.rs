//! Copies of a machine, and the ways to bend one of its files under a seed.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, mknodat};

/// SplitMix64.
pub(super) struct Random(u64);

/// What becomes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bend {
    /// It has gone.
    Vanish,
    /// It says nothing.
    Empty,
    /// It ends somewhere.
    Truncate,
    /// Some bytes are others, most of them no UTF-8.
    Scramble,
    /// Every number is larger than any.
    Enormous,
    /// Every number is below zero.
    Negative,
    /// Everything in it comes twice.
    Twice,
    /// It is tens of MiB of itself.
    Huge,
    /// It is one line without an end.
    EndlessLine,
    /// It is a directory.
    Directory,
    /// It is a link to itself.
    Loop,
    /// It is a pipe into which nobody ever writes.
    Pipe,
    /// It is a million lines of nothing.
    Blank,
}

pub(super) const BENDS: [Bend; 13] = [
    Bend::Vanish,
    Bend::Empty,
    Bend::Truncate,
    Bend::Scramble,
    Bend::Enormous,
    Bend::Negative,
    Bend::Twice,
    Bend::Huge,
    Bend::EndlessLine,
    Bend::Directory,
    Bend::Loop,
    Bend::Pipe,
    Bend::Blank,
];

/// Beyond any limit of the product.
const HUGE_BYTES: usize = 24 << 20;

impl Random {
    pub(super) fn of(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `end`, which is not 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }
}

/// Copies a folder.
pub(super) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => {
                fs::copy(entry.path(), target).unwrap();
            }
        }
    }
}

/// All files below a folder, sorted.
pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(self::files(&path)),
            false => files.push(path),
        }
    }
    files.sort();
    files
}

/// Puts something else in the place of `file`.
pub(super) fn bend(file: &Path, bend: Bend, random: &mut Random) {
    let bytes = fs::read(file).unwrap();
    fs::remove_file(file).unwrap();
    let write = |bytes: &[u8]| fs::write(file, bytes).unwrap();
    match bend {
        Bend::Vanish => {}
        Bend::Empty => write(b""),
        Bend::Truncate => write(&bytes[..random.below(bytes.len() + 1)]),
        Bend::Scramble => write(&scrambled(bytes, random)),
        Bend::Enormous => write(&renumbered(&bytes, "99999999999999999999999999")),
        Bend::Negative => write(&renumbered(&bytes, "-1")),
        Bend::Twice => write(&bytes.repeat(2)),
        Bend::Huge => write(&bytes.repeat(HUGE_BYTES / bytes.len().max(1) + 1)),
        Bend::EndlessLine => write(&b"a:b=1/2 ".repeat(HUGE_BYTES / 8)),
        Bend::Directory => fs::create_dir(file).unwrap(),
        Bend::Loop => symlink(file, file).unwrap(),
        Bend::Pipe => mknodat(CWD, file, FileType::Fifo, Mode::RWXU, 0).unwrap(),
        Bend::Blank => write(&b"\n".repeat(1 << 20)),
    }
}

/// Takes away whatever is in the place of `file`, and puts the bytes there.
pub(super) fn restore(file: &Path, bytes: &[u8]) {
    let _ = fs::remove_dir(file);
    let _ = fs::remove_file(file);
    fs::write(file, bytes).unwrap();
}

fn scrambled(mut bytes: Vec<u8>, random: &mut Random) -> Vec<u8> {
    if bytes.is_empty() {
        return vec![0xff; 3];
    }
    for _ in 0..bytes.len().div_ceil(8) {
        let at = random.below(bytes.len());
        bytes[at] = random.next() as u8;
    }
    bytes
}

/// Every run of digits becomes `number`.
fn renumbered(bytes: &[u8], number: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut was_digit = false;
    for byte in bytes {
        match byte.is_ascii_digit() {
            true if was_digit => {}
            true => out.extend_from_slice(number.as_bytes()),
            false => out.push(*byte),
        }
        was_digit = byte.is_ascii_digit();
    }
    out
}
