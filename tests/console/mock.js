// A broker in memory that answers as docs/admin-api.md says, with just enough of SQS and SNS for the
// console. It has what no test could wait for: 10,000 queues, and a queue of a million messages.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { filterSays, snsActions, sqsActions } from "./mock_actions.js";
import { Broker, kAccount, kRegion } from "./mock_broker.js";

export { Broker, kAccount, kRegion };

// ---- what the admin API shows ----

function showQueue(broker, queue) {
  const counts = { visible: queue.made, inFlight: 0, delayed: 0 };
  for (const message of queue.messages) counts[broker.stateOf(message)] += 1;
  const policy = broker.redrivePolicy(queue);
  const { name, arn, account, region, sent, received, deleted, createdAt } = queue;
  const oldest = queue.messages[0]?.sentAt;
  return {
    name,
    arn,
    url: `http://localhost/${account}/${name}`,
    account,
    region,
    fifo: name.endsWith(".fifo"),
    ...counts,
    oldestAgeSeconds: oldest ? (broker.now() - oldest) / 1000 : null,
    sent,
    received,
    deleted,
    sentPerSecond: broker.rate(queue, "sent"),
    receivedPerSecond: broker.rate(queue, "received"),
    deletedPerSecond: broker.rate(queue, "deleted"),
    deadLetterQueue: policy?.deadLetterTargetArn ?? null,
    maxReceiveCount: policy ? Number(policy.maxReceiveCount) : null,
    createdAt,
  };
}

function showMessage(broker, message) {
  const { originId, delayed, handle, ...shown } = message;
  const state = broker.stateOf(message);
  return {
    ...shown,
    state,
    sentAt: broker.iso(message.sentAt),
    visibleAt: state === "visible" ? null : broker.iso(message.visibleAt),
    receiver: state === "inFlight" ? message.receiver : null,
    bodyBytes: Buffer.byteLength(message.body),
  };
}

function madeMessage(queue, number) {
  const body = JSON.stringify({ number, order: `order-${number}` });
  return {
    messageId: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    state: "visible",
    sequence: number,
    sentAt: queue.createdAt,
    visibleAt: null,
    receiver: null,
    receiveCount: 0,
    firstReceivedAt: null,
    bodyBytes: body.length,
    body,
    attributes: {},
    groupId: null,
    deduplicationId: null,
    traceHeader: null,
    deadLetterSource: null,
  };
}

function page(name, all, query, show = (item) => item) {
  const [limit, from] = [Number(query.get("limit") ?? 100), Number(query.get("after") ?? 0)];
  const items = Array.from(
    { length: Math.max(0, Math.min(limit, all.length - from)) },
    (_, index) => show(all.at ? all.at(from + index) : all.get(from + index)),
  );
  return {
    count: all.length,
    [name]: items,
    ...(from + limit < all.length && { next: String(from + limit) }),
  };
}

const kSorts = {
  name: (a, b) => (a.name < b.name ? -1 : 1),
  visible: (a, b) => b.visible - a.visible,
  inFlight: (a, b) => b.inFlight - a.inFlight,
  oldest: (a, b) => (b.oldestAgeSeconds ?? 0) - (a.oldestAgeSeconds ?? 0),
  rate: (a, b) => b.sentPerSecond - a.sentPerSecond,
};

class HttpError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const found = (thing, what) =>
  thing ??
  (() => {
    throw new HttpError(
      404,
      `There is no ${what}; GET /_squire/queues and /_squire/topics list what there is.`,
    );
  })();
const arnOf = (service, name, query) =>
  `arn:aws:${service}:${query.get("region") ?? kRegion}:${query.get("account") ?? kAccount}:${name}`;
const sum = (items, of) => items.reduce((total, item) => total + of(item), 0);

function showTopic(topic) {
  const { name, arn, account, region, createdAt, subscriptions, displayName } = topic;
  return {
    name,
    arn,
    account,
    region,
    fifo: name.endsWith(".fifo"),
    subscriptions: subscriptions.length,
    pending: subscriptions.filter(({ state }) => state === "pending").length,
    filterPolicies: subscriptions.filter(({ filterPolicy }) => filterPolicy).length,
    displayName,
    createdAt,
  };
}

