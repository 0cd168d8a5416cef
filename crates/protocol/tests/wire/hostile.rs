//! Bytes that no honest client sends: each is refused with the reason, none panics, and none
//! costs more memory than its length allows.

use bytes::{BufMut, Bytes, BytesMut};
use protocol::frame::{Prefix, RequestError, decode_prefix, decode_request, decode_request_header};
use protocol::{ApiKey, DECODED_BYTES_PER_FRAME_BYTE, DecodeFault, Reader, Request};

use crate::random::{Random, message, uvarint};
use crate::round_trip::Body;
use crate::schemas::Case;

/// Decodes `body` as a request and gives the fault, by field.
#[track_caller]
fn check(api_key: ApiKey, version: i16, body: &[u8], field: &str, fault: DecodeFault) {
    let mut reader = Reader::new(Bytes::copy_from_slice(body));
    let error = Request::decode(api_key, version, &mut reader).unwrap_err();
    assert_eq!((error.field, error.fault), (field, fault), "{error}");
    assert!(reader.charged() <= body.len() * DECODED_BYTES_PER_FRAME_BYTE);
}

#[test]
fn a_frame_shorter_than_a_prefix_is_refused() {
    for length in 0..8 {
        let frame = Bytes::from(vec![0; length]);
        assert_eq!(decode_prefix(&frame), Err(RequestError::TooShort(length)));
        assert_eq!(decode_request(frame), Err(RequestError::TooShort(length)));
    }
}

#[test]
fn an_api_or_version_that_is_unknown_keeps_its_correlation_id() {
    let frame = |key: i16, version: i16| {
        let mut frame = BytesMut::new();
        frame.put_i16(key);
        frame.put_i16(version);
        frame.put_i32(77);
        frame.put_i16(-1);
        frame.freeze()
    };
    for key in [-1, 4, 7, 52, 93, i16::MIN, i16::MAX] {
        let prefix = Prefix {
            api_key: key,
            api_version: 0,
            correlation_id: 77,
        };
        assert_eq!(
            decode_request(frame(key, 0)),
            Err(RequestError::UnknownApi(prefix))
        );
    }
    for (api_key, version) in [
        (ApiKey::ApiVersions, 5),
        (ApiKey::Produce, 2),
        (ApiKey::Fetch, -1),
    ] {
        let key = api_key.code();
        let prefix = Prefix {
            api_key: key,
            api_version: version,
            correlation_id: 77,
        };
        let error = RequestError::UnsupportedVersion { prefix, api_key };
        assert_eq!(decode_request(frame(key, version)), Err(error));
    }
}

/// KIP-511: the header of an ApiVersions request from the future is still read.
#[test]
fn the_client_id_of_a_future_api_versions_request_is_read() {
    let mut frame = BytesMut::new();
    frame.put_i16(18);
    frame.put_i16(99);
    frame.put_i32(1);
    frame.put_i16(2);
    frame.put_slice(b"me\x00whatever the future brings");
    let mut reader = Reader::new(frame.freeze());
    let header = decode_request_header(&mut reader, ApiKey::ApiVersions, 99).unwrap();
    assert_eq!(header.client_id.as_deref(), Some("me"));
}

#[test]
fn a_forged_count_reserves_nothing() {
    let too_many = |count, element_bytes, left| DecodeFault::TooManyElements {
        count,
        element_bytes,
        left,
    };
    let max = 0x7fff_ffff;
    check(
        ApiKey::Metadata,
        4,
        b"\x7f\xff\xff\xff",
        "Topics",
        too_many(max, 2, 0),
    );
    check(
        ApiKey::Metadata,
        4,
        b"\x7f\xff\xff\xff\x00\x00",
        "Topics",
        too_many(max, 2, 2),
    );
    let compact = b"\xff\xff\xff\xff\x0f\x00\x00";
    check(
        ApiKey::Metadata,
        9,
        compact,
        "Topics",
        too_many(u32::MAX as usize - 1, 2, 2),
    );
    let nested = b"\x00\x00\x00\x01\x00\x01a\x7f\xff\xff\xff";
    check(
        ApiKey::DeleteRecords,
        0,
        nested,
        "Partitions",
        too_many(max, 12, 0),
    );
}

#[test]
fn a_negative_length_is_null_and_null_is_refused_where_there_is_none() {
    for length in [-1_i16, -2, i16::MIN] {
        check(
            ApiKey::Heartbeat,
            0,
            &length.to_be_bytes(),
            "GroupId",
            DecodeFault::Null,
        );
    }
    for count in [-1_i32, -2, i32::MIN] {
        check(
            ApiKey::DeleteGroups,
            0,
            &count.to_be_bytes(),
            "GroupsNames",
            DecodeFault::Null,
        );
    }
    check(
        ApiKey::DeleteGroups,
        2,
        b"\x00",
        "GroupsNames",
        DecodeFault::Null,
    );
    check(
        ApiKey::SaslAuthenticate,
        0,
        b"\xff\xff\xff\xff",
        "AuthBytes",
        DecodeFault::Null,
    );
}

