"""The same requests for any broker, so that the MBeans of two can be compared: topics, producers, two groups, admin requests, requests that
end in errors. It prints `ready` when all of it has happened and leaves its clients connected until stdin closes.
"""

import argparse
import sys

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic, ResourceType

RECORDS = 500


def wait(futures):
    for future in futures.values():
        future.result(30)


def produce(config, topic):
    producer = Producer(config)
    for number in range(RECORDS):
        producer.produce(topic, b"value %d" % number, key=str(number))
    producer.flush(30)
    return producer


def consume(config, topic):
    consumer = Consumer({**config, "auto.offset.reset": "earliest", "enable.auto.commit": False, "fetch.wait.max.ms": 100})
    consumer.subscribe([topic])
    seen = 0
    while seen < RECORDS:
        seen += sum(message.error() is None for message in consumer.consume(RECORDS, 1))
    consumer.commit(asynchronous=False)
    # A wait for records that do not come expires in the broker.
    consumer.consume(1, 1)
    return consumer


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bootstrap", required=True)
    plain = {"bootstrap.servers": parser.parse_args().bootstrap}
    admin = AdminClient(plain)
    wait(admin.create_topics([NewTopic("orders", 3, 1), NewTopic("passing", 1, 1)]))
    clients = [
        produce({**plain, "enable.idempotence": True}, "orders"),
        produce({**plain, "acks": 1, "compression.type": "gzip"}, "orders"),
        produce(plain, "passing"),
        consume({**plain, "group.id": "app"}, "orders"),
    ]
    behind = Consumer({**plain, "group.id": "behind", "enable.auto.commit": False})
    behind.commit(offsets=[TopicPartition("orders", partition, 0) for partition in range(3)], asynchronous=False)
    behind.close()
    topic = ConfigResource(ResourceType.TOPIC, "orders")
    wait(admin.describe_configs([topic]))
    admin.list_consumer_groups().result(30)
    wait(admin.describe_consumer_groups(["app"]))
    admin.describe_cluster().result(30)
    try:
        wait(admin.describe_configs([ConfigResource(ResourceType.TOPIC, "nowhere")]))
        raise SystemExit("a topic that is not there was described")
    except KafkaException:
        pass
    try:
        wait(admin.create_topics([NewTopic("orders", 3, 1)]))
        raise SystemExit("a topic was created twice")
    except KafkaException:
        pass
    wait(admin.delete_topics(["passing"]))
    print("ready", flush=True)
    sys.stdin.read()
    for client in clients:
        if isinstance(client, Consumer):
            client.close()


if __name__ == "__main__":
    main()
