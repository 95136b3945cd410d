// Two pictures for a README: a queue and a topic of a shop that is busy for a while.
import { test } from "node:test";
import { seed } from "./seed.js";
import {
  client,
  kDesktop,
  openPage,
  screenshot,
  startBroker,
  startBrowser,
  visit,
} from "./support.js";

const kBusyMs = 110_000;

test(
  "pictures of a busy shop",
  { skip: !process.env.CONSOLE_PICTURES && "only with CONSOLE_PICTURES=1" },
  async (t) => {
    const broker = await startBroker();
    const browser = await startBrowser();
    t.after(async () => {
      await browser.close();
      await broker.stop();
    });
    const aws = client(broker.origin);
    await seed(aws);
    const page = await openPage(t, browser, { viewport: kDesktop });
    await visit(page, broker.origin, "queues/orders");
    const end = Date.now() + kBusyMs;
    const QueueUrl = aws.url("orders");
    for (let turn = 0; Date.now() < end; ++turn) {
      const wave = Math.sin(turn / 30);
      for (let sent = 0; sent < 4 + 3 * wave; ++sent)
        await aws.send(
          "orders",
          JSON.stringify({
            order: 2000 + turn,
            region: turn % 3 ? "eu-north" : "us-west",
            quantity: turn % 40,
          }),
        );
      const { Messages = [] } = await aws.sqs("ReceiveMessage", {
        QueueUrl,
        MaxNumberOfMessages: 5,
        VisibilityTimeout: 600,
      });
      for (const { ReceiptHandle } of Messages.slice(0, turn % 9 ? 5 : 4))
        await aws.sqs("DeleteMessage", { QueueUrl, ReceiptHandle });
      await page.waitForTimeout(120);
    }
    await screenshot(page, "queue");
    await visit(page, broker.origin, "overview");
    await page.waitForTimeout(500);
    await screenshot(page, "overview");
    await visit(page, broker.origin, "topics/orders-placed?tab=filter");
    await page.getByLabel("Filter policy of").selectOption({ index: 1 });
    await page
      .getByLabel("Body")
      .fill('{\n  "order": 1002,\n  "region": "eu-north",\n  "quantity": 60\n}');
    await page.getByRole("button", { name: /Ask all/ }).click();
    await page
      .getByRole("region", { name: "Every subscription" })
      .getByRole("listitem")
      .first()
      .waitFor();
    await page.locator("[data-verdict=matches]").waitFor();
    await page.locator("h1").focus();
    await screenshot(page, "topic");
  },
);
