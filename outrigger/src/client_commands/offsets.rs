//! Offsets of many partitions at once, as commands that move or delete need them.

use std::collections::BTreeMap;

use client::{Cluster, Isolation, OffsetSpec};
use model::TopicPartition;

use super::CommandError;

/// What `spec` is in each partition; those without such an offset are left out.
pub(super) async fn look_up(
    cluster: &Cluster,
    partitions: impl Iterator<Item = &TopicPartition>,
    spec: OffsetSpec,
) -> Result<BTreeMap<TopicPartition, i64>, CommandError> {
    let wanted: Vec<_> = partitions.map(|of| (of.clone(), spec)).collect();
    let listed = cluster
        .list_offsets(&wanted, Isolation::Uncommitted)
        .await?;
    let found = listed.into_iter();
    Ok(found
        .filter_map(|(of, listed)| Some((of, listed.offset?)))
        .collect())
}
