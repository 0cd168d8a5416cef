"""Topics for measuring scrapes: --topics of --partitions each, with a record in every topic and a consumer that has read them all, so that each
topic has its meters. Ends when that is done.
"""

import argparse
import time

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

# A broker takes a while for the files of so many partitions.
BATCH = 50
REQUEST_LIMIT_S = 900


def await_leaders(admin, names):
    ends = time.monotonic() + REQUEST_LIMIT_S
    while time.monotonic() < ends:
        topics = admin.list_topics(timeout=REQUEST_LIMIT_S).topics
        led = [topics[name] for name in names if name in topics and topics[name].error is None]
        if len(led) == len(names) and all(part.leader >= 0 for topic in led for part in topic.partitions.values()):
            return
        time.sleep(0.2)
    raise SystemExit("topics have no leaders")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--topics", type=int, required=True)
    parser.add_argument("--partitions", type=int, required=True)
    arguments = parser.parse_args()
    plain = {"bootstrap.servers": arguments.bootstrap}
    names = [f"topic-{number:04}" for number in range(arguments.topics)]
    admin = AdminClient(plain)
    for first in range(0, len(names), BATCH):
        batch = [NewTopic(name, arguments.partitions, 1) for name in names[first : first + BATCH]]
        for future in admin.create_topics(batch, operation_timeout=REQUEST_LIMIT_S, request_timeout=REQUEST_LIMIT_S).values():
            future.result(REQUEST_LIMIT_S)
    await_leaders(admin, names)
    failures = []
    producer = Producer({**plain, "linger.ms": 5})
    for name in names:
        producer.produce(name, b"value", partition=0, on_delivery=lambda error, _: error and failures.append(error))
        producer.poll(0)
    if producer.flush(REQUEST_LIMIT_S) or failures:
        raise SystemExit(f"records were not acknowledged: {failures[:1]}")
    consumer = Consumer({**plain, "group.id": "all", "auto.offset.reset": "earliest", "enable.auto.commit": False})
    consumer.assign([TopicPartition(name, 0, 0) for name in names])
    seen, ends = set(), time.monotonic() + REQUEST_LIMIT_S
    while len(seen) < len(names) and time.monotonic() < ends:
        for message in consumer.consume(1000, 1):
            if message.error():
                raise KafkaException(message.error())
            seen.add(message.topic())
    consumer.close()
    if len(seen) < len(names):
        raise SystemExit(f"read {len(seen)} topics of {len(names)}")


if __name__ == "__main__":
    main()
