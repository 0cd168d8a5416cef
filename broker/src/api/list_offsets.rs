//! ListOffsets (2): offsets by place or by time.
//!
//! KIP-79, KIP-320 (epochs), KIP-405 and KIP-1005 (tiers, of which there is one here), KIP-734
//! (greatest timestamp).

use std::collections::HashSet;

use authz::checks::table::LIST_OFFSETS_TOPIC;
use model::LeaderEpoch;
use protocol::messages::list_offsets::{
    ListOffsetsPartition, ListOffsetsPartitionResponse, ListOffsetsRequest, ListOffsetsResponse,
    ListOffsetsTopicResponse,
};
use protocol::{ErrorCode, Response};
use storage::{Log, SearchError, TimestampedOffset};

use super::named_log::named_log;
use crate::broker::Broker;
use crate::context::RequestContext;
use crate::reply::Reply;

const READ_COMMITTED: i8 = 1;
/// First version whose answer has an epoch.
const LEADER_EPOCH_VERSION: i16 = 4;
/// `replica_id` of a client; a follower's is its broker id, a debugging reader's is -2.
const CLIENT: i32 = -1;
/// "None", in answers.
const NONE: i64 = -1;

/// What a timestamp in the request stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spec {
    Latest,
    Earliest,
    MaxTimestamp,
    EarliestLocal,
    LatestTiered,
    EarliestPendingUpload,
    At(i64),
}

impl Spec {
    /// `None`: not known, or not yet in this version.
    fn parse(timestamp: i64, version: i16) -> Option<Self> {
        let (since, spec) = match timestamp {
            -1 => (0, Self::Latest),
            -2 => (0, Self::Earliest),
            -3 => (7, Self::MaxTimestamp),
            -4 => (8, Self::EarliestLocal),
            -5 => (9, Self::LatestTiered),
            -6 => (11, Self::EarliestPendingUpload),
            0.. => (0, Self::At(timestamp)),
            _ => return None,
        };
        (version >= since).then_some(spec)
    }
}

/// Offset, timestamp and epoch that answer one partition.
struct Answer(i64, i64, Option<LeaderEpoch>);

/// Answers with what the logs say now; a search by time reads them.
pub async fn handle(
    broker: &Broker,
    context: &RequestContext,
    request: ListOffsetsRequest,
) -> Reply {
    let image = broker.metadata.image();
    let mut seen = HashSet::new();
    let mut topics = Vec::with_capacity(request.topics.len());
    let reader = Reader {
        committed: request.isolation_level == READ_COMMITTED,
        replica_id: request.replica_id,
    };
    for topic in request.topics {
        let permit = context.check(&LIST_OFFSETS_TOPIC, &topic.name);
        let mut partitions = Vec::with_capacity(topic.partitions.len());
        for asked in topic.partitions {
            let first = seen.insert((topic.name.clone(), asked.partition_index));
            let log = permit.and_then(|permit| {
                if !first {
                    return Err(ErrorCode::INVALID_REQUEST);
                }
                let (index, epoch) = (asked.partition_index, asked.current_leader_epoch);
                named_log(broker, permit, &image, &topic.name, index, epoch)
            });
            let answer = match log {
                Ok(log) => find(broker, context, reader, &log, &asked).await,
                Err(error_code) => Err(error_code),
            };
            partitions.push(respond(context, asked.partition_index, answer));
        }
        topics.push(ListOffsetsTopicResponse {
            name: topic.name,
            partitions,
        });
    }
    Reply::Now(Response::ListOffsets(ListOffsetsResponse {
        topics,
        ..ListOffsetsResponse::default()
    }))
}

/// Who asks.
#[derive(Clone, Copy)]
struct Reader {
    committed: bool,
    replica_id: i32,
}

async fn find(
    broker: &Broker,
    context: &RequestContext,
    reader: Reader,
    log: &Log,
    asked: &ListOffsetsPartition,
) -> Result<Answer, ErrorCode> {
    let spec =
        Spec::parse(asked.timestamp, context.version).ok_or(ErrorCode::UNSUPPORTED_VERSION)?;
    let offsets = log.offsets();
    let readable = match reader {
        Reader {
            committed: true, ..
        } => offsets.last_stable,
        Reader {
            replica_id: CLIENT, ..
        } => offsets.high_watermark,
        Reader { .. } => offsets.end,
    };
    let found = match spec {
        Spec::Latest => return Ok(Answer(readable, NONE, log.latest_epoch())),
        Spec::Earliest | Spec::EarliestLocal => {
            let start = offsets.start;
            return Ok(Answer(start, NONE, log.epoch_of(start)));
        }
        // Nothing is in a second tier.
        Spec::LatestTiered | Spec::EarliestPendingUpload => return Ok(Answer(NONE, NONE, None)),
        Spec::MaxTimestamp => log.max_timestamp().await,
        Spec::At(timestamp) => log.offset_for_timestamp(timestamp).await,
    };
    let found = found.map_err(|error| match error {
        SearchError::Closed => ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
        SearchError::Records(..) => ErrorCode::CORRUPT_MESSAGE,
        SearchError::Scan(_) => {
            broker.report_read_failure(log.partition(), &error);
            ErrorCode::KAFKA_STORAGE_ERROR
        }
    })?;
    Ok(match found {
        Some(TimestampedOffset {
            offset,
            timestamp_ms,
            leader_epoch,
        }) if offset < readable => Answer(offset, timestamp_ms, Some(leader_epoch)),
        _ => Answer(NONE, NONE, None),
    })
}

fn respond(
    context: &RequestContext,
    partition_index: i32,
    answer: Result<Answer, ErrorCode>,
) -> ListOffsetsPartitionResponse {
    let tells_epoch = context.version >= LEADER_EPOCH_VERSION;
    match answer {
        Ok(Answer(offset, timestamp, epoch)) => ListOffsetsPartitionResponse {
            partition_index,
            timestamp,
            offset,
            leader_epoch: epoch.filter(|_| tells_epoch).map_or(-1, |epoch| epoch.0),
            ..ListOffsetsPartitionResponse::default()
        },
        Err(error_code) => ListOffsetsPartitionResponse {
            partition_index,
            error_code,
            ..ListOffsetsPartitionResponse::default()
        },
    }
}

#[cfg(test)]
mod tests {
    use super::Spec;

    #[test]
    fn specs_exist_from_the_version_that_brought_them() {
        let cases = [
            (-1, 1, Some(Spec::Latest)),
            (-2, 1, Some(Spec::Earliest)),
            (-3, 6, None),
            (-3, 7, Some(Spec::MaxTimestamp)),
            (-4, 8, Some(Spec::EarliestLocal)),
            (-5, 8, None),
            (-5, 9, Some(Spec::LatestTiered)),
            (-6, 11, Some(Spec::EarliestPendingUpload)),
            (-7, 11, None),
            (0, 1, Some(Spec::At(0))),
            (i64::MAX, 11, Some(Spec::At(i64::MAX))),
        ];
        for (timestamp, version, expected) in cases {
            assert_eq!(
                Spec::parse(timestamp, version),
                expected,
                "{timestamp} v{version}"
            );
        }
    }
}
