"""Compares what Kafka's tools printed on Apache Kafka and on us, call by call.

Usage: compare.py CALLS KAFKA_OUTPUT OUR_OUTPUT ALLOWED. Prints `ok CALL` or `not ok CALL: why`. Lines are normalised first: addresses, ids,
paths, measured numbers and stack frames say nothing. A line of ALLOWED is `CALL SIGN PATTERN :: REASON`: CALL a glob, SIGN `-` for a line only
Kafka prints and `+` for one only we print, PATTERN a regular expression for the whole line. An allowance that nothing needs is a failure too.
"""

import difflib
import fnmatch
import re
import sys

STACK_FRAME = re.compile(r"^(! )?\s+at |^(! )?\s+\.\.\. \d+ more")
EVERYWHERE = [
    (re.compile(r"127\.0\.0\.1:\d+"), "SERVER"),
    (re.compile(r"(127\.0\.0\.1\s+)\d+ +"), r"\1PORT "),
    (re.compile(r"(TopicId: )\S{22}"), r"\1ID"),
    (re.compile(r"(Cluster ID: )\S{22}"), r"\1ID"),
    (re.compile(r'("logDir":")[^"]*'), r"\1DIR"),
    (re.compile(r'("size":)\d+'), r"\1N"),
    (re.compile(r"(log\.dirs=|outrigger\.endpoints\.file=)/[^ ,}]*"), r"\1PATH"),
    (re.compile(r"--\S+-file \S+/"), "--file DIR/"),
    (re.compile(r"(deadlineMs|tries|nextAllowedTryMs)=\d+"), r"\1=N"),
    (re.compile(r"timed out at \d+ after \d+ attempt"), "timed out at N after N attempt"),
]
# The admin client words the end of its patience by what it was doing just then: sending again, or pausing before it. Both are the same timeout.
PATIENCE = re.compile(
    r"TimeoutException: (Call\(callName=(?P<sent>\w+\(api=\w+\)), .*|Timed out waiting for a node assignment\. Call: (?P<paused>\w+\(api=\w+\)))$"
)
# Throughputs and times: only what they are measured on must be equal.
MEASURED = {
    "produce-perf*": [(re.compile(r", .*"), "")],
    "consume-perf": [(re.compile(r"^\d{4}-.*"), lambda line: re.sub(r"[\d.:-]+", "N", line[0]))],
}
# What comes in the order of a hash table.
UNORDERED = ["acls-*", "groups-list*", "groups-reset-new", "scram-describe*"]
# The same within a line: words, separated by spaces, commas and brackets.
UNORDERED_WORDS = ["acls-*", "scram-describe*"]
WORDS = re.compile(r"[^\s,\[\]]+")


def normalised(call, text):
    lines = []
    for line in text:
        if STACK_FRAME.search(line):
            continue
        for pattern, replacement in EVERYWHERE:
            line = pattern.sub(replacement, line)
        line = PATIENCE.sub(lambda words: f"TimeoutException: {words['sent'] or words['paused']} in vain", line)
        for glob, rules in MEASURED.items():
            if fnmatch.fnmatch(call, glob):
                for pattern, replacement in rules:
                    line = pattern.sub(replacement, line)
        if any(fnmatch.fnmatch(call, glob) for glob in UNORDERED_WORDS):
            line = " ".join(sorted(WORDS.findall(line)))
        lines.append(line.rstrip())
    if any(fnmatch.fnmatch(call, glob) for glob in UNORDERED):
        lines.sort()
    return lines


def read_calls(path):
    with open(path, encoding="utf-8") as file:
        return [line.split()[0] for line in file if line.strip() and not line.startswith("#")]


def read_output(path):
    """Call -> its lines, the exit status the first of them."""
    calls, current = {}, None
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file.read().split("\n"):
            if line.startswith("=== "):
                _, name, status = line.split()
                current = calls.setdefault(name, [status])
            elif current is not None:
                current.append(line)
    return calls


class Allowance:
    def __init__(self, line):
        rule, self.reason = line.split(" :: ", 1)
        self.call, self.sign, pattern = rule.split(" ", 2)
        self.pattern = re.compile(pattern)
        self.text = rule
        self.used = False

    def covers(self, call, sign, line):
        found = sign == self.sign and fnmatch.fnmatch(call, self.call) and self.pattern.fullmatch(line)
        self.used = self.used or bool(found)
        return bool(found)


def main(calls_path, kafka_path, our_path, allowed_path):
    kafka, ours = read_output(kafka_path), read_output(our_path)
    with open(allowed_path, encoding="utf-8") as file:
        allowed = [Allowance(line.rstrip("\n")) for line in file if line.strip() and not line.startswith("#")]
    failed = False
    for call in read_calls(calls_path):
        if call not in kafka or call not in ours:
            where = "Apache Kafka" if call not in kafka else "us"
            print(f"not ok {call}: it did not run on {where}")
            failed = True
            continue
        left, right = normalised(call, kafka[call]), normalised(call, ours[call])
        different = []
        for line in difflib.ndiff(left, right):
            sign, text = line[0], line[2:]
            if sign in "+-" and not any([allowance.covers(call, sign, text) for allowance in allowed]):
                different.append(f"{sign} {text}")
        if different:
            failed = True
            print(f"not ok {call}: {len(different)} lines differ: " + " | ".join(different[:6])[:600])
            for line in different:
                print(f"{call}: {line}", file=sys.stderr)
        else:
            print(f"ok {call}")
    for allowance in allowed:
        if not allowance.used:
            failed = True
            print(f"not ok allowance: nothing needs `{allowance.text}` any more")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
