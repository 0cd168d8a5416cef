//! Cases for applying records and for snapshots.

use std::collections::BTreeMap;
use std::sync::Arc;

use authz::acl::{Acl, AclHost, AclOperation, PatternType, Permission};
use authz::{Operation, ResourceType};
use identity::{Principal, ScramCredential, ScramMechanism};
use model::{BrokerId, TopicId};

use super::{Broker, Image};
use crate::metadata::{ConfigOwner, MetadataRecord, StoredAcl};

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

fn scram(user: &str, mechanism: ScramMechanism, iterations: u32) -> MetadataRecord {
    MetadataRecord::ScramCredential {
        user: user.into(),
        mechanism,
        credential: ScramCredential {
            salt: vec![1],
            stored_key: vec![2],
            server_key: vec![3],
            iterations,
        },
    }
}

fn scram_text(image: &Image) -> Vec<String> {
    image
        .scram_credentials()
        .map(|(user, mechanism, c)| format!("{user} {} {}", mechanism.name(), c.iterations))
        .collect()
}

#[test]
fn a_user_has_one_credential_per_mechanism() {
    let mut image = image();
    image.apply(&scram("a", ScramMechanism::Sha512, 4096));
    image.apply(&scram("a", ScramMechanism::Sha256, 4096));
    image.apply(&scram("a", ScramMechanism::Sha512, 8192));
    image.apply(&scram("b", ScramMechanism::Sha512, 4096));
    let before = image.clone();
    image.apply(&topic("t", 1));
    assert!(image.same_scram_credentials(&before));
    image.apply(&MetadataRecord::ScramCredentialDeleted {
        user: "b".into(),
        mechanism: ScramMechanism::Sha512,
    });
    assert!(!image.same_scram_credentials(&before));
    let expected = ["a SCRAM-SHA-256 4096", "a SCRAM-SHA-512 8192"];
    assert_eq!(scram_text(&image), expected);
    assert_eq!(before.scram_credentials().count(), 3);

    let mut restored = self::image();
    for record in image.snapshot().records {
        restored.apply(&record);
    }
    assert_eq!(scram_text(&restored), expected);
}

fn acl(name: &str, principal: &str) -> StoredAcl {
    StoredAcl(Arc::new(Acl {
        resource_type: ResourceType::TransactionalId,
        resource_name: name.into(),
        pattern_type: PatternType::Prefixed,
        operation: AclOperation::Of(Operation::DescribeConfigs),
        principal: Principal::user(principal),
        host: AclHost::new("::1"),
        permission: Permission::Deny,
    }))
}

#[test]
fn an_acl_is_there_once_until_it_is_deleted() {
    let mut image = image();
    for (name, principal) in [("b", "x"), ("a", "y"), ("a", "x"), ("a", "y")] {
        let acl = acl(name, principal);
        image.apply(&MetadataRecord::Acl { acl });
    }
    let acl = acl("b", "x");
    assert!(image.has_acl(&acl.0));
    image.apply(&MetadataRecord::AclDeleted { acl: acl.clone() });
    assert!(!image.has_acl(&acl.0));
    let text = |image: &Image| -> Vec<String> {
        let acls = image.acls();
        acls.map(|acl| format!("{} {}", acl.resource_name, acl.principal))
            .collect()
    };
    assert_eq!(text(&image), ["a User:x", "a User:y"]);
    let mut restored = self::image();
    for record in image.snapshot().records {
        restored.apply(&record);
    }
    assert_eq!(text(&restored), text(&image));
}

fn check_stored(record: &MetadataRecord, expected: &str) {
    let text = serde_json::to_string(record).unwrap();
    assert_eq!(text, expected);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let read: MetadataRecord = serde_json::from_value(value).unwrap();
    assert_eq!(read, *record);
}

#[test]
fn records_are_stored_in_words() {
    check_stored(
        &scram("a", ScramMechanism::Sha256, 4096),
        r#"{"type":"scram-credential","user":"a","mechanism":"SCRAM-SHA-256","salt":"AQ==","stored_key":"Ag==","server_key":"Aw==","iterations":4096}"#,
    );
    check_stored(
        &MetadataRecord::Acl {
            acl: acl("t\"", "a:b"),
        },
        r#"{"type":"acl","resource_type":"TRANSACTIONAL_ID","resource_name":"t\"","pattern_type":"PREFIXED","principal":"User:a:b","host":"::1","operation":"DESCRIBE_CONFIGS","permission_type":"DENY"}"#,
    );
}

/// It could be the one that denies.
#[test]
fn an_acl_with_an_unknown_word_is_not_read() {
    let known = serde_json::to_value(acl("t", "a")).unwrap();
    for field in [
        "resource_type",
        "pattern_type",
        "principal",
        "operation",
        "permission_type",
    ] {
        let mut words = known.clone();
        words[field] = "BOGUS".into();
        let error = serde_json::from_value::<StoredAcl>(words).unwrap_err();
        assert_eq!(error.to_string(), format!("BOGUS is no {field}"));
    }
}
