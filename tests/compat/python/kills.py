"""`kill -9` at random moments under load from idempotent producers of librdkafka, and the count afterwards.

Every record carries its producer, its partition and its number there. At the end each partition must hold, per producer, the numbers
0, 1, 2 ... once each and in order, and each record must lie at the offset it was acknowledged with. It says nothing of power cuts.
"""

import argparse
import random
import sys
import threading
import time

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from scenario import Server, unique

PARTITIONS = 6
# One producer each; batches of every kind meet the same kill.
COMPRESSIONS = ["none", "lz4", "zstd", "gzip"]
# Per producer: enough that a kill always meets requests in flight, little enough that the count fits into memory.
RECORDS_PER_SECOND = 1500
PADDING = "x" * 120
# The smallest that Kafka allows: segments roll while kills happen.
SEGMENT_BYTES = 1 << 20
# A kill this soon after the start meets a broker that has just recovered.
SOON_SECONDS = 0.02
LONGEST_PAUSE_SECONDS = 1.0
DELIVERY_SECONDS = 120


class Load(threading.Thread):
    """One idempotent producer that sends to all partitions in turn until it is told to stop."""

    def __init__(self, server, topic, name, compression):
        super().__init__(daemon=True)
        self.topic, self.label, self.stopping = topic, name, threading.Event()
        # Offset of record n of each partition, as acknowledged.
        self.acked = [[] for _ in range(PARTITIONS)]
        self.sent = [0] * PARTITIONS
        self.failures = []
        self.last_ack = 0.0
        self.sender = Producer(
            {
                "bootstrap.servers": server.bootstrap,
                "enable.idempotence": True,
                "compression.type": compression,
                "linger.ms": 2,
                "batch.num.messages": 50,
                "queue.buffering.max.messages": 3000,
                "message.timeout.ms": DELIVERY_SECONDS * 1000,
                "reconnect.backoff.ms": 5,
                "reconnect.backoff.max.ms": 50,
                "retry.backoff.ms": 20,
                "error_cb": self.on_error,
                "log_level": 2,
            }
        )

    def on_error(self, error):
        if error.fatal():
            self.failures.append(f"producer {self.label}: {error}")

    def on_delivery(self, partition, number):
        def delivered(error, message):
            if error is not None:
                self.failures.append(f"producer {self.label}, partition {partition}, record {number}: {error}")
                return
            acked = self.acked[partition]
            if number != len(acked):
                self.failures.append(f"producer {self.label}, partition {partition}: {number} acknowledged after {len(acked) - 1}")
            acked.append(message.offset())
            self.last_ack = time.monotonic()

        return delivered

    def run(self):
        begin, count = time.monotonic(), 0
        while not self.stopping.is_set():
            self.sender.poll(0)
            if count > (time.monotonic() - begin) * RECORDS_PER_SECOND:
                self.sender.poll(0.005)
                continue
            partition = count % PARTITIONS
            number = self.sent[partition]
            value = f"{self.label}|{partition}|{number}|{PADDING}"
            try:
                self.sender.produce(self.topic, value, partition=partition, on_delivery=self.on_delivery(partition, number))
            except BufferError:  # the broker is down and the queue is full
                self.sender.poll(0.01)
                continue
            self.sent[partition] += 1
            count += 1
        left = self.sender.flush(DELIVERY_SECONDS)
        if left:
            self.failures.append(f"producer {self.label}: {left} records were never answered")


def kill_again_and_again(server, loads, count, chance):
    """Gives the seconds from each kill to the server's first answer, and to the next acknowledgement."""
    answers, acks = [], []
    for number in range(count):
        time.sleep(chance.uniform(0, SOON_SECONDS if chance.random() < 0.2 else LONGEST_PAUSE_SECONDS))
        killed = time.monotonic()
        server.kill()
        up = time.monotonic()
        answers.append(up - killed)
        while max(load.last_ack for load in loads) < up and time.monotonic() - up < DELIVERY_SECONDS:
            time.sleep(0.002)
        acks.append(max(load.last_ack for load in loads) - killed)
        if (number + 1) % 20 == 0:
            print(f"{number + 1} kills, {acknowledged(loads):,} records acknowledged", flush=True)
    return answers, acks


