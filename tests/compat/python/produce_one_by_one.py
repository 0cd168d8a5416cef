"""Sends COUNT produce requests, one record each and one at a time, for whoever counts what a request costs: --bootstrap HOST:PORT --count N
--size BYTES, which are those of the record's value."""

import argparse

from confluent_kafka import Producer


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--size", type=int, required=True)
    arguments = parser.parse_args()
    value = b"x" * arguments.size
    failures = []
    producer = Producer({"bootstrap.servers": arguments.bootstrap, "acks": "1", "linger.ms": 0, "max.in.flight": 1})
    for _ in range(arguments.count):
        producer.produce("one-by-one", value, partition=0, on_delivery=lambda error, _: failures.append(error) if error else None)
        producer.flush()
    if failures:
        raise SystemExit(f"{len(failures)} requests failed: {failures[0]}")


main()
