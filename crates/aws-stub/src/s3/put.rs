//! PutObject: conditions, checksums, and the numbered lines of a compressed object.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use crc_fast::CrcAlgorithm;
use flate2::read::MultiGzDecoder;

use super::{Buckets, Object, error};
use crate::answer::Answer;
use crate::settings::Keep;
use crate::state::Asked;

const KEY_BYTES_MAX: usize = 1024;
/// What an object may be when it is not compressed any more; the stub looks no further.
const PLAIN_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;

pub(super) fn put(all: &mut Buckets, asked: &Asked<'_>) -> (Answer, u64) {
    let incoming = asked.incoming;
    if incoming.key.len() > KEY_BYTES_MAX {
        asked.violation("KeyTooLongError", incoming.key.clone());
        return (error(400, "KeyTooLongError", "Your key is too long"), 0);
    }
    if let Err(checksum) = checked(asked) {
        asked.violation("checksum", checksum);
        return (error(400, "BadDigest", "The checksum does not match"), 0);
    }
    let Some(bucket) = all.buckets.get_mut(&incoming.bucket) else {
        return (error(404, "NoSuchBucket", "The bucket does not exist"), 0);
    };
    let condition = incoming.header("if-none-match");
    if let Some(other) = condition.filter(|condition| *condition != "*") {
        asked.violation("if-none-match", other);
        return (error(501, "NotImplemented", "Only * is implemented"), 0);
    }
    if condition.is_some() && bucket.contains_key(&incoming.key) {
        let message = "At least one of the pre-conditions you specified did not hold";
        return (error(412, "PreconditionFailed", message), 0);
    }
    let events = match asked.keep {
        Keep::Totals => 1,
        _ => {
            let plain = plain(&incoming.key, asked.payload);
            all.totals.oracle.observe(&plain)
        }
    };
    let headers = incoming.parts.headers.iter();
    let headers = headers.filter_map(|(name, value)| {
        let kept = name == "content-type" || name.as_str().starts_with("x-amz-");
        kept.then(|| Some((name.to_string(), value.to_str().ok()?.to_owned())))?
    });
    let object = Object {
        bytes: match asked.keep {
            Keep::All => Bytes::copy_from_slice(asked.payload),
            _ => Bytes::new(),
        },
        length: asked.payload.len(),
        headers: headers.collect(),
    };
    bucket.insert(incoming.key.clone(), object);
    let bytes = asked.payload.len() as u64;
    all.totals.add(asked.now_ms, events, bytes);
    let mut answer = Answer::empty(200);
    answer.headers.push(("etag".into(), "\"stub\"".to_owned()));
    (answer, events)
}

/// The checksum that the client sent, if it is one that is known here.
fn checked(asked: &Asked<'_>) -> Result<(), String> {
    let sums = [
        ("x-amz-checksum-crc32", CrcAlgorithm::Crc32IsoHdlc, 4),
        ("x-amz-checksum-crc32c", CrcAlgorithm::Crc32Iscsi, 4),
        ("x-amz-checksum-crc64nvme", CrcAlgorithm::Crc64Nvme, 8),
    ];
    for (name, algorithm, width) in sums {
        let Some(claimed) = asked.incoming.header(name) else {
            continue;
        };
        let sum = crc_fast::checksum(algorithm, asked.payload).to_be_bytes();
        let sum = sum.get(8 - width..).unwrap_or_default();
        if STANDARD.encode(sum) != claimed {
            return Err(format!("{name}: {claimed}"));
        }
    }
    Ok(())
}

/// Without compression, by the name; what cannot be read is looked at as it is, and found foreign.
fn plain(key: &str, bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    let read = if key.ends_with(".gz") {
        let decoder = MultiGzDecoder::new(bytes);
        decoder
            .take(PLAIN_BYTES_MAX)
            .read_to_end(&mut plain)
            .is_ok()
    } else if key.ends_with(".zst") {
        zstd::Decoder::new(bytes)
            .and_then(|decoder| decoder.take(PLAIN_BYTES_MAX).read_to_end(&mut plain))
            .is_ok()
    } else {
        false
    };
    if read { plain } else { bytes.to_vec() }
}
