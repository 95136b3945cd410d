import { refuse, RequestError, send, token } from "./http";
import type * as t from "./types";

type Parameters = Record<string, string | number | undefined | null>;

function query(parameters: Parameters): string {
  const pairs = Object.entries(parameters).filter(([, value]) => value != null && value !== "");
  if (pairs.length === 0) return "";
  return "?" + new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString();
}

async function call<T>(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  const used = token.value;
  if (used) headers.Authorization = `Bearer ${used}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const what = `${method} ${path}`;
  const answer = await send(what, path, {
    method,
    headers,
    signal: signal ?? null,
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await answer.text();
  if (answer.ok) return (text ? JSON.parse(text) : {}) as T;
  // A token that may look, but not do this, is no reason to ask for another.
  if (answer.status === 401 || (answer.status === 403 && !used)) refuse(used);
  throw new RequestError(what, answer.status, messageOf(text));
}

function messageOf(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text.slice(0, 300) || "There was no explanation.";
  }
}

const get = <T>(path: string, signal?: AbortSignal) => call<T>("GET", path, undefined, signal);

// The lists come under names of their own; here they are all alike.
async function page<T>(path: string, items: string, signal?: AbortSignal): Promise<t.Page<T>> {
  const answer = await get<Record<string, unknown>>(path, signal);
  return {
    count: Number(answer.count ?? 0),
    items: (answer[items] ?? []) as T[],
    next: answer.next as string | undefined,
  };
}

const named = (kind: string, name: string) => `/_squire/${kind}/${encodeURIComponent(name)}`;
const placed = ({ account, region }: Partial<t.Place>) => ({ account, region });

export interface PageRequest {
  after?: string | undefined;
  limit: number;
  signal?: AbortSignal;
}

export const admin = {
  overview: (signal?: AbortSignal) => get<t.Overview>("/_squire/overview", signal),
  settings: (signal?: AbortSignal) => get<Record<string, unknown>>("/_squire/settings", signal),

  queues: ({ signal, ...at }: PageRequest, search: string, sort: string) =>
    page<t.Queue>("/_squire/queues" + query({ search, sort, ...at }), "queues", signal),
  queue: (name: string, place: Partial<t.Place>, signal?: AbortSignal) =>
    get<t.QueueDetails>(named("queues", name) + query(placed(place)), signal),
  messages: (
    { signal, ...at }: PageRequest,
    name: string,
    place: Partial<t.Place>,
    state: string,
  ) =>
    page<t.Message>(
      named("queues", name) + "/messages" + query({ ...placed(place), state, ...at }),
      "messages",
      signal,
    ),

  topics: ({ signal, ...at }: PageRequest, search: string) =>
    page<t.Topic>("/_squire/topics" + query({ search, ...at }), "topics", signal),
  topic: (name: string, place: Partial<t.Place>, signal?: AbortSignal) =>
    get<t.TopicDetails>(named("topics", name) + query(placed(place)), signal),
  subscriptions: ({ signal, ...at }: PageRequest, name: string, place: Partial<t.Place>) =>
    page<t.Subscription>(
      named("topics", name) + "/subscriptions" + query({ ...placed(place), ...at }),
      "subscriptions",
      signal,
    ),
  tryFilter: (
    request: { policy: unknown; scope: string; body: string; attributes: t.Attributes },
    signal?: AbortSignal,
  ) => call<{ matches: boolean; reason?: string }>("POST", "/_squire/filter", request, signal),

  history: async (id: string, signal?: AbortSignal) =>
    (await get<{ events: t.HistoryEvent[] }>(named("messages", id), signal)).events,
  trace: async (trace: string, signal?: AbortSignal) =>
    (await get<{ events: t.HistoryEvent[] }>("/_squire/messages" + query({ trace }), signal))
      .events,
  deliveries: ({ signal, ...at }: PageRequest, subscription: string) =>
    page<t.Delivery>("/_squire/deliveries" + query({ subscription, ...at }), "deliveries", signal),
  outbox: ({ signal, ...at }: PageRequest, protocol: string, endpoint: string) =>
    page<t.OutboxEntry>(
      "/_squire/outbox" + query({ protocol, endpoint, ...at }),
      "entries",
      signal,
    ),
  clearOutbox: () => call("DELETE", "/_squire/outbox"),

  clock: (signal?: AbortSignal) => get<{ now: string; advanced: string }>("/_squire/clock", signal),
  advance: (by: string) => call("POST", "/_squire/clock", { advance: by }),
  faults: async (signal?: AbortSignal) =>
    (await get<{ faults: t.Fault[] }>("/_squire/faults", signal)).faults,
  addFault: (fault: Partial<t.Fault>) => call("POST", "/_squire/faults", fault),
  removeFault: (id: string) => call("DELETE", named("faults", id)),
  removeFaults: () => call("DELETE", "/_squire/faults"),
};
