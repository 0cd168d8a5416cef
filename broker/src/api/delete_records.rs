//! DeleteRecords (21): moves the start of logs forward.
//!
//! KIP-107. Offset -1 stands for the high watermark; the new start is stored before files go.

use authz::checks::table::DELETE_RECORDS;
use authz::{Permit, Resource};
use model::{LeaderEpoch, PartitionIndex};
use protocol::messages::delete_records::{
    DeleteRecordsPartition, DeleteRecordsPartitionResult, DeleteRecordsRequest,
    DeleteRecordsResponse, DeleteRecordsTopicResult,
};
use protocol::{ErrorCode, Response};

use crate::broker::Broker;
use crate::context::RequestContext;
use crate::metadata::Image;
use crate::reply::Reply;
use crate::topics;

const HIGH_WATERMARK: i64 = -1;

/// Deletes partition by partition; each has its own outcome.
pub fn handle(broker: &Broker, context: &RequestContext, request: DeleteRecordsRequest) -> Reply {
    let image = broker.metadata.image();
    let topics = request.topics.into_iter().map(|topic| {
        let permit = context.check(&DELETE_RECORDS, &topic.name);
        let partitions = topic.partitions.into_iter().map(|asked| {
            let outcome = permit
                .and_then(|permit| delete(broker, context, &image, &topic.name, &asked, permit));
            DeleteRecordsPartitionResult {
                partition_index: asked.partition_index,
                low_watermark: *outcome.as_ref().unwrap_or(&-1),
                error_code: outcome.err().unwrap_or(ErrorCode::NONE),
            }
        });
        DeleteRecordsTopicResult {
            partitions: partitions.collect(),
            name: topic.name.clone(),
        }
    });
    Reply::Now(Response::DeleteRecords(DeleteRecordsResponse {
        topics: topics.collect(),
        ..DeleteRecordsResponse::default()
    }))
}

/// Gives the start of the log afterwards.
fn delete(
    broker: &Broker,
    context: &RequestContext,
    image: &Image,
    name: &str,
    asked: &DeleteRecordsPartition,
    permit: Permit,
) -> Result<i64, ErrorCode> {
    let topic = image
        .topic(name)
        .ok_or(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)?;
    if topics::is_internal(name) {
        return Err(ErrorCode::INVALID_TOPIC_EXCEPTION);
    }
    let index = PartitionIndex(asked.partition_index);
    let log = broker.led_log(permit, image, topic, index, LeaderEpoch(-1))?;
    let high_watermark = log.offsets().high_watermark;
    let offset = if asked.offset == HIGH_WATERMARK {
        high_watermark
    } else {
        asked.offset
    };
    if !(0..=high_watermark).contains(&offset) {
        return Err(ErrorCode::OFFSET_OUT_OF_RANGE);
    }
    let deleted = tokio::task::block_in_place(|| log.delete_records_before(offset, context.now_ms));
    let start = deleted.map_err(|error| {
        broker.report_read_failure(log.partition(), &error);
        ErrorCode::KAFKA_STORAGE_ERROR
    })?;
    let change = format_args!("deleted records of partition {index} before {start}");
    context.changed(Resource::topic(name), change);
    Ok(start)
}
