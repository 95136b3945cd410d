// What sqs-consumer does with a queue: poll, hand over, delete what was handled, extend what takes long.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { Consumer } from "sqs-consumer";

const sqs = new SQSClient();

async function createQueue(Attributes) {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: `consumed-${randomUUID()}`, Attributes }));
  return QueueUrl;
}

async function send(QueueUrl, bodies) {
  for (let start = 0; start < bodies.length; start += 10) {
    const Entries = bodies.slice(start, start + 10).map((MessageBody, index) => ({ Id: `entry${index}`, MessageBody }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  }
}

async function attributes(QueueUrl) {
  return (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }))).Attributes;
}

async function isEmpty(QueueUrl) {
  const got = await attributes(QueueUrl);
  return Number(got.ApproximateNumberOfMessages) + Number(got.ApproximateNumberOfMessagesNotVisible) === 0;
}

/** Lets a consumer work until its handler was done, or failed, so many times; gives the bodies. */
async function consume(options, times) {
  const consumer = Consumer.create({ sqs, waitTimeSeconds: 1, ...options });
  const errors = [];
  consumer.on("error", (error) => errors.push(error));
  const seen = [];
  const done = new Promise((resolve) => {
    const count = (message) => {
      seen.push(message.Body);
      if (seen.length === times) resolve();
    };
    consumer.on("message_processed", count);
    consumer.on("processing_error", (_, message) => count(message));
  });
  consumer.start();
  await Promise.race([done, sleep(15_000, undefined, { ref: false })]);
  const stopped = once(consumer, "stopped");
  consumer.stop();
  await stopped;
  assert.deepEqual(errors, []);
  return seen;
}

test("every message is handled once and deleted", async () => {
  const queueUrl = await createQueue();
  const sent = Array.from({ length: 10 }, (_, index) => `message ${index}`);
  const consumed = consume({ queueUrl, batchSize: 4, handleMessage: async (message) => message }, 10);
  await sleep(300); // the first poll is already waiting
  await send(queueUrl, sent);
  assert.deepEqual((await consumed).sort(), sent);
  assert.ok(await isEmpty(queueUrl));
});

test("three consumers share fifty messages, each handling several at a time", async () => {
  const queueUrl = await createQueue();
  const sent = Array.from({ length: 50 }, (_, index) => `message ${index}`);
  const seen = [];
  let busy = 0, busiest = 0;
  const handleMessage = async (message) => {
    busiest = Math.max(busiest, ++busy);
    await sleep(200);
    --busy;
    seen.push(message.Body);
    return message;
  };
  const consumers = [1, 2, 3].map(() => {
    const consumer = Consumer.create({ sqs, queueUrl, batchSize: 10, waitTimeSeconds: 1, handleMessage });
    consumer.on("error", (error) => assert.fail(error));
    consumer.start();
    return consumer;
  });
  await send(queueUrl, sent);
  for (let attempt = 0; attempt < 200 && !(await isEmpty(queueUrl)); ++attempt) await sleep(50);
  const stopped = consumers.map((consumer) => once(consumer, "stopped"));
  consumers.forEach((consumer) => consumer.stop());
  await Promise.all(stopped);
  assert.deepEqual(seen.sort(), sent.sort());
  assert.ok(busiest > 10, `only ${busiest} at a time`); // more than one batch
});

test("whole batches are handled and deleted", async () => {
  const queueUrl = await createQueue();
  await send(queueUrl, ["one", "two", "three"]);
  const seen = [];
  const handleMessageBatch = async (messages) => {
    seen.push(...messages.map((message) => message.Body));
    return messages;
  };
  await consume({ queueUrl, batchSize: 10, handleMessageBatch }, 3);
  assert.deepEqual(seen.sort(), ["one", "three", "two"]);
  assert.ok(await isEmpty(queueUrl));
});

test("a heartbeat keeps a message that takes longer than its visibility timeout", async () => {
  const queueUrl = await createQueue({ VisibilityTimeout: "2" });
  await send(queueUrl, ["slow"]);
  let handled = 0;
  const handleMessage = async (message) => {
    ++handled;
    await sleep(3500);
    return message;
  };
  await consume({ queueUrl, handleMessage, visibilityTimeout: 2, heartbeatInterval: 1 }, 1);
  assert.equal(handled, 1);
  assert.ok(await isEmpty(queueUrl));
});

test("a message whose handler fails is given back at once and handled again", async () => {
  const queueUrl = await createQueue({ VisibilityTimeout: "60" });
  await send(queueUrl, ["flaky"]);
  let attempts = 0;
  const handleMessage = async (message) => {
    if (++attempts === 1) throw new Error("not yet");
    return message;
  };
  await consume({ queueUrl, handleMessage, terminateVisibilityTimeout: true }, 2);
  assert.equal(attempts, 2);
  assert.ok(await isEmpty(queueUrl));
});
