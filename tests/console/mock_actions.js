// The actions of SQS and SNS that the console uses, as far as it looks.
import { createHash, randomUUID } from "node:crypto";

// ---- SQS, JSON ----

const reply = (value) => ({
  status: 200,
  type: "application/x-amz-json-1.0",
  body: JSON.stringify(value),
});
const refuse = (type, message) => ({
  status: 400,
  type: "application/x-amz-json-1.0",
  body: JSON.stringify({ __type: `com.amazonaws.sqs#${type}`, message }),
});
const attributesOf = (given = {}) =>
  Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      { type: value.DataType, value: value.StringValue ?? value.BinaryValue },
    ]),
  );

const sqs = {
  CreateQueue: (broker, input, place) => {
    const queue = broker.createQueue(input.QueueName, input.Attributes, place);
    const differs = Object.entries(input.Attributes ?? {}).some(
      ([name, value]) => queue.attributes[name] !== value,
    );
    if (differs)
      return refuse(
        "QueueNameExists",
        "A queue already exists with the same name and a different value for attribute VisibilityTimeout",
      );
    return reply({ QueueUrl: `http://localhost/${place.account}/${queue.name}` });
  },
  GetQueueAttributes: (broker, input, place, queue) => reply({ Attributes: queue.attributes }),
  DeleteQueue: (broker, _, place, queue) => (broker.queues.delete(queue.arn), reply({})),
  PurgeQueue: (broker, _, place, queue) => {
    for (const message of queue.messages) broker.tell("purged", message, { queue: queue.arn });
    queue.messages = [];
    queue.made = 0;
    return reply({});
  },
  SendMessage: (broker, input, place, queue) => {
    if (queue.name.endsWith(".fifo") && !input.MessageGroupId)
      return refuse("MissingParameter", "The request must contain the parameter MessageGroupId.");
    const { messageId } = broker.send(queue, input.MessageBody, {
      attributes: attributesOf(input.MessageAttributes),
      delay: input.DelaySeconds ?? 0,
      group: input.MessageGroupId ?? null,
      deduplication: input.MessageDeduplicationId ?? null,
      trace: input.MessageSystemAttributes?.AWSTraceHeader?.StringValue ?? null,
    });
    return reply({
      MessageId: messageId,
      MD5OfMessageBody: createHash("md5").update(input.MessageBody).digest("hex"),
    });
  },
  ReceiveMessage: (broker, input, place, queue) => {
    const taken = broker.receive(
      queue,
      input.MaxNumberOfMessages ?? 1,
      input.VisibilityTimeout ?? 30,
    );
    return reply(
      taken.length === 0
        ? {}
        : {
            Messages: taken.map((message) => ({
              MessageId: message.messageId,
              ReceiptHandle: message.handle,
              Body: message.body,
              Attributes: { ApproximateReceiveCount: String(message.receiveCount) },
              MessageAttributes: Object.fromEntries(
                Object.entries(message.attributes).map(([name, { type, value }]) => [
                  name,
                  { DataType: type, StringValue: value },
                ]),
              ),
            })),
          },
    );
  },
  DeleteMessage: (broker, { ReceiptHandle }, place, queue) => {
    const at = queue.messages.findIndex(({ handle }) => handle === ReceiptHandle);
    if (at >= 0) {
      broker.tell("deleted", queue.messages[at], { queue: queue.arn });
      queue.messages.splice(at, 1);
      queue.deleted += 1;
    }
    return reply({});
  },
  ChangeMessageVisibility: (broker, input, place, queue) => {
    const message = queue.messages.find(({ handle }) => handle === input.ReceiptHandle);
    if (message) {
      message.visibleAt = broker.now() + input.VisibilityTimeout * 1000;
      broker.tell("visibilityChanged", message, {
        queue: queue.arn,
        detail: `${input.VisibilityTimeout} s`,
      });
    }
    return reply({});
  },
  StartMessageMoveTask: (broker, input) => {
    const source = broker.queues.get(input.SourceArn);
    broker.tasks.unshift({
      TaskHandle: randomUUID(),
      Status: "RUNNING",
      SourceArn: input.SourceArn,
      DestinationArn: input.DestinationArn,
      rate: input.MaxNumberOfMessagesPerSecond,
      ApproximateNumberOfMessagesMoved: 0,
      ApproximateNumberOfMessagesToMove: source.messages.length,
      StartedTimestamp: Date.now(),
    });
    return reply({ TaskHandle: broker.tasks[0].TaskHandle });
  },
  ListMessageMoveTasks: (broker, input) =>
    reply({
      Results: broker.tasks
        .filter(({ SourceArn }) => SourceArn === input.SourceArn)
        .slice(0, 10)
        .map(({ TaskHandle, ...task }) =>
          task.Status === "RUNNING" ? { TaskHandle, ...task } : task,
        ),
    }),
  CancelMessageMoveTask: (broker, input) => {
    const task = broker.tasks.find(({ TaskHandle }) => TaskHandle === input.TaskHandle);
    task.Status = "CANCELLED";
    return reply({ ApproximateNumberOfMessagesMoved: task.ApproximateNumberOfMessagesMoved });
  },
};

