"""confluent-kafka (librdkafka 2.16): what its users do first."""

import json

from confluent_kafka import (
    Consumer,
    ConsumerGroupTopicPartitions,
    KafkaError,
    KafkaException,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
)

from scenario import Skip, equal, eventually, main, scenario, unique

RECORDS = [
    (b"key", b"value", [("h", b"1"), ("h", b"2"), ("null", None), ("empty", b""), ("", b"nameless")]),
    (None, b"null key", []),
    (b"", b"empty key", []),
    (b"null value", None, []),
    (b"empty value", b"", []),
    ("ключ".encode(), "значение \U0001f980".encode(), [("ü", "ß".encode())]),
]


def producer(server, **more):
    return Producer({"bootstrap.servers": server.bootstrap, "linger.ms": 5, **more})


def consumer(server, group=None, **more):
    config = {
        "bootstrap.servers": server.bootstrap,
        "group.id": group or unique("group"),
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "session.timeout.ms": 6000,
        **more,
    }
    return Consumer(config)


def admin(server):
    """One client for all scenarios: a future of a client that is gone fails."""
    if not hasattr(server, "confluent_admin"):
        server.confluent_admin = AdminClient({"bootstrap.servers": server.bootstrap})
    return server.confluent_admin


def create(server, partitions=1, config=None):
    topic = unique("topic")
    admin(server).create_topics([NewTopic(topic, partitions, 1, config=config or {})])[topic].result(20)
    return topic


def send(server, topic, values, partition=0, **more):
    sender = producer(server, **more)
    errors = []
    for value in values:
        sender.produce(topic, value, partition=partition, on_delivery=lambda error, _: error and errors.append(error))
        sender.poll(0)
    equal(sender.flush(30), 0)
    equal(errors, [])


def drain(reader, count):
    """The next `count` messages."""
    messages = []

    def enough():
        """all messages arrive"""
        for message in reader.consume(1000, 0.2):
            if message.error():
                raise KafkaException(message.error())
            messages.append(message)
        return len(messages) >= count

    eventually(enough, 30, 0)
    return messages


def read_all(server, topic, count, partition=0, offset=0):
    reader = consumer(server)
    reader.assign([TopicPartition(topic, partition, offset)])
    try:
        return drain(reader, count)
    finally:
        reader.close()


@scenario
def metadata_names_the_broker_and_creates_topics(server):
    topic = unique("auto")
    sender = producer(server)
    sender.produce(topic, b"x")
    equal(sender.flush(20), 0)
    cluster = sender.list_topics(topic, 10)
    equal([f"{broker.host}:{broker.port}" for broker in cluster.brokers.values()], [server.bootstrap])
    assert cluster.cluster_id, "no cluster id"
    partitions = cluster.topics[topic].partitions
    equal(sorted(partitions), [0, 1, 2, 3])
    equal({(p.leader, tuple(p.replicas), tuple(p.isrs)) for p in partitions.values()}, {(1, (1,), (1,))})


@scenario
def every_codec_round_trips(server):
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"]:
        topic = create(server)
        values = [f"{codec} {i} {'x' * (i % 200)}".encode() for i in range(500)]
        send(server, topic, values, **{"compression.type": codec})
        equal([message.value() for message in read_all(server, topic, 500)], values)


@scenario
def null_empty_and_repeated_stay_different(server):
    topic = create(server)
    sender = producer(server)
    for key, value, headers in RECORDS:
        sender.produce(topic, value, key, headers=headers, partition=0)
    equal(sender.flush(20), 0)
    seen = [(m.key(), m.value(), m.headers() or []) for m in read_all(server, topic, len(RECORDS))]
    equal(seen, RECORDS)


@scenario
def timestamps_are_kept_and_searched(server):
    topic = create(server)
    sender = producer(server)
    for i in range(10):
        sender.produce(topic, b"%d" % i, partition=0, timestamp=1_700_000_000_000 + i * 1000)
    equal(sender.flush(20), 0)
    messages = read_all(server, topic, 10)
    equal([m.timestamp()[1] for m in messages], [1_700_000_000_000 + i * 1000 for i in range(10)])
    reader = consumer(server)
    found = reader.offsets_for_times([TopicPartition(topic, 0, 1_700_000_004_500)], 10)
    equal(found[0].offset, 5)
    late = reader.offsets_for_times([TopicPartition(topic, 0, 1_800_000_000_000)], 10)
    equal(late[0].offset, -1)
    reader.close()


@scenario
def acks_none_and_leader(server):
    topic = create(server)
    send(server, topic, [b"a", b"b"], acks=0)
    send(server, topic, [b"c"], acks=1)
    equal([m.value() for m in read_all(server, topic, 3)], [b"a", b"b", b"c"])