const routes = {
  "GET health": () => ({
    status: "ready",
    version: "0.1.0",
    services: { sqs: "running", sns: "running" },
  }),
  "GET overview": (broker) => {
    const queues = [...broker.queues.values()].map((queue) => showQueue(broker, queue));
    return {
      version: "0.1.0",
      now: broker.iso(),
      startedAt: new Date(broker.startedAt).toISOString(),
      uptimeSeconds: (Date.now() - broker.startedAt) / 1000,
      durability: "memory",
      testing: true,
      auth: broker.token ? "sigv4" : "none",
      account: kAccount,
      region: kRegion,
      queues: queues.length,
      topics: broker.topics.size,
      subscriptions: sum([...broker.topics.values()], (topic) => topic.subscriptions.length),
      messages: {
        visible: sum(queues, (queue) => queue.visible),
        inFlight: sum(queues, (queue) => queue.inFlight),
        delayed: sum(queues, (queue) => queue.delayed),
      },
      rates: {
        sent: sum(queues, (queue) => queue.sentPerSecond),
        received: sum(queues, (queue) => queue.receivedPerSecond),
        deleted: sum(queues, (queue) => queue.deletedPerSecond),
      },
      connections: 1,
      pendingDeliveries: broker.deliveries.length,
      outbox: broker.outbox.length,
      residentBytes: process.memoryUsage().rss,
    };
  },
  "GET settings": () => ({
    address: "127.0.0.1",
    port: 4566,
    base_url: "",
    durability: "memory",
    testing: true,
    auth: "none",
    admin_token: "***",
    functions: { resize: "http://localhost:9000" },
    queues: [],
  }),
  "GET queues": (broker, { query }) => {
    const search = (query.get("search") ?? "").toLowerCase();
    const chosen = [...broker.queues.values()].filter(({ name }) =>
      name.toLowerCase().includes(search),
    );
    const sort = query.get("sort") ?? "name";
    if (sort === "name")
      return page("queues", chosen.sort(kSorts.name), query, (queue) => showQueue(broker, queue));
    return page(
      "queues",
      chosen.map((queue) => showQueue(broker, queue)).sort(kSorts[sort]),
      query,
    );
  },
  "GET queues/*": (broker, { query, name }) => {
    const queue = found(broker.queues.get(arnOf("sqs", name, query)), `queue ${name}`);
    const all = [...broker.queues.values()];
    const subscriptions = [...broker.topics.values()].flatMap((topic) =>
      topic.subscriptions
        .filter(({ endpoint }) => endpoint === queue.arn)
        .map(({ arn }) => ({ subscriptionArn: arn, topicArn: topic.arn })),
    );
    return {
      ...showQueue(broker, queue),
      attributes: { ...queue.attributes, QueueArn: queue.arn },
      tags: queue.tags,
      subscriptions,
      deadLetterSources: all
        .filter((other) => broker.redrivePolicy(other)?.deadLetterTargetArn === queue.arn)
        .map(({ arn }) => arn),
    };
  },
  "GET queues/*/messages": (broker, { query, name }) => {
    const queue = found(broker.queues.get(arnOf("sqs", name, query)), `queue ${name}`);
    const state = query.get("state");
    if (queue.made) {
      const made = {
        length: state && state !== "visible" ? 0 : queue.made,
        get: (index) => madeMessage(queue, index),
      };
      return page("messages", made, query);
    }
    return page(
      "messages",
      queue.messages.filter((message) => !state || broker.stateOf(message) === state),
      query,
      (message) => showMessage(broker, message),
    );
  },
  "GET topics": (broker, { query }) => {
    const search = (query.get("search") ?? "").toLowerCase();
    return page(
      "topics",
      [...broker.topics.values()]
        .filter(({ name }) => name.toLowerCase().includes(search))
        .sort(kSorts.name),
      query,
      showTopic,
    );
  },
  "GET topics/*": (broker, { query, name }) => {
    const topic = found(broker.topics.get(arnOf("sns", name, query)), `topic ${name}`);
    return { ...showTopic(topic), attributes: { DisplayName: topic.displayName ?? "" }, tags: {} };
  },
  "GET topics/*/subscriptions": (broker, { query, name }) => {
    const topic = found(broker.topics.get(arnOf("sns", name, query)), `topic ${name}`);
    return page("subscriptions", topic.subscriptions, query, (subscription) => ({
      ...subscription,
      pendingDeliveries: broker.deliveries.filter(
        (delivery) => delivery.subscription === subscription.arn,
      ).length,
    }));
  },
  "POST filter": (_, { body }) => filterSays(body.policy, body.scope, body.body, body.attributes),
  "GET messages/*": (broker, { name }) => ({
    messageId: name,
    events: broker.events.filter(
      ({ messageId, originId }) => messageId === name || originId === name,
    ),
  }),
  "GET messages": (broker, { query }) => ({
    events: broker.events.filter(({ messageId }) =>
      broker.traces.get(query.get("trace"))?.includes(messageId),
    ),
  }),
  "GET deliveries": (broker, { query }) => {
    const only = query.get("subscription");
    return page(
      "deliveries",
      broker.deliveries.filter(({ subscription }) => !only || subscription === only),
      query,
    );
  },
  "GET outbox": (broker, { query }) => {
    const [protocol, endpoint] = [query.get("protocol"), query.get("endpoint")];
    return page(
      "entries",
      broker.outbox.filter(
        (entry) =>
          (!protocol || entry.protocol === protocol) && (!endpoint || entry.endpoint === endpoint),
      ),
      query,
    );
  },
  "DELETE outbox": (broker) => ((broker.outbox = []), { status: "cleared" }),
  "GET clock": (broker) => ({ now: broker.iso(), advanced: `${broker.advancedMs / 1000}s` }),
  "POST clock": (broker, { body }) => {
    const match = /^(\d+)(ms|s|m|h|d)$/.exec(body.advance ?? "");
    if (!match)
      throw new HttpError(400, `advance is no duration such as 30s or 6m: ${body.advance}`);
    broker.advancedMs += Number(match[1]) * { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5 }[match[2]];
    return routes["GET clock"](broker);
  },
  "GET faults": (broker) => ({ faults: broker.faults }),
  "POST faults": (broker, { body }) => {
    broker.faults.push({
      id: randomUUID().slice(0, 8),
      action: null,
      queue: null,
      probability: 1,
      count: null,
      delay: null,
      seed: null,
      hits: 0,
      ...body,
    });
    return { faults: broker.faults };
  },
  "DELETE faults": (broker) => ((broker.faults = []), { faults: [] }),
  "DELETE faults/*": (broker, { name }) => (
    (broker.faults = broker.faults.filter(({ id }) => id !== name)),
    { faults: broker.faults }
  ),
};