export function sqsActions(broker, action, input, place) {
  if (!sqs[action])
    return refuse("InvalidAction", `The action ${action} is not valid for this endpoint.`);
  const name = input.QueueUrl?.split("/").pop();
  const queue = name && broker.queues.get(`arn:aws:sqs:${place.region}:${place.account}:${name}`);
  if (name && !queue) return refuse("QueueDoesNotExist", "The specified queue does not exist.");
  return sqs[action](broker, input, place, queue);
}

// ---- SNS, form in and XML out ----

const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const element = (action, result) => ({
  status: 200,
  type: "text/xml",
  body: `<?xml version="1.0"?><${action}Response xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><${action}Result>${result}</${action}Result></${action}Response>`,
});
const fault = (status, code, message) => ({
  status,
  type: "text/xml",
  body: `<?xml version="1.0"?><ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Code>${code}</Code><Message>${escape(message)}</Message></Error></ErrorResponse>`,
});

function entries(form, prefix, name, value) {
  const found = {};
  for (let index = 1; form.has(`${prefix}.${index}.${name}`); ++index)
    found[form.get(`${prefix}.${index}.${name}`)] = value(`${prefix}.${index}`);
  return found;
}

const sns = {
  CreateTopic: (broker, form, { account, region }) => {
    const name = form.get("Name");
    const arn = `arn:aws:sns:${region}:${account}:${name}`;
    if (!broker.topics.has(arn))
      broker.topics.set(arn, {
        name,
        arn,
        account,
        region,
        subscriptions: [],
        displayName: null,
        createdAt: broker.iso(),
      });
    return element("CreateTopic", `<TopicArn>${arn}</TopicArn>`);
  },
  DeleteTopic: (broker, form) => (
    broker.topics.delete(form.get("TopicArn")),
    element("DeleteTopic", "")
  ),
  Subscribe: (broker, form, place, topic) => {
    const attributes = entries(form, "Attributes.entry", "key", (entry) =>
      form.get(`${entry}.value`),
    );
    const [protocol, endpoint] = [form.get("Protocol"), form.get("Endpoint")];
    const confirmed = ["sqs", "sms", "lambda", "application"].includes(protocol);
    const subscription = {
      arn: `${topic.arn}:${randomUUID()}`,
      protocol,
      endpoint,
      state: confirmed ? "confirmed" : "pending",
      raw: attributes.RawMessageDelivery === "true",
      filterPolicy: attributes.FilterPolicy ? JSON.parse(attributes.FilterPolicy) : null,
      filterPolicyScope: attributes.FilterPolicyScope ?? "MessageAttributes",
      deadLetterQueue: null,
      attributes,
    };
    topic.subscriptions.push(subscription);
    if (protocol === "email") {
      broker.catch("email", endpoint, {
        topic,
        subscription,
        messageId: randomUUID(),
        subject: "AWS Notification - Subscription Confirmation",
        body: `You have chosen to subscribe to the topic ${topic.arn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.\n\nhttp://localhost/?Action=ConfirmSubscription&Token=1\n`,
      });
    }
    return element("Subscribe", `<SubscriptionArn>${subscription.arn}</SubscriptionArn>`);
  },
  ConfirmSubscription: (broker, form, place, topic) => {
    for (const subscription of topic.subscriptions) subscription.state = "confirmed";
    return element("ConfirmSubscription", "");
  },
  Unsubscribe: (broker, form) => {
    for (const topic of broker.topics.values())
      topic.subscriptions = topic.subscriptions.filter(
        ({ arn }) => arn !== form.get("SubscriptionArn"),
      );
    return element("Unsubscribe", "");
  },
  SetSubscriptionAttributes: (broker, form) => {
    const subscription = [...broker.topics.values()]
      .flatMap(({ subscriptions }) => subscriptions)
      .find(({ arn }) => arn === form.get("SubscriptionArn"));
    const [name, value] = [form.get("AttributeName"), form.get("AttributeValue")];
    if (name === "FilterPolicy") subscription.filterPolicy = JSON.parse(value);
    if (name === "FilterPolicyScope") subscription.filterPolicyScope = value;
    return element("SetSubscriptionAttributes", "");
  },
  Publish: (broker, form, place, topic) => {
    if (form.get("PhoneNumber")) {
      const messageId = randomUUID();
      broker.catch("sms", form.get("PhoneNumber"), { messageId, body: form.get("Message") });
      return element("Publish", `<MessageId>${messageId}</MessageId>`);
    }
    const attributes = entries(form, "MessageAttributes.entry", "Name", (entry) => ({
      type: form.get(`${entry}.Value.DataType`),
      value: form.get(`${entry}.Value.StringValue`),
    }));
    const id = broker.publish(topic, form.get("Message"), {
      subject: form.get("Subject"),
      attributes,
      group: form.get("MessageGroupId"),
    });
    return element("Publish", `<MessageId>${id}</MessageId>`);
  },
};

