"""confluent-kafka (librdkafka 2.16) on the secured ports: TLS with a certificate, SCRAM, and AWS's signer for Python."""

import pathlib
import time

import botocore
from aws_msk_iam_sasl_signer import MSKAuthTokenProvider
from botocore.credentials import CredentialProvider, Credentials
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient, NewTopic

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


def tls(up):
    credentials = up.credentials
    return {
        "bootstrap.servers": up.addresses["tls"],
        "security.protocol": "SSL",
        "ssl.ca.location": credentials["ca_cert"],
        "ssl.certificate.location": credentials["client_cert"],
        "ssl.key.location": credentials["client_key"],
    }


def keystore(up):
    """The same certificate out of the PKCS#12 store that is made for Java."""
    password = up.secret("store_password_file")
    config = {key: value for key, value in tls(up).items() if key in ("bootstrap.servers", "security.protocol", "ssl.ca.location")}
    return {**config, "ssl.keystore.location": up.credentials["keystore_p12"], "ssl.keystore.password": password}


def scram(up, password=None, username=None):
    return {
        "bootstrap.servers": up.addresses["scram"],
        "security.protocol": "SASL_SSL",
        "ssl.ca.location": up.credentials["ca_cert"],
        "sasl.mechanisms": "SCRAM-SHA-512",
        "sasl.username": username or up.credentials["scram_username"],
        "sasl.password": password or up.password,
    }


def signer(up, secret=None):
    keys = Keys(up.credentials["iam_access_key_id"], secret or up.secret_access_key)
    region = up.credentials["iam_region"]

    def token(_):
        text, expires_ms = MSKAuthTokenProvider.generate_auth_token_from_credentials_provider(region, keys)
        return text, expires_ms / 1000

    return {
        "bootstrap.servers": up.addresses["iam"],
        "security.protocol": "SASL_SSL",
        "ssl.ca.location": up.credentials["ca_cert"],
        "sasl.mechanisms": "OAUTHBEARER",
        "oauth_cb": token,
    }


def round_trip(config):
    """Creates a topic, produces to it and reads it back as a group."""
    topic = unique("confluent")
    admin = AdminClient(config)
    admin.poll(0.1)  # serves the token callback, where there is one
    admin.create_topics([NewTopic(topic, 1, 1)])[topic].result(30)
    errors = []
    producer = Producer({**config, "linger.ms": 5})
    for value in RECORDS:
        producer.produce(topic, value, on_delivery=lambda error, _: error and errors.append(error))
        producer.poll(0)
    equal(producer.flush(30), 0)
    equal(errors, [])
    consumer = Consumer({**config, "group.id": unique("group"), "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    values = []

    def all_read():
        """all records arrive"""
        for message in consumer.consume(100, 0.2):
            if message.error():
                raise KafkaException(message.error())
            values.append(message.value())
        return len(values) >= len(RECORDS)

    eventually(all_read, 40, 0)
    consumer.close()
    equal(values, RECORDS)


def refused(config, code, text):
    """A client that must not get in, and what it is told."""
    told = []
    producer = Producer({**config, "error_cb": told.append})
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and not any(error.code() == code and text in error.str() for error in told):
        producer.poll(0.1)
        assert not any(error.code() == KafkaError._FATAL for error in told), told
    assert any(error.code() == code and text in error.str() for error in told), f"told {told!r}, not {text!r}"


@scenario
def certificate(up):
    round_trip(tls(up))


@scenario
def certificate_in_a_keystore(up):
    round_trip(keystore(up))


@scenario
def scram_password(up):
    round_trip(scram(up))


@scenario
def token_of_the_signer(up):
    round_trip(signer(up))


@scenario
def unknown_authority_is_refused(up):
    refused({**tls(up), "ssl.ca.location": str(STRANGERS)}, KafkaError._SSL, "certificate verify failed")


@scenario
def wrong_password_is_refused(up):
    refused(scram(up, password="wrong"), KafkaError._AUTHENTICATION, "invalid credentials")


@scenario
def unknown_user_is_told_the_same(up):
    refused(scram(up, username="nobody"), KafkaError._AUTHENTICATION, "invalid credentials")


@scenario
def wrong_key_is_refused(up):
    refused(signer(up, secret="wrong"), KafkaError._AUTHENTICATION, "")


@scenario
def password_on_the_wrong_port_is_refused(up):
    config = {**scram(up), "bootstrap.servers": up.addresses["iam"]}
    refused(config, KafkaError._AUTHENTICATION, "AWS_MSK_IAM")


if __name__ == "__main__":
    main()
