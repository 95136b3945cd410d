// What the tests say often. The client takes endpoint, region and keys from the environment.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import * as sdk from "@aws-sdk/client-sqs";

export const sqs = new sdk.SQSClient({ maxAttempts: 1 });

/** call("SendMessage", input): one action, by its name. */
export const call = (action, input) => sqs.send(new sdk[`${action}Command`](input));

/** A name that no other test has. */
export const unique = (prefix) => `${prefix}-${randomUUID().slice(0, 13)}`;

/** A new queue; t deletes it when the test is over. */
export async function createQueue(t, { Attributes = {}, tags, name = "queue" } = {}) {
  const QueueName = unique(name) + (Attributes.FifoQueue ? ".fifo" : "");
  const { QueueUrl } = await call("CreateQueue", { QueueName, Attributes, tags });
  t.after(() => call("DeleteQueue", { QueueUrl }));
  return QueueUrl;
}

export async function attribute(QueueUrl, name) {
  const answer = await call("GetQueueAttributes", { QueueUrl, AttributeNames: [name] });
  return answer.Attributes?.[name];
}

/** A queue and its dead-letter queue. */
export async function createPair(t, maxReceiveCount) {
  const dead = await createQueue(t, { name: "dead" });
  const deadLetterTargetArn = await attribute(dead, "QueueArn");
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount });
  return [await createQueue(t, { name: "source", Attributes: { RedrivePolicy } }), dead];
}

export async function receive(QueueUrl, parameters = {}) {
  const { Messages = [] } = await call("ReceiveMessage", {
    QueueUrl,
    MaxNumberOfMessages: 10,
    MessageSystemAttributeNames: ["All"],
    MessageAttributeNames: ["All"],
    ...parameters,
  });
  return Messages;
}

export const bodies = (messages) => messages.map((message) => message.Body);

/** How many messages are visible, in flight, delayed. */
export async function counts(QueueUrl) {
  const { Attributes } = await call("GetQueueAttributes", { QueueUrl, AttributeNames: ["All"] });
  return ["", "NotVisible", "Delayed"].map((state) => Number(Attributes[`ApproximateNumberOfMessages${state}`]));
}

export async function eventually(condition) {
  for (let attempt = 0; attempt < 200; ++attempt) {
    const result = await condition();
    if (result) return result;
    await sleep(50);
  }
  return assert.fail("it never came true");
}