export function snsActions(broker, form, place) {
  const action = form.get("Action");
  if (!sns[action])
    return fault(400, "InvalidAction", `The action ${action} is not valid for this endpoint.`);
  const arn = form.get("TopicArn");
  const topic = broker.topics.get(arn);
  if (arn && !topic) return fault(404, "NotFound", "Topic does not exist");
  return sns[action](broker, form, place, topic);
}

// ---- filter policies, the commonest operators ----

function holds(pattern, value) {
  if (typeof pattern !== "object" || pattern === null) return pattern === value;
  if ("prefix" in pattern) return typeof value === "string" && value.startsWith(pattern.prefix);
  if ("exists" in pattern) return pattern.exists === (value !== undefined);
  if ("anything-but" in pattern)
    return value !== undefined && ![pattern["anything-but"]].flat().includes(value);
  if ("numeric" in pattern) {
    const compare = {
      "=": (a, b) => a === b,
      ">": (a, b) => a > b,
      ">=": (a, b) => a >= b,
      "<": (a, b) => a < b,
      "<=": (a, b) => a <= b,
    };
    for (let index = 0; index < pattern.numeric.length; index += 2) {
      if (
        typeof value !== "number" ||
        !compare[pattern.numeric[index]](value, pattern.numeric[index + 1])
      )
        return false;
    }
    return true;
  }
  return false;
}

export function filterSays(policy, scope, body, attributes) {
  let fields = {};
  if (scope === "MessageBody") {
    try {
      fields = JSON.parse(body);
    } catch {
      return { matches: false, reason: "the body is not JSON" };
    }
  } else {
    for (const [name, { type, value }] of Object.entries(attributes))
      fields[name] = type === "Number" ? Number(value) : value;
  }
  for (const [name, patterns] of Object.entries(policy)) {
    if (!patterns.some((pattern) => holds(pattern, fields[name])))
      return {
        matches: false,
        reason: `"${name}": ${JSON.stringify(fields[name]) ?? "missing"} is not among ${JSON.stringify(patterns)}`,
      };
  }
  return { matches: true, reason: "every clause holds" };
}
