"""Starts LocalStack, with one fault of its reader of CBOR mended.

LocalStack 4.9.2 takes a time in CBOR for whole seconds only; the protocol (Smithy RPC v2 CBOR: "seconds since the epoch, as a
number") and AWS take any number, and the AWS SDK for Rust sends a float. Without this every PutMetricData of ours is answered 500.
"""

import datetime
import runpy

from localstack.aws.protocol import parser


def unix_timestamp(text):
    return datetime.datetime.fromtimestamp(float(text), tz=datetime.UTC)


parser.RequestParser._timestamp_unixtimestamp = staticmethod(unix_timestamp)
runpy.run_module("localstack.runtime.main", run_name="__main__", alter_sys=True)
