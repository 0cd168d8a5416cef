"""Makes what log delivery never makes: buckets, streams, delivery streams, a key and a role. Prints the key's id and the role's ARN."""

import json
import time

from places import SOURCES, client


def main():
    s3, kinesis, firehose = client("s3"), client("kinesis"), client("firehose")
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = client("iam").create_role(RoleName="logs", AssumeRolePolicyDocument=policy)["Role"]["Arn"]
    key = client("kms").create_key(Description="logs")["KeyMetadata"]["KeyId"]
    for source in SOURCES:
        kinesis.create_stream(StreamName=source.stream, ShardCount=2)
        s3.create_bucket(Bucket=source.bucket)
        s3.create_bucket(Bucket=source.backup)
        destination = {"RoleARN": role, "BucketARN": f"arn:aws:s3:::{source.backup}"}
        firehose.create_delivery_stream(DeliveryStreamName=source.delivery, ExtendedS3DestinationConfiguration=destination)
    for source in SOURCES:
        while kinesis.describe_stream_summary(StreamName=source.stream)["StreamDescriptionSummary"]["StreamStatus"] != "ACTIVE":
            time.sleep(0.05)
        while firehose.describe_delivery_stream(DeliveryStreamName=source.delivery)["DeliveryStreamDescription"]["DeliveryStreamStatus"] != "ACTIVE":
            time.sleep(0.05)
    print(json.dumps({"key": key, "role": role}))


main()
