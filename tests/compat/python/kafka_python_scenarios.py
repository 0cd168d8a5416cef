"""kafka-python 3: a pure Python client with its own idea of the protocol."""

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, OffsetAndMetadata, OffsetSpec, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import InvalidTopicError, MessageSizeTooLargeError, TopicAlreadyExistsError, UnknownTopicOrPartitionError

from scenario import equal, eventually, main, scenario, unique

RECORDS = [
    (b"key", b"value", [("h", b"1"), ("h", b"2"), ("empty", b"")]),
    (None, b"null key", []),
    (b"", b"empty key", []),
    (b"null value", None, []),
    (b"empty value", b"", []),
]


def producer(server, **more):
    return KafkaProducer(bootstrap_servers=server.bootstrap, **more)


def admin(server):
    return KafkaAdminClient(bootstrap_servers=server.bootstrap)


def consumer(server, *topics, **more):
    config = {"auto_offset_reset": "earliest", "enable_auto_commit": False, "session_timeout_ms": 6000, **more}
    return KafkaConsumer(*topics, bootstrap_servers=server.bootstrap, **config)


def create(server, partitions=1, configs=None):
    topic, client = unique("topic"), admin(server)
    client.create_topics({topic: {"num_partitions": partitions, "replication_factor": 1, "configs": configs or {}}})
    client.close()
    return topic


def send(server, topic, values, **more):
    sender = producer(server, **more)
    for future in [sender.send(topic, value, partition=0) for value in values]:
        future.get(20)
    sender.close()


def drain(reader, count):
    """The next `count` records."""
    records = []

    def enough():
        """all records arrive"""
        for batch in reader.poll(200).values():
            records.extend(batch)
        return len(records) >= count

    eventually(enough, 30, 0)
    return records


def read_all(server, topic, count, offset=0):
    reader, partition = consumer(server), TopicPartition(topic, 0)
    reader.assign([partition])
    reader.seek(partition, offset)
    records = drain(reader, count)
    reader.close()
    return records


@scenario
def metadata(server):
    reader = consumer(server)
    topic = create(server, 3)
    eventually(lambda: topic in reader.topics())
    equal(reader.partitions_for_topic(topic), {0, 1, 2})
    reader.close()
    client = admin(server)
    cluster = client.describe_cluster()
    equal([(b["broker_id"], f"{b['host']}:{b['port']}") for b in cluster["brokers"]], [(1, server.bootstrap)])
    client.close()


@scenario
def auto_creation(server):
    topic = unique("auto")
    send(server, topic, [b"a"])
    equal([r.value for r in read_all(server, topic, 1)], [b"a"])


@scenario
def every_codec_round_trips(server):
    for codec in [None, "gzip", "snappy", "lz4", "zstd"]:
        topic = create(server)
        values = [f"{codec} {i} {'x' * (i % 200)}".encode() for i in range(300)]
        send(server, topic, values, compression_type=codec, linger_ms=5)
        equal([r.value for r in read_all(server, topic, 300)], values)


@scenario
def null_empty_and_repeated_stay_different(server):
    topic, sender = create(server), producer(server)
    for key, value, headers in RECORDS:
        sender.send(topic, value, key, headers=headers, partition=0).get(10)
    sender.close()
    equal([(r.key, r.value, list(r.headers)) for r in read_all(server, topic, len(RECORDS))], RECORDS)


@scenario
def idempotent_producer(server):
    topic, values = create(server), [b"%d" % i for i in range(500)]
    send(server, topic, values, enable_idempotence=True, linger_ms=2)
    equal([r.value for r in read_all(server, topic, 500)], values)


@scenario
def acks_none(server):
    topic, sender = create(server), producer(server, acks=0)
    for value in [b"a", b"b"]:
        sender.send(topic, value, partition=0)
    sender.flush()
    equal([r.value for r in read_all(server, topic, 2)], [b"a", b"b"])
    sender.close()


@scenario
def too_large_is_refused(server):
    topic, sender = create(server), producer(server, max_request_size=5_000_000)
    try:
        sender.send(topic, b"x" * 2_000_000, partition=0).get(10)
    except MessageSizeTooLargeError:
        return
    finally:
        sender.close()
    raise AssertionError("2 MB were taken where 1 MiB is the limit")


@scenario
def offsets_and_timestamps(server):
    topic, sender = create(server), producer(server)
    for i in range(10):
        sender.send(topic, b"x", partition=0, timestamp_ms=1_700_000_000_000 + i * 1000).get(10)
    sender.close()
    reader, partition = consumer(server), TopicPartition(topic, 0)
    equal(reader.beginning_offsets([partition]), {partition: 0})
    equal(reader.end_offsets([partition]), {partition: 10})
    equal(reader.offsets_for_times({partition: 1_700_000_003_001})[partition].offset, 4)
    equal(reader.offsets_for_times({partition: 1_900_000_000_000})[partition], None)
    reader.close()


