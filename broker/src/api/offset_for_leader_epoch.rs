//! OffsetForLeaderEpoch (23): where a leader epoch ends, so that a reader finds out whether its
//! log was cut.
//!
//! KIP-101, KIP-279, KIP-320.

use authz::Permit;
use authz::checks::table::OFFSET_FOR_LEADER_EPOCH;
use model::LeaderEpoch;
use protocol::messages::offset_for_leader_epoch::{
    EpochEndOffset, OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse,
    OffsetForLeaderPartition, OffsetForLeaderTopicResult,
};
use protocol::{ErrorCode, Response};

use super::named_log::named_log;
use crate::broker::Broker;
use crate::context::RequestContext;
use crate::metadata::Image;
use crate::reply::Reply;

/// Answers from the epochs that each log remembers.
pub fn handle(
    broker: &Broker,
    context: &RequestContext,
    request: OffsetForLeaderEpochRequest,
) -> Reply {
    let image = broker.metadata.image();
    let topics = request.topics.into_iter().map(|topic| {
        let permit = context.check(&OFFSET_FOR_LEADER_EPOCH, &topic.topic);
        let partitions = topic.partitions.into_iter().map(|asked| {
            permit
                .and_then(|permit| find(broker, permit, &image, &topic.topic, &asked))
                .unwrap_or_else(|error_code| EpochEndOffset {
                    error_code,
                    partition: asked.partition,
                    ..EpochEndOffset::default()
                })
        });
        OffsetForLeaderTopicResult {
            partitions: partitions.collect(),
            topic: topic.topic.clone(),
        }
    });
    Reply::Now(Response::OffsetForLeaderEpoch(
        OffsetForLeaderEpochResponse {
            topics: topics.collect(),
            ..OffsetForLeaderEpochResponse::default()
        },
    ))
}

fn find(
    broker: &Broker,
    permit: Permit,
    image: &Image,
    name: &str,
    asked: &OffsetForLeaderPartition,
) -> Result<EpochEndOffset, ErrorCode> {
    let (index, epoch) = (asked.partition, asked.current_leader_epoch);
    let log = named_log(broker, permit, image, name, index, epoch)?;
    let end = log.epoch_end_offset(LeaderEpoch(asked.leader_epoch));
    Ok(EpochEndOffset {
        error_code: ErrorCode::NONE,
        partition: asked.partition,
        leader_epoch: end.map_or(-1, |end| end.epoch.0),
        end_offset: end.map_or(-1, |end| end.end_offset),
    })
}
