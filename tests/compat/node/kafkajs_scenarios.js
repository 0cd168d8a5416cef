// kafkajs 2.2.4: the classic JavaScript client. Prints `ok NAME` or `not ok NAME: why`; `@restart` and `@kill` ask for the server's restart.
'use strict';

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const readline = require('node:readline');
const { CompressionTypes, Kafka, logLevel } = require('kafkajs');

const words = process.argv.slice(2);
const option = (name) => (words.includes(name) ? words[words.indexOf(name) + 1] : undefined);
const bootstrap = option('--bootstrap');
const kafka = new Kafka({ brokers: [bootstrap], clientId: 'kafkajs-scenarios', logLevel: logLevel.NOTHING, retry: { initialRetryTime: 50, retries: 10 } });
const answers = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const unique = (prefix) => `${prefix}-${crypto.randomBytes(5).toString('hex')}`;
const text = (value) => (value === null || value === undefined ? value : value.toString());

async function again(request) {
  console.log(request);
  const { value } = await answers.next();
  if (value === 'unsupported') throw Object.assign(new Error('this server cannot be restarted from here'), { skip: true });
  assert.equal(value, 'done');
}

async function within(seconds, what, promise) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`not within ${seconds} s: ${what}`)), seconds * 1000); });
  try { return await Promise.race([promise, late]); } finally { clearTimeout(timer); }
}

// Polls until `probe` gives something true; an error of a retriable kind is tried again.
async function eventually(probe) {
  for (let tries = 0; ; tries += 1) {
    try {
      const value = await probe();
      if (value) return value;
    } catch (failure) {
      if (!failure.retriable) throw failure;
    }
    if (tries === 200) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function using(client, work) {
  await client.connect();
  try { return await work(client); } finally { await client.disconnect(); }
}

const admin = (work) => using(kafka.admin(), work);

async function create(numPartitions = 1, configEntries = []) {
  const topic = unique('topic');
  await admin((client) => client.createTopics({ topics: [{ topic, numPartitions, configEntries }], waitForLeaders: true }));
  return topic;
}

const send = (topic, messages, more = {}, config = {}) => using(kafka.producer(config), (client) => client.send({ topic, messages, ...more }));

// Reads `count` messages as a member of `groupId`, commits them, leaves.
async function read(topic, count, groupId = unique('group')) {
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 200, sessionTimeout: 10000 });
  return using(consumer, async (client) => {
    const messages = [];
    await client.subscribe({ topics: [topic], fromBeginning: true });
    await within(40, `${count} messages`, new Promise((resolve, reject) => {
      client.on(client.events.CRASH, ({ payload }) => payload.restart || reject(payload.error));
      client.run({
        autoCommit: false,
        eachMessage: async ({ partition, message }) => {
          if (messages.length >= count) return;
          messages.push({ ...message, partition });
          if (messages.length === count) resolve();
        },
      }).catch(reject);
    }));
    const next = new Map();
    for (const { partition, offset } of messages) next.set(partition, String(Number(offset) + 1));
    await client.commitOffsets([...next].map(([partition, offset]) => ({ topic, partition, offset })));
    return messages;
  });
}

async function fails(type, promise) {
  try { await promise; } catch (failure) {
    const codes = [failure.type, failure.cause?.type, ...(failure.errors ?? []).map((error) => error.type), ...(failure.groups ?? []).map((group) => group.error?.type)];
    assert.ok(codes.includes(type), `${failure.name} ${codes} ${failure.message} instead of ${type}`);
    return;
  }
  assert.fail(`it succeeded instead of ${type}`);
}

