//! Cases for applying records and for snapshots.

use std::collections::BTreeMap;

use model::{BrokerId, TopicId};

use super::{Broker, Image};
use crate::metadata::{ConfigOwner, MetadataRecord};

fn image() -> Image {
    let broker = Broker {
        id: BrokerId(1),
        rack: None,
        endpoints: BTreeMap::new(),
    };
    Image::new("cluster", broker)
}

fn topic(name: &str, id: u8) -> MetadataRecord {
    MetadataRecord::Topic {
        name: name.into(),
        id: TopicId([id; 16]).to_string(),
        partitions: 2,
        born_epoch: 0,
        configs: BTreeMap::new(),
    }
}

fn text(image: &Image) -> Vec<String> {
    image
        .topics()
        .map(|t| format!("{} {} {}", t.name, t.id, t.partitions))
        .collect()
}

#[test]
fn a_snapshot_makes_the_same_image() {
    let mut first = image();
    let configs = BTreeMap::from([("retention.ms".to_owned(), "1".to_owned())]);
    for record in [
        topic("a", 1),
        topic("b", 2),
        MetadataRecord::Partitions {
            id: TopicId([2; 16]).to_string(),
            partitions: 7,
        },
        MetadataRecord::Configs {
            owner: ConfigOwner::Topic(TopicId([1; 16]).to_string()),
            configs: configs.clone(),
        },
        MetadataRecord::Configs {
            owner: ConfigOwner::Brokers,
            configs,
        },
        MetadataRecord::ProducerIds { next: 3000 },
        MetadataRecord::LeaderEpoch { epoch: 4 },
    ] {
        first.apply(&record);
    }
    let mut second = image();
    for record in first.snapshot().records {
        second.apply(&record);
    }
    assert_eq!(text(&first), text(&second));
    assert_eq!(second.topic("a").unwrap().configs.len(), 1);
    assert_eq!(second.topic("b").unwrap().partitions, 7);
    assert_eq!((second.next_producer_id, second.leader_epoch.0), (3000, 4));
    assert!(second.configs(&ConfigOwner::Brokers).is_some());
}

#[test]
fn a_recreated_topic_has_its_own_id() {
    let mut image = image();
    let old = TopicId([1; 16]);
    image.apply(&topic("a", 1));
    image.apply(&MetadataRecord::TopicDeleted {
        id: old.to_string(),
    });
    image.apply(&topic("a", 2));
    assert!(image.topic_by_id(old).is_none());
    assert_eq!(image.topic("a").unwrap().id, TopicId([2; 16]));
}

#[test]
fn names_that_differ_in_dots_and_underscores_collide() {
    let mut image = image();
    image.apply(&topic("a.b", 1));
    let collides = |name: &str| {
        let name = model::TopicName::new(name).unwrap();
        image.colliding_topic(&name).is_some()
    };
    assert!(collides("a_b"));
    assert!(!collides("a.b"));
    assert!(!collides("a-b"));
}
