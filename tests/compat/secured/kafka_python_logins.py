"""kafka-python on the secured ports: TLS with a certificate, SCRAM, its own AWS_MSK_IAM, and AWS's signer for Python."""

import logging
import os
import pathlib

import botocore
from aws_msk_iam_sasl_signer import MSKAuthTokenProvider
from botocore.credentials import CredentialProvider, Credentials
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError
from kafka.net.sasl.oauth import AbstractTokenProvider

from scenario import equal, eventually, main, scenario, unique

RECORDS = [f"v{n}".encode() for n in range(50)]
# Authorities that have nothing to do with ours.
STRANGERS = pathlib.Path(botocore.__file__).with_name("cacert.pem")


class Keys(CredentialProvider):
    """A fixed pair, as the signer wants it."""

    def __init__(self, key_id, secret):
        self.pair = Credentials(key_id, secret)

    def load(self):
        return self.pair


class SignedToken(AbstractTokenProvider):
    """Tokens of AWS's signer."""

    def __init__(self, region, keys):
        self.region, self.keys = region, keys

    def token(self):
        return MSKAuthTokenProvider.generate_auth_token_from_credentials_provider(self.region, self.keys)[0]


def tls(up):
    credentials = up.credentials
    return {
        "bootstrap_servers": up.addresses["tls"],
        "security_protocol": "SSL",
        "ssl_cafile": credentials["ca_cert"],
        "ssl_certfile": credentials["client_cert"],
        "ssl_keyfile": credentials["client_key"],
    }


def scram(up, password=None):
    return {
        "bootstrap_servers": up.addresses["scram"],
        "security_protocol": "SASL_SSL",
        "ssl_cafile": up.credentials["ca_cert"],
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": up.credentials["scram_username"],
        "sasl_plain_password": password or up.password,
    }


def iam(up, mechanism):
    return {
        "bootstrap_servers": up.addresses["iam"],
        "security_protocol": "SASL_SSL",
        "ssl_cafile": up.credentials["ca_cert"],
        "sasl_mechanism": mechanism,
    }


def built_in(up, secret=None):
    """Its own mechanism takes keys and region from the environment."""
    os.environ["AWS_ACCESS_KEY_ID"] = up.credentials["iam_access_key_id"]
    os.environ["AWS_SECRET_ACCESS_KEY"] = secret or up.secret_access_key
    os.environ["AWS_DEFAULT_REGION"] = up.credentials["iam_region"]
    return iam(up, "AWS_MSK_IAM")


def signer(up, secret=None):
    keys = Keys(up.credentials["iam_access_key_id"], secret or up.secret_access_key)
    return {**iam(up, "OAUTHBEARER"), "sasl_oauth_token_provider": SignedToken(up.credentials["iam_region"], keys)}


def round_trip(config):
    """Creates a topic, produces to it and reads it back as a group."""
    topic = unique("kafka-python")
    admin = KafkaAdminClient(**config)
    admin.create_topics({topic: {"num_partitions": 1, "replication_factor": 1}})
    admin.close()
    producer = KafkaProducer(**config)
    for future in [producer.send(topic, value) for value in RECORDS]:
        future.get(30)
    producer.close()
    consumer = KafkaConsumer(topic, group_id=unique("group"), auto_offset_reset="earliest", **config)
    values = []

    def all_read():
        """all records arrive"""
        for batch in consumer.poll(200).values():
            values.extend(record.value for record in batch)
        return len(values) >= len(RECORDS)

    eventually(all_read, 40, 0)
    consumer.close()
    equal(values, RECORDS)


class Told(logging.Handler):
    """What the client logs: whom it cannot reach it only calls unreachable in what it raises."""

    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record))


def refused(config, text):
    """A client that must not get in, and what it is told."""
    told = Told()
    logging.getLogger("kafka").addHandler(told)
    try:
        KafkaAdminClient(bootstrap_timeout_ms=3000, **config).list_topics()
    except KafkaError as why:
        told.lines.append(repr(why))
    else:
        raise AssertionError("it was let in")
    finally:
        logging.getLogger("kafka").removeHandler(told)
    assert any(text in line for line in told.lines), f"{told.lines}, not {text!r}"


@scenario
def certificate(up):
    round_trip(tls(up))


@scenario
def scram_password(up):
    round_trip(scram(up))


@scenario
def built_in_aws_msk_iam(up):
    round_trip(built_in(up))


@scenario
def token_of_the_signer(up):
    round_trip(signer(up))


@scenario
def unknown_authority_is_refused(up):
    refused({**tls(up), "ssl_cafile": str(STRANGERS)}, "certificate verify failed")


@scenario
def wrong_password_is_refused(up):
    refused(scram(up, password="wrong"), "invalid credentials")


@scenario
def built_in_with_a_wrong_key_is_refused(up):
    refused(built_in(up, secret="wrong"), "Access denied")


@scenario
def signer_with_a_wrong_key_is_refused(up):
    refused(signer(up, secret="wrong"), "SaslAuthenticationFailed")


if __name__ == "__main__":
    main()
