//! What the broker is, rather than what it has done: partitions, segments, the controller, the authorizer,
//! the software of its clients.

use protocol::ErrorCode;
use protocol::messages::api_versions::ApiVersionsRequest;
use tests::Broker;
use tests::mbeans::{Beans, PROPERTIES};
use tests::messages::{append, create_topic, produce};

use super::expect;

fn of_partition(name: &str, topic: &str, partition: i32) -> String {
    format!("kafka.cluster:type=Partition,name={name},topic={topic},partition={partition}")
}

fn of_log(name: &str, topic: &str) -> String {
    format!("kafka.log:type=Log,name={name},topic={topic},partition=0")
}

#[test]
fn partitions_are_counted_with_what_they_lack() {
    let broker = Broker::start(PROPERTIES);
    let (mut wire, mut beans) = (broker.connect(), Beans::of(&broker));
    create_topic(&mut wire, "plain", 3, &[]);
    create_topic(&mut wire, "wants.two", 2, &[("min.insync.replicas", "2")]);
    let manager = |name| format!("kafka.server:type=ReplicaManager,name={name}");
    for (name, expected) in [
        ("PartitionCount", 5.0),
        ("LeaderCount", 5.0),
        ("AtMinIsrPartitionCount", 3.0),
        ("UnderMinIsrPartitionCount", 2.0),
        ("UnderReplicatedPartitions", 0.0),
        ("OfflineReplicaCount", 0.0),
    ] {
        expect(&mut beans, &manager(name), "Value", expected);
    }
    for (name, topic, expected) in [
        ("UnderMinIsr", "wants.two", 1.0),
        ("UnderMinIsr", "plain", 0.0),
        ("AtMinIsr", "plain", 1.0),
        ("InSyncReplicasCount", "plain", 1.0),
        ("ReplicasCount", "wants.two", 1.0),
        ("UnderReplicated", "wants.two", 0.0),
    ] {
        expect(&mut beans, &of_partition(name, topic, 1), "Value", expected);
    }
    let answer = produce(&mut wire, "wants.two", 0, tests::messages::batch(&["x"]));
    assert_eq!(answer.error_code, ErrorCode::NOT_ENOUGH_REPLICAS);
    let failed =
        "kafka.server:type=BrokerTopicMetrics,name=FailedProduceRequestsPerSec,topic=wants.two";
    expect(&mut beans, failed, "Count", 1.0);
}

#[test]
fn a_log_tells_its_segments_size_and_share_of_retention() {
    let broker = Broker::start(PROPERTIES);
    let (mut wire, mut beans) = (broker.connect(), Beans::of(&broker));
    let configs = [
        ("segment.bytes", "1048576"),
        ("retention.bytes", "10485760"),
    ];
    create_topic(&mut wire, "rolling", 1, &configs);
    expect(
        &mut beans,
        &of_log("NumLogSegments", "rolling"),
        "Value",
        1.0,
    );
    let value = "x".repeat(300_000);
    for _ in 0..5 {
        append(&mut wire, "rolling", 0, &[&value]);
    }
    expect(
        &mut beans,
        &of_log("NumLogSegments", "rolling"),
        "Value",
        2.0,
    );
    expect(&mut beans, &of_log("LogEndOffset", "rolling"), "Value", 5.0);
    // 1.5 of 10.5 million bytes, in whole percents.
    expect(
        &mut beans,
        &of_log("RetentionSizeInPercent", "rolling"),
        "Value",
        14.0,
    );
    let values = beans.read();
    let size = values[&of_log("Size", "rolling")]["Value"];
    assert!((1_500_000.0..1_501_000.0).contains(&size), "{size}");
}

#[test]
fn the_controller_and_its_log_follow_changes_and_starts() {
    let mut broker = Broker::start(PROPERTIES);
    let mut beans = Beans::of(&broker);
    let raft = "kafka.server:type=raft-metrics";
    let followed = "kafka.server:type=broker-metadata-metrics";
    let active = "kafka.controller:type=KafkaController,name=ActiveControllerCount";
    expect(&mut beans, active, "Value", 1.0);
    expect(&mut beans, raft, "current-leader", 1.0);
    let before = beans.value(raft, "log-end-offset").unwrap();
    create_topic(&mut broker.connect(), "one", 1, &[]);
    expect(&mut beans, raft, "log-end-offset", before + 1.0);
    expect(&mut beans, raft, "high-watermark", before + 1.0);
    expect(&mut beans, followed, "last-applied-record-offset", before);
    let sizes = "kafka.server:type=BrokerMetadataListener,name=MetadataBatchSizes";
    assert!(beans.value(sizes, "Count").unwrap() >= 1.0);
    let epoch = beans.value(raft, "current-epoch").unwrap();
    assert!(broker.stop().success());
    broker.start_again();
    expect(&mut Beans::of(&broker), raft, "current-epoch", epoch + 1.0);
}

#[test]
fn decisions_of_the_authorizer_are_told_where_there_is_one() {
    let plugin = "kafka.server:type=plugins,config=authorizer.class.name,class=StandardAuthorizer,role=broker";
    let broker = Broker::start(PROPERTIES);
    assert_eq!(Beans::of(&broker).value(plugin, "acls-total-count"), None);
    let authorizer =
        "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer";
    let broker = Broker::start(&format!("{PROPERTIES}\n{authorizer}"));
    let mut beans = Beans::of(&broker);
    let denied = produce(
        &mut broker.connect(),
        "t",
        0,
        tests::messages::batch(&["x"]),
    );
    assert_eq!(denied.error_code, ErrorCode::TOPIC_AUTHORIZATION_FAILED);
    expect(&mut beans, plugin, "acls-total-count", 0.0);
    let values = beans.read();
    assert!(values[plugin]["authorization-denied-rate-per-minute"] > 0.0);
    assert_eq!(values[plugin]["authorization-allowed-rate-per-minute"], 0.0);
}

#[test]
fn software_of_clients_is_told_while_they_are_connected() {
    let broker = Broker::start(PROPERTIES);
    let mut beans = Beans::of(&broker);
    let bean = "kafka.server:type=socket-server-metrics,clientSoftwareName=black-box,\
                clientSoftwareVersion=1.2,listener=PLAINTEXT,networkProcessor=0";
    let mut wires = [broker.connect(), broker.connect()];
    for wire in &mut wires {
        let request = ApiVersionsRequest {
            client_software_name: "black-box".into(),
            client_software_version: "1.2".into(),
        };
        assert_eq!(wire.call(3, request).error_code, ErrorCode::NONE);
    }
    expect(&mut beans, bean, "connections", 2.0);
    drop(wires);
    tests::eventually("nothing is told of software that is gone", || {
        beans.value(bean, "connections").is_none().then_some(())
    });
}
