"""One member of the mixed group: BOOTSTRAP TOPIC GROUP LIBRARY. Prints JSON lines, commits after it printed, leaves when its stdin ends."""

import json
import sys
import threading


def say(**event):
    print(json.dumps(event), flush=True)


def librdkafka(bootstrap, topic, group, closing):
    from confluent_kafka import Consumer

    consumer = Consumer({
        "bootstrap.servers": bootstrap,
        "group.id": group,
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "session.timeout.ms": 6000,
        "heartbeat.interval.ms": 500,
        "partition.assignment.strategy": "range",
        "reconnect.backoff.max.ms": 500,
    })

    def assigned(_, partitions):
        say(assigned=[partition.partition for partition in partitions])

    def revoked(_, partitions):
        say(assigned=[])

    consumer.subscribe([topic], on_assign=assigned, on_revoke=revoked, on_lost=revoked)
    while not closing.is_set():
        records = {}
        for message in consumer.consume(500, 0.2):
            if not message.error():
                records.setdefault(message.partition(), []).append(message.offset())
        if records:
            say(records=records)
            try:
                consumer.commit(asynchronous=False)
            except Exception as why:  # a rebalance: somebody else reads them again
                print(why, file=sys.stderr)
    consumer.close()


def kafka_python(bootstrap, topic, group, closing):
    from kafka import ConsumerRebalanceListener, KafkaConsumer
    from kafka.coordinator.assignors.range import RangePartitionAssignor
    from kafka.errors import KafkaError

    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        session_timeout_ms=6000,
        heartbeat_interval_ms=500,
        partition_assignment_strategy=[RangePartitionAssignor],
        reconnect_backoff_max_ms=500,
    )

    class Listener(ConsumerRebalanceListener):
        def on_partitions_assigned(self, partitions):
            say(assigned=[partition.partition for partition in partitions])

        def on_partitions_revoked(self, partitions):
            say(assigned=[])

    consumer.subscribe([topic], listener=Listener())
    while not closing.is_set():
        batches = consumer.poll(200)
        records = {partition.partition: [record.offset for record in batch] for partition, batch in batches.items()}
        if records:
            say(records=records)
            try:
                consumer.commit()
            except KafkaError as why:  # a rebalance: somebody else reads them again
                print(repr(why), file=sys.stderr)
    consumer.close()


def main():
    bootstrap, topic, group, library = sys.argv[1:]
    closing = threading.Event()

    def wait_for_the_end():
        sys.stdin.read()
        closing.set()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    {"librdkafka": librdkafka, "kafka-python": kafka_python}[library](bootstrap, topic, group, closing)


if __name__ == "__main__":
    main()