@scenario
def idempotent_producer(server):
    topic = create(server)
    values = [b"%d" % i for i in range(2000)]
    send(server, topic, values, **{"enable.idempotence": True, "batch.num.messages": 50})
    equal([m.value() for m in read_all(server, topic, 2000)], values)


@scenario
def too_large_is_refused(server):
    topic = create(server)
    sender = producer(server, **{"message.max.bytes": 5_000_000})
    errors = []
    sender.produce(topic, b"x" * 2_000_000, on_delivery=lambda error, _: errors.append(error and error.code()))
    sender.flush(20)
    equal(errors, [KafkaError.MSG_SIZE_TOO_LARGE])
    send(server, topic, [b"y" * 1_000_000], **{"message.max.bytes": 5_000_000})
    equal(len(read_all(server, topic, 1)[0].value()), 1_000_000)


@scenario
def long_poll_wakes_on_append(server):
    topic = create(server)
    reader = consumer(server, **{"fetch.wait.max.ms": 10_000})
    reader.assign([TopicPartition(topic, 0, 0)])
    equal(reader.consume(1, 1), [])
    send(server, topic, [b"now"])
    message = reader.poll(5)
    assert message and message.value() == b"now", f"nothing within 5 s of the append: {message}"
    reader.close()


@scenario
def groups_share_and_rebalance(server):
    topic, group = create(server, 6), unique("group")
    for assignor in ["range", "roundrobin", "cooperative-sticky"]:
        one, two = (consumer(server, f"{group}-{assignor}", **{"partition.assignment.strategy": assignor}) for _ in "12")
        one.subscribe([topic])
        two.subscribe([topic])

        def shared():
            """both members hold three partitions"""
            one.poll(0.1), two.poll(0.1)
            return len(one.assignment()) == len(two.assignment()) == 3

        eventually(shared, 30)
        held = {p.partition for p in one.assignment()} | {p.partition for p in two.assignment()}
        equal(held, set(range(6)))
        two.close()

        def alone():
            """the member that stays gets all six"""
            one.poll(0.1)
            return len(one.assignment()) == 6

        eventually(alone, 30)
        one.close()


@scenario
def static_member_keeps_its_partitions(server):
    topic, group = create(server, 2), unique("group")
    more = {"group.instance.id": "instance-1"}

    def join():
        member = consumer(server, group, **more)
        member.subscribe([topic])

        def assigned():
            """the static member is assigned"""
            member.poll(0.1)
            return len(member.assignment()) == 2

        eventually(assigned)
        return member

    first = join()
    description = admin(server).describe_consumer_groups([group])[group].result(10)
    equal([m.group_instance_id for m in description.members], ["instance-1"])
    first.close()
    join().close()


@scenario
def committed_offsets_survive_a_restart(server):
    topic, group = create(server, 2), unique("group")
    send(server, topic, [b"%d" % i for i in range(10)])
    member = consumer(server, group)
    member.commit(offsets=[TopicPartition(topic, 0, 7, "kept words"), TopicPartition(topic, 1, 0)], asynchronous=False)
    member.close()
    for again in [server.restart, server.kill]:
        again()
        member = consumer(server, group)
        kept = member.committed([TopicPartition(topic, 0), TopicPartition(topic, 1)], 20)
        equal([(p.offset, p.metadata) for p in kept], [(7, "kept words"), (0, None)])
        member.assign(kept[:1])
        equal([m.value() for m in drain(member, 3)], [b"7", b"8", b"9"])
        member.close()


@scenario
def topics_survive_a_kill(server):
    topic = create(server, 3, {"retention.ms": "123456789"})
    values = [b"%d" % i for i in range(100)]
    send(server, topic, values, partition=2)
    server.kill()
    equal([m.value() for m in read_all(server, topic, 100, partition=2)], values)
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
    entries = admin(server).describe_configs([resource])[resource].result(10)
    equal(entries["retention.ms"].value, "123456789")


@scenario
def admin_topics(server):
    client = admin(server)
    topic = create(server, 2, {"cleanup.policy": "delete"})
    existing = client.create_topics([NewTopic(topic, 1, 1)])[topic]
    equal(error_of(existing), KafkaError.TOPIC_ALREADY_EXISTS)
    equal(error_of(client.create_topics([NewTopic("no spaces", 1, 1)])["no spaces"]), KafkaError.TOPIC_EXCEPTION)
    client.create_partitions([NewPartitions(topic, 5)])[topic].result(10)
    eventually(lambda: len(client.list_topics(topic, 10).topics[topic].partitions) == 5)
    equal(error_of(client.create_partitions([NewPartitions(topic, 3)])[topic]), KafkaError.INVALID_PARTITIONS)
    client.delete_topics([topic])[topic].result(10)
    equal(error_of(client.delete_topics([topic])[topic]), KafkaError.UNKNOWN_TOPIC_OR_PART)
    assert topic not in client.list_topics(timeout=10).topics


