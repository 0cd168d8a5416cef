"""Something of everything that the dashboards show, until stdin closes: producers and consumers on every way in, a group that falls behind,
topics that come and go, logins that fail, requests that end in errors.

It prints `ready` once each of these has happened at least once, and nothing else. --tasks names those of them that are wanted alone, which
is how a fault is made.
"""

import argparse
import contextlib
import socket
import sys
import threading
import time
import uuid

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    NewTopic,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from scenario import Up

ORDERS, PAYMENTS = "orders", "payments"
RATE_PER_PRODUCER = 200
FLOOD_PER_PRODUCER = 3000


class Load:
    def __init__(self, up):
        self.up = up
        self.ended = threading.Event()
        self.plain = {"bootstrap.servers": up.addresses["plaintext"]}
        secured = {"ssl.ca.location": up.credentials["ca_cert"]}
        self.tls = {
            **secured,
            "bootstrap.servers": up.addresses["tls"],
            "security.protocol": "SSL",
            "ssl.certificate.location": up.credentials["client_cert"],
            "ssl.key.location": up.credentials["client_key"],
        }
        self.scram = {
            **secured,
            "bootstrap.servers": up.addresses["scram"],
            "security.protocol": "SASL_SSL",
            "sasl.mechanisms": "SCRAM-SHA-512",
            "sasl.username": up.credentials["scram_username"],
            "sasl.password": up.password,
        }
        # Names of the tasks that have done what they are for; a task runs in a thread of its name.
        self.done = set()

    def happened(self):
        self.done.add(threading.current_thread().name)

    def produce(self, config, topic, acks, rate=RATE_PER_PRODUCER):
        producer = Producer({**config, "acks": acks, "linger.ms": 20, "compression.type": "lz4"})
        while not self.ended.wait(0.1):
            for number in range(rate // 10):
                producer.produce(topic, b"v" * 200, key=str(number))
            producer.poll(0)
            self.happened()
        producer.flush(5)

    def consume(self, config, topic, group, every):
        consumer = Consumer({**config, "group.id": group, "auto.offset.reset": "earliest", "auto.commit.interval.ms": 500})
        consumer.subscribe([topic])
        while not self.ended.wait(every):
            for message in consumer.consume(500, 0.5):
                if message.error() is None:
                    self.happened()
        consumer.close()

    def fall_behind(self):
        """A group that committed once, long ago, and has no members."""
        consumer = Consumer({**self.plain, "group.id": "archive", "enable.auto.commit": False})
        consumer.commit(offsets=[TopicPartition(ORDERS, partition, 0) for partition in range(4)], asynchronous=False)
        consumer.close()
        self.happened()

    def fail_to_log_in(self):
        refused = threading.Event()

        def told(error):
            if error.code() == KafkaError._AUTHENTICATION:
                refused.set()

        while not self.ended.wait(0.3):
            stranger = Producer({**self.scram, "sasl.password": "wrong", "log_level": 0, "error_cb": told})
            stranger.poll(0.5)
            if refused.is_set():
                self.happened()
            del stranger

    def speak_no_tls(self):
        """A handshake that fails, as a scanner's."""
        host, port = self.up.addresses["tls"].rsplit(":", 1)
        while not self.ended.wait(0.5):
            with contextlib.suppress(ConnectionError), socket.create_connection((host, int(port)), 10) as scanner:
                scanner.sendall(b"GET / HTTP/1.0\r\n\r\n")
                while scanner.recv(1024):
                    pass
            self.happened()

    def be_denied(self):
        """A user who may log in and not see the payments; all others stay allowed, by being super users or by the rule's silence."""
        user = UserScramCredentialUpsertion("stranger", ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), b"known-to-all")
        owner = AdminClient(self.plain)
        for future in owner.alter_user_scram_credentials([user]).values():
            future.result(10)
        everything = (AclOperation.ALL, AclPermissionType.DENY)
        rule = AclBinding(ResourceType.TOPIC, PAYMENTS, ResourcePatternType.LITERAL, "User:stranger", "*", *everything)
        for future in owner.create_acls([rule]).values():
            future.result(10)
        admin = AdminClient({**self.scram, "sasl.username": "stranger", "sasl.password": "known-to-all"})
        while not self.ended.wait(0.5):
            error = admin.list_topics(PAYMENTS, timeout=10).topics[PAYMENTS].error
            if error is not None and error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
                self.happened()

    def write_from_the_future(self):
        """Records that a broker refuses one by one."""
        producer = Producer({**self.plain, "acks": "all"})

        def delivered(error, _):
            if error is not None:
                self.happened()

        while not self.ended.wait(0.3):
            day_after_tomorrow = int((time.time() + 2 * 86400) * 1000)
            producer.produce(ORDERS, b"too early", timestamp=day_after_tomorrow, on_delivery=delivered)
            producer.poll(0.1)

    def come_and_go(self):
        admin = AdminClient(self.plain)
        while not self.ended.wait(0.5):
            name = f"churn-{uuid.uuid4().hex[:6]}"
            try:
                admin.create_topics([NewTopic(name, 2, 1)])[name].result(10)
                admin.list_consumer_groups().result(10)
                admin.delete_topics([name])[name].result(10)
                # An error that a broker answers with a code.
                admin.delete_topics([name])[name].result(10)
            except KafkaException:
                self.happened()

    def tasks(self, names):
        table = {
            "orders": (self.produce, self.plain, ORDERS, "all"),
            "payments-tls": (self.produce, self.tls, PAYMENTS, "1"),
            "payments-scram": (self.produce, self.scram, PAYMENTS, "all"),
            "billing": (self.consume, self.plain, ORDERS, "billing", 0),
            "audit": (self.consume, self.scram, PAYMENTS, "audit", 2),
            "archive": (self.fall_behind,),
            "refused": (self.fail_to_log_in,),
            "scanner": (self.speak_no_tls,),
            "denied": (self.be_denied,),
            "future": (self.write_from_the_future,),
            "topics": (self.come_and_go,),
            "flood": (self.produce, self.plain, ORDERS, "0", FLOOD_PER_PRODUCER),
        }
        if names is None:
            del table["flood"]
            return table
        return {name: table[name] for name in names}

    def run(self, names):
        admin = AdminClient(self.plain)
        wanted = [NewTopic(ORDERS, 4, 1), NewTopic(PAYMENTS, 2, 1)]
        for future in admin.create_topics(wanted).values():
            try:
                future.result(30)
            except KafkaException as error:
                if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                    raise
        threads = [
            threading.Thread(name=name, target=task, args=arguments, daemon=True)
            for name, (task, *arguments) in self.tasks(names).items()
        ]
        for thread in threads:
            thread.start()
        while waiting := [thread for thread in threads if thread.name not in self.done]:
            dead = [thread.name for thread in waiting if not thread.is_alive() and thread.name not in self.done]
            if dead:
                sys.exit(f"{dead} ended before it had done anything")
            time.sleep(0.05)
        print("ready", flush=True)
        sys.stdin.read()
        self.ended.set()
        for thread in threads:
            thread.join(10)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--endpoints", required=True)
    parser.add_argument("--tasks", type=lambda text: text.split(","))
    arguments = parser.parse_args()
    Load(Up(arguments.endpoints)).run(arguments.tasks)
