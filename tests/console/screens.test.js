// Each screen's main action, as somebody does it.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { seed } from "./seed.js";
import {
  accessibilityFaults,
  client,
  eventually,
  openPage,
  screenshot,
  startBroker,
  startBrowser,
  visit,
} from "./support.js";

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

const button = (page, name) => page.getByRole("button", { name, exact: true });

test("an empty broker says how to send a first message", async (t) => {
  const broker = await startBroker();
  t.after(() => broker.stop());
  const page = await openPage(t, browser);
  await visit(page, broker.origin);
  const lines = await page.locator("pre").innerText();
  assert.equal(lines.split("\n").length, 3);
  assert.match(lines, new RegExp(`curl ${broker.origin}/ -d Action=CreateQueue`));
  await screenshot(page, "empty");
  for (const [screen, words] of Object.entries({
    queues: "No queues yet",
    topics: "No topics yet",
    outbox: "Nothing was caught",
    deliveries: "Nothing waits to be delivered",
    history: "What happened to a message?",
  })) {
    await visit(page, broker.origin, screen);
    await page.getByRole("heading", { name: words }).waitFor();
  }
});

test("a browser that asks for / gets the console, and nothing from elsewhere", async (t) => {
  const broker = await startBroker();
  t.after(() => broker.stop());
  const page = await openPage(t, browser);
  await page.goto(`${broker.origin}/`);
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  assert.match(
    await page.locator("meta[http-equiv]").getAttribute("content"),
    /default-src 'none'; script-src 'sha256-/,
  );
});

