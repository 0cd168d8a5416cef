"""Five consumers of three client libraries in one group on twelve partitions (range): two Java, two librdkafka, one kafka-python.

They join, one leaves, one is killed with -9, one joins again, the broker is restarted and killed, while records flow. Every record must be
consumed at least once, and what was committed must survive. Takes --bootstrap, --java CLASSPATH, --member-source FILE.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from scenario import Server, eventually, unique

PARTITIONS = 12
HERE = Path(__file__).parent
# What a coordinator says while it starts.
LOADING = {KafkaError.COORDINATOR_LOAD_IN_PROGRESS, KafkaError.COORDINATOR_NOT_AVAILABLE, KafkaError.NOT_COORDINATOR}


class Member:
    """One consumer process; it prints a JSON line per batch of records and per assignment."""

    def __init__(self, name, command, environment=None):
        self.name = name
        self.assigned = []
        self.seen = {}
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            try:
                event = json.loads(line)
            except ValueError:
                continue  # cut off by a kill
            if "assigned" in event:
                self.assigned = event["assigned"]
            for partition, offsets in event.get("records", {}).items():
                self.seen.setdefault(int(partition), set()).update(offsets)
        self.assigned = []

    def leave(self):
        """A clean leave: the member closes its consumer."""
        self.process.stdin.close()
        self.process.wait(30)
        self.reader.join(10)

    def kill(self):
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        self.reader.join(10)


class Load:
    """A producer that writes numbered records round robin until told to stop; knows what was acknowledged."""

    def __init__(self, bootstrap, topic):
        self.acknowledged = {partition: set() for partition in range(PARTITIONS)}
        self.failed = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(bootstrap, topic), daemon=True)
        self._thread.start()

    def _run(self, bootstrap, topic):
        producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True, "linger.ms": 5, "message.timeout.ms": 120000, "reconnect.backoff.max.ms": 500})

        def delivered(error, message):
            if error:
                self.failed.append(str(error))
            else:
                self.acknowledged[message.partition()].add(message.offset())

        number = 0
        while not self._stop.is_set():
            producer.produce(topic, b"%d" % number, partition=number % PARTITIONS, on_delivery=delivered)
            number += 1
            producer.poll(0)
            if number % 10 == 0:
                time.sleep(0.005)
        producer.flush(60)

    def stop(self):
        self._stop.set()
        self._thread.join(90)


def members(arguments, topic, group):
    """Starters by name."""
    python = [sys.executable, "-u", str(HERE / "group_member.py"), arguments.bootstrap, topic, group]
    java = ["java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", arguments.java, arguments.member_source, arguments.bootstrap, topic, group]
    commands = {
        "java-1": java,
        "java-2": java,
        "librdkafka-1": python + ["librdkafka"],
        "librdkafka-2": python + ["librdkafka"],
        "kafka-python": python + ["kafka-python"],
    }
    return {name: (lambda name=name, command=command: Member(name, command)) for name, command in commands.items()}


def balanced(running):
    """Every partition has exactly one of the running members, and each member has its share."""
    held = sorted(partition for member in running for partition in member.assigned)
    sizes = {len(member.assigned) for member in running}
    return held == list(range(PARTITIONS)) and max(sizes) - min(sizes) <= 1


def verdict(name, check):
    try:
        check()
    except Exception as why:
        print(f"not ok {name}: {type(why).__name__}: {why}", flush=True)
        return False
    print(f"ok {name}", flush=True)
    return True


def main():
    parser = argparse.ArgumentParser()
    for word in ["--bootstrap", "--java", "--member-source"]:
        parser.add_argument(word, required=True)
    parser.add_argument("--scenario")
    arguments = parser.parse_args()
    server, topic, group = Server(arguments.bootstrap), unique("mixed"), unique("mixed")
    admin = AdminClient({"bootstrap.servers": arguments.bootstrap})
    admin.create_topics([NewTopic(topic, PARTITIONS, 1)])[topic].result(20)
    load = Load(arguments.bootstrap, topic)
    start = members(arguments, topic, group)
    everyone, running = [], {}

    def join(name):
        running[name] = start[name]()
        everyone.append(running[name])

    def settles():
        try:
            eventually(lambda: balanced(list(running.values())), 60)
        except AssertionError as late:
            held = {member.name: sorted(member.assigned) for member in running.values()}
            raise AssertionError(f"no balance within 60 s: {held}") from late

    def no_record_missed():
        seen = {partition: set().union(*(member.seen.get(partition, set()) for member in everyone)) for partition in range(PARTITIONS)}
        missing = {partition: sorted(load.acknowledged[partition] - seen[partition])[:5] for partition in range(PARTITIONS) if load.acknowledged[partition] - seen[partition]}
        return missing

    def five_join():
        for name in start:
            join(name)
        settles()

    def one_leaves():
        running.pop("librdkafka-2").leave()
        settles()

    def one_is_killed():
        running.pop("java-2").kill()
        settles()

    def one_joins_again():
        join("librdkafka-2")
        join("java-2")
        settles()

    def broker_is_restarted():
        server.restart()
        settles()

    def broker_is_killed():
        server.kill()
        settles()

    def nothing_is_missed():
        load.stop()
        assert not load.failed, load.failed[:3]
        total = sum(len(offsets) for offsets in load.acknowledged.values())
        assert total > 1000, f"only {total} records were acknowledged"
        eventually(lambda: not no_record_missed(), 60)
        print(f"{total} records acknowledged, all consumed", flush=True)

    def offsets_are_kept():
        for member in list(running.values()):
            member.leave()
        reader = Consumer({"bootstrap.servers": arguments.bootstrap, "group.id": group})
        spots = [TopicPartition(topic, partition) for partition in range(PARTITIONS)]

        def committed():
            return eventually(asked, 30, 0.2)

        def asked():
            """the coordinator answers"""
            try:
                return read_committed()
            except KafkaException as why:
                assert why.args[0].retriable() or why.args[0].code() in LOADING, why
                return None

        def read_committed():
            return {spot.partition: spot.offset for spot in reader.committed(spots, 20)}

        ends = {partition: reader.get_watermark_offsets(TopicPartition(topic, partition), 20)[1] for partition in range(PARTITIONS)}
        before = committed()
        assert before == ends, f"{before} committed, the partitions end at {ends}"
        server.kill()
        after = committed()
        assert after == before, f"{after} after a kill, {before} before"
        reader.close()

    steps = [five_join, one_leaves, one_is_killed, one_joins_again, broker_is_restarted, broker_is_killed, nothing_is_missed, offsets_are_kept]
    # The first failure ends the run: the later steps build on the earlier ones.
    good = all(verdict(step.__name__, step) for step in steps)
    for member in everyone:
        if member.process.poll() is None:
            member.kill()
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
