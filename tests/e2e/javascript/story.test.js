import assert from "node:assert/strict";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import * as sdk from "@aws-sdk/client-sqs";
import { attribute, bodies, call, counts, createPair, createQueue, eventually, receive, sqs, unique } from "./support.js";

test("a queue is created, found, listed and deleted", async () => {
  const prefix = unique("listed");
  const urls = [];
  for (const number of [0, 1, 2]) {
    const { QueueUrl } = await call("CreateQueue", { QueueName: `${prefix}-${number}` });
    urls.push(QueueUrl);
  }
  assert.ok(urls[0].startsWith(process.env.AWS_ENDPOINT_URL));
  assert.equal((await call("GetQueueUrl", { QueueName: `${prefix}-1` })).QueueUrl, urls[1]);

  const pages = [];
  for await (const page of sdk.paginateListQueues({ client: sqs, pageSize: 2 }, { QueueNamePrefix: prefix })) {
    pages.push(page.QueueUrls);
  }
  assert.deepEqual(pages.map((page) => page.length), [2, 1]);
  assert.deepEqual(pages.flat().sort(), urls);

  for (const QueueUrl of urls) await call("DeleteQueue", { QueueUrl });
  assert.equal((await call("ListQueues", { QueueNamePrefix: prefix })).QueueUrls?.length ?? 0, 0);
});

test("attributes and tags are given, changed and read", async (t) => {
  const QueueUrl = await createQueue(t, { Attributes: { DelaySeconds: "5" }, tags: { team: "blue", stage: "test" } });
  await call("SetQueueAttributes", { QueueUrl, Attributes: { DelaySeconds: "0", VisibilityTimeout: "9" } });
  const { Attributes } = await call("GetQueueAttributes", { QueueUrl, AttributeNames: ["DelaySeconds", "VisibilityTimeout"] });
  assert.deepEqual(Attributes, { DelaySeconds: "0", VisibilityTimeout: "9" });

  await call("TagQueue", { QueueUrl, Tags: { team: "red" } });
  await call("UntagQueue", { QueueUrl, TagKeys: ["stage"] });
  assert.deepEqual((await call("ListQueueTags", { QueueUrl })).Tags, { team: "red" });
});

test("a message keeps its body and attributes; the SDK checks the digests", async (t) => {
  const QueueUrl = await createQueue(t);
  const MessageAttributes = {
    City: { DataType: "String", StringValue: "Any City" },
    Num: { DataType: "Number.int", StringValue: "42" },
    Blob: { DataType: "Binary", BinaryValue: Uint8Array.of(0, 1, 2) },
  };
  const MessageBody = 'Größe 漢字 🐘 <&>"\r\n\t';
  const sent = await call("SendMessage", { QueueUrl, MessageBody, MessageAttributes });
  assert.equal(sent.MD5OfMessageAttributes, "4d647fa812b2747c0a9b087ade7ebbe5");

  const [partial] = await receive(QueueUrl, { MessageAttributeNames: ["City"], VisibilityTimeout: 0 });
  assert.deepEqual(partial.MessageAttributes, { City: MessageAttributes.City });
  assert.equal(partial.MD5OfMessageAttributes, "0c32cb5c844c01fbd5b6b434b52cf670");

  const [message] = await receive(QueueUrl);
  assert.equal(message.Body, MessageBody);
  assert.equal(message.MessageId, sent.MessageId);
  assert.deepEqual(message.MessageAttributes, MessageAttributes);
  assert.equal(message.Attributes.ApproximateReceiveCount, "2");
  assert.ok(Math.abs(Number(message.Attributes.SentTimestamp) - Date.now()) < 60_000);
});

test("a batch reports the entry that failed", async (t) => {
  const QueueUrl = await createQueue(t);
  const { Successful, Failed } = await call("SendMessageBatch", {
    QueueUrl,
    Entries: [
      { Id: "good", MessageBody: "one" },
      { Id: "late", MessageBody: "two", DelaySeconds: 901 },
      { Id: "also-good", MessageBody: "three" },
    ],
  });
  assert.deepEqual(Successful.map((entry) => entry.Id), ["good", "also-good"]);
  assert.deepEqual(Failed.map(({ Id, Code, SenderFault }) => [Id, Code, SenderFault]), [["late", "InvalidParameterValue", true]]);
  assert.deepEqual(bodies(await receive(QueueUrl)).sort(), ["one", "three"]);
});

test("a long poll is woken by a message", async (t) => {
  const QueueUrl = await createQueue(t);
  const started = Date.now();
  const poll = receive(QueueUrl, { WaitTimeSeconds: 10 });
  await sleep(300);
  await call("SendMessage", { QueueUrl, MessageBody: "wake up" });
  assert.deepEqual(bodies(await poll), ["wake up"]);
  assert.ok(Date.now() - started < 3000);
});