async function answer(broker, request, html) {
  const url = new URL(request.url, "http://localhost");
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const json = (status, value) => ({
    status,
    type: "application/json",
    body: JSON.stringify(value),
  });
  if (request.method === "GET" && ["/", "/_squire/console"].includes(url.pathname))
    return { status: 200, type: "text/html; charset=utf-8", gzip: true, body: html };
  const authorization = request.headers.authorization ?? "";
  const open =
    !broker.token ||
    url.pathname === "/_squire/health" ||
    authorization.startsWith(`Bearer ${broker.token}`);
  if (!open)
    return json(url.pathname === "/" ? 400 : 401, {
      message: "Send Authorization: Bearer <admin_token>.",
      __type: "AccessDenied",
    });
  broker.advanceTasks();
  if (url.pathname === "/") {
    const [, account = kAccount, region = kRegion] =
      /Credential=(\d{12})\/-\/([^/]+)/.exec(authorization) ?? [];
    const target = request.headers["x-amz-target"]?.split(".")[1];
    return target
      ? sqsActions(broker, target, JSON.parse(text), { account, region })
      : snsActions(broker, new URLSearchParams(text), { account, region });
  }
  const [, , kind = "", name, rest] = url.pathname.split("/").map(decodeURIComponent);
  const route = routes[`${request.method} ${[kind, name && "*", rest].filter(Boolean).join("/")}`];
  if (!url.pathname.startsWith("/_squire/") || !route)
    return json(404, { message: "There is nothing here." });
  try {
    return json(
      200,
      route(broker, { query: url.searchParams, name, body: text ? JSON.parse(text) : {} }),
    );
  } catch (error) {
    return json(error.status ?? 500, { message: error.message });
  }
}

export async function startMock({ html, port = 0, token = "", broker = new Broker() }) {
  broker.token = token;
  const server = createServer(async (request, response) => {
    const { status, type, body, gzip } = await answer(broker, request, html);
    response.writeHead(status, {
      "Content-Type": type,
      ...(gzip && { "Content-Encoding": "gzip" }),
    });
    response.end(body);
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    broker,
    port: server.address().port,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