describe("with a shop at work", () => {
  let broker, aws, page, published;
  before(async () => {
    broker = await startBroker();
    aws = client(broker.origin);
    ({ published } = await seed(aws));
  });
  after(() => broker.stop());
  const open = async (t, screen, options) => {
    page = await openPage(t, browser, options);
    await visit(page, broker.origin, screen);
    return page;
  };

  test("the overview counts, and follows what happens", async (t) => {
    await open(t, "overview");
    const visible = page
      .getByRole("region", { name: "Messages" })
      .locator(".tile", { hasText: "Visible" })
      .locator(".tile-value");
    const before = Number(await visible.innerText());
    assert.ok(before >= 26, `${before} visible`);
    await aws.send("audit", "one more");
    await eventually(
      async () => Number(await visible.innerText()) === before + 1,
      "the count stands still",
    );
    await page.waitForTimeout(4500); // a few samples for the lines
    assert.ok((await page.locator(".tile .sparkline .line").count()) > 0, "no line was drawn");
    assert.equal(await page.title(), "Overview · Squire");
    await screenshot(page, "overview");
  });

  test("queues are searched, sorted and created", async (t) => {
    await open(t, "queues");
    await page.getByRole("link", { name: "orders", exact: true }).waitFor();
    await page.getByLabel("Search queues").fill("failed");
    await eventually(
      async () => (await page.getByRole("link", { name: "orders", exact: true }).count()) === 0,
      "the search does nothing",
    );
    assert.match(
      await page.getByRole("row").filter({ hasText: "orders-failed" }).innerText(),
      /DLQ/,
    );
    await page.getByLabel("Search queues").fill("no such");
    await button(page, "Show all queues").click();
    await page.getByLabel("Sort").selectOption("visible");
    await eventually(
      async () => /^orders\b/.test(await page.getByRole("row").nth(1).innerText()),
      "the longest is not first",
    );
    await page.waitForTimeout(4500);
    await screenshot(page, "queues");
    await button(page, "Create queue").click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name", { exact: true }).fill("made-here");
    await dialog.getByLabel(/Dead-letter queue/).fill("orders-failed");
    await screenshot(page, "create-queue");
    await dialog.getByRole("button", { name: "Create queue" }).click();
    await page.getByRole("heading", { name: "made-here" }).waitFor();
    const { Attributes } = await aws.sqs("GetQueueAttributes", {
      QueueUrl: aws.url("made-here"),
      AttributeNames: ["All"],
    });
    assert.match(Attributes.RedrivePolicy, /orders-failed/);
    await page.goBack();
    await page.getByRole("heading", { name: "Queues" }).waitFor();
  });

  test("a queue of another account and region is shown as itself", async (t) => {
    await open(t, "queues?search=elsewhere");
    await page.getByRole("link", { name: "elsewhere" }).click();
    await page.getByRole("tab", { name: "Details" }).click();
    await page.getByText("arn:aws:sqs:eu-north-1:111122223333:elsewhere").first().waitFor();
  });

  test("a message is sent with its attributes", async (t) => {
    await aws.queue("letters");
    await open(t, "queues/letters?tab=send");
    await page.getByLabel("Body").fill('{"greeting": "<b>hello</b>"}');
    await button(page, "Add attribute").click();
    await page.getByLabel("Name of attribute 1").fill("color");
    await page.getByLabel("Value of attribute 1").fill("red");
    await screenshot(page, "send");
    await button(page, "Send message").click();
    await page.getByText("Sent.").waitFor();
    const { Messages } = await aws.sqs("ReceiveMessage", {
      QueueUrl: aws.url("letters"),
      MessageAttributeNames: ["All"],
      VisibilityTimeout: 0,
    });
    assert.equal(Messages[0].Body, '{"greeting": "<b>hello</b>"}');
    assert.equal(Messages[0].MessageAttributes.color.StringValue, "red");
  });

  test("a FIFO queue asks for a group", async (t) => {
    await open(t, "queues/payments.fifo?tab=send");
    await button(page, "Send message").click();
    assert.equal(
      await page.getByLabel("Group id").evaluate((input) => input.validity.valueMissing),
      true,
    );
    await page.getByLabel("Group id").fill("customer-9");
    await button(page, "Send message").click();
    await page.getByText("Sent.").waitFor();
  });

  test("messages are shown by state, and one of them with everything", async (t) => {
    await open(t, "queues/orders");
    await page.getByRole("row").filter({ hasText: "In flight" }).first().waitFor();
    await page.waitForTimeout(4500);
    await screenshot(page, "queue-messages");
    await page.getByRole("button", { name: /^Delayed 3/ }).click();
    await eventually(
      async () => (await page.getByRole("grid").getByRole("row").count()) === 4,
      "not only the delayed ones",
    );
    await page.getByRole("button", { name: /^In flight 4/ }).click();
    await page.getByRole("grid").getByText("In flight").first().waitFor();
    await page.getByRole("grid").getByRole("button").first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText('"order"').waitFor();
    assert.match(await dialog.innerText(), /Received by\s+test|Received by/);
    assert.match(await dialog.innerText(), /Hidden until/);
    assert.match(await dialog.getByRole("table").innerText(), /quantity\s+Number/);
    await screenshot(page, "message");
    assert.deepEqual(await accessibilityFaults(page), []);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  });

  test("a hostile body stays text, in lists and details", async (t) => {
    await aws.queue("hostile");
    const body = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
    await aws.send("hostile", body);
    await aws.send("hostile", JSON.stringify({ "</pre><script>window.hacked=1</script>": body }));
    await open(t, "queues/hostile");
    for (const index of [0, 1]) {
      await page.getByRole("grid").getByRole("button").nth(index).click();
      await page.getByRole("dialog").locator("pre", { hasText: "onerror" }).waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    assert.equal(await page.locator("main img").count(), 0);
  });

  test("messages are received, then deleted or let go", async (t) => {
    await aws.queue("inbox");
    for (const body of ["first", "second", "third"]) await aws.send("inbox", body);
    await open(t, "queues/inbox?tab=receive");
    await page.getByLabel("At most").fill("2");
    await button(page, "Receive").click();
    const held = page.getByRole("list", { name: "Received messages" }).getByRole("listitem");
    await eventually(async () => (await held.count()) === 2, "two were not received");
    await screenshot(page, "receive");
    await held.nth(0).getByRole("button", { name: "Delete" }).click();
    await eventually(async () => (await held.count()) === 1, "it was not deleted");
    await held.nth(0).getByRole("button", { name: "Let go" }).click();
    await eventually(async () => (await held.count()) === 0, "it was not let go");
    const queue = await aws.admin("queues/inbox");
    assert.deepEqual([queue.visible, queue.inFlight], [2, 0]);
    await page.getByLabel("At most").fill("10");
    await button(page, "Receive").click();
    await button(page, "Delete all 2").click();
    await page.getByText("2 messages deleted.").waitFor();
    await button(page, "Receive").click();
    await page.getByText("There was nothing to receive.").waitFor();
  });

  test("a queue is purged after a question, and deleted after its name was typed", async (t) => {
    await aws.queue("doomed");
    await aws.send("doomed", "farewell");
    await open(t, "queues/doomed");
    await button(page, "Purge").click();
    await button(page, "Cancel").click();
    assert.equal((await aws.admin("queues/doomed")).visible, 1);
    await button(page, "Purge").click();
    await page.getByRole("dialog").getByRole("button", { name: "Purge" }).click();
    await page.getByRole("heading", { name: "The queue is empty" }).waitFor();
    await button(page, "Delete").click();
    const confirm = button(page, "Delete queue");
    assert.equal(await confirm.isDisabled(), true);
    await page.getByLabel("Type doomed to confirm").fill("doomed");
    await screenshot(page, "delete-queue");
    await confirm.click();
    await page.getByRole("heading", { name: "Queues" }).waitFor();
    assert.equal((await fetch(`${broker.origin}/_squire/queues/doomed`)).status, 404);
  });

  test("dead letters are moved back, with progress, until somebody cancels", async (t) => {
    const deadLetterTargetArn = await aws.queue("sick-dead");
    await aws.queue("sick", {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 }),
    });
    for (let number = 0; number < 20; ++number) await aws.send("sick", `patient ${number}`);
    await eventually(async () => {
      await aws.sqs("ReceiveMessage", {
        QueueUrl: aws.url("sick"),
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 0,
      });
      return (await aws.admin("queues/sick-dead")).visible === 20;
    }, "they were not buried");
    await open(t, "queues/sick-dead");
    await page.getByRole("tab", { name: "Redrive" }).click();
    await page.getByLabel("Messages per second").fill("4");
    await button(page, "Start redrive").click();
    const task = page.getByRole("list", { name: "Redrives" }).getByRole("listitem").first();
    await eventually(async () => {
      const moved = Number(/(\d+) of 20 moved/.exec(await task.innerText())?.[1] ?? 0);
      return moved > 0 && moved < 20;
    }, "no progress was seen");
    await screenshot(page, "redrive");
    await task.getByRole("button", { name: "Cancel" }).click();
    await task
      .getByText(/cancel/)
      .first()
      .waitFor();
    await eventually(async () => /cancelled/.test(await task.innerText()), "it was not cancelled");
    await page.getByLabel("Messages per second").fill("");
    await button(page, "Start redrive").click();
    await eventually(async () => /completed/.test(await task.innerText()), "it was not completed");
    assert.equal((await aws.admin("queues/sick")).visible, 20);
  });

  test("a topic is created, subscribed to with a filter, published to and deleted", async (t) => {
    await aws.queue("reds");
    await open(t, "topics");
    await page.getByRole("link", { name: "orders-placed" }).waitFor();
    await screenshot(page, "topics");
    await button(page, "Create topic").click();
    await page.getByLabel("Name", { exact: true }).fill("colors");
    await page.getByRole("dialog").getByRole("button", { name: "Create topic" }).click();
    await page.getByRole("heading", { name: "colors" }).waitFor();
    await page.getByRole("heading", { name: "Nobody is subscribed" }).waitFor();
    await button(page, "Subscribe").click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Queue").fill("reds");
    await dialog.getByLabel(/Raw/).check();
    await dialog.getByLabel(/Filter policy/).fill('{"color": ["red"]}');
    await screenshot(page, "subscribe");
    await dialog.getByRole("button", { name: "Subscribe" }).click();
    await page.getByRole("row").filter({ hasText: '{"color":["red"]}' }).waitFor();
    await page.getByRole("tab", { name: "Publish" }).click();
    for (const [color, body] of [
      ["blue", "not for reds"],
      ["red", "for reds"],
    ]) {
      await page.getByLabel("Message", { exact: true }).fill(body);
      if (color === "blue") await button(page, "Add attribute").click();
      await page.getByLabel("Name of attribute 1").fill("color");
      await page.getByLabel("Value of attribute 1").fill(color);
      await button(page, "Publish message").click();
      await page.getByText("Published.").first().waitFor();
    }
    await eventually(async () => (await aws.admin("queues/reds")).visible > 0, "nothing arrived");
    const { Messages } = await aws.sqs("ReceiveMessage", {
      QueueUrl: aws.url("reds"),
      MaxNumberOfMessages: 10,
    });
    assert.deepEqual(
      Messages.map(({ Body }) => Body),
      ["for reds"],
    );
    await button(page, "Delete").click();
    await page.getByLabel("Type colors to confirm").fill("colors");
    await button(page, "Delete topic").click();
    await page.getByRole("heading", { name: "Topics" }).waitFor();
  });

  test("a filter is tried on a sample, says which clause refused it, and is saved", async (t) => {
    await open(t, "topics/orders-placed");
    await page.getByRole("button", { name: "eu-orders" }).waitFor();
    await screenshot(page, "topic-subscriptions");
    await page.getByRole("button", { name: "eu-orders" }).click();
    await screenshot(page, "subscription");
    await button(page, "Try or change the filter").click();
    const verdict = page.locator("[data-verdict]");
    await eventually(
      async () => /prefix/.test(await page.getByLabel("Policy", { exact: true }).inputValue()),
      "the policy was not taken over",
    );
    await page.getByLabel("Body").fill('{"region": "us-west"}');
    await page.locator("[data-verdict=no]").waitFor();
    assert.match(await verdict.innerText(), /region/);
    await screenshot(page, "filter-no");
    await page.getByLabel("Body").fill('{"region": "eu-north"}');
    await page.locator("[data-verdict=matches]").waitFor();
    await button(page, "Ask all 5 subscriptions").click();
    const everyone = page.getByRole("region", { name: "Every subscription" }).getByRole("listitem");
    await eventually(async () => (await everyone.count()) === 5, "not everyone has answered");
    assert.match(await everyone.nth(1).innerText(), /large-orders[\s\S]*quantity/);
    await screenshot(page, "filter-yes");
    await page.getByLabel("Policy", { exact: true }).fill('{"region": ');
    await page.locator("[data-verdict=unclear]").waitFor();
    await page.getByLabel("Policy", { exact: true }).fill('{"region": [{"prefix": "us"}]}');
    await page.locator("[data-verdict=no]").waitFor();
    await button(page, "Save it to the subscription").click();
    await page.getByText("eu-orders has this filter policy now.").waitFor();
    await page.getByRole("tab", { name: /Subscriptions/ }).click();
    await page.getByRole("row").filter({ hasText: '{"region":[{"prefix":"us"}]}' }).waitFor();
  });

  test("the history of a publication shows its copies and who did not get one", async (t) => {
    await open(t, "history");
    await page.getByLabel("Message id or trace header").fill(published);
    await page.keyboard.press("Enter");
    const publication = page.getByRole("region", { name: "Publication to orders-placed" });
    await publication.getByText("Published").first().waitFor();
    await publication.getByText("Not delivered").first().waitFor();
    await page.getByRole("region", { name: "In eu-orders" }).getByText("Sent").waitFor();
    await screenshot(page, "history");
    await page
      .getByLabel("Message id or trace header")
      .fill("00000000-0000-0000-0000-000000000000");
    await button(page, "Show").click();
    await page.locator(".empty, .error-box").first().waitFor();
  });

  test("the life of one message is a timeline", async (t) => {
    await aws.queue("lives");
    const id = await aws.send("lives", "born");
    const { Messages } = await aws.sqs("ReceiveMessage", { QueueUrl: aws.url("lives") });
    await aws.sqs("DeleteMessage", {
      QueueUrl: aws.url("lives"),
      ReceiptHandle: Messages[0].ReceiptHandle,
    });
    await open(t, `history?id=${id}`);
    await page.getByText("Deleted").waitFor();
    const words = await page.locator(".timeline strong").allInnerTexts();
    assert.deepEqual(words, ["Sent", "Received", "Deleted"]);
  });

  test("a trace header finds its messages", async (t) => {
    const trace = "Root=1-5759e988-bd862e3fe1be46a994272793";
    const MessageSystemAttributes = { AWSTraceHeader: { DataType: "String", StringValue: trace } };
    await aws.queue("traced");
    for (const body of ["one", "two"]) await aws.send("traced", body, { MessageSystemAttributes });
    await aws.send("traced", "three");
    await open(t, "history");
    await page.getByLabel("Message id or trace header").fill(trace);
    await page.keyboard.press("Enter");
    await eventually(
      async () => (await page.getByRole("region", { name: "In traced" }).count()) === 2,
      "not the two that carry it",
    );
  });

  test("emails are rendered without their scripts and trackers; SMS are bubbles", async (t) => {
    await open(t, "outbox");
    await page.getByRole("button", { name: /A new order/ }).waitFor();
    await screenshot(page, "outbox");
    await page.getByRole("button", { name: /Subscription Confirmation/ }).click();
    const confirmation = page
      .getByRole("dialog")
      .getByRole("link", { name: /Action=ConfirmSubscription/ });
    assert.equal(await confirmation.getAttribute("rel"), "noreferrer noopener");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /Your receipt/ }).click();
    const frame = page.frameLocator("iframe");
    await frame.getByText("Thank you!").waitFor();
    assert.equal(await page.locator("iframe").getAttribute("sandbox"), "");
    await screenshot(page, "email");
    await button(page, "Source").click();
    await page.getByRole("dialog").getByText("parent.hacked").waitFor();
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.locator("main").getByRole("combobox", { name: "Protocol" }).selectOption("sms");
    await eventually(
      async () => (await page.getByRole("grid").getByRole("row").count()) === 2,
      "not only the SMS",
    );
    await page.getByRole("button", { name: /parcel/ }).click();
    await page.locator(".bubble", { hasText: "Your parcel arrives at noon." }).waitFor();
    await screenshot(page, "sms");
  });

  test("deliveries show their attempts and the last answer", async (t) => {
    await open(t, "deliveries");
    const row = page.getByRole("row").filter({ hasText: "resize" }).first();
    await eventually(
      async () => /refused|connect/i.test(await row.innerText()),
      "no answer is shown",
    );
    assert.ok(Number(/\d+/.exec(await row.locator(".c-num").innerText())?.[0]) >= 1);
    await screenshot(page, "deliveries");
  });

  test("settings are listed and found", async (t) => {
    await open(t, "settings");
    await page.getByRole("rowheader", { name: "durability" }).waitFor();
    await screenshot(page, "settings");
    await page.getByLabel("Search settings").fill("dura");
    await eventually(
      async () => (await page.getByRole("rowheader").count()) < 3,
      "the search does nothing",
    );
  });

  test("the clock is advanced, and faults come and go", async (t) => {
    await open(t, "testing");
    const now = page.locator("[data-now]");
    const before = Date.parse(await now.innerText());
    await button(page, "+ 15m").click();
    await eventually(
      async () => Date.parse(await now.innerText()) - before >= 15 * 60_000,
      "the clock stands",
    );
    await page.getByLabel("Effect").selectOption("delay");
    await page.getByLabel("Action").fill("SendMessage");
    await page.getByLabel("Percent").fill("50");
    await button(page, "Add fault").click();
    const fault = page.getByRole("list", { name: "Faults" }).getByRole("listitem");
    await fault.first().waitFor();
    assert.match(await fault.innerText(), /delay[\s\S]*SendMessage[\s\S]*50 %/);
    await screenshot(page, "testing");
    await fault.getByRole("button", { name: "Remove" }).click();
    await page.getByRole("heading", { name: "Nothing goes wrong on purpose" }).waitFor();
  });

  test("the outbox is cleared", async (t) => {
    await open(t, "outbox");
    await page.getByRole("grid").waitFor();
    await button(page, "Clear").click();
    await page.getByRole("dialog").getByRole("button", { name: "Clear" }).click();
    await page.getByRole("heading", { name: "Nothing was caught" }).waitFor();
    assert.equal((await aws.admin("outbox")).count, 0);
  });
});
