//! Numbers of groups' sections: the same in one process, and nobody else's to foresee.

use std::sync::Arc;

use model::{GroupId, PartitionIndex, TopicName};

use super::{Found, GroupLag, LagGauges};
use crate::lag::{PartitionLag, TopicLag};

fn group(partitions: i32) -> GroupLag {
    let lag = |partition| PartitionLag {
        partition: PartitionIndex(partition),
        committed: 0,
        offsets: 0,
        seconds: 0.0,
    };
    GroupLag {
        group: GroupId::new("orders").unwrap(),
        members: 0,
        is_told: true,
        topics: vec![TopicLag {
            topic: TopicName::new("orders").unwrap(),
            partitions: (0..partitions).map(lag).collect(),
        }],
    }
}

#[test]
fn a_section_keeps_its_number_and_changes_its_shape() {
    let gauges = LagGauges::new(&Arc::default());
    let (one, two) = (group(1), group(2));
    assert_eq!(gauges.number(&one.group), gauges.number(&two.group));
    assert_eq!(gauges.shape(&one), gauges.shape(&one.clone()));
    assert_ne!(gauges.shape(&one), gauges.shape(&two));
}

#[test]
fn nobody_can_foresee_the_number_of_a_group() {
    let found = Arc::<Found>::default();
    let (one, other) = (LagGauges::new(&found), LagGauges::new(&found));
    let group = group(1);
    assert_ne!(one.number(&group.group), other.number(&group.group));
    assert_ne!(one.shape(&group), other.shape(&group));
}
