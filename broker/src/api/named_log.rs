//! A partition's log for a request that names the topic, and holds the right to it: that is asked
//! before whether it exists.
//!
//! Requests that may name a topic by id, and those that answer per topic, resolve it themselves.

use authz::Permit;
use model::{LeaderEpoch, PartitionIndex};
use protocol::ErrorCode;
use storage::Log;

use crate::broker::Broker;
use crate::metadata::Image;

/// The log of partition `index` of the topic `name`, for who holds a permit and believes in `epoch`
/// (-1: in none).
pub fn named_log(
    broker: &Broker,
    permit: Permit,
    image: &Image,
    name: &str,
    index: i32,
    epoch: i32,
) -> Result<Log, ErrorCode> {
    let topic = image
        .topic(name)
        .ok_or(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)?;
    let (index, epoch) = (PartitionIndex(index), LeaderEpoch(epoch));
    broker.led_log(permit, image, topic, index, epoch)
}
