// What the tests share: a broker, a browser, and how both are spoken to.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium } from "playwright-core";
import { kAccount, kRegion, startMock } from "./mock.js";

export { kAccount, kRegion };

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const html = () => readFileSync(process.env.CONSOLE_PAGE);
const shots = process.env.CONSOLE_SCREENSHOTS;
mkdirSync(shots, { recursive: true });

export const kToken = "correct horse battery staple";

// ---- the broker: the daemon if run found that it serves the console, else the mock ----

export async function startBroker({ port = 0, auth = false, more = {} } = {}) {
  const broker = process.env.CONSOLE_DAEMON
    ? await startDaemon(port, auth, more)
    : await startMock({ html: html(), port, token: auth ? kToken : "" });
  return { ...broker, origin: `http://127.0.0.1:${broker.port}` };
}

async function startDaemon(port, auth, more) {
  const directory = mkdtempSync(join(tmpdir(), "squire-console-"));
  const settings = {
    port,
    durability: "memory",
    testing: true,
    functions: { resize: "http://127.0.0.1:9" },
    ...(auth && {
      auth: "sigv4",
      admin_token: kToken,
      keys: [{ access_key: "AKIATEST", secret: "secret", account: "000000000000" }],
    }),
    ...more,
  };
  writeFileSync(join(directory, "squire.json"), JSON.stringify(settings));
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith("SQUIRE_")),
  );
  const daemon = spawn(process.env.CONSOLE_DAEMON, ["--config", join(directory, "squire.json")], {
    env,
    cwd: directory,
  });
  let log = "";
  daemon.stderr.on("data", (data) => (log += data));
  daemon.stdout.on("data", (data) => (log += data));
  const ended = new Promise((resolve) => daemon.on("exit", resolve));
  for (let attempt = 0; attempt < 200; ++attempt) {
    const listening = /listening on http:\/\/\S*:(\d+)/.exec(log)?.[1];
    if (listening) {
      return {
        port: Number(listening),
        stop: async () => {
          daemon.kill("SIGTERM");
          await ended;
          rmSync(directory, { recursive: true });
        },
      };
    }
    await sleep(50);
  }
  return assert.fail(`The daemon does not listen:\n${log}`);
}

// ---- SQS and SNS, to prepare and to check ----

export function client(origin) {
  const sqs = async (action, input, { account = kAccount, region = kRegion } = {}) => {
    const answer = await fetch(`${origin}/`, {
      method: "POST",
      headers: {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": `AmazonSQS.${action}`,
        Authorization: `Squire Credential=${account}/-/${region}/sqs/-`,
      },
      body: JSON.stringify(input),
    });
    const text = await answer.text();
    assert.ok(answer.ok, `${action}: ${text}`);
    return text ? JSON.parse(text) : {};
  };
  const sns = async (action, fields) => {
    const answer = await fetch(`${origin}/`, {
      method: "POST",
      body: new URLSearchParams({ Action: action, Version: "2010-03-31", ...fields }),
    });
    const text = await answer.text();
    assert.ok(answer.ok, `${action}: ${text}`);
    return (name) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
  };
  const admin = async (path) => (await fetch(`${origin}/_squire/${path}`)).json();
  const url = (name) => `${origin}/${kAccount}/${name}`;
  return {
    sqs,
    sns,
    admin,
    url,
    queue: async (name, Attributes = {}) => (
      await sqs("CreateQueue", { QueueName: name, Attributes }),
      `arn:aws:sqs:${kRegion}:${kAccount}:${name}`
    ),
    send: async (name, MessageBody, rest = {}) =>
      (await sqs("SendMessage", { QueueUrl: url(name), MessageBody, ...rest })).MessageId,
    topic: async (Name) => (await sns("CreateTopic", { Name }))("TopicArn"),
    subscribe: async (TopicArn, Protocol, Endpoint, attributes = {}) => {
      const fields = Object.entries(attributes).flatMap(([name, value], index) => [
        [`Attributes.entry.${index + 1}.key`, name],
        [`Attributes.entry.${index + 1}.value`, value],
      ]);
      return (
        await sns("Subscribe", {
          TopicArn,
          Protocol,
          Endpoint,
          ReturnSubscriptionArn: "true",
          ...Object.fromEntries(fields),
        })
      )("SubscriptionArn");
    },
  };
}

export async function eventually(check, what = "it never came true") {
  for (let attempt = 0; attempt < 150; ++attempt) {
    const result = await check();
    if (result) return result;
    await sleep(100);
  }
  return assert.fail(what);
}

// ---- the browser ----

export const kDesktop = { width: 1280, height: 800 };
export const kPhone = { width: 390, height: 844 };

export const startBrowser = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });

// A page whose script has raised no error and asked no other host by the end of the test.
export async function openPage(
  t,
  browser,
  { viewport = kDesktop, colorScheme = "light", touch = false } = {},
) {
  const context = await browser.newContext({
    viewport,
    colorScheme,
    hasTouch: touch,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    if (!/^(http:\/\/127\.0\.0\.1:|data:|about:)/.test(request.url()))
      complaints.push(`asked for ${request.url()}`);
  });
  t.after(async () => {
    await context.close();
    assert.deepEqual(complaints, []);
  });
  return page;
}

export async function visit(page, origin, screen = "") {
  await page.goto(`${origin}/_squire/console#/${screen}`);
  await page.locator("h1").waitFor();
}

export async function screenshot(page, name) {
  await page.waitForTimeout(150); // one more frame, for what came with the last answer
  await page.screenshot({ path: join(shots, `${name}.png`) });
}

// What axe finds to be serious or critical, in words.
export async function accessibilityFaults(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, { resultTypes: ["violations"] }),
  );
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(
        (node) =>
          `${id}: ${node.html.slice(0, 160)} (${node.any.map(({ message }) => message).join("; ")})`,
      ),
    );
}