const scenarios = {
  async metadata_and_cluster() {
    const topic = await create(3);
    const { brokers, controller, clusterId } = await admin((client) => client.describeCluster());
    assert.deepEqual(brokers.map(({ nodeId, host, port }) => [nodeId, `${host}:${port}`]), [[1, bootstrap]]);
    assert.equal(controller, 1);
    assert.ok(clusterId);
    const { topics } = await admin((client) => client.fetchTopicMetadata({ topics: [topic] }));
    assert.deepEqual(topics[0].partitions.map(({ partitionId, leader, isr }) => [partitionId, leader, isr]).sort(), [[0, 1, [1]], [1, 1, [1]], [2, 1, [1]]]);
  },

  async auto_creation() {
    const topic = unique('auto');
    await send(topic, [{ value: 'a' }]);
    assert.deepEqual((await read(topic, 1)).map(({ value }) => text(value)), ['a']);
  },

  async codecs() {
    for (const compression of [CompressionTypes.None, CompressionTypes.GZIP]) {
      const topic = await create();
      const values = Array.from({ length: 500 }, (_, i) => `${compression} ${i} ${'x'.repeat(i % 100)}`);
      await send(topic, values.map((value) => ({ value })), { compression });
      assert.deepEqual((await read(topic, 500)).map(({ value }) => text(value)), values);
    }
  },

  async null_empty_and_headers() {
    const topic = await create();
    const records = [['k', 'v'], [null, 'null key'], ['', 'empty key'], ['null value', null], ['empty value', '']];
    await send(topic, records.map(([key, value]) => ({ key, value, headers: { one: '1', many: ['a', 'b'], empty: '' } })), {});
    const seen = await read(topic, records.length);
    assert.deepEqual(seen.map(({ key, value }) => [text(key), text(value)]), records);
    assert.deepEqual(Object.entries(seen[0].headers).map(([name, value]) => [name, [value].flat().map(text)]), [['one', ['1']], ['many', ['a', 'b']], ['empty', ['']]]);
  },

  async acks() {
    const topic = await create();
    for (const acks of [0, 1, -1]) await send(topic, [{ value: String(acks) }], { acks });
    assert.deepEqual((await read(topic, 3)).map(({ value }) => text(value)), ['0', '1', '-1']);
  },

  async idempotent_producer() {
    const topic = await create();
    await using(kafka.producer({ idempotent: true, maxInFlightRequests: 1 }), async (client) => {
      for (let batch = 0; batch < 20; batch += 1) {
        await client.send({ topic, messages: Array.from({ length: 10 }, (_, i) => ({ value: String(batch * 10 + i) })) });
      }
    });
    assert.deepEqual((await read(topic, 200)).map(({ value }) => Number(value)), Array.from({ length: 200 }, (_, i) => i));
  },

  async too_large_is_refused() {
    const topic = await create();
    await fails('MESSAGE_TOO_LARGE', send(topic, [{ value: 'x'.repeat(2_000_000) }], {}, { retry: { retries: 0 } }));
  },

  async group_is_balanced_and_rebalanced() {
    const [topic, groupId] = [await create(4), unique('group')];
    const held = new Map();
    let changed = () => {};
    const member = async (name) => {
      const client = kafka.consumer({ groupId, maxWaitTimeInMs: 200, sessionTimeout: 10000 });
      client.on(client.events.GROUP_JOIN, ({ payload }) => { held.set(name, payload.memberAssignment[topic]?.length ?? 0); changed(); });
      await client.connect();
      await client.subscribe({ topics: [topic] });
      await client.run({ eachMessage: async () => {} });
      return client;
    };
    const until = (want) => within(40, `shares of ${want}`, new Promise((resolve) => {
      changed = () => { if ([...held.values()].sort().join() === want) resolve(); };
      changed();
    }));
    const [one, two] = [await member('one'), await member('two')];
    await until('2,2');
    const described = await admin((client) => client.describeGroups([groupId]));
    assert.equal(described.groups[0].members.length, 2);
    await two.disconnect();
    held.delete('two');
    await until('4');
    await one.disconnect();
  },

  async offsets_survive_a_restart() {
    const [topic, groupId] = [await create(), unique('group')];
    await send(topic, Array.from({ length: 6 }, (_, i) => ({ value: String(i) })));
    const values = async (count) => (await read(topic, count, groupId)).map(({ value }) => text(value)).join();
    assert.equal(await values(2), '0,1');
    await again('@restart');
    assert.equal(await values(2), '2,3');
    await again('@kill');
    assert.equal(await values(2), '4,5');
  },

  async admin_topics_and_configs() {
    const topic = await create(2, [{ name: 'retention.ms', value: '86400001' }]);
    await admin(async (client) => {
      assert.equal(await client.createTopics({ topics: [{ topic }] }), false);
      await client.createPartitions({ topicPartitions: [{ topic, count: 4 }] });
      assert.equal(await eventually(async () => (await client.fetchTopicOffsets(topic)).length === 4), true);
      const described = await client.describeConfigs({ resources: [{ type: 2, name: topic, configNames: ['retention.ms'] }], includeSynonyms: false });
      assert.deepEqual(described.resources[0].configEntries.map(({ configName, configValue }) => [configName, configValue]), [['retention.ms', '86400001']]);
      await client.alterConfigs({ resources: [{ type: 2, name: topic, configEntries: [{ name: 'retention.ms', value: '86400002' }] }], validateOnly: false });
      await client.deleteTopics({ topics: [topic] });
      assert.ok(!(await client.listTopics()).includes(topic));
      await fails('UNKNOWN_TOPIC_OR_PARTITION', client.deleteTopics({ topics: [topic] }));
    });
  },

  async admin_offsets_and_records() {
    const [topic, groupId] = [await create(), unique('group')];
    const start = 1_700_000_000_000;
    await send(topic, Array.from({ length: 8 }, (_, i) => ({ value: String(i), timestamp: String(start + i * 1000) })));
    await admin(async (client) => {
      assert.deepEqual(await client.fetchTopicOffsets(topic), [{ partition: 0, offset: '8', high: '8', low: '0' }]);
      assert.deepEqual(await client.fetchTopicOffsetsByTimestamp(topic, start + 2500), [{ partition: 0, offset: '3' }]);
      await client.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '5' }] });
      assert.equal((await client.fetchTopicOffsets(topic))[0].low, '5');
      await client.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '6' }] });
      assert.deepEqual((await client.fetchOffsets({ groupId, topics: [topic] }))[0].partitions, [{ partition: 0, offset: '6', metadata: null }]);
      assert.ok((await client.listGroups()).groups.some((group) => group.groupId === groupId));
      await client.deleteGroups([groupId]);
      await fails('GROUP_ID_NOT_FOUND', client.deleteGroups([groupId]));
    });
  },
};

async function main() {
  let failed = 0;
  for (const [name, run] of Object.entries(scenarios)) {
    if (option('--scenario') && option('--scenario') !== name) continue;
    try {
      await within(100, 'the scenario', run());
      console.log(`ok ${name}`);
    } catch (failure) {
      if (failure.skip) { console.log(`skip ${name}: ${failure.message}`); continue; }
      failed += 1;
      console.error(failure);
      console.log(`not ok ${name}: ${String(failure.message).replace(/\s+/g, ' ').slice(0, 400)}`);
    }
  }
  process.exit(failed ? 1 : 0);
}

main();
