// The state of the mock, and what happens to messages in it.
import { randomUUID } from "node:crypto";
import { filterSays } from "./mock_actions.js";

export const kAccount = "000000000000";
export const kRegion = "us-east-1";
const by = { account: kAccount, accessKey: "test", address: "127.0.0.1" };

export class Broker {
  queues = new Map(); // by ARN
  topics = new Map();
  events = [];
  traces = new Map(); // message ids by their header
  outbox = [];
  outboxNumber = 0;
  deliveries = [];
  tasks = [];
  faults = [];
  advancedMs = 0;
  startedAt = Date.now();

  now() {
    return Date.now() + this.advancedMs;
  }
  iso(time = this.now()) {
    return new Date(time).toISOString();
  }
  tell(event, message, rest = {}) {
    this.events.push({
      time: this.iso(),
      event,
      messageId: message.messageId,
      originId: message.originId ?? null,
      queue: null,
      topic: null,
      subscription: null,
      by,
      receiveCount: null,
      detail: null,
      ...rest,
    });
  }

  createQueue(name, attributes = {}, place = { account: kAccount, region: kRegion }) {
    const arn = `arn:aws:sqs:${place.region}:${place.account}:${name}`;
    if (!this.queues.has(arn)) {
      this.queues.set(arn, {
        name,
        arn,
        ...place,
        attributes: {
          VisibilityTimeout: "30",
          DelaySeconds: "0",
          MessageRetentionPeriod: "345600",
          ...attributes,
        },
        tags: {},
        messages: [],
        made: 0,
        createdAt: this.iso(),
        sent: 0,
        received: 0,
        deleted: 0,
      });
    }
    return this.queues.get(arn);
  }

  send(
    queue,
    body,
    {
      attributes = {},
      delay = 0,
      group = null,
      deduplication = null,
      trace = null,
      originId = null,
    } = {},
  ) {
    const message = {
      messageId: randomUUID(),
      originId,
      body,
      attributes,
      groupId: group,
      deduplicationId: deduplication,
      traceHeader: trace,
      sequence: ++queue.sent,
      sentAt: this.now(),
      visibleAt: delay ? this.now() + delay * 1000 : 0,
      delayed: delay > 0,
      receiver: null,
      receiveCount: 0,
      firstReceivedAt: null,
      deadLetterSource: null,
      handle: null,
    };
    queue.messages.push(message);
    if (trace) this.traces.set(trace, [...(this.traces.get(trace) ?? []), message.messageId]);
    this.tell("sent", message, { queue: queue.arn });
    return message;
  }

  // Over the last two seconds, roughly.
  rate(queue, what) {
    const marks = ((queue.marks ??= {})[what] ??= [{ at: Date.now() - 1, value: 0 }]);
    if (Date.now() - marks.at(-1).at > 500) marks.push({ at: Date.now(), value: queue[what] });
    if (marks.length > 4) marks.shift();
    return Math.max(
      0,
      (queue[what] - marks[0].value) / Math.max(1, (Date.now() - marks[0].at) / 1000),
    );
  }

  redrivePolicy(queue) {
    return queue.attributes.RedrivePolicy ? JSON.parse(queue.attributes.RedrivePolicy) : null;
  }

  stateOf(message) {
    if (message.visibleAt <= this.now()) return "visible";
    return message.delayed ? "delayed" : "inFlight";
  }

  receive(queue, most, seconds) {
    const taken = [];
    for (const message of [...queue.messages]) {
      if (taken.length === most) break;
      if (this.stateOf(message) !== "visible") continue;
      const policy = this.redrivePolicy(queue);
      if (policy && message.receiveCount >= Number(policy.maxReceiveCount)) {
        this.bury(queue, message, policy);
        continue;
      }
      Object.assign(message, {
        visibleAt: this.now() + seconds * 1000,
        delayed: false,
        receiver: by,
        handle: randomUUID(),
      });
      message.receiveCount += 1;
      message.firstReceivedAt ??= this.iso();
      queue.received += 1;
      this.tell("received", message, { queue: queue.arn, receiveCount: message.receiveCount });
      taken.push(message);
    }
    return taken;
  }

