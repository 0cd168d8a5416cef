// kafkajs 2.2.4 on the secured ports: TLS with a certificate, SCRAM, and AWS's signer for JavaScript. Prints `ok NAME` or `not ok NAME: why`.
// Takes --endpoints FILE (endpoints.json of `outrigger up`) [--scenario NAME].
'use strict';

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');
const tls = require('node:tls');
const { Kafka, logLevel } = require('kafkajs');
const { generateAuthTokenFromCredentialsProvider } = require('aws-msk-iam-sasl-signer-js');

const words = process.argv.slice(2);
const option = (name) => (words.includes(name) ? words[words.indexOf(name) + 1] : undefined);
const { bootstrap, credentials } = JSON.parse(fs.readFileSync(option('--endpoints'), 'utf8'));
const secret = (key) => fs.readFileSync(credentials[key], 'utf8').trim();
const unique = (prefix) => `${prefix}-${crypto.randomBytes(5).toString('hex')}`;
const RECORDS = Array.from({ length: 50 }, (_, n) => `v${n}`);

function kafka(way, more, ca = [fs.readFileSync(credentials.ca_cert)]) {
  const { ssl, ...rest } = more;
  return new Kafka({
    brokers: [bootstrap[way]],
    clientId: 'kafkajs-logins',
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 50, retries: 5 },
    ssl: { ca, ...ssl },
    ...rest,
  });
}

const certificate = () => ({ ssl: { cert: fs.readFileSync(credentials.client_cert), key: fs.readFileSync(credentials.client_key) } });
const scram = (password) => ({ sasl: { mechanism: 'scram-sha-512', username: credentials.scram_username, password } });
const signer = (secretAccessKey) => ({
  sasl: {
    mechanism: 'oauthbearer',
    oauthBearerProvider: async () => {
      const awsCredentialsProvider = async () => ({ accessKeyId: credentials.iam_access_key_id, secretAccessKey });
      const { token } = await generateAuthTokenFromCredentialsProvider({ region: credentials.iam_region, awsCredentialsProvider });
      return { value: token };
    },
  },
});

async function using(client, work) {
  await client.connect();
  try { return await work(client); } finally { await client.disconnect(); }
}

async function within(seconds, what, promise) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`not within ${seconds} s: ${what}`)), seconds * 1000); });
  try { return await Promise.race([promise, late]); } finally { clearTimeout(timer); }
}

// Creates a topic, produces to it and reads it back as a group.
async function roundTrip(client) {
  const topic = unique('kafkajs');
  await using(client.admin(), (admin) => admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true }));
  await using(client.producer(), (producer) => producer.send({ topic, messages: RECORDS.map((value) => ({ value })) }));
  const values = await using(client.consumer({ groupId: unique('group'), maxWaitTimeInMs: 200 }), async (consumer) => {
    const seen = [];
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await within(40, 'all records', new Promise((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => payload.restart || reject(payload.error));
      consumer.run({
        eachMessage: async ({ message }) => {
          seen.push(message.value.toString());
          if (seen.length === RECORDS.length) resolve();
        },
      }).catch(reject);
    }));
    return seen;
  });
  assert.deepEqual(values, RECORDS);
}

// A client that must not get in, and what it is told.
async function refused(client, text) {
  try {
    await using(client.admin(), (admin) => admin.listTopics());
  } catch (failure) {
    assert.ok(failure.message.includes(text), `${failure.name}: ${failure.message}, not ${text}`);
    return;
  }
  assert.fail('it was let in');
}

const SCENARIOS = {
  certificate: () => roundTrip(kafka('tls', certificate())),
  scram_password: () => roundTrip(kafka('scram', scram(secret('scram_password_file')))),
  token_of_the_signer: () => roundTrip(kafka('iam', signer(secret('iam_secret_access_key_file')))),
  unknown_authority_is_refused: () => refused(kafka('tls', certificate(), tls.rootCertificates.slice(0, 3)), 'certificate'),
  wrong_password_is_refused: () => refused(kafka('scram', scram('wrong')), 'invalid credentials'),
  // kafkajs takes the server's reason (RFC 7628) for a success and goes on: any Kafka closes the connection then.
  wrong_key_is_refused: () => refused(kafka('iam', signer('wrong')), 'Closed connection'),
};

(async () => {
  let failed = 0;
  for (const [name, run] of Object.entries(SCENARIOS)) {
    if (option('--scenario') && option('--scenario') !== name) continue;
    try {
      await run();
      console.log(`ok ${name}`);
    } catch (failure) {
      failed += 1;
      console.error(failure);
      console.log(`not ok ${name}: ${String(failure.message).replace(/\s+/g, ' ')}`);
    }
  }
  process.exit(failed ? 1 : 0);
})();
