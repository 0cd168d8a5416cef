//! Offsets of deleted topics are forgotten: this watches the image and tells every shard.

use std::sync::Arc;

use coordinator::Command;
use model::{TopicId, TopicName};
use service::shutdown::Signal;

use crate::broker::Broker;
use crate::metadata::Image;

/// Runs until `signal`.
pub async fn forget_offsets_of_deleted_topics(broker: Arc<Broker>, mut signal: Signal) {
    let mut images = broker.metadata.watch();
    let mut seen = Arc::clone(&images.borrow_and_update());
    loop {
        tokio::select! {
            _ = signal.wait() => return,
            changed = images.changed() => if changed.is_err() { return },
        }
        let next = Arc::clone(&images.borrow_and_update());
        let gone = gone(&seen, &next);
        seen = next;
        if gone.is_empty() {
            continue;
        }
        for shard in broker
            .groups
            .shards(&broker)
            .iter()
            .flat_map(|shards| shards.iter())
        {
            shard.notify(Command::DeleteTopics(gone.clone())).await;
        }
    }
}

/// The topics of `before` that `after` does not have; one created again has another id.
fn gone(before: &Image, after: &Image) -> Vec<(TopicName, TopicId)> {
    let gone = before
        .topics()
        .filter(|topic| after.topic_by_id(topic.id).is_none());
    gone.map(|topic| (topic.name.clone(), topic.id)).collect()
}
