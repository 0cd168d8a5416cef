//! Cases for the codecs: block boundaries, bombs, damage, framings.

use proptest::prelude::*;

use super::*;

fn limit(decompressed_bytes_max: usize) -> Limits {
    Limits {
        decompressed_bytes_max,
    }
}

fn text(bytes: usize) -> Bytes {
    b"the quick brown fox jumps over the lazy dog; "
        .iter()
        .copied()
        .cycle()
        .take(bytes)
        .collect()
}

#[test]
fn sizes_around_every_block_boundary_come_back() {
    let sizes = [
        0, 1, 32_767, 32_768, 32_769, 65_535, 65_536, 65_537, 200_000,
    ];
    for codec in Compression::ALL {
        for size in sizes {
            let body = text(size);
            let compressed = Bytes::from(codec.compress(&body, None).unwrap());
            let back = codec.decompress(&compressed, limit(size)).unwrap();
            assert_eq!(back, body, "{codec} {size}");
        }
    }
}

#[test]
fn a_bomb_stops_at_the_limit() {
    let body = Bytes::from(vec![0; 8 << 20]);
    for codec in &Compression::ALL[1..] {
        let bomb = Bytes::from(codec.compress(&body, None).unwrap());
        assert!(bomb.len() < body.len() / 15, "{codec}");
        let outcome = codec.decompress(&bomb, limit(100_000));
        assert_eq!(outcome, Err(RecordError::TooLarge(100_000)), "{codec}");
    }
}

#[test]
fn levels_change_size_and_wild_ones_fall_back() {
    let body: Bytes = (0..60_000_u32)
        .flat_map(|i| (i.wrapping_mul(i) % 1_000).to_le_bytes())
        .collect();
    for (codec, low, high) in [(Compression::Gzip, 1, 9), (Compression::Zstd, -50, 19)] {
        let size = |level| codec.compress(&body, level).unwrap().len();
        assert!(size(Some(high)) < size(Some(low)), "{codec}");
        assert_eq!(size(Some(1_000_000)), size(None), "{codec}");
    }
}

#[test]
fn snappy_is_read_raw_framed_and_concatenated() {
    let body = text(70_000);
    let framed = Compression::Snappy.compress(&body, None).unwrap();
    assert!(framed.starts_with(b"\x82SNAPPY\0\0\0\0\x01\0\0\0\x01"));
    let raw = snap::raw::Encoder::new().compress_vec(&body).unwrap();
    let twice = [framed.clone(), framed.clone()].concat();
    let mut odd_versions = framed.clone();
    odd_versions[8..16].copy_from_slice(&[1, 0, 0, 0, 1, 0, 0, 0]);
    let cases = [
        (raw, body.to_vec()),
        (framed, body.to_vec()),
        (odd_versions, body.to_vec()),
        (twice, [&body[..], &body[..]].concat()),
    ];
    for (compressed, expected) in cases {
        let back = Compression::Snappy.decompress(&compressed.into(), Limits::default());
        assert_eq!(back.unwrap(), expected);
    }
}

#[test]
fn snappy_that_claims_more_than_it_can_hold_reserves_nothing() {
    // A varint length of 2 GiB before three bytes of data.
    let claim = Bytes::from_static(&[0xff, 0xff, 0xff, 0xff, 0x07, 0, 0, 0]);
    let outcome = Compression::Snappy.decompress(&claim, limit(usize::MAX));
    assert_eq!(outcome, Err(RecordError::Undecodable(Compression::Snappy)));
}

#[test]
fn lz4_frames_are_kafkas_kind() {
    let frame = Compression::Lz4.compress(&text(100), None).unwrap();
    // Magic; version 1, independent blocks, no checksums, no size; blocks of 64 KiB; then the
    // header checksum that the specification gives for 60 40.
    assert_eq!(frame[..7], [0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82]);
}

#[test]
fn names_and_bits_are_kafkas() {
    for (codec, name) in Compression::ALL
        .into_iter()
        .zip(["none", "gzip", "snappy", "lz4", "zstd"])
    {
        assert_eq!(codec.name(), name);
        assert_eq!(Compression::from_name(name), Some(codec));
        assert_eq!(Compression::from_bits(codec.bits()), Ok(codec));
    }
    assert_eq!(
        Compression::from_name("uncompressed"),
        Some(Compression::None)
    );
    assert_eq!(Compression::from_name("producer"), None);
    assert_eq!(Compression::from_bits(5), Err(UnknownCompression(5)));
}

proptest! {
    #[test]
    fn garbage_is_an_error_or_bytes_within_the_limit(body: Vec<u8>) {
        let body = Bytes::from(body);
        for codec in &Compression::ALL[1..] {
            if let Ok(out) = codec.decompress(&body, limit(1_000)) {
                prop_assert!(out.len() <= 1_000);
            }
        }
    }

    #[test]
    fn damage_is_an_error_or_bytes_within_the_limit(at in 0_usize..2_000, bit in 0_u32..8) {
        for codec in &Compression::ALL[1..] {
            let mut bytes = codec.compress(&text(10_000), None).unwrap();
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
            if let Ok(out) = codec.decompress(&bytes.into(), limit(20_000)) {
                prop_assert!(out.len() <= 20_000);
            }
        }
    }
}
