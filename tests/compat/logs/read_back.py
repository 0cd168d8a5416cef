"""What was delivered is what is in the log files, line for line: read back from each service, beside the files of the source.

A log's lines are compared in the file's order where the service keeps one, otherwise by how often each line occurs.
"""

import collections
import gzip
import json
import os
import pathlib
import re
import sys

import kpl
from places import ACCOUNT, KAFKA, OUTRIGGER, REGION, client
from scenario import equal

KEY = r"{prefix}AWSLogs/{account}/KafkaBrokerLogs/{region}/{cluster}/\d{{4}}-\d\d-\d\d-\d\d/Broker-1_\d\d-\d\d_[0-9a-f]{{8}}\.log\.gz"


def folder(source):
    return pathlib.Path(os.environ[f"{source.name.upper()}_LOGS"])


def log_of(path):
    """server.log of server.log.2026-01-31-23."""
    return path.name.split(".log")[0] + ".log"


def files(source):
    """The lines of each log, the oldest file first."""
    logs = collections.defaultdict(list)
    own = ("logshipper.log", "outrigger.log")  # who delivers does not deliver its own
    paths = [path for path in folder(source).rglob("*.log*") if path.name[0] != "." and log_of(path) not in own]
    # Rotated ones before the one that is written.
    for path in sorted(paths, key=lambda path: (path.name == log_of(path), path.name)):
        logs[log_of(path)] += lines(path.read_bytes())
    assert sum(map(len, logs.values())) > 50, f"{folder(source)} holds no logs"
    return {log: found for log, found in logs.items() if found}  # an empty one is sent nowhere


def lines(data):
    """Without blank ones, which are no events."""
    return [line for line in data.decode().split("\n") if line.strip()]


def compare(found, expected, where):
    """Counts, so that nothing is missing, nothing twice and nothing altered."""
    found, expected = collections.Counter(found), collections.Counter(expected)
    missing, more = expected - found, found - expected
    assert not missing and not more, f"{where}: {sum(missing.values())} lines are missing, {sum(more.values())} are too many: " + repr(
        (list(missing)[:2], list(more)[:2])
    )


def everything(source):
    return [line for log in files(source).values() for line in log]


def cloudwatch_logs(source):
    logs = client("logs")
    for log, expected in files(source).items():
        found, token = [], None
        while True:
            more = {"nextToken": token} if token else {}
            page = logs.get_log_events(logGroupName=source.group, logStreamName=log, startFromHead=True, **more)
            for event in page["events"]:
                found += lines(event["message"].encode())
            if page["nextForwardToken"] == token:
                break
            token = page["nextForwardToken"]
        compare(found, expected, f"{source.group} {log}")


def bodies(bucket, prefix=""):
    s3 = client("s3")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for found in page.get("Contents", []):
            answer = s3.get_object(Bucket=bucket, Key=found["Key"])
            yield found["Key"], answer, answer["Body"].read()


def check_key(key, source, prefix):
    cluster = os.environ[f"{source.name.upper()}_CLUSTER"]
    shape = KEY.format(prefix=prefix, account=ACCOUNT, region=REGION, cluster=cluster)
    assert re.fullmatch(shape, key), f"{key} is not shaped {shape}"


def s3(source):
    prefix = source.prefix + "/" if source.prefix else ""
    found = []
    for key, answer, body in bodies(source.bucket):
        check_key(key, source, prefix)
        equal(answer["ContentType"], "application/gzip")
        assert "ContentEncoding" not in answer, answer["ContentEncoding"]
        assert "outrigger-digest" in answer["Metadata"], answer["Metadata"]
        if source is KAFKA:
            equal(answer["ServerSideEncryption"], "aws:kms")
        found += lines(gzip.decompress(body))
    compare(found, everything(source), f"s3://{source.bucket}")


def directory(source):
    root = pathlib.Path(os.environ[f"{source.name.upper()}_DIRECTORY"])
    found = []
    for path in root.rglob("*"):
        if path.is_file():
            check_key(str(path.relative_to(root)), source, "")
            equal(oct(path.stat().st_mode & 0o777), "0o640")
            found += lines(gzip.decompress(path.read_bytes()))
    compare(found, everything(source), str(root))


def kinesis_records(source):
    kinesis = client("kinesis")
    for shard in kinesis.list_shards(StreamName=source.stream)["Shards"]:
        iterator = kinesis.get_shard_iterator(StreamName=source.stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
        iterator = iterator["ShardIterator"]
        while iterator:
            page = kinesis.get_records(ShardIterator=iterator, Limit=10000)
            yield from page["Records"]
            if not page["Records"] and page.get("MillisBehindLatest", 0) == 0:
                break
            iterator = page.get("NextShardIterator")


def kinesis_kpl():
    """Kafka's, many in a record."""
    found, sizes = [], []
    for record in kinesis_records(KAFKA):
        texts = kpl.records(record["Data"], record["PartitionKey"])
        sizes.append(len(texts))
        for text in texts:
            found += lines(text)
    compare(found, everything(KAFKA), "kinesis kafka")
    assert max(sizes) > 10, sizes


def kinesis_json():
    """Ours, one in a record, each with an id of its own; the file's bytes are where the id says."""
    found, ids, levels = [], set(), set()
    for record in kinesis_records(OUTRIGGER):
        event = json.loads(record["Data"])
        assert event["id"] not in ids, event["id"]
        assert re.fullmatch(r"[0-9a-f]{16}:\d+", event["id"]), event["id"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event["timestamp"]), event["timestamp"]
        ids.add(event["id"])
        levels.add(event.get("level"))
        found += [(event["log"], line) for line in lines(event["message"].encode())]
    assert "INFO" in levels, levels
    # A message is its line without timestamp, level and logger.
    expected = [(log, message_of(line)) for log, all_lines in files(OUTRIGGER).items() for line in all_lines]
    compare(found, expected, "kinesis outrigger")


def message_of(line):
    match = re.fullmatch(r"\[[^\]]+\] (?:TRACE|DEBUG|INFO|WARN|ERROR|FATAL) (.*?)(?: \(([^() ]+)\))?", line)
    return match[1] if match else line


def firehose(source):
    found = []
    for _, _, body in bodies(source.backup):
        assert body.endswith(b"\n"), body[-40:]
        found += lines(body)
    compare(found, everything(source), f"firehose {source.delivery}")


def stack_traces():
    """Kafka's exceptions are one event each, with the lines below."""
    logs = client("logs")
    events = logs.get_log_events(logGroupName=KAFKA.group, logStreamName="server.log", startFromHead=True)["events"]
    traces = [event["message"] for event in events if "\n\tat " in event["message"]]
    assert len(traces) >= 3, len(traces)
    assert all(trace.startswith("[") for trace in traces), traces[0][:80]


SCENARIOS = {
    f"{name}_{source.name}": lambda check=check, source=source: check(source)
    for source in (OUTRIGGER, KAFKA)
    for name, check in (("cloudwatch_logs", cloudwatch_logs), ("s3", s3), ("directory", directory), ("firehose", firehose))
} | {"kinesis_json_outrigger": kinesis_json, "kinesis_kpl_kafka": kinesis_kpl, "stack_traces_kafka": stack_traces}


def main():
    failed = 0
    for name, run in SCENARIOS.items():
        try:
            run()
            print(f"ok {name}", flush=True)
        except Exception as why:  # the next one still runs
            failed += 1
            print(f"not ok {name}: {type(why).__name__}: {' '.join(str(why).split())[:600]}", flush=True)
    sys.exit(1 if failed else 0)


main()
