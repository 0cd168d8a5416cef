//! Large slices leave as they came, and lengths are what was written.

use super::*;
use crate::frame::{decode_response, encode_response};
use crate::messages::fetch::{FetchResponse, FetchableTopicResponse, PartitionData};
use crate::{ApiKey, Response};

fn fetch_response(sizes: &[usize]) -> (Vec<Bytes>, Response) {
    let chunks: Vec<Bytes> = sizes
        .iter()
        .map(|size| Bytes::from(vec![9; *size]))
        .collect();
    let partitions = chunks.iter().map(|chunk| PartitionData {
        records: Some(RecordSet::from(chunk.clone())),
        ..PartitionData::default()
    });
    let responses = vec![FetchableTopicResponse {
        partitions: partitions.collect(),
        ..Default::default()
    }];
    (
        chunks.clone(),
        FetchResponse {
            responses,
            ..FetchResponse::default()
        }
        .into(),
    )
}

#[test]
fn a_fetch_response_leaves_without_its_records_being_copied() {
    let sizes = [SPLICE_BYTES_MIN, 0, 1 << 20, 5_000];
    for version in ApiKey::Fetch.versions() {
        let (records, response) = fetch_response(&sizes);
        let rope = encode_response(1, ApiKey::Fetch, version, &response).unwrap();
        for chunk in records.iter().filter(|chunk| !chunk.is_empty()) {
            let same = |piece: &&Bytes| piece.as_ptr() == chunk.as_ptr();
            let piece = rope
                .chunks()
                .find(same)
                .expect("the slice itself is in the frame");
            assert_eq!(piece.len(), chunk.len());
        }
        let frame = rope.to_bytes();
        assert_eq!(
            frame[..4],
            u32::try_from(frame.len() - 4).unwrap().to_be_bytes()
        );
        let (header, read) = decode_response(frame.slice(4..), ApiKey::Fetch, version).unwrap();
        assert_eq!((header.correlation_id, read), (1, response));
    }
}

#[test]
fn a_small_slice_is_copied_into_the_buffer() {
    let (_, response) = fetch_response(&[SPLICE_BYTES_MIN - 1]);
    let rope = encode_response(1, ApiKey::Fetch, 12, &response).unwrap();
    assert_eq!(rope.chunks().len(), 1);
}

#[test]
fn a_slice_inside_a_tagged_field_keeps_its_place() {
    let slice = Bytes::from(vec![7; SPLICE_BYTES_MIN]);
    let mut writer = Writer::new();
    writer.i8(1);
    writer
        .tagged(5, |writer| {
            writer.i8(2);
            writer.bytes("Blob", &slice, true)?;
            writer.i8(3);
            Ok(())
        })
        .unwrap();
    let length = writer.len();
    let bytes = writer.finish().unwrap().to_bytes();
    assert_eq!(bytes.len(), length);
    // 1; tag 5; 1028 bytes: 2, a compact length of 1024, the slice, 3.
    assert_eq!(bytes[..7], [1, 5, 0x84, 0x08, 2, 0x81, 0x08]);
    assert_eq!(bytes[7..7 + SPLICE_BYTES_MIN], slice);
    assert_eq!(bytes[7 + SPLICE_BYTES_MIN..], [3]);
}

#[test]
fn a_string_that_no_peer_would_read_is_refused() {
    let long = "x".repeat(STRING_BYTES_MAX + 1);
    for flexible in [false, true] {
        let mut writer = Writer::new();
        let error = EncodeError::TooLong {
            field: "Name",
            length: STRING_BYTES_MAX + 1,
        };
        assert_eq!(writer.string("Name", &long, flexible), Err(error));
        writer.string("Name", &long[1..], flexible).unwrap();
    }
}