@scenario
def group_rebalances_when_a_member_leaves(server):
    topic, group = create(server, 4), unique("group")
    one, two = (consumer(server, topic, group_id=group) for _ in "12")
    for member in (one, two):
        # Metadata that comes while it joins makes kafka-python 3.0.12 join again, and a poll that ends just then
        # leaves it waiting for itself until its session is over.
        member.partitions_for_topic(topic)

    def shared():
        """both members hold two partitions"""
        one.poll(100), two.poll(100)
        return len(one.assignment()) == len(two.assignment()) == 2

    eventually(shared, 30)
    two.close()

    def alone():
        """the member that stays gets all four"""
        one.poll(100)
        return len(one.assignment()) == 4

    eventually(alone, 30)
    one.close()


@scenario
def commits_survive_a_restart(server):
    topic, group = create(server), unique("group")
    send(server, topic, [b"%d" % i for i in range(5)])
    partition = TopicPartition(topic, 0)
    for position, again in [(2, server.restart), (3, server.kill)]:
        member = consumer(server, group_id=group)
        member.assign([partition])
        member.commit({partition: OffsetAndMetadata(position, "words", -1)})
        member.close()
        again()
        member = consumer(server, group_id=group)
        member.assign([partition])
        equal(member.committed(partition, metadata=True).metadata, "words")
        equal([r.value for r in drain(member, 5 - position)], [b"%d" % i for i in range(position, 5)])
        member.close()


@scenario
def admin_topics(server):
    client, topic = admin(server), create(server, 2, {"retention.ms": "86400001"})
    raises(TopicAlreadyExistsError, lambda: client.create_topics([topic]))
    raises(InvalidTopicError, lambda: client.create_topics(["no spaces"]))
    client.create_partitions({topic: 4})
    eventually(lambda: len(client.describe_topics([topic])[0]["partitions"]) == 4)
    resource = ConfigResource(ConfigResourceType.TOPIC, topic)
    described = client.describe_configs([resource])
    assert "86400001" in str(described), described
    client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs={"retention.ms": "86400002"})])
    assert "86400002" in str(client.describe_configs([resource]))
    client.delete_topics([topic])
    raises(UnknownTopicOrPartitionError, lambda: client.delete_topics([topic]))
    client.close()


@scenario
def admin_records(server):
    client, topic = admin(server), create(server)
    send(server, topic, [b"x"] * 8)
    partition = TopicPartition(topic, 0)
    client.delete_records({partition: 3})
    found = client.list_partition_offsets({partition: OffsetSpec.EARLIEST})
    equal(found[partition].offset, 3)
    sizes = str(client.describe_log_dirs([topic]))
    assert topic in sizes, sizes
    client.close()


@scenario
def admin_groups(server):
    client, topic, group = admin(server), create(server), unique("group")
    partition = TopicPartition(topic, 0)
    member = consumer(server, topic, group_id=group)

    def assigned():
        """the member is assigned its partition"""
        member.poll(100)
        return member.assignment()

    eventually(assigned, 40)
    member.commit({partition: OffsetAndMetadata(0, "", -1)})
    assert "Stable" in str(client.describe_groups([group])), client.describe_groups([group])
    member.close()
    eventually(lambda: "Empty" in str(client.describe_groups([group])))
    assert group in str(client.list_groups())
    equal(client.list_group_offsets({group: None})[group][partition].offset, 0)
    client.delete_groups([group])
    assert group not in str(client.list_groups())
    client.close()


@scenario
def acls_answer_that_there_is_no_authorizer(server):
    from kafka.admin import ACLFilter, ACLOperation, ACLPermissionType, ResourcePatternFilter, ResourceType, ACLResourcePatternType
    from kafka.errors import SecurityDisabledError

    client = admin(server)
    pattern = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
    every = ACLFilter(None, None, ACLOperation.ANY, ACLPermissionType.ANY, pattern)
    raises(SecurityDisabledError, lambda: _acls(client, every, SecurityDisabledError))
    client.close()


def _acls(client, every, expected):
    """kafka-python gives the error back where Java raises it."""
    answer = client.describe_acls(every)
    if isinstance(answer, tuple) and expected.__name__ in repr(answer):
        raise expected()
    return answer


def raises(expected, call):
    try:
        answer = call()
    except expected:
        return
    raise AssertionError(f"{answer!r} instead of {expected.__name__}")


if __name__ == "__main__":
    main()
