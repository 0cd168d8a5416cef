"""SCRAM users out of AWS Secrets Manager: a secret named AmazonMSK_* is a user, in seconds and without a restart."""

import json
import time

import boto3
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from scenario import eventually, main, scenario, unique

# What Amazon MSK takes ten minutes for.
SECONDS_MAX = 10


def secret_text(username, password):
    return json.dumps({"username": username, "password": password})


def is_let_in(up, username, password):
    client = AdminClient({
        "bootstrap.servers": up.addresses["scram"],
        "security.protocol": "SASL_SSL",
        "ssl.ca.location": up.credentials["ca_cert"],
        "sasl.mechanisms": "SCRAM-SHA-512",
        "sasl.username": username,
        "sasl.password": password,
    })
    try:
        client.list_topics(timeout=1)
    except KafkaException:
        return False
    return True


def becomes(what, check):
    started = time.monotonic()
    eventually(check, SECONDS_MAX)
    print(f"{what} after {time.monotonic() - started:.1f} s", flush=True)


@scenario
def a_secret_is_a_user_from_its_creation_to_its_end(up):
    secrets = boto3.client("secretsmanager")
    name = unique("AmazonMSK_bob")
    assert not is_let_in(up, name, "first")
    secrets.create_secret(Name=name, SecretString=secret_text(name, "first"))

    def let_in():
        """the new user is let in"""
        return is_let_in(up, name, "first")

    def changed():
        """the new password is good and the old one is not"""
        return is_let_in(up, name, "second") and not is_let_in(up, name, "first")

    def gone():
        """the removed user is refused"""
        return not is_let_in(up, name, "second")

    becomes("let in", let_in)
    secrets.put_secret_value(SecretId=name, SecretString=secret_text(name, "second"))
    becomes("password changed", changed)
    secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    becomes("refused", gone)


@scenario
def a_bad_secret_harms_no_other(up):
    secrets = boto3.client("secretsmanager")
    bad, good = unique("AmazonMSK_bad"), unique("AmazonMSK_good")
    secrets.create_secret(Name=bad, SecretString="not JSON")
    secrets.create_secret(Name=good, SecretString=secret_text(good, "password"))

    def let_in():
        """the user of the good secret is let in"""
        return is_let_in(up, good, "password")

    becomes("let in beside a bad secret", let_in)


@scenario
def secrets_of_other_names_are_no_users(up):
    secrets = boto3.client("secretsmanager")
    other, good = unique("other"), unique("AmazonMSK_later")
    secrets.create_secret(Name=other, SecretString=secret_text(other, "password"))
    secrets.create_secret(Name=good, SecretString=secret_text(good, "password"))

    def let_in():
        """the user of the later secret is let in"""
        return is_let_in(up, good, "password")

    becomes("let in", let_in)
    assert not is_let_in(up, other, "password")


@scenario
def users_of_the_broker_stay(up):
    def let_in():
        """the user that `up` made is let in"""
        return is_let_in(up, up.credentials["scram_username"], up.password)

    becomes("let in", let_in)


if __name__ == "__main__":
    main()
