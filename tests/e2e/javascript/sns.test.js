import assert from "node:assert/strict";
import test from "node:test";
import * as sdk from "@aws-sdk/client-sns";
import { attribute, bodies, createQueue, receive, unique } from "./support.js";

const sns = new sdk.SNSClient({ maxAttempts: 1 });
const call = (action, input) => sns.send(new sdk[`${action}Command`](input));

/** A new topic; t deletes it when the test is over. */
async function createTopic(t, { Attributes = {}, Tags } = {}) {
  const Name = unique("topic") + (Attributes.FifoTopic ? ".fifo" : "");
  const { TopicArn } = await call("CreateTopic", { Name, Attributes, Tags });
  t.after(() => call("DeleteTopic", { TopicArn }));
  return TopicArn;
}

/** A new queue that is subscribed to the topic. */
async function subscribeQueue(t, TopicArn, Attributes = {}, queueAttributes = {}) {
  const queue = await createQueue(t, { Attributes: queueAttributes });
  const { SubscriptionArn } = await call("Subscribe", {
    TopicArn,
    Protocol: "sqs",
    Endpoint: await attribute(queue, "QueueArn"),
    Attributes: { RawMessageDelivery: "true", ...Attributes },
    ReturnSubscriptionArn: true,
  });
  return [queue, SubscriptionArn];
}

test("a topic has attributes and tags", async (t) => {
  const TopicArn = await createTopic(t, { Attributes: { DisplayName: "News" }, Tags: [{ Key: "team", Value: "blue" }] });
  await call("SetTopicAttributes", { TopicArn, AttributeName: "DisplayName", AttributeValue: "Olds" });
  assert.equal((await call("GetTopicAttributes", { TopicArn })).Attributes.DisplayName, "Olds");
  await call("TagResource", { ResourceArn: TopicArn, Tags: [{ Key: "team", Value: "red" }] });
  assert.deepEqual((await call("ListTagsForResource", { ResourceArn: TopicArn })).Tags, [{ Key: "team", Value: "red" }]);
  await call("UntagResource", { ResourceArn: TopicArn, TagKeys: ["team"] });
  assert.deepEqual((await call("ListTagsForResource", { ResourceArn: TopicArn })).Tags, []);
});

test("subscriptions have attributes and end", async (t) => {
  const TopicArn = await createTopic(t);
  const [queue, SubscriptionArn] = await subscribeQueue(t, TopicArn);
  const FilterPolicy = '{"color":["red"]}';
  await call("SetSubscriptionAttributes", { SubscriptionArn, AttributeName: "FilterPolicy", AttributeValue: FilterPolicy });
  const { Attributes } = await call("GetSubscriptionAttributes", { SubscriptionArn });
  assert.equal(Attributes.FilterPolicy, FilterPolicy);
  assert.equal(Attributes.RawMessageDelivery, "true");
  await call("Unsubscribe", { SubscriptionArn });
  await assert.rejects(call("GetSubscriptionAttributes", { SubscriptionArn }), sdk.NotFoundException);
  await call("Publish", { TopicArn, Message: "nobody" });
  assert.deepEqual(await receive(queue), []);
});

test("two queues with different filters get what each asked for", async (t) => {
  const TopicArn = await createTopic(t);
  const [reds] = await subscribeQueue(t, TopicArn, { FilterPolicy: '{"color":["red"]}' });
  const [large] = await subscribeQueue(t, TopicArn, {
    FilterPolicyScope: "MessageBody",
    FilterPolicy: '{"size":[{"numeric":[">=",100]}]}',
  });
  for (const [color, size] of [["red", 1], ["red", 100], ["blue", 200], ["blue", 2]]) {
    const MessageAttributes = { color: { DataType: "String", StringValue: color } };
    await call("Publish", { TopicArn, Message: JSON.stringify({ size }), MessageAttributes });
  }
  const sizes = async (queue) => bodies(await receive(queue)).map((body) => JSON.parse(body).size).sort();
  assert.deepEqual(await sizes(reds), [1, 100]);
  assert.deepEqual(await sizes(large), [100, 200]);
});

test("a message keeps its attributes, raw or in its envelope", async (t) => {
  const TopicArn = await createTopic(t);
  const [raw] = await subscribeQueue(t, TopicArn);
  const [enveloped] = await subscribeQueue(t, TopicArn, { RawMessageDelivery: "false" });
  const MessageAttributes = {
    City: { DataType: "String", StringValue: "Any City" },
    Blob: { DataType: "Binary", BinaryValue: Uint8Array.of(0, 1, 2) },
  };
  const { MessageId } = await call("Publish", { TopicArn, Message: "Größe 🐘", Subject: "s", MessageAttributes });
  const [message] = await receive(raw);
  assert.equal(message.Body, "Größe 🐘");
  assert.deepEqual(message.MessageAttributes.Blob.BinaryValue, Uint8Array.of(0, 1, 2));
  const envelope = JSON.parse(bodies(await receive(enveloped))[0]);
  assert.equal(envelope.MessageId, MessageId);
  assert.equal(envelope.Message, "Größe 🐘");
  assert.deepEqual(envelope.MessageAttributes.Blob, { Type: "Binary", Value: "AAEC" });
});

