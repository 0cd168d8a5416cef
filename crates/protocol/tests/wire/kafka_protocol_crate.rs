//! The second opinion: the crate `kafka-protocol` reads what the schema writes, and writes what
//! we read, in every version that it has.
//!
//! It knows Kafka 4.1; versions and APIs that came later are counted, not compared.

use bytes::{Bytes, BytesMut};
use kafka_protocol::messages::{ApiKey as TheirKey, RequestKind, ResponseKind};
use protocol::ApiKey;

use crate::random::{Random, message};
use crate::round_trip::Body;
use crate::schemas::Case;

const ROUNDS: u64 = 40;

/// APIs and versions of Kafka 4.3 that the crate does not have: `(API, its last version)`.
const NEWER: &[(ApiKey, Option<i16>)] = &[
    (ApiKey::ListOffsets, Some(10)),
    (ApiKey::OffsetCommit, Some(9)),
    (ApiKey::OffsetFetch, Some(9)),
    (ApiKey::WriteTxnMarkers, Some(1)),
    (ApiKey::DescribeLogDirs, Some(4)),
    (ApiKey::ShareFetch, Some(1)),
    (ApiKey::ShareAcknowledge, Some(1)),
    (ApiKey::AddRaftVoter, Some(0)),
    (ApiKey::WriteShareGroupState, Some(0)),
    (ApiKey::ReadShareGroupStateSummary, Some(0)),
    (ApiKey::DescribeShareGroupOffsets, Some(0)),
    (ApiKey::StreamsGroupHeartbeat, None),
    (ApiKey::StreamsGroupDescribe, None),
];

fn theirs(case: &Case<'_>) -> Option<TheirKey> {
    let newer = NEWER.iter().find(|(key, _)| *key == case.key);
    match newer {
        Some((_, None)) => None,
        Some((_, Some(last))) if case.version > *last => None,
        _ => Some(TheirKey::try_from(case.key.code()).unwrap()),
    }
}

fn their_round_trip(case: &Case<'_>, key: TheirKey, bytes: &Bytes) -> Result<Bytes, String> {
    let mut input = bytes.clone();
    let mut output = BytesMut::new();
    if case.is_request {
        let body = RequestKind::decode(key, &mut input, case.version).map_err(|e| e.to_string())?;
        body.encode(&mut output, case.version)
            .map_err(|e| e.to_string())?;
    } else {
        let body =
            ResponseKind::decode(key, &mut input, case.version).map_err(|e| e.to_string())?;
        body.encode(&mut output, case.version)
            .map_err(|e| e.to_string())?;
    }
    if input.is_empty() {
        Ok(output.freeze())
    } else {
        Err(format!("{} left", input.len()))
    }
}

#[test]
fn both_codecs_read_and_write_the_same_bytes() {
    let (mut compared, mut newer) = (0, 0);
    let mut failures = Vec::new();
    for case in Case::all() {
        let Some(key) = theirs(&case) else {
            newer += 1;
            continue;
        };
        for seed in 0..ROUNDS {
            let mut random = Random(seed + 1000);
            let bytes = Bytes::from(message(case.api, case.message(), case.version, &mut random));
            let at = format!("{} v{} request {}", case.key, case.version, case.is_request);
            let (ours, _) = Body::decode(&case, &bytes).unwrap();
            let ours = ours.encode(case.version).unwrap();
            match their_round_trip(&case, key, &ours) {
                Ok(theirs) if theirs == bytes && ours == bytes => {}
                other => failures.push(format!("{at} seed {seed}: {other:?}, not {bytes:?}")),
            }
        }
        compared += 1;
    }
    failures.dedup_by_key(|f| f.split(" seed").next().unwrap_or_default().to_owned());
    let list = failures.join("\n");
    assert!(
        failures.is_empty(),
        "{} differ:\n{}",
        failures.len(),
        &list[..list.len().min(6000)]
    );
    assert!(
        compared > 400,
        "{compared} compared, {newer} newer than the crate"
    );
}
