//! DescribeLogDirs (35): the data directory, its room, and the size of what is in it.
//!
//! KIP-113, KIP-827 (room of the volume), KIP-1066 (cordoned directories, of which there are
//! none).

use std::path::Path;

use authz::checks::table::DESCRIBE_LOG_DIRS;
use model::PartitionIndex;
use protocol::messages::describe_log_dirs::{
    DescribeLogDirsPartition, DescribeLogDirsRequest, DescribeLogDirsResponse,
    DescribeLogDirsResult, DescribeLogDirsTopic,
};
use protocol::{ErrorCode, Response, Str};

use crate::broker::Broker;
use crate::context::RequestContext;
use crate::metadata::Topic;
use crate::reply::Reply;

/// Answers with the sizes of the moment.
pub fn handle(broker: &Broker, context: &RequestContext, request: DescribeLogDirsRequest) -> Reply {
    if let Err(error_code) = context.check(&DESCRIBE_LOG_DIRS, "") {
        return Reply::Now(Response::DescribeLogDirs(DescribeLogDirsResponse {
            error_code,
            ..DescribeLogDirsResponse::default()
        }));
    }
    let image = broker.metadata.image();
    let topics: Vec<DescribeLogDirsTopic> = match request.topics {
        None => image
            .topics()
            .map(|t| describe(broker, t, 0..t.partitions))
            .collect(),
        Some(asked) => asked
            .into_iter()
            .filter_map(|asked| {
                let topic = image.topic(&asked.topic)?;
                Some(describe(broker, topic, asked.partitions.into_iter()))
            })
            .collect(),
    };
    let root = broker.partitions.disk().root();
    let (total_bytes, usable_bytes) = room(root);
    let result = DescribeLogDirsResult {
        error_code: ErrorCode::NONE,
        log_dir: Str::from(root.to_string_lossy().into_owned()),
        topics: topics
            .into_iter()
            .filter(|topic| !topic.partitions.is_empty())
            .collect(),
        total_bytes,
        usable_bytes,
        is_cordoned: false,
    };
    Reply::Now(Response::DescribeLogDirs(DescribeLogDirsResponse {
        results: vec![result],
        ..DescribeLogDirsResponse::default()
    }))
}

fn describe(
    broker: &Broker,
    topic: &Topic,
    indexes: impl Iterator<Item = i32>,
) -> DescribeLogDirsTopic {
    let partitions = indexes.filter_map(|partition_index| {
        let log = broker
            .partitions
            .log(topic.id, PartitionIndex(partition_index))?;
        Some(DescribeLogDirsPartition {
            partition_index,
            partition_size: i64::try_from(log.size_bytes()).unwrap_or(i64::MAX),
            offset_lag: 0,
            is_future_key: false,
        })
    });
    DescribeLogDirsTopic {
        partitions: partitions.collect(),
        name: Str::from(topic.name.as_str()),
    }
}

/// Bytes of the volume, in all and free for us; -1 where the system does not tell.
fn room(root: &Path) -> (i64, i64) {
    let Ok(volume) = rustix::fs::statvfs(root) else {
        return (-1, -1);
    };
    let bytes =
        |blocks: u64| i64::try_from(blocks.saturating_mul(volume.f_frsize)).unwrap_or(i64::MAX);
    (bytes(volume.f_blocks), bytes(volume.f_bavail))
}