test("visibility is changed and messages are deleted, one by one and in batches", async (t) => {
  const QueueUrl = await createQueue(t);
  for (const MessageBody of ["one", "two", "three"]) await call("SendMessage", { QueueUrl, MessageBody });
  let messages = await receive(QueueUrl);
  assert.deepEqual(await counts(QueueUrl), [0, 3, 0]);

  await call("ChangeMessageVisibility", { QueueUrl, ReceiptHandle: messages[0].ReceiptHandle, VisibilityTimeout: 0 });
  assert.deepEqual(await counts(QueueUrl), [1, 2, 0]);
  const changed = await call("ChangeMessageVisibilityBatch", {
    QueueUrl,
    Entries: [
      { Id: "good", ReceiptHandle: messages[1].ReceiptHandle, VisibilityTimeout: 0 },
      { Id: "bad", ReceiptHandle: "rubbish", VisibilityTimeout: 0 },
    ],
  });
  assert.deepEqual(changed.Successful, [{ Id: "good" }]);
  assert.equal(changed.Failed[0].Code, "ReceiptHandleIsInvalid");

  await call("DeleteMessage", { QueueUrl, ReceiptHandle: messages[2].ReceiptHandle });
  messages = await receive(QueueUrl);
  assert.equal(messages.length, 2);
  const deleted = await call("DeleteMessageBatch", {
    QueueUrl,
    Entries: messages.map(({ ReceiptHandle }, index) => ({ Id: `entry${index}`, ReceiptHandle })),
  });
  assert.equal(deleted.Successful.length, 2);
  assert.deepEqual(await counts(QueueUrl), [0, 0, 0]);
});

test("a FIFO queue keeps order, locks groups and drops duplicates", async (t) => {
  const QueueUrl = await createQueue(t, { Attributes: { FifoQueue: "true", ContentBasedDeduplication: "true" } });
  const send = (MessageBody, MessageGroupId, MessageDeduplicationId) =>
    call("SendMessage", { QueueUrl, MessageBody, MessageGroupId, MessageDeduplicationId });
  const sent = [await send("a1", "a"), await send("a2", "a"), await send("b1", "b"), await send("a3", "a", "once")];
  const numbers = sent.map((answer) => answer.SequenceNumber);
  assert.deepEqual(numbers, [...new Set(numbers)].sort());
  await send("a1", "a");
  assert.equal((await send("another body", "a", "once")).MessageId, sent[3].MessageId);

  const [first] = await receive(QueueUrl, { MaxNumberOfMessages: 1 });
  assert.equal(first.Body, "a1");
  assert.equal(first.Attributes.SequenceNumber, numbers[0]);
  assert.deepEqual(bodies(await receive(QueueUrl)), ["b1"]);
  assert.deepEqual(await receive(QueueUrl), []);
  await call("DeleteMessage", { QueueUrl, ReceiptHandle: first.ReceiptHandle });
  assert.deepEqual(bodies(await receive(QueueUrl)), ["a2", "a3"]);
});

test("a message that fails too often goes to the dead-letter queue, and back", async (t) => {
  const [QueueUrl, dead] = await createPair(t, 2);
  assert.deepEqual((await call("ListDeadLetterSourceQueues", { QueueUrl: dead })).queueUrls, [QueueUrl]);
  const sent = await call("SendMessage", { QueueUrl, MessageBody: "tough" });
  for (const expected of [1, 1, 0]) {
    assert.equal((await receive(QueueUrl, { VisibilityTimeout: 0 })).length, expected);
  }
  const [letter] = await receive(dead, { VisibilityTimeout: 0 });
  assert.equal(letter.MessageId, sent.MessageId);
  assert.equal(letter.Attributes.DeadLetterQueueSourceArn, await attribute(QueueUrl, "QueueArn"));

  const SourceArn = await attribute(dead, "QueueArn");
  assert.ok((await call("StartMessageMoveTask", { SourceArn })).TaskHandle);
  const task = await eventually(async () => {
    const { Results } = await call("ListMessageMoveTasks", { SourceArn });
    return Results[0].Status === "RUNNING" ? undefined : Results[0];
  });
  assert.equal(task.Status, "COMPLETED");
  assert.equal(task.ApproximateNumberOfMessagesMoved, 1);
  const [back] = await receive(QueueUrl, { WaitTimeSeconds: 5 });
  assert.equal(back.Body, "tough");
  assert.notEqual(back.MessageId, sent.MessageId);
});

test("a purge leaves no message", async (t) => {
  const QueueUrl = await createQueue(t);
  await call("SendMessage", { QueueUrl, MessageBody: "gone" });
  await call("SendMessage", { QueueUrl, MessageBody: "gone", DelaySeconds: 900 });
  await call("PurgeQueue", { QueueUrl });
  assert.deepEqual(await counts(QueueUrl), [0, 0, 0]);
});

test("a message of one mebibyte arrives whole", async (t) => {
  const QueueUrl = await createQueue(t);
  const MessageBody = "é".repeat(2 ** 19);
  await call("SendMessage", { QueueUrl, MessageBody });
  assert.equal((await receive(QueueUrl))[0].Body, MessageBody);
});

