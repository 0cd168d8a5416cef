// Writes every value of partition 0 of a topic, a line each, to stdout: BOOTSTRAP TOPIC.
'use strict';

const { once } = require('node:events');
const { Kafka, logLevel } = require('kafkajs');

const [bootstrap, topic] = process.argv.slice(2);

async function main() {
  const kafka = new Kafka({ brokers: [bootstrap], clientId: 'dump', logLevel: logLevel.ERROR });
  const admin = kafka.admin();
  await admin.connect();
  const end = Number((await admin.fetchTopicOffsets(topic)).find(({ partition }) => partition === 0).offset);
  await admin.disconnect();
  const consumer = kafka.consumer({ groupId: `dump-${process.pid}`, maxBytesPerPartition: 4 << 20 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => payload.restart || reject(payload.error));
    consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch, heartbeat, resolveOffset }) => {
        const lines = batch.messages.flatMap(({ value }) => [value, Buffer.from('\n')]);
        if (!process.stdout.write(Buffer.concat(lines))) await once(process.stdout, 'drain');
        resolveOffset(batch.lastOffset());
        await heartbeat();
        if (Number(batch.lastOffset()) + 1 >= end) resolve();
      },
    }).catch(reject);
  });
  await consumer.disconnect();
}

main().catch((failure) => {
  console.error(failure);
  process.exit(1);
});
