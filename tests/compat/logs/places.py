"""Where the logs of each source go, and clients of the services that LocalStack plays."""

import collections
import os

import boto3

# A source: its log files, and the names of what its shipper sends to.
Source = collections.namedtuple("Source", "name group bucket prefix stream delivery backup aggregation format")

OUTRIGGER = Source(
    "outrigger", "/msk/outrigger", "outrigger-logs", "broker/logs", "outrigger", "outrigger", "outrigger-firehose", "none", "json"
)
KAFKA = Source("kafka", "/msk/kafka", "kafka-logs", "", "kafka", "kafka", "kafka-firehose", "kpl", "text")
SOURCES = [OUTRIGGER, KAFKA]

ACCOUNT = "000000000000"
REGION = os.environ["AWS_REGION"]


def client(service):
    return boto3.client(service)
