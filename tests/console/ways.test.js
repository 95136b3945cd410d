// What goes wrong and is said, and who looks at it on what: by keyboard, on a phone, with a screen reader.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { seed } from "./seed.js";
import {
  accessibilityFaults,
  client,
  eventually,
  kDesktop,
  kPhone,
  kToken,
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

  test("what is not there is said, with the request that failed", async (t) => {
    await open(t, "queues/no-such-queue");
    const alert = page.getByRole("alert");
    await alert.waitFor();
    assert.match(await alert.innerText(), /GET \/_squire\/queues\/no-such-queue[\s\S]* 404/);
    await screenshot(page, "error");
    await aws.queue("no-such-queue");
    await eventually(
      async () => (await page.getByRole("tab", { name: "Messages" }).count()) === 1,
      "it does not recover",
    );
    await visit(page, broker.origin, "no/such/screen");
    await page.getByRole("heading", { name: "There is no such screen" }).waitFor();
  });

  test("an action that SQS refuses says why", async (t) => {
    await open(t, "queues?create=1");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name", { exact: true }).fill("orders");
    await dialog.getByLabel(/Visibility timeout/).fill("31");
    await dialog.getByRole("button", { name: "Create queue" }).click();
    assert.match(
      await dialog.getByRole("alert").innerText(),
      /already exists[\s\S]*CreateQueue · 400/,
    );
  });

  test("an answer that makes no sense takes only its screen along", async (t) => {
    await open(t, "queues");
    await page.route(/_squire\/queues\/orders\?/, (route) =>
      route.fulfill({ contentType: "application/json", body: "{}" }),
    );
    await page.getByRole("link", { name: "orders", exact: true }).click();
    await page.getByRole("alert").waitFor();
    await page.getByRole("link", { name: "Topics" }).click();
    await page.getByRole("link", { name: "orders-placed" }).waitFor();
  });

  test("everything is done by keyboard", async (t) => {
    await open(t, "overview");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await screenshot(page, "shortcuts");
    await page.keyboard.press("Escape");
    await page.keyboard.press("/");
    await page.getByRole("heading", { name: "Queues" }).waitFor();
    await eventually(
      () => page.getByLabel("Search queues").evaluate((input) => input === document.activeElement),
      "the search has no focus",
    );
    await page.keyboard.type("orders");
    await eventually(
      async () => !(await page.getByRole("grid").innerText()).includes("audit"),
      "the search does nothing",
    );
    const focused = () => page.evaluate(() => document.activeElement.textContent);
    for (
      let tabs = 0;
      tabs < 6 && (await page.evaluate(() => document.activeElement.dataset.row)) !== "0";
      ++tabs
    )
      await page.keyboard.press("Tab");
    const first = await focused();
    await page.keyboard.press("ArrowDown");
    await eventually(async () => (await focused()) !== first, "the arrow moves nothing");
    const outline = await page.evaluate(
      () => getComputedStyle(document.activeElement, "::after").outlineStyle,
    );
    assert.equal(outline, "solid", "the focus cannot be seen");
    await page.keyboard.press("End");
    await page.keyboard.press("Home");
    await eventually(async () => (await focused()) === first, "Home does not go home");
    await page.keyboard.press("Enter");
    await page.getByRole("tab", { name: "Messages" }).waitFor();
    await page.getByRole("tab", { name: "Messages" }).focus();
    await page.keyboard.press("ArrowRight");
    await page.getByRole("tab", { name: "Send", selected: true }).waitFor();
    await page.getByLabel("Body").focus();
    await page.keyboard.press("Control+Enter");
    await page.getByText("Sent.").waitFor();
    await page.getByRole("tab", { name: "Send" }).focus();
    await page.keyboard.press("g");
    await page.keyboard.press("t");
    await page.getByRole("heading", { name: "Topics" }).waitFor();
  });

  const screens = () => [
    "overview",
    "queues",
    "queues/orders",
    "queues/orders?tab=send",
    "queues/orders?tab=receive",
    "queues/orders?tab=details",
    "queues/orders-failed?tab=redrive",
    "topics",
    "topics/orders-placed",
    "topics/orders-placed?tab=publish",
    "topics/orders-placed?tab=filter",
    "topics/orders-placed?tab=details",
    `history?id=${published}`,
    "outbox",
    "deliveries",
    "settings",
    "testing",
    "queues?create=1",
  ];

  for (const colorScheme of ["light", "dark"]) {
    test(`axe finds nothing serious on any screen, ${colorScheme}`, async (t) => {
      const found = {};
      for (const screen of screens()) {
        await open(t, screen, { colorScheme });
        await page.locator(".skeletons").waitFor({ state: "detached" });
        const faults = await accessibilityFaults(page);
        if (faults.length > 0) found[screen] = faults;
        await screenshot(
          page,
          `${colorScheme}-${screen.replace(/\?id=.*/, "").replace(/\W/g, "-")}`,
        );
        await page.context().close();
      }
      assert.deepEqual(found, {});
    });
  }

  test("on a phone nothing is wider than the screen, and fingers find what they touch", async (t) => {
    const found = [];
    for (const viewport of [kPhone, { width: 360, height: 740 }]) {
      for (const screen of screens()) {
        await open(t, screen, { viewport, touch: true });
        await page.locator(".skeletons").waitFor({ state: "detached" });
        const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (beyond > 0) found.push(`${screen} at ${viewport.width}: ${beyond} px too wide`);
        const small = await page.evaluate(() =>
          [
            ...document.querySelectorAll(
              "button, .button, select, input:not([type=checkbox]), nav a",
            ),
          ]
            .filter((element) => !element.closest(".row") && element.offsetParent)
            .filter((element) => element.getBoundingClientRect().height < 43.5)
            .map(
              (element) =>
                `${element.tagName} ${element.getAttribute("aria-label") ?? element.textContent} ${element.getBoundingClientRect().height}`,
            ),
        );
        if (small.length > 0) found.push(`${screen}: ${small}`);
        if (viewport === kPhone) found.push(...(await accessibilityFaults(page)));
        if (viewport === kPhone)
          await screenshot(page, `phone-${screen.replace(/\?id=.*/, "").replace(/\W/g, "-")}`);
        await page.context().close();
      }
    }
    assert.deepEqual(found, []);
  });

  test("a phone reaches every screen", async (t) => {
    await open(t, "overview", { viewport: kPhone, touch: true });
    const tabs = page.getByRole("navigation", { name: "Screens, for phones" });
    await tabs.getByRole("link", { name: "Queues" }).tap();
    await page.getByRole("heading", { name: "Queues" }).waitFor();
    await tabs.getByRole("button", { name: "More" }).tap();
    await screenshot(page, "phone-more");
    await page.getByRole("dialog").getByRole("link", { name: "Outbox" }).tap();
    await page.getByRole("heading", { name: "Outbox" }).waitFor();
    await page.getByRole("dialog").waitFor({ state: "detached" });
  });

  test("the theme is the system's until somebody chooses", async (t) => {
    await open(t, "overview", { colorScheme: "dark" });
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await background();
    await button(page, "Light").click();
    assert.notEqual(await background(), dark);
    await page.reload();
    await page.locator("h1").waitFor();
    assert.notEqual(await background(), dark);
    await button(page, "Auto").click();
    assert.equal(await background(), dark);
  });
});

