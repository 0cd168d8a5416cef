"""Both exporters publish to CloudWatch in MSK's names: every level is read back with its dimensions and its values."""

import datetime
import functools
import os
import pathlib
import re
import subprocess
import urllib.request

import boto3
from confluent_kafka import Consumer, Producer, TopicPartition

from scenario import equal, eventually, main, scenario

NAMESPACE, CLUSTER, BROKER, TOPIC, GROUP = "Own/Kafka", "demo", "7", "orders", "billing"
PRODUCED, CONSUMED = 120, 50

C = {"Cluster Name": CLUSTER}
CB = {**C, "Broker ID": BROKER}
CBT = {**CB, "Topic": TOPIC}
CGT = {**C, "Consumer Group": GROUP, "Topic": TOPIC}

# What must be there, by dimensions; the levels are MSK's.
EXPECTED = [
    # DEFAULT
    (C, "ActiveControllerCount GlobalPartitionCount GlobalTopicCount OfflinePartitionsCount"),
    (CB, "BytesInPerSec BytesOutPerSec MessagesInPerSec ConnectionCount LeaderCount PartitionCount"),
    (CB, "UnderReplicatedPartitions UnderMinIsrPartitionCount ProduceTotalTimeMsMean RequestBytesMean"),
    (CB, "CpuIdle CpuIoWait CpuSystem CpuUser MemoryFree MemoryUsed MemoryBuffered MemoryCached"),
    (CB, "RootDiskUsed KafkaDataLogsDiskUsed SwapFree SwapUsed"),
    (CB, "NetworkRxPackets NetworkRxErrors NetworkRxDropped NetworkTxPackets NetworkTxErrors NetworkTxDropped"),
    (CBT, "BytesInPerSec"),
    ({**CB, "Client Authentication": "SASL_SCRAM"}, "ClientConnectionCount"),
    (CGT, "SumOffsetLag MaxOffsetLag EstimatedMaxTimeLag"),
    # PER_BROKER
    (CB, "FetchConsumerTotalTimeMsMean ProduceLocalTimeMsMean RequestHandlerAvgIdlePercent TrafficBytes"),
    (CB, "NetworkProcessorAvgIdlePercent ConnectionCreationRate ConnectionCloseRate TcpConnections"),
    # PER_TOPIC_PER_BROKER
    (CBT, "MessagesInPerSec"),
    # PER_TOPIC_PER_PARTITION
    ({"Consumer Group": GROUP, "Topic": TOPIC, "Partition": "0"}, "OffsetLag EstimatedTimeLag"),
]


def identity(name, dimensions):
    return name, frozenset(dimensions.items())


def listed():
    """Every metric of the namespace: name and dimensions."""
    pages = boto3.client("cloudwatch").get_paginator("list_metrics").paginate(Namespace=NAMESPACE)
    metrics = [metric for page in pages for metric in page["Metrics"]]
    return {identity(m["MetricName"], {d["Name"]: d["Value"] for d in m["Dimensions"]}) for m in metrics}


def latest(name, dimensions, statistic="Maximum"):
    """The statistic of the last minute that has one."""
    now = datetime.datetime.now(datetime.timezone.utc)
    points = boto3.client("cloudwatch").get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=now - datetime.timedelta(minutes=10),
        EndTime=now + datetime.timedelta(minutes=1),
        Period=60,
        Statistics=[statistic],
    )["Datapoints"]
    return max(points, key=lambda point: point["Timestamp"])[statistic] if points else None


def login(up):
    return {
        "bootstrap.servers": up.addresses["scram"],
        "security.protocol": "SASL_SSL",
        "ssl.ca.location": up.credentials["ca_cert"],
        "sasl.mechanisms": "SCRAM-SHA-512",
        "sasl.username": up.credentials["scram_username"],
        "sasl.password": up.password,
    }


@functools.cache
def loaded(up):
    """Records in two topics, and a group that has consumed some of partition 0; its clients stay connected."""
    producer = Producer(login(up))
    for number in range(PRODUCED):
        producer.produce(TOPIC, b"record", partition=0)
        producer.produce("secret", b"record")
    producer.flush(30)
    consumer = Consumer({**login(up), "group.id": GROUP, "enable.auto.commit": False, "auto.offset.reset": "earliest"})
    consumer.subscribe([TOPIC])
    seen = 0
    while seen < CONSUMED:
        seen += len(consumer.consume(CONSUMED - seen, 1))
    consumer.commit(offsets=[TopicPartition(TOPIC, 0, CONSUMED)], asynchronous=False)
    return producer, consumer