@scenario
def admin_configs(server):
    client, topic = admin(server), create(server)
    entry = ConfigEntry("max.message.bytes", "2000", incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=[entry])
    client.incremental_alter_configs([resource])[resource].result(10)
    described = client.describe_configs([resource])[resource].result(10)
    equal(described["max.message.bytes"].value, "2000")
    equal(described["max.message.bytes"].source, 1)
    sender, errors = producer(server), []
    sender.produce(topic, b"x" * 3000, on_delivery=lambda error, _: errors.append(error and error.code()))
    sender.flush(20)
    equal(errors, [KafkaError.MSG_SIZE_TOO_LARGE])
    wrong = ConfigEntry("max.message.bytes", "many", incremental_operation=AlterConfigOpType.SET)
    bad = ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=[wrong])
    equal(error_of(client.incremental_alter_configs([bad])[bad]), KafkaError.INVALID_CONFIG)
    broker = ConfigResource(ConfigResource.Type.BROKER, "1")
    assert client.describe_configs([broker])[broker].result(10)["log.segment.bytes"].value == "1073741824"


@scenario
def admin_records_and_offsets(server):
    client, topic = admin(server), create(server)
    send(server, topic, [b"%d" % i for i in range(10)])
    partition = TopicPartition(topic, 0, 4)
    equal(client.delete_records([partition])[partition].result(10).low_watermark, 4)
    spots = {"earliest": OffsetSpec.earliest(), "latest": OffsetSpec.latest()}
    found = {name: client.list_offsets({partition: spot})[partition].result(10).offset for name, spot in spots.items()}
    equal(found, {"earliest": 4, "latest": 10})
    equal([m.value() for m in read_all(server, topic, 6, offset=4)], [b"%d" % i for i in range(4, 10)])
    beyond = TopicPartition(topic, 0, 11)
    equal(error_of(client.delete_records([beyond])[beyond]), KafkaError.OFFSET_OUT_OF_RANGE)


@scenario
def admin_groups(server):
    client, topic, group = admin(server), create(server), unique("group")
    member = consumer(server, group)
    member.subscribe([topic])
    eventually(lambda: (member.poll(0.1), member.assignment())[1])
    member.commit(offsets=[TopicPartition(topic, 0, 0)], asynchronous=False)
    listed = {g.group_id: g.state.name for g in client.list_consumer_groups().result(10).valid}
    equal(listed[group], "STABLE")
    equal(error_of(client.delete_consumer_groups([group])[group]), KafkaError.NON_EMPTY_GROUP)
    member.close()
    wanted = ConsumerGroupTopicPartitions(group, [TopicPartition(topic, 0, 0)])
    altered = client.alter_consumer_group_offsets([wanted])[group].result(10)
    equal([p.error for p in altered.topic_partitions], [None])
    offsets = client.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])[group].result(10)
    equal([(p.topic, p.partition, p.offset) for p in offsets.topic_partitions], [(topic, 0, 0)])
    client.delete_consumer_groups([group])[group].result(10)
    equal(error_of(client.delete_consumer_groups([group])[group]), KafkaError.GROUP_ID_NOT_FOUND)


@scenario
def admin_cluster(server):
    cluster = admin(server).describe_cluster().result(10)
    equal([(n.id, f"{n.host}:{n.port}") for n in cluster.nodes], [(1, server.bootstrap)])
    equal(cluster.controller.id, 1)


@scenario
def statistics_show_compression_is_used(server):
    """A broker that hides old Produce versions makes older librdkafkas send uncompressed, silently."""
    topic, seen = create(server), []
    sender = producer(server, **{"compression.type": "gzip", "statistics.interval.ms": 100, "stats_cb": lambda text: seen.append(json.loads(text))})
    for _ in range(1000):
        sender.produce(topic, b"a" * 1000, partition=0)
    equal(sender.flush(20), 0)
    eventually(lambda: (sender.poll(0.1), seen and seen[-1]["txmsgs"] >= 1000)[1])
    sent = seen[-1]["tx_bytes"]
    assert sent < 200_000, f"{sent} bytes on the wire for a megabyte of one letter"


def error_of(future):
    """The code a call fails with; None when it succeeds."""
    try:
        future.result(10)
        return None
    except KafkaException as failure:
        return failure.args[0].code()


if __name__ == "__main__":
    main()
