// Big numbers, always on the mock: how much of a list exists in the page does not depend on its length.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { Broker, kAccount, kRegion, startMock } from "./mock.js";
import { eventually, openPage, screenshot, startBrowser, visit } from "./support.js";

const kQueues = 10_000;
const kMessages = 1_000_000;
const kNodesMax = 2500;

let browser, mock, origin;
before(async () => {
  browser = await startBrowser();
  const broker = new Broker();
  for (let number = 0; number < kQueues; ++number)
    broker.createQueue(`queue-${String(number).padStart(5, "0")}`);
  broker.createQueue("million").made = kMessages;
  const subscriptions = Array.from({ length: 10_000 }, (_, number) => ({
    arn: `arn:aws:sns:${kRegion}:${kAccount}:wide:${number}`,
    protocol: "sqs",
    endpoint: `arn:aws:sqs:${kRegion}:${kAccount}:queue-${number}`,
    state: "confirmed",
    raw: false,
    filterPolicy: { number: [number] },
    filterPolicyScope: "MessageAttributes",
    deadLetterQueue: null,
    attributes: {},
  }));
  broker.topics.set(`arn:aws:sns:${kRegion}:${kAccount}:wide`, {
    name: "wide",
    arn: `arn:aws:sns:${kRegion}:${kAccount}:wide`,
    account: kAccount,
    region: kRegion,
    subscriptions,
    displayName: null,
    createdAt: broker.iso(),
  });
  for (let number = 0; number < 5000; ++number) {
    broker.tell(
      number ? "notDelivered" : "published",
      { messageId: "wide-one" },
      {
        topic: `arn:aws:sns:${kRegion}:${kAccount}:wide`,
        subscription: number ? subscriptions[number].arn : null,
        detail: number ? "number is not 1" : null,
      },
    );
  }
  mock = await startMock({ html: readFileSync(process.env.CONSOLE_PAGE), broker });
  origin = `http://127.0.0.1:${mock.port}`;
});
after(async () => {
  await browser.close();
  await mock.stop();
});

const nodes = (page) => page.evaluate(() => document.querySelectorAll("*").length);

async function scrollThrough(page, steps) {
  let most = 0;
  for (let step = 0; step < steps; ++step) {
    await page.evaluate(() => scrollBy(0, 4000));
    await page.waitForTimeout(60);
    most = Math.max(most, await nodes(page));
  }
  return most;
}

test("ten thousand queues: a screenful exists, wherever one scrolls", async (t) => {
  const page = await openPage(t, browser);
  await visit(page, origin, "queues");
  await page.getByText("10,001 queues").waitFor();
  assert.equal(await page.getByRole("grid").getAttribute("aria-rowcount"), String(kQueues + 2));
  const most = await scrollThrough(page, 120);
  assert.ok(most < kNodesMax, `${most} nodes`);
  await page.locator("[data-row]").first().waitFor();
  const row = Number(await page.locator("[data-row]").first().getAttribute("data-row"));
  assert.ok(row > 5000, `only row ${row} was reached`);
  await screenshot(page, "big-queues");
  await page.evaluate(() => scrollTo(0, 0));
  await page.getByRole("link", { name: "million" }).waitFor();
  await page.getByRole("link", { name: "million" }).focus();
  await page.keyboard.press("End");
  await eventually(
    async () => Number(await page.evaluate(() => document.activeElement.dataset.row)) > 100,
    "End goes nowhere",
  );
});

test("a search finds one queue in ten thousand", async (t) => {
  const page = await openPage(t, browser);
  await visit(page, origin, "queues");
  await page.getByLabel("Search queues").fill("09876");
  await page.getByText("1 queue", { exact: true }).waitFor();
  await page.getByRole("link", { name: "queue-09876" }).click();
  await page.getByRole("heading", { name: "queue-09876" }).waitFor();
});

test("a million messages: pages are fetched as they are looked at, and forgotten again", async (t) => {
  const page = await openPage(t, browser);
  let requests = 0;
  page.on("request", (request) => request.url().includes("/messages?") && ++requests);
  await visit(page, origin, "queues/million");
  await page.getByRole("button", { name: "All 1,000,000" }).waitFor();
  await page.getByRole("grid").waitFor();
  assert.ok(requests <= 3, `${requests} requests before anybody scrolled`);
  const most = await scrollThrough(page, 100);
  assert.ok(most < kNodesMax, `${most} nodes`);
  const row = Number(await page.locator("[data-row]").first().getAttribute("data-row"));
  assert.ok(row > 3000, `only row ${row} was reached`);
  const heap = await page.evaluate(() => performance.memory?.usedJSHeapSize ?? 0);
  assert.ok(heap < 100e6, `${heap} bytes of heap`);
  await page.evaluate(() => scrollTo(0, 0));
  await page.getByRole("button", { name: /"number":0,/ }).waitFor();
});

test("messages of a mebibyte are asked for a few at a time", async (t) => {
  const heavy = mock.broker.createQueue("heavy");
  for (let number = 0; number < 60; ++number)
    mock.broker.send(heavy, `${number} `.padEnd(1 << 20, "x"));
  const page = await openPage(t, browser);
  const limits = [];
  page.on(
    "request",
    (request) =>
      request.url().includes("/messages?") &&
      limits.push(Number(new URL(request.url()).searchParams.get("limit"))),
  );
  await visit(page, origin, "queues/heavy");
  await page.getByRole("grid").waitFor();
  await page.evaluate(() => scrollBy(0, 4000));
  await eventually(() => limits.includes(5), "they came all at once");
  await page.locator("[data-row]").last().click();
  await page.getByRole("button", { name: /Show all/ }).waitFor();
});

test("going back finds the list where it was left", async (t) => {
  const page = await openPage(t, browser);
  await visit(page, origin, "queues");
  await page.getByRole("grid").waitFor();
  await scrollThrough(page, 10);
  const row = await page.locator("[data-row]").nth(15).innerText();
  await page.getByRole("link", { name: row }).click();
  await page.getByRole("heading", { name: row }).waitFor();
  await page.waitForFunction(() => scrollY === 0);
  await page.goBack();
  await page.getByRole("link", { name: row }).waitFor();
});

test("ten thousand subscriptions, and a publication that five thousand did not want", async (t) => {
  const page = await openPage(t, browser);
  await visit(page, origin, "topics/wide");
  await page.getByRole("grid").waitFor();
  const most = await scrollThrough(page, 30);
  assert.ok(most < kNodesMax, `${most} nodes`);
  await visit(page, origin, "history?id=wide-one");
  await page.getByText("5,000 events").waitFor();
  assert.ok((await nodes(page)) < kNodesMax, `${await nodes(page)} nodes`);
  await page.getByRole("button", { name: /Show more of the 4,900/ }).click();
  await page.getByRole("button", { name: /Show more of the 4,400/ }).waitFor();
});
