"""Has a server write log lines: topics, groups, and requests that are none, of which Apache Kafka logs stack traces."""

import argparse
import itertools
import pathlib
import socket
import time
import uuid

from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic


def garbage(bootstrap):
    """What speaks another protocol: Kafka answers with an exception in its log."""
    host, port = bootstrap.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=10) as stream:
        stream.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        stream.settimeout(10)
        try:
            while stream.recv(4096):
                pass
        except OSError:
            pass


def consume(bootstrap, topic, group):
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": group, "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    got = 0
    deadline = time.monotonic() + 20
    while got < 10 and time.monotonic() < deadline:
        got += len(consumer.consume(10, 0.5))
    consumer.close()
    assert got >= 10, f"{got} records of {topic}"


def work(admin, bootstrap, names):
    for future in admin.create_topics([NewTopic(name, 2, 1) for name in names]).values():
        future.result(20)
    for _ in range(3):
        garbage(bootstrap)


def rename(log, again):
    """As logrotate does it; who writes the log begins a new file."""
    log.rename(log.with_name(log.name + ".1"))
    deadline = time.monotonic() + 30
    for number in itertools.count():
        again(number)
        if log.exists():
            return
        assert time.monotonic() < deadline, f"{log} is not written anew"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--rename", help="a log that is renamed in the middle")
    arguments = parser.parse_args()
    bootstrap = arguments.bootstrap
    admin = AdminClient({"bootstrap.servers": bootstrap})
    run = uuid.uuid4().hex[:6]
    names = [f"orders-{run}-{number}" for number in range(20)]
    work(admin, bootstrap, names)
    if arguments.rename:
        rename(pathlib.Path(arguments.rename), lambda number: work(admin, bootstrap, [f"more-{run}-{number}"]))
    producer = Producer({"bootstrap.servers": bootstrap})
    for number in range(100):
        producer.produce(names[0], f"record {number}")
    assert producer.flush(20) == 0
    consume(bootstrap, names[0], f"group-{run}")
    for future in admin.delete_topics(names[1:5]).values():
        future.result(20)


main()