@scenario
def metrics_of_every_level_arrive_with_their_dimensions(up):
    loaded(up)
    expected = {identity(name, dimensions) for dimensions, names in EXPECTED for name in names.split()}

    def missing():
        found = listed()
        return {(name, tuple(sorted(dimensions))) for name, dimensions in expected - found}

    try:
        eventually(lambda: not missing(), 90, 1)
    except AssertionError:
        raise AssertionError(f"missing: {sorted(missing())}") from None


@scenario
def only_allowed_topics_and_known_dimensions_are_there(up):
    loaded(up)
    shapes = {
        frozenset(shape)
        for shape in [C, CB, CBT, CGT, [*CB, "Client Authentication"], ["Consumer Group", "Topic", "Partition"]]
    }
    for name, dimensions in listed():
        dimensions = dict(dimensions)
        assert frozenset(dimensions) in shapes, f"{name} has {sorted(dimensions)}"
        assert dimensions.get("Topic", TOPIC) == TOPIC, f"{name} of {dimensions['Topic']}, which is not allowed"
        equal(dimensions.get("Cluster Name", CLUSTER), CLUSTER)
        equal(dimensions.get("Broker ID", BROKER), BROKER)


@scenario
def values_are_those_of_the_cluster(up):
    loaded(up)

    def lag():
        """the lag is what was not consumed"""
        return latest("SumOffsetLag", CGT) == PRODUCED - CONSUMED

    eventually(lag, 60, 1)
    equal(latest("MaxOffsetLag", CGT), PRODUCED - CONSUMED)
    equal(latest("OffsetLag", {"Consumer Group": GROUP, "Topic": TOPIC, "Partition": "0"}), PRODUCED - CONSUMED)
    equal(latest("ActiveControllerCount", C), 1.0)
    equal(latest("OfflinePartitionsCount", C), 0.0)
    assert latest("GlobalTopicCount", C) >= 2

    def rate():
        """the topic has a rate: meters of topics tick every five seconds"""
        return (latest("MessagesInPerSec", CBT) or 0) > 0

    eventually(rate, 30, 1)
    assert latest("ClientConnectionCount", {**CB, "Client Authentication": "SASL_SCRAM"}) >= 2
    shares = [latest(name, CB, "Average") for name in ["CpuUser", "CpuSystem", "CpuIdle", "CpuIoWait"]]
    assert all(0 <= share <= 100 for share in shares) and 50 < sum(shares) <= 101, shares
    assert 0 < latest("RootDiskUsed", CB) <= 100
    assert latest("MemoryFree", CB) > 1 << 20


@scenario
def nothing_was_refused_and_health_tells(up):
    loaded(up)

    def of(exporter):
        with urllib.request.urlopen(f"{up.admin[exporter]}/metrics", timeout=10) as answer:
            lines = re.findall(r'^outrigger_cloudwatch_(\w+)_total\{result="(\w+)"\} (\d+)$', answer.read().decode(), re.M)
        return {(family, result): int(value) for family, result, value in lines}

    for exporter in ["exporter_jmx_admin", "exporter_node_admin"]:
        counted = of(exporter)
        assert counted["datums", "sent"] > 20, counted
        lost = {key: value for key, value in counted.items() if key[1] in ("rejected", "illegal", "dropped", "capped", "denied")}
        assert not any(lost.values()), f"{exporter}: {lost}"


@scenario
def a_dry_run_counts_each_level_and_sends_nothing(up):
    loaded(up)
    files = [pathlib.Path(up.data_dir, file) for file in ("authn/authn.json", "run/broker.json")]
    assert all(file.exists() for file in files), files
    sources = [f"native:{file}" for file in files]
    words = [os.environ["OUTRIGGER"], "exporter-jmx"]
    words += [word for source in sources for word in ("--source", source)]
    words += ["--cloudwatch.dry-run", "--cloudwatch.price-per-metric", "0.3", "--cloudwatch.namespace", "Own/Dry"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    equal(done.returncode, 0)
    rows = re.findall(r"^\w+ \((DEFAULT|PER_\w+)\)(?: \*)? +(\d+) +(\d+) +([\d.]+)$", done.stdout, re.M)
    equal([row[0] for row in rows], ["DEFAULT", "PER_BROKER", "PER_TOPIC_PER_BROKER", "PER_TOPIC_PER_PARTITION"])
    in_all = [int(row[2]) for row in rows]
    assert in_all[0] > 10 and in_all == sorted(in_all) and len(set(in_all)) == 4, done.stdout
    equal(float(rows[-1][3]), round(in_all[-1] * 0.3, 2))
    equal(boto3.client("cloudwatch").list_metrics(Namespace="Own/Dry")["Metrics"], [])


if __name__ == "__main__":
    main()
