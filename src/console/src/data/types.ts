// What the admin API answers; docs/admin-api.md says what each field means.

export interface Place {
  account: string;
  region: string;
}

export interface Queue extends Place {
  name: string;
  arn: string;
  url: string;
  fifo: boolean;
  visible: number;
  inFlight: number;
  delayed: number;
  oldestAgeSeconds: number | null;
  sent: number;
  received: number;
  deleted: number;
  sentPerSecond: number;
  receivedPerSecond: number;
  deletedPerSecond: number;
  deadLetterQueue: string | null;
  maxReceiveCount: number | null;
  createdAt: string;
}

export interface QueueDetails extends Queue {
  attributes: Record<string, unknown>;
  tags: Record<string, string>;
  deadLetterSources: string[];
  subscriptions: { subscriptionArn: string; topicArn: string }[];
}

export interface Party {
  account: string;
  accessKey: string;
  address: string;
}

export interface Attribute {
  type: string;
  value: string;
}

export type Attributes = Record<string, Attribute>;

export type MessageState = "visible" | "inFlight" | "delayed";

export interface Message {
  messageId: string;
  state: MessageState;
  sequence: string | number | null;
  sentAt: string;
  visibleAt: string | null;
  receiver: Party | null;
  receiveCount: number;
  firstReceivedAt: string | null;
  bodyBytes: number;
  body: string;
  attributes: Attributes;
  groupId: string | null;
  deduplicationId: string | null;
  traceHeader: string | null;
  deadLetterSource: string | null;
}

export interface Topic extends Place {
  name: string;
  arn: string;
  fifo: boolean;
  subscriptions: number;
  pending: number;
  filterPolicies: number;
  displayName: string | null;
  createdAt: string;
}

export interface TopicDetails extends Topic {
  attributes: Record<string, unknown>;
  tags: Record<string, string>;
}

export interface Subscription {
  arn: string;
  protocol: string;
  endpoint: string;
  state: "pending" | "confirmed" | "deleted";
  raw: boolean;
  filterPolicy: unknown;
  filterPolicyScope: string | null;
  deadLetterQueue: string | null;
  pendingDeliveries: number;
  attributes: Record<string, unknown>;
}

export interface HistoryEvent {
  time: string;
  event: string;
  messageId: string;
  originId: string | null;
  queue: string | null;
  topic: string | null;
  subscription: string | null;
  by: Party | null;
  receiveCount: number | null;
  detail: string | null;
}

export interface Delivery {
  messageId: string;
  subscription: string;
  topic: string;
  protocol: string;
  endpoint: string;
  attempts: number;
  nextAttemptAt: string | null;
  lastAnswer: string | null;
}

export interface OutboxEntry {
  number: number;
  time: string;
  protocol: string;
  endpoint: string;
  topicArn: string | null;
  subscriptionArn: string | null;
  messageId: string;
  subject: string | null;
  body: string;
  attributes: Record<string, unknown>;
}

export interface Overview extends Place {
  version: string;
  now: string;
  startedAt: string;
  uptimeSeconds: number;
  durability: string;
  testing: boolean;
  auth: string;
  services: string[];
  queues: number;
  topics: number;
  subscriptions: number;
  messages: { visible: number; inFlight: number; delayed: number };
  rates: { sent: number; received: number; deleted: number };
  connections: number;
  pendingDeliveries: number;
  outbox: number;
  residentBytes: number;
}

export interface Fault {
  id: string;
  action: string | null;
  queue: string | null;
  probability: number;
  count: number | null;
  effect: string;
  delay: string | null;
  seed: number | null;
  hits: number;
}

export interface Page<T> {
  count: number;
  items: T[];
  next: string | undefined;
}
