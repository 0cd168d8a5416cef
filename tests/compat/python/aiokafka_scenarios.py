"""aiokafka: the asyncio client."""

import asyncio

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import MessageSizeTooLargeError

from scenario import equal, main, scenario, unique


def asynchronous(function):
    """Runs a coroutine as a scenario; no client may wait longer than a minute."""

    def run(server):
        asyncio.run(asyncio.wait_for(function(server), 60))

    run.__name__ = function.__name__
    return scenario(run)


async def create(server, partitions=1):
    client, topic = AIOKafkaAdminClient(bootstrap_servers=server.bootstrap), unique("topic")
    await client.start()
    await client.create_topics([NewTopic(topic, partitions, 1)])
    await client.close()
    return topic


async def send(server, topic, records, **more):
    async with AIOKafkaProducer(bootstrap_servers=server.bootstrap, **more) as sender:
        for key, value in records:
            await sender.send_and_wait(topic, value, key, partition=0)


async def read(server, topic, count, **more):
    reader = AIOKafkaConsumer(topic, bootstrap_servers=server.bootstrap, auto_offset_reset="earliest", **more)
    async with reader:
        return [await reader.getone() for _ in range(count)]


@asynchronous
async def round_trip_in_every_codec(server):
    for codec in [None, "gzip", "snappy", "lz4", "zstd"]:
        topic = await create(server)
        records = [(b"%d" % i, b"v" * i) for i in range(50)]
        await send(server, topic, records, compression_type=codec)
        equal([(r.key, r.value) for r in await read(server, topic, 50)], records)


@asynchronous
async def null_and_empty_stay_different(server):
    topic, records = await create(server), [(None, b""), (b"", b"x"), (b"k", None)]
    await send(server, topic, records)
    equal([(r.key, r.value) for r in await read(server, topic, 3)], records)


@asynchronous
async def idempotent_producer(server):
    topic = await create(server)
    async with AIOKafkaProducer(bootstrap_servers=server.bootstrap, enable_idempotence=True) as sender:
        futures = [await sender.send(topic, b"%d" % i, partition=0) for i in range(200)]
        equal([(await future).offset for future in futures], list(range(200)))


@asynchronous
async def too_large_is_refused(server):
    topic = await create(server)
    try:
        await send(server, topic, [(None, b"x" * 2_000_000)], max_request_size=5_000_000)
    except MessageSizeTooLargeError:
        return
    raise AssertionError("2 MB were taken where 1 MiB is the limit")


@asynchronous
async def group_commits_and_continues(server):
    topic, group = await create(server), unique("group")
    await send(server, topic, [(None, b"%d" % i) for i in range(6)])
    config = {"bootstrap_servers": server.bootstrap, "group_id": group, "enable_auto_commit": False, "auto_offset_reset": "earliest"}
    async with AIOKafkaConsumer(topic, **config) as first:
        equal([(await first.getone()).value for _ in range(4)], [b"0", b"1", b"2", b"3"])
        await first.commit()
    async with AIOKafkaConsumer(topic, **config) as second:
        equal([(await second.getone()).value for _ in range(2)], [b"4", b"5"])
        equal(await second.committed(TopicPartition(topic, 0)), 4)


@asynchronous
async def two_members_share(server):
    topic, group = await create(server, 4), unique("group")
    config = {"bootstrap_servers": server.bootstrap, "group_id": group}
    async with AIOKafkaConsumer(topic, **config) as one, AIOKafkaConsumer(topic, **config) as two:
        while not len(one.assignment()) == len(two.assignment()) == 2:
            await one.getmany(timeout_ms=100)
            await two.getmany(timeout_ms=100)


if __name__ == "__main__":
    main()