test("a lost connection is said, and found again", async (t) => {
  let broker = await startBroker();
  t.after(() => broker.stop());
  await client(broker.origin).queue("orders");
  const page = await openPage(t, browser, { viewport: kDesktop });
  await visit(page, broker.origin, "queues");
  await page.getByRole("link", { name: "orders" }).waitFor();
  await broker.stop();
  const banner = page.getByText("The connection to the broker is lost");
  await banner.waitFor();
  assert.equal(
    await page.getByRole("link", { name: "orders" }).count(),
    1,
    "what was known is gone",
  );
  await screenshot(page, "offline");
  broker = await startBroker({ port: broker.port });
  await banner.waitFor({ state: "detached" });
  await page.getByRole("heading", { name: "No queues yet" }).waitFor();
});

test("a broker that checks signatures is asked with a token", async (t) => {
  const broker = await startBroker({ auth: true });
  t.after(() => broker.stop());
  const page = await openPage(t, browser);
  await page.goto(`${broker.origin}/_squire/console#/queues?create=1`);
  const dialog = page.getByRole("dialog", { name: "This broker asks for a token" });
  await dialog.getByLabel("Admin token").fill("wrong");
  await screenshot(page, "token");
  await dialog.getByRole("button", { name: "Continue" }).click();
  await dialog.getByText("The broker did not accept this token.").waitFor();
  await dialog.getByLabel("Admin token").fill(kToken);
  await dialog.getByRole("button", { name: "Continue" }).click();
  await page
    .getByRole("dialog", { name: "Create queue" })
    .getByLabel("Name", { exact: true })
    .fill("guarded");
  await page.getByRole("dialog").getByRole("button", { name: "Create queue" }).click();
  await page.getByRole("heading", { name: "guarded" }).waitFor();
  await page.reload();
  await page.getByRole("tab", { name: "Messages" }).waitFor();
  assert.equal(
    await page.evaluate(() => localStorage.getItem("squire.token")),
    null,
    "the token outlives the tab",
  );
});