def acknowledged(loads):
    return sum(len(offsets) for load in loads for offsets in load.acked)


def read(server, topic, partition):
    """Every record of a partition: (offset, producer, number)."""
    reader = Consumer({"bootstrap.servers": server.bootstrap, "group.id": unique("kills"), "enable.auto.commit": False, "fetch.wait.max.ms": 50})
    low, high = reader.get_watermark_offsets(TopicPartition(topic, partition), timeout=30)
    assert low == 0, f"partition {partition} begins at {low}"
    reader.assign([TopicPartition(topic, partition, 0)])
    deadline, position = time.monotonic() + 120, 0
    while position < high:
        assert time.monotonic() < deadline, f"partition {partition} ends at {high}, and nothing comes after {position}"
        for message in reader.consume(5000, 1.0):
            assert message.error() is None, f"partition {partition}: {message.error()}"
            label, said, number, _ = message.value().decode().split("|")
            assert int(said) == partition, f"a record of partition {said} is in partition {partition}"
            position = message.offset() + 1
            yield message.offset(), label, int(number)
    reader.close()


def check(server, topic, loads):
    """Gives one sentence per thing that is wrong; the first of a kind stands for all."""
    wrong = [failure for load in loads for failure in load.failures]
    for partition in range(PARTITIONS):
        next_offset, seen = 0, {load.label: 0 for load in loads}
        acked = {load.label: load.acked[partition] for load in loads}
        for offset, label, number in read(server, topic, partition):
            where = f"partition {partition}, offset {offset}"
            if offset != next_offset:
                wrong.append(f"{where}: the offset before was {next_offset - 1}")
            if number < seen[label]:
                wrong.append(f"{where}: record {number} of producer {label} is there again or late")
            elif number > seen[label]:
                wrong.append(f"{where}: records {seen[label]} to {number - 1} of producer {label} are missing before {number}")
            # librdkafka has no offset for what it was told is a duplicate.
            elif number < len(acked[label]) and acked[label][number] not in (offset, -1, -1001):
                wrong.append(f"{where}: record {number} of producer {label} was acknowledged at {acked[label][number]}")
            seen[label], next_offset = number + 1, offset + 1
            if len(wrong) > 20:
                return wrong
        wrong.extend(
            f"partition {partition}: producer {label} has {len(acked[label])} records acknowledged and {count} stored"
            for label, count in seen.items()
            if count != len(acked[label])
        )
    return wrong


def spread(name, seconds):
    ordered = sorted(seconds)
    middle, high = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
    return f"{name}: median {middle * 1000:.0f} ms, p99 {high * 1000:.0f} ms, longest {ordered[-1] * 1000:.0f} ms"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--count", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    server, topic = Server(arguments.bootstrap), unique("kills")
    configs = {"segment.bytes": str(SEGMENT_BYTES)}
    admin = AdminClient({"bootstrap.servers": server.bootstrap})
    admin.create_topics([NewTopic(topic, PARTITIONS, 1, config=configs)])[topic].result(30)
    loads = [Load(server, topic, f"p{index}", compression) for index, compression in enumerate(COMPRESSIONS)]
    begin = time.monotonic()
    for load in loads:
        load.start()
    answers, acks = kill_again_and_again(server, loads, arguments.count, random.Random(arguments.seed))
    for load in loads:
        load.stopping.set()
    for load in loads:
        load.join()
    server.kill()
    wrong = check(server, topic, loads)
    print(f"{arguments.count} kills (seed {arguments.seed}) in {time.monotonic() - begin:.0f} s: {acknowledged(loads):,} records acknowledged of {sum(sum(load.sent) for load in loads):,} sent")
    print(spread("from the kill to the first answer", answers))
    print(spread("from the kill to the next acknowledgement", acks), flush=True)
    if wrong:
        print(f"not ok kills: {len(wrong)} things are wrong, such as: {'; '.join(wrong[:3])}")
        sys.exit(1)
    print("ok kills: no acknowledged record lost, none twice, each in order and at its offset")


if __name__ == "__main__":
    main()
