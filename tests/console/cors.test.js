// What pages of other origins may do in a browser: nothing, unless a setting allows it. On the daemon only.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { client, eventually, startBroker, startBrowser } from "./support.js";

let browser, site, port;
before(async () => {
  browser = await startBrowser();
  site = createServer((_, reply) => {
    reply.setHeader("Content-Type", "text/html");
    reply.end("<!doctype html><title>another site</title><p>Hello");
  });
  await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
  port = site.address().port;
});
after(async () => {
  await browser.close();
  site.close();
});

// A page of the other site, under a name that is the broker's own, or not.
async function openSite(t, host) {
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  await page.goto(`http://${host}:${port}/`);
  return page;
}

const kJson = { "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.CreateQueue" };
const options = { skip: !process.env.CONSOLE_DAEMON };

// In the page: what became of a request.
async function ask([url, init]) {
  try {
    const answer = await fetch(url, init);
    return {
      status: answer.status,
      text: await answer.text(),
      requestId: answer.headers.get("x-amzn-RequestId"),
      queryError: answer.headers.get("x-amzn-query-error"),
    };
  } catch {
    return "failed";
  }
}

describe("a page that may not ask", options, () => {
  let broker, aws;
  before(async () => {
    broker = await startBroker();
    aws = client(broker.origin);
    await aws.queue("kept");
  });
  after(() => broker.stop());
  const names = async () => (await aws.admin("queues")).queues.map(({ name }) => name);

  for (const [host, what] of [
    ["127.0.0.1", "another port of the same host"],
    ["localhost", "another site"],
  ]) {
    test(`of ${what} can change nothing and read nothing`, async (t) => {
      const page = await openSite(t, host);
      const form = `${broker.origin}/?Action=CreateQueue&QueueName=made`;
      const requests = [
        [form, {}],
        [form, { mode: "no-cors" }],
        [form, { method: "POST", mode: "no-cors" }],
        [form, { method: "HEAD", mode: "no-cors" }],
        [`${broker.origin}/`, { method: "POST", headers: kJson, body: '{"QueueName":"made"}' }],
        [`${broker.origin}/_squire/queues`, {}],
        [`${broker.origin}/_squire/reset`, { method: "POST", mode: "no-cors" }],
        [`${broker.origin}/_squire/import`, { method: "POST", mode: "no-cors", body: "x".repeat(100_000) }],
        [`${broker.origin}/_squire/outbox`, { method: "DELETE" }],
        [`${broker.origin}/metrics`, {}],
      ];
      for (const request of requests) {
        const got = await page.evaluate(ask, request);
        // Of what it asked without wanting to read, it learns nothing either.
        assert.ok(got === "failed" || got.status === 0, `${JSON.stringify(request)}: ${JSON.stringify(got)}`);
      }
      await page.evaluate((url) => {
        const image = document.createElement("img");
        document.body.append(image);
        return new Promise((resolve) => {
          image.onerror = resolve;
          image.src = url;
        });
      }, form);
      const opened = await page.evaluate(
        (url) =>
          new Promise((resolve) => {
            const socket = new WebSocket(url);
            socket.onopen = () => resolve(true);
            socket.onerror = () => resolve(false);
          }),
        `${broker.origin.replace("http", "ws")}/_squire/`,
      );
      assert.equal(opened, false);
      assert.deepEqual(await names(), ["kept"]);
    });
  }

  test("can submit no form", async (t) => {
    for (const method of ["get", "post"]) {
      const page = await openSite(t, "localhost");
      await page.setContent(`<form method="${method}" action="${broker.origin}/">
        <input name="Action" value="CreateQueue"><input name="QueueName" value="made"><button>Go</button></form>`);
      const answered = page.waitForResponse((answer) => answer.url().startsWith(broker.origin));
      await page.getByRole("button").click();
      assert.equal((await answered).status(), 403, method);
    }
    assert.deepEqual(await names(), ["kept"]);
  });

  test("can link to the console", async (t) => {
    const page = await openSite(t, "localhost");
    await page.setContent(`<a href="${broker.origin}/">console</a>`);
    await page.getByRole("link").click();
    await page.getByRole("heading", { name: "Overview" }).waitFor();
  });

  test("can link to what confirms a subscription", async (t) => {
    const topic = await aws.topic("placed");
    const arn = await aws.subscribe(topic, "email", "somebody@example.com");
    const { subscription_token: token } = await (
      await fetch(`${broker.origin}/_aws/sns/subscription-tokens/${arn}`)
    ).json();
    const page = await openSite(t, "localhost");
    const query = new URLSearchParams({ Action: "ConfirmSubscription", TopicArn: topic, Token: token });
    await page.setContent(`<a href="${broker.origin}/?${query}">confirm</a>`);
    await page.getByRole("link").click();
    await eventually(async () => {
      const { subscriptions } = await aws.admin("topics/placed/subscriptions");
      return subscriptions.some(({ state }) => state === "confirmed");
    }, "it was not confirmed");
  });
});

test("a page that may ask reads answers and errors", options, async (t) => {
  const broker = await startBroker({ more: { allowed_origins: `http://localhost:${port}` } });
  t.after(() => broker.stop());
  const page = await openSite(t, "localhost");
  const call = (action, input, url = "/") =>
    page.evaluate(ask, [
      broker.origin + url,
      {
        method: "POST",
        headers: {
          ...kJson,
          "X-Amz-Target": `AmazonSQS.${action}`,
          Authorization: "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request",
          "X-Amz-Date": "20260101T000000Z",
          "amz-sdk-invocation-id": "1",
        },
        body: JSON.stringify(input),
      },
    ]);
  const made = await call("CreateQueue", { QueueName: "made" });
  assert.equal(made.status, 200);
  assert.match(JSON.parse(made.text).QueueUrl, /\/made$/);
  assert.match(made.requestId, /^[0-9a-f-]{36}$/);
  const missing = await call("GetQueueUrl", { QueueName: "missing" });
  assert.equal(missing.status, 400);
  assert.match(missing.queryError, /^AWS\.SimpleQueueService\.NonExistentQueue;/);
  const cleared = await page.evaluate(ask, [`${broker.origin}/_squire/outbox`, { method: "DELETE" }]);
  assert.equal(cleared.status, 200);
  const other = await openSite(t, "127.0.0.1");
  assert.equal(await other.evaluate(ask, [`${broker.origin}/_squire/queues`, {}]), "failed");
});
