"""Sends COUNT produce requests, one record each and one at a time, for whoever counts what a request costs: --bootstrap HOST:PORT --count N."""

import argparse

from confluent_kafka import Producer

VALUE = b"x" * 100


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--count", type=int, required=True)
    arguments = parser.parse_args()
    failures = []
    producer = Producer({"bootstrap.servers": arguments.bootstrap, "acks": "1", "linger.ms": 0, "max.in.flight": 1})
    for _ in range(arguments.count):
        producer.produce("one-by-one", VALUE, partition=0, on_delivery=lambda error, _: failures.append(error) if error else None)
        producer.flush()
    if failures:
        raise SystemExit(f"{len(failures)} requests failed: {failures[0]}")


main()
