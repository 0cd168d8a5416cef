"""Sessions of a few seconds under continuous load: 30 connections log in again and again in the middle of their streams (KIP-368).

For acks 0, 1 and all, fifteen producers each write numbers into a partition of their own and fifteen consumers read them, half of them over SCRAM and half with MSK's IAM tokens.
No number may be missing or out of order, and no connection may end; how often sessions were renewed is read from authn's metrics.
"""

import argparse
import json
import re
import sys
import threading
import time
import urllib.request

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

PAIRS = 15
RATE_PER_PRODUCER = 100
# Renewals begin at 85 to 95 % of a session; what a slow machine misses is allowed for.
RENEWALS_EXPECTED = 0.6


class Connections:
    """How often connections of all clients ended, from librdkafka's statistics."""

    def __init__(self):
        self.lock = threading.Lock()
        self.last = {}
        self.errors = []

    def note(self, text):
        statistics = json.loads(text)
        ended = sum(broker["disconnects"] for broker in statistics["brokers"].values())
        with self.lock:
            self.last[statistics["name"]] = ended

    def failed(self, error):
        with self.lock:
            self.errors.append(str(error))

    def ended(self):
        with self.lock:
            return sum(self.last.values())


class Logins:
    """Client configuration by way in."""

    def __init__(self, endpoints):
        credentials = endpoints["credentials"]
        self.bootstrap = endpoints["bootstrap"]
        self.ca = credentials["ca_cert"]
        with open(credentials["scram_password_file"]) as file:
            password = file.read().strip()
        self.scram = {"sasl.mechanism": credentials["scram_mechanism"], "sasl.username": credentials["scram_username"], "sasl.password": password}
        self.region = credentials["iam_region"]
        self.access_key = credentials["iam_access_key_id"]
        with open(credentials["iam_secret_access_key_file"]) as file:
            self.secret = file.read().strip()

    def config(self, number, connections):
        common = {
            "security.protocol": "SASL_SSL",
            "ssl.ca.location": self.ca,
            "statistics.interval.ms": 500,
            "stats_cb": connections.note,
            "error_cb": connections.failed,
        }
        if number % 2 == 0:
            return {**common, "bootstrap.servers": self.bootstrap["scram"], **self.scram}
        return {**common, "bootstrap.servers": self.bootstrap["iam"], "sasl.mechanism": "OAUTHBEARER", "oauth_cb": self.token}

    def token(self, _):
        from aws_msk_iam_sasl_signer import MSKAuthTokenProvider
        from botocore.credentials import CredentialProvider, Credentials

        class Fixed(CredentialProvider):
            def load(inner):
                return Credentials(self.access_key, self.secret)

        token, expiry_ms = MSKAuthTokenProvider.generate_auth_token_from_credentials_provider(self.region, Fixed())
        return token, expiry_ms / 1000


def renewals(metrics_url):
    with urllib.request.urlopen(f"{metrics_url}/metrics") as answer:
        text = answer.read().decode()
    found = re.findall(r'^(\w*reauthentications\w*)(?:\{[^}]*\})? ([0-9.e+]+)$', text, re.M)
    # Before the first there is no line.
    return sum(float(value) for _, value in found)


def read(consumer, partition, until, problems, counts):
    """Reads numbers until `until()` says how many there are and all have come."""
    expected = 0
    deadline = None
    while True:
        for message in consumer.consume(500, 0.2):
            if message.error():
                problems.append(f"partition {partition}: {message.error()}")
                continue
            number = int(message.value())
            if number != expected:
                problems.append(f"partition {partition}: {number} came instead of {expected}")
                return
            expected += 1
        counts[partition] = expected
        total = until()
        if total is None:
            continue
        if expected >= total:
            return
        deadline = deadline or time.monotonic() + 30
        if time.monotonic() > deadline:
            problems.append(f"partition {partition}: {expected} of {total} came")
            return


def run(logins, metrics_url, acks, seconds, session_s):
    topic = f"renewals-{acks}-{int(time.time())}"
    connections = Connections()
    admin = AdminClient(logins.config(0, connections))
    admin.create_topics([NewTopic(topic, PAIRS, 1)])[topic].result()
    before = renewals(metrics_url)
    producers = [Producer({**logins.config(number, connections), "acks": acks, "linger.ms": 1, "enable.idempotence": False, "max.in.flight": 1 if acks == "0" else 5}) for number in range(PAIRS)]
    sent = [0] * PAIRS
    finished = threading.Event()
    problems, counts, readers = [], {}, []
    for number in range(PAIRS):
        consumer = Consumer({**logins.config(number + 1, connections), "group.id": f"unused-{number}", "enable.auto.commit": False})
        consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING)])
        until = lambda number=number: sent[number] if finished.is_set() else None
        reader = threading.Thread(target=read, args=(consumer, number, until, problems, counts))
        reader.start()
        readers.append((reader, consumer))
    began = time.monotonic()
    while time.monotonic() - began < seconds and not problems:
        for number, producer in enumerate(producers):
            due = int((time.monotonic() - began) * RATE_PER_PRODUCER)
            while sent[number] < due:
                producer.produce(topic, str(sent[number]), partition=number)
                sent[number] += 1
            producer.poll(0)
        time.sleep(0.005)
    for producer in producers:
        left = producer.flush(30)
        if left:
            problems.append(f"{left} messages were not acknowledged")
    finished.set()
    for reader, _ in readers:
        reader.join()
    ended, errors = connections.ended(), list(connections.errors)
    renewed = renewals(metrics_url) - before
    for _, consumer in readers:
        consumer.close()
    least = 2 * PAIRS * (seconds / session_s) * RENEWALS_EXPECTED
    print(f"# acks={acks}: {sum(sent)} records, {renewed:.0f} re-authentications, {ended} connections ended", flush=True)
    # What librdkafka says while it closes does not count.
    if ended or errors:
        problems.append(f"{ended} connections ended: {errors[:3]}")
    if renewed < least:
        problems.append(f"{renewed:.0f} re-authentications, fewer than {least:.0f}")
    return problems


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--endpoints", required=True)
    parser.add_argument("--scenario", help="one of acks_0, acks_1, acks_all")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--session-seconds", type=int, default=5)
    arguments = parser.parse_args()
    with open(arguments.endpoints) as file:
        endpoints = json.load(file)
    logins = Logins(endpoints)
    failed = 0
    for acks in ("0", "1", "all"):
        if arguments.scenario not in (None, f"acks_{acks}"):
            continue
        problems = run(logins, endpoints["http"]["authn_admin"], acks, arguments.seconds, arguments.session_seconds)
        if problems:
            failed += 1
            print(f"not ok acks_{acks}: {'; '.join(problems[:5])}", flush=True)
        else:
            print(f"ok acks_{acks}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
