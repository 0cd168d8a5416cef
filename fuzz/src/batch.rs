//! Record batches: whatever the bytes, parsing and iterating end without a panic, within the
//! limit of decompression, and what is converted to another codec keeps its records.

use bytes::{Bytes, BytesMut};
use records::{
    Batch, BatchHeader, Batches, Compression, HEADER_BYTES, Limits, convert, find_timestamp,
    max_timestamp_record, patched_prefix, records, validate_records, verify_crc,
};

use crate::meter;

/// What a body may decompress to here; a bomb in 64 KiB could ask for far more.
const LIMITS: Limits = Limits {
    decompressed_bytes_max: 256 * 1024,
};

/// Several copies of the decompressed body, and the window of a zstd or lz4 decoder.
const MEMORY_BYTES_MAX: usize = 32 << 20;

/// The first byte chooses how the rest is read: a record set as it is, a compressed body, or a
/// body that is compressed here first.
pub fn run(input: &[u8]) {
    let [mode, rest @ ..] = input else {
        return;
    };
    let codec = Compression::ALL[usize::from(*mode >> 2) % 5];
    let (_, peak) = meter::peak_of(|| match mode & 3 {
        0 => record_set(Bytes::copy_from_slice(rest)),
        1 => record_set(with_header(rest, codec)),
        _ => {
            if let Ok(body) = codec.compress(rest.get(4..).unwrap_or_default(), None) {
                let count = rest.get(..4).unwrap_or_default();
                record_set(with_header(&[count, &body].concat(), codec));
            }
        }
    });
    assert!(
        peak <= MEMORY_BYTES_MAX,
        "{peak} bytes of memory for {} of input",
        input.len()
    );
}

/// A batch whose header fits: `input` is four bytes of record count, then the body.
fn with_header(input: &[u8], codec: Compression) -> Bytes {
    let (count, body) = input.split_at_checked(4).unwrap_or_default();
    let mut bytes = BytesMut::zeroed(HEADER_BYTES);
    let length = i32::try_from(HEADER_BYTES - 12 + body.len()).unwrap_or(i32::MAX);
    bytes[8..12].copy_from_slice(&length.to_be_bytes());
    bytes[16] = 2;
    bytes[21..23].copy_from_slice(&codec.bits().to_be_bytes());
    if let Ok(count) = <[u8; 4]>::try_from(count) {
        bytes[57..61].copy_from_slice(&count.map(|byte| byte & 0x03));
    }
    bytes.extend_from_slice(body);
    bytes.freeze()
}

fn record_set(set: Bytes) {
    for batch in Batches::new(set).map_while(Result::ok) {
        one(&batch);
    }
}

fn one(batch: &Batch) {
    let header = batch.header;
    assert_eq!(batch.bytes.len(), header.total_bytes());
    assert_eq!(
        BatchHeader::parse(&header.to_bytes()),
        Ok(header),
        "a header is what it says"
    );
    let _ = (
        header.last_offset(),
        header.next_offset(),
        header.last_sequence(),
    );
    let _ = verify_crc(&batch.bytes);
    assert_eq!(
        patched_prefix(batch, header.base_offset, header.partition_leader_epoch)[..],
        batch.bytes[..16]
    );
    let valid = validate_records(batch, LIMITS);
    let _ = max_timestamp_record(batch, LIMITS);
    let _ = find_timestamp(batch, header.max_timestamp, LIMITS);
    let Ok(all) = records(batch, LIMITS) else {
        assert!(valid.is_err(), "what cannot be opened is not valid");
        return;
    };
    // `validate_records` looks at where records stand, not at their keys, values and headers.
    let read: Result<Vec<_>, _> = all.collect();
    let (Ok(_), Ok(read)) = (valid, read) else {
        return;
    };
    for codec in Compression::ALL {
        if let Ok(other) = convert(batch, codec, None, LIMITS) {
            let again: Result<Vec<_>, _> = records(&other, LIMITS).expect("opens").collect();
            assert_eq!(again.expect("reads"), read, "conversion keeps the records");
        }
    }
}