test("a batch with a bad message is refused whole", async (t) => {
  const TopicArn = await createTopic(t);
  const [queue] = await subscribeQueue(t, TopicArn);
  const publish = call("PublishBatch", {
    TopicArn,
    PublishBatchRequestEntries: [{ Id: "a", Message: "one" }, { Id: "b", Message: "two", Subject: "x\ny" }],
  });
  await assert.rejects(publish, sdk.InvalidParameterException);
  assert.deepEqual(bodies(await receive(queue)), []);
});

test("a FIFO topic keeps order and drops duplicates", async (t) => {
  const TopicArn = await createTopic(t, { Attributes: { FifoTopic: "true", ContentBasedDeduplication: "true" } });
  const [queue] = await subscribeQueue(t, TopicArn, {}, { FifoQueue: "true" });
  const sent = [];
  for (const Message of ["a", "b", "a", "c"]) sent.push(await call("Publish", { TopicArn, Message, MessageGroupId: "g" }));
  assert.equal(sent[0].MessageId, sent[2].MessageId);
  assert.ok(BigInt(sent[3].SequenceNumber) > BigInt(sent[1].SequenceNumber));
  assert.deepEqual(bodies(await receive(queue)), ["a", "b", "c"]);
});

test("a FIFO batch keeps its order", async (t) => {
  const TopicArn = await createTopic(t, { Attributes: { FifoTopic: "true", ContentBasedDeduplication: "true" } });
  const [queue] = await subscribeQueue(t, TopicArn, {}, { FifoQueue: "true" });
  const PublishBatchRequestEntries = ["a", "b", "a", "c"].map((Message, n) => ({ Id: `${n}`, Message, MessageGroupId: "g" }));
  const { Successful } = await call("PublishBatch", { TopicArn, PublishBatchRequestEntries });
  const numbers = Successful.map(({ SequenceNumber }) => BigInt(SequenceNumber));
  assert.equal(numbers[0], numbers[2]);
  assert.ok(numbers[0] < numbers[1] && numbers[1] < numbers[3]);
  assert.deepEqual(bodies(await receive(queue)), ["a", "b", "c"]);
});

test("topics are listed in pages", async (t) => {
  const made = [];
  for (let number = 0; number < 101; ++number) made.push(await createTopic(t));
  const pages = [];
  for await (const page of sdk.paginateListTopics({ client: sns }, {})) pages.push(page.Topics.map((topic) => topic.TopicArn));
  assert.ok(pages.length > 1);
  assert.equal(pages[0].length, 100);
  const listed = new Set(pages.flat());
  assert.ok(made.every((TopicArn) => listed.has(TopicArn)));
});

test("subscriptions are listed in pages", async (t) => {
  const TopicArn = await createTopic(t);
  for (let number = 0; number < 101; ++number) {
    await call("Subscribe", { TopicArn, Protocol: "sms", Endpoint: `+1555${String(number).padStart(7, "0")}` });
  }
  const sizes = [];
  for await (const page of sdk.paginateListSubscriptionsByTopic({ client: sns }, { TopicArn })) {
    sizes.push(page.Subscriptions.length);
  }
  assert.deepEqual(sizes, [100, 1]);
});

test("errors have their types", async (t) => {
  const TopicArn = await createTopic(t);
  await assert.rejects(call("Publish", { TopicArn: `${TopicArn}x`, Message: "m" }), (error) => {
    assert.ok(error instanceof sdk.NotFoundException);
    assert.equal(error.message, "Topic does not exist");
    return error.$metadata.httpStatusCode === 404;
  });
  await assert.rejects(call("Publish", { TopicArn, Message: "" }), sdk.InvalidParameterException);
  await assert.rejects(call("Subscribe", { TopicArn, Protocol: "pigeon", Endpoint: "x" }), sdk.InvalidParameterException);
  const MessageAttributes = { a: { DataType: "Number", StringValue: "many" } };
  await assert.rejects(call("Publish", { TopicArn, Message: "m", MessageAttributes }), sdk.InvalidParameterValueException);
  const publishBatch = (entries) => call("PublishBatch", { TopicArn, PublishBatchRequestEntries: entries });
  const entry = (Id, Message = "m") => ({ Id, Message });
  await assert.rejects(publishBatch([]), sdk.EmptyBatchRequestException);
  await assert.rejects(publishBatch([entry("a"), entry("a")]), sdk.BatchEntryIdsNotDistinctException);
  await assert.rejects(publishBatch([entry("a b")]), sdk.InvalidBatchEntryIdException);
  await assert.rejects(publishBatch([..."abcdefghijk"].map((Id) => entry(Id))), sdk.TooManyEntriesInBatchRequestException);
  await assert.rejects(publishBatch(["a", "b"].map((Id) => entry(Id, "x".repeat(131073)))), sdk.BatchRequestTooLongException);
  await assert.rejects(call("ListTagsForResource", { ResourceArn: `${TopicArn}x` }), sdk.ResourceNotFoundException);
});
