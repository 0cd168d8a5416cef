"""Writes every value of partition 0 of a topic, a line each, to stdout: BOOTSTRAP TOPIC LIBRARY."""

import sys


def confluent(bootstrap, topic, out):
    from confluent_kafka import Consumer, KafkaException, TopicPartition

    reader = Consumer({"bootstrap.servers": bootstrap, "group.id": "dump-confluent", "enable.auto.commit": False})
    partition = TopicPartition(topic, 0, 0)
    end = reader.get_watermark_offsets(partition, 30)[1]
    reader.assign([partition])
    offset = 0
    while offset < end:
        for message in reader.consume(10_000, 1):
            if message.error():
                raise KafkaException(message.error())
            out.write(message.value() + b"\n")
            offset = message.offset() + 1
    reader.close()


def kafka_python(bootstrap, topic, out):
    from kafka import KafkaConsumer, TopicPartition

    reader = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, max_poll_records=10_000)
    partition = TopicPartition(topic, 0)
    reader.assign([partition])
    reader.seek(partition, 0)
    end = reader.end_offsets([partition])[partition]
    while reader.position(partition) < end:
        for record in reader.poll(1000).get(partition, []):
            out.write(record.value + b"\n")
    reader.close()


if __name__ == "__main__":
    _, bootstrap, topic, library = sys.argv
    {"confluent": confluent, "kafka-python": kafka_python}[library](bootstrap, topic, sys.stdout.buffer)
    sys.stdout.flush()
