"""Takes a record of the Kinesis Producer Library apart: a reader of the form that is not ours but written from its description."""

import hashlib

MAGIC = b"\xf3\x89\x9a\xc2"


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def fields(data):
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        number, wire = key >> 3, key & 7
        value, at = varint(data, at)
        if wire == 2:
            value, at = data[at : at + value], at + value
        else:
            assert wire == 0, f"wire type {wire}"
        yield number, value


def records(data, partition_key):
    """The texts in it."""
    assert data.startswith(MAGIC), data[:8]
    body, digest = data[4:-16], data[-16:]
    assert hashlib.md5(body).digest() == digest
    keys, texts = [], []
    for number, value in fields(body):
        if number == 1:
            keys.append(value.decode())
        elif number == 3:
            record = dict(fields(value))
            assert keys[record[1]] == partition_key, (keys, record[1])
            texts.append(record[3])
    return texts
