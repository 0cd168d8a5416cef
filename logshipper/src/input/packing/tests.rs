//! Archives, whole and broken.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Unpacker, is_passing};
use crate::input::Packing;

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn unpack(packing: Packing, packed: &[u8]) -> Result<Vec<u8>, (Vec<u8>, String)> {
    let mut unpacker = Unpacker::new(packing, packed).unwrap();
    let mut all = Vec::new();
    let mut buffer = [0; 1000];
    loop {
        match unpacker.fill(&mut buffer) {
            Ok(0) => {
                assert_eq!(unpacker.unpacked(), all.len() as u64);
                return Ok(all);
            }
            Ok(read) => all.extend_from_slice(&buffer[..read]),
            Err(error) => {
                assert_eq!(
                    unpacker.fill(&mut buffer).unwrap(),
                    0,
                    "closed after an error"
                );
                return Err((all, error.to_string()));
            }
        }
    }
}

#[test]
fn gives_what_was_packed() {
    let text: Vec<u8> = (0..100_000_u32).flat_map(u32::to_be_bytes).collect();
    let two_members = [gzip(&text), gzip(b"more")].concat();
    let with_rubbish = [gzip(&text), vec![0; 500]].concat();
    let zstandard = zstd::encode_all(&text[..], 3).unwrap();
    let two_frames = [
        zstandard.clone(),
        zstd::encode_all(&b"more"[..], 19).unwrap(),
    ]
    .concat();
    let more = [&text[..], b"more"].concat();
    let cases = [
        (Packing::Gzip, gzip(&text), &text),
        (Packing::Gzip, two_members, &more),
        (Packing::Gzip, with_rubbish, &text),
        (Packing::Zstandard, zstandard, &text),
        (Packing::Zstandard, two_frames, &more),
    ];
    for (number, (packing, packed, expected)) in cases.into_iter().enumerate() {
        assert_eq!(
            &unpack(packing, &packed).unwrap(),
            expected,
            "case {number}"
        );
    }
}

#[test]
fn what_is_broken_is_an_error_after_what_could_be_read() {
    let text: Vec<u8> = (0..100_000_u32).flat_map(u32::to_be_bytes).collect();
    let gzipped = gzip(&text);
    let zstandard = zstd::encode_all(&text[..], 3).unwrap();
    let mut flipped = gzipped.clone();
    let last = flipped.len() - 6;
    flipped[last] ^= 1;
    let cases = [
        (Packing::Gzip, gzipped[..gzipped.len() / 2].to_vec()),
        (Packing::Gzip, flipped),
        (Packing::Gzip, b"not compressed at all".to_vec()),
        (Packing::Gzip, Vec::new()),
        (
            Packing::Zstandard,
            zstandard[..zstandard.len() / 2].to_vec(),
        ),
        (Packing::Zstandard, b"not compressed at all".to_vec()),
        (Packing::Gzip, gzip(b"").repeat(2_000)),
    ];
    for (number, (packing, packed)) in cases.into_iter().enumerate() {
        let (before, _) = unpack(packing, &packed).expect_err(&format!("case {number}"));
        assert!(text.starts_with(&before), "case {number}");
        let mut unpacker = Unpacker::new(packing, &packed[..]).unwrap();
        let mut buffer = vec![0; text.len() + 1];
        let told = unpacker.fill(&mut buffer).err().or(unpacker.failure());
        assert!(!is_passing(&told.unwrap()), "case {number}");
    }
}

/// A disk that gives so much, and then an error.
struct Failing<'a>(&'a [u8]);

impl io::Read for Failing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer) {
            Ok(0) => Err(io::Error::from_raw_os_error(5)),
            read => read,
        }
    }
}

#[test]
fn an_error_of_the_disk_stays_one() {
    let text: Vec<u8> = (0..100_000_u32).flat_map(u32::to_be_bytes).collect();
    let packed = [
        (Packing::Gzip, gzip(&text)),
        (Packing::Zstandard, zstd::encode_all(&text[..], 3).unwrap()),
    ];
    for (packing, packed) in packed {
        for length in [0, 5, packed.len() / 2] {
            let mut unpacker = Unpacker::new(packing, Failing(&packed[..length])).unwrap();
            let mut buffer = vec![0; text.len() + 1];
            let told = unpacker.fill(&mut buffer).err().or(unpacker.failure());
            let told = told.unwrap();
            assert!(is_passing(&told), "{packing:?} {length}: {told}");
        }
    }
}

#[test]
fn a_window_of_more_than_eight_mebibytes_is_refused() {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(27).unwrap();
    encoder.long_distance_matching(true).unwrap();
    encoder.write_all(&vec![1; 1 << 20]).unwrap();
    let packed = encoder.finish().unwrap();
    assert!(unpack(Packing::Zstandard, &packed).is_err());
}