  bury(queue, message, policy) {
    const dead = this.queues.get(policy.deadLetterTargetArn);
    queue.messages.splice(queue.messages.indexOf(message), 1);
    dead?.messages.push({ ...message, deadLetterSource: queue.arn });
    this.tell("deadLettered", message, {
      queue: dead?.arn,
      detail: `after ${message.receiveCount} receives`,
    });
  }

  // A redrive moves what it may since it was last looked at.
  advanceTasks() {
    for (const task of this.tasks.filter(({ Status }) => Status === "RUNNING")) {
      const source = this.queues.get(task.SourceArn);
      const allowed = Math.floor(
        ((Date.now() - task.StartedTimestamp) / 1000) * (task.rate ?? 1000),
      );
      while (
        task.ApproximateNumberOfMessagesMoved <
        Math.min(allowed, task.ApproximateNumberOfMessagesToMove)
      ) {
        const message = source.messages.shift();
        const target = this.queues.get(task.DestinationArn ?? message.deadLetterSource);
        target?.messages.push({ ...message, receiveCount: 0, deadLetterSource: null });
        this.tell("moved", message, { queue: target?.arn });
        task.ApproximateNumberOfMessagesMoved += 1;
      }
      if (task.ApproximateNumberOfMessagesMoved >= task.ApproximateNumberOfMessagesToMove)
        task.Status = "COMPLETED";
    }
  }

  publish(topic, body, { subject = null, attributes = {}, group = null } = {}) {
    const publication = { messageId: randomUUID() };
    this.tell("published", publication, { topic: topic.arn });
    for (const subscription of topic.subscriptions) {
      if (subscription.state !== "confirmed") continue;
      if (subscription.filterPolicy) {
        const { matches, reason } = filterSays(
          subscription.filterPolicy,
          subscription.filterPolicyScope,
          body,
          attributes,
        );
        if (!matches) {
          this.tell("notDelivered", publication, {
            topic: topic.arn,
            subscription: subscription.arn,
            detail: reason,
          });
          continue;
        }
      }
      this.deliver(topic, subscription, publication, { body, subject, attributes, group });
    }
    return publication.messageId;
  }

  deliver(topic, subscription, { messageId }, { body, subject, attributes, group }) {
    if (subscription.protocol === "sqs") {
      const queue = this.queues.get(subscription.endpoint);
      const text = subscription.raw
        ? body
        : JSON.stringify({
            Type: "Notification",
            MessageId: messageId,
            TopicArn: topic.arn,
            Message: body,
          });
      this.send(queue, text, {
        attributes: subscription.raw ? attributes : {},
        group,
        originId: messageId,
      });
    } else if (/^(http|lambda)/.test(subscription.protocol)) {
      this.deliveries.push({
        messageId,
        subscription: subscription.arn,
        topic: topic.arn,
        protocol: subscription.protocol,
        endpoint: subscription.endpoint,
        attempts: 1,
        nextAttemptAt: this.iso(this.now() + 20_000),
        lastAnswer: "connection refused",
      });
      this.tell(
        "attemptFailed",
        { messageId },
        { topic: topic.arn, subscription: subscription.arn, detail: "connection refused" },
      );
    } else {
      this.catch(subscription.protocol, subscription.endpoint, {
        topic,
        subscription,
        messageId,
        subject: subject ?? "AWS Notification Message",
        body,
      });
      this.tell("caught", { messageId }, { topic: topic.arn, subscription: subscription.arn });
    }
  }

  catch(protocol, endpoint, { topic, subscription, messageId, subject, body }) {
    this.outbox.push({
      number: ++this.outboxNumber,
      time: this.iso(),
      protocol,
      endpoint,
      topicArn: topic?.arn ?? null,
      subscriptionArn: subscription?.arn ?? null,
      messageId,
      subject: protocol === "sms" ? null : subject,
      body,
      attributes: {},
    });
  }
}