test("a queue URL is enough to find the daemon", async (t) => {
  const QueueUrl = await createQueue(t);
  const { AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SQS, ...others } = process.env;
  process.env = others; // a client that knows no endpoint goes where the queue URL points
  t.after(() => Object.assign(process.env, { AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SQS }));
  const stray = new sdk.SQSClient({ maxAttempts: 1 });
  await stray.send(new sdk.SendMessageCommand({ QueueUrl, MessageBody: "found" }));
  assert.deepEqual(bodies(await receive(QueueUrl)), ["found"]);
});

test("accounts and regions do not see each other", async () => {
  const QueueName = unique("shared-name");
  const clients = [["111111111111", "us-east-1"], ["222222222222", "us-east-1"], ["111111111111", "eu-west-1"]].map(
    ([accessKeyId, region]) => new sdk.SQSClient({ region, credentials: { accessKeyId, secretAccessKey: "test" } }),
  );
  const urls = [];
  for (const client of clients) urls.push((await client.send(new sdk.CreateQueueCommand({ QueueName }))).QueueUrl);
  await clients[0].send(new sdk.SendMessageCommand({ QueueUrl: urls[0], MessageBody: "mine" }));
  for (const [index, client] of clients.entries()) {
    const { Messages = [] } = await client.send(new sdk.ReceiveMessageCommand({ QueueUrl: urls[index] }));
    assert.deepEqual(bodies(Messages), index === 0 ? ["mine"] : []);
    await client.send(new sdk.DeleteQueueCommand({ QueueUrl: urls[index] }));
  }
});

test("a permission is a statement of the policy until it is removed", async (t) => {
  const QueueUrl = await createQueue(t);
  await call("AddPermission", { QueueUrl, Label: "partner", AWSAccountIds: ["111122223333"], Actions: ["SendMessage"] });
  const [statement] = JSON.parse(await attribute(QueueUrl, "Policy")).Statement;
  assert.deepEqual([statement.Sid, statement.Action], ["partner", "SQS:SendMessage"]);
  await call("RemovePermission", { QueueUrl, Label: "partner" });
  assert.equal(await attribute(QueueUrl, "Policy"), undefined);
});

test("errors have their class, name, code and status", async (t) => {
  const QueueUrl = await createQueue(t, { Attributes: { DelaySeconds: "5" } });
  const entries = (...ids) => ({ QueueUrl, Entries: ids.map((Id) => ({ Id, MessageBody: "x" })) });
  const numbers = Array.from({ length: 11 }, (_, index) => `entry${index}`);
  const QueueName = QueueUrl.split("/").at(-1);
  const AWS = "AWS.SimpleQueueService.";

  for (const [kind, name, code, status, action, input] of [
    [sdk.QueueDoesNotExist, "QueueDoesNotExist", `${AWS}NonExistentQueue`, 400, "GetQueueUrl", { QueueName: "nowhere" }],
    [sdk.QueueNameExists, "QueueNameExists", "QueueAlreadyExists", 400, "CreateQueue", { QueueName, Attributes: { DelaySeconds: "6" } }],
    [sdk.ReceiptHandleIsInvalid, "ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid", 404, "DeleteMessage", { QueueUrl, ReceiptHandle: "rubbish" }],
    [sdk.EmptyBatchRequest, "EmptyBatchRequest", `${AWS}EmptyBatchRequest`, 400, "SendMessageBatch", entries()],
    [sdk.BatchEntryIdsNotDistinct, "BatchEntryIdsNotDistinct", `${AWS}BatchEntryIdsNotDistinct`, 400, "SendMessageBatch", entries("same", "same")],
    [sdk.TooManyEntriesInBatchRequest, "TooManyEntriesInBatchRequest", `${AWS}TooManyEntriesInBatchRequest`, 400, "SendMessageBatch", entries(...numbers)],
    [sdk.InvalidBatchEntryId, "InvalidBatchEntryId", `${AWS}InvalidBatchEntryId`, 400, "SendMessageBatch", entries("not good!")],
    [sdk.InvalidAttributeName, "InvalidAttributeName", "InvalidAttributeName", 400, "GetQueueAttributes", { QueueUrl, AttributeNames: ["Colour"] }],
    [sdk.InvalidAttributeValue, "InvalidAttributeValue", "InvalidAttributeValue", 400, "SetQueueAttributes", { QueueUrl, Attributes: { DelaySeconds: "901" } }],
    [sdk.InvalidMessageContents, "InvalidMessageContents", "InvalidMessageContents", 400, "SendMessage", { QueueUrl, MessageBody: "\u0001" }],
    [sdk.ResourceNotFoundException, "ResourceNotFoundException", "ResourceNotFoundException", 404, "StartMessageMoveTask", { SourceArn: "arn:aws:sqs:us-east-1:000000000000:nowhere" }],
    [sdk.SQSServiceException, "InvalidParameterValue", "InvalidParameterValue", 400, "ReceiveMessage", { QueueUrl, MaxNumberOfMessages: 11 }],
  ]) {
    await assert.rejects(call(action, input), (error) => {
      assert.ok(error instanceof kind, `${error} is not a ${name}`);
      assert.equal(error.name, name);
      assert.equal(error.Code ?? error.Error?.Code, code);
      assert.equal(error.$metadata.httpStatusCode, status);
      return true;
    });
  }
});