#[test]
fn a_length_beyond_the_frame_is_refused() {
    let truncated = |needed, left| DecodeFault::Truncated { needed, left };
    check(
        ApiKey::Heartbeat,
        0,
        b"\x00\x05abc",
        "GroupId",
        truncated(5, 3),
    );
    check(ApiKey::Heartbeat, 0, b"\x00", "GroupId", truncated(2, 1));
    let bytes = b"\x7f\xff\xff\xff";
    check(
        ApiKey::SaslAuthenticate,
        0,
        bytes,
        "AuthBytes",
        truncated(0x7fff_ffff, 0),
    );
    let varint = b"\xff\xff\xff\xff\x0f";
    check(
        ApiKey::SaslAuthenticate,
        2,
        varint,
        "AuthBytes",
        truncated(0xffff_fffe, 0),
    );
}

#[test]
fn text_must_be_utf8_and_short_enough() {
    check(
        ApiKey::Heartbeat,
        0,
        b"\x00\x02\xc3\x28",
        "GroupId",
        DecodeFault::NotUtf8,
    );
    let mut long = Vec::new();
    uvarint(32_769, &mut long);
    long.extend([b'a'; 32_768]);
    check(
        ApiKey::Heartbeat,
        4,
        &long,
        "GroupId",
        DecodeFault::StringTooLong(32_768),
    );
}

#[test]
fn a_varint_of_more_than_32_bits_is_refused() {
    for varint in [
        &b"\x80\x80\x80\x80\x80\x01"[..],
        b"\xff\xff\xff\xff\x1f",
        b"\x80\x80\x80\x80\x10",
    ] {
        check(
            ApiKey::Heartbeat,
            4,
            varint,
            "GroupId",
            DecodeFault::VarintTooLong,
        );
    }
    let cut = DecodeFault::Truncated { needed: 1, left: 0 };
    check(ApiKey::Heartbeat, 4, b"\x80\x80", "GroupId", cut);
}

#[test]
fn tagged_fields_rise_and_have_the_length_they_claim() {
    // ListPartitionReassignments v0 is a time-out, a null array and the tagged fields.
    let request = |tags: &[u8]| [b"\x00\x00\x00\x00\x00", tags].concat();
    let tags = |tags: &[u8], fault| {
        let key = ApiKey::ListPartitionReassignments;
        check(key, 0, &request(tags), "tagged fields", fault);
    };
    tags(b"\x02\x05\x00\x05\x00", DecodeFault::TagOrder(5));
    tags(b"\x02\x05\x00\x04\x00", DecodeFault::TagOrder(4));
    tags(
        b"\x01\x05\x03\x00",
        DecodeFault::Truncated { needed: 3, left: 1 },
    );
    tags(
        b"\xff\xff\xff\xff\x0f",
        DecodeFault::Truncated { needed: 1, left: 0 },
    );
    let mut reader = Reader::new(request(b"\x02\x00\x01\xff\x7f\x02\xff\xff").into());
    Request::decode(ApiKey::ListPartitionReassignments, 0, &mut reader).unwrap();
    assert_eq!(reader.remaining(), 0, "unknown tagged fields are skipped");

    // Fetch v12: everything empty, then tag 0 (cluster id, nullable text) claims two bytes of one.
    let fetch = [
        &[0; 4][..],
        &[0; 4],
        &[0; 4],
        &[0; 4],
        b"\x00",
        &[0; 8],
        b"\x01\x01\x01",
    ]
    .concat();
    let known = [&fetch[..], b"\x01\x00\x02\x00\x00"].concat();
    let fault = DecodeFault::TagSize {
        tag: 0,
        claimed: 2,
        found: 1,
    };
    check(ApiKey::Fetch, 12, &known, "tagged fields", fault);
}

#[test]
fn memory_is_charged_before_it_is_reserved() {
    // Empty compact strings are one byte on the wire and 32 in memory.
    let mut frame = vec![0];
    uvarint(100_001, &mut frame);
    frame.extend([1; 100_001]);
    let allowed = frame.len() * DECODED_BYTES_PER_FRAME_BYTE;
    let needed = 100_000 * size_of::<protocol::Str>();
    let fault = DecodeFault::OverAllowance { needed, allowed };
    check(ApiKey::FindCoordinator, 4, &frame, "CoordinatorKeys", fault);

    // One letter each is what a client may send in earnest.
    let mut frame = vec![0];
    uvarint(1_001, &mut frame);
    (0..1_000).for_each(|_| frame.extend(b"\x02k"));
    frame.push(0);
    let mut reader = Reader::new(frame.into());
    Request::decode(ApiKey::FindCoordinator, 4, &mut reader).unwrap();
    assert_eq!(reader.charged(), 32_000);
}

#[test]
fn every_cut_of_every_message_is_refused() {
    for case in Case::all() {
        let mut random = Random(0xC07);
        let bytes = Bytes::from(message(case.api, case.message(), case.version, &mut random));
        for end in 0..bytes.len() {
            let cut = bytes.slice(..end);
            assert!(
                Body::decode(&case, &cut).is_err(),
                "{} v{} cut at {end}",
                case.key,
                case.version
            );
        }
    }
}

/// Kafka tolerates bytes behind a request; so do we.
#[test]
fn bytes_behind_the_body_are_ignored() {
    let mut frame = BytesMut::new();
    frame.put_i16(ApiKey::ApiVersions.code());
    frame.put_i16(0);
    frame.put_i32(3);
    frame.put_i16(-1);
    frame.put_slice(b"garbage");
    let decoded = decode_request(frame.freeze()).unwrap();
    assert_eq!(decoded.header.client_id, None);
    assert_eq!(decoded.request.api_key(), ApiKey::ApiVersions);
}
