import { signal } from "@preact/signals";

import { overview } from "./state";
import type { Place } from "./data/types";

// The place in the console is the fragment: #/queues/orders?tab=send
export interface Route {
  parts: string[];
  query: URLSearchParams;
}

function parse(): Route {
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?", 2);
  return {
    parts: path.split("/").filter(Boolean).map(unescapePart),
    query: new URLSearchParams(query),
  };
}

function unescapePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const route = signal(parse());

// Going back finds the page where it was left: each entry of the browser's history has a number, and
// each number what was scrolled to.
const scrolled = new Map<number, number>();
let entry = 0;
let entries = 0;

function enter(): void {
  const known = (history.state as { entry?: number } | null)?.entry;
  entry = known ?? ++entries;
  entries = Math.max(entries, entry);
  if (known === undefined) history.replaceState({ entry }, "");
}

history.scrollRestoration = "manual";
enter();
addEventListener("scroll", () => scrolled.set(entry, scrollY), { passive: true });
addEventListener("hashchange", () => {
  enter();
  route.value = parse();
});

export const leftAt = (): number => scrolled.get(entry) ?? 0;

export function href(parts: string[], query: Record<string, string | undefined> = {}): string {
  const pairs = Object.entries(query).filter((pair): pair is [string, string] => !!pair[1]);
  const text = new URLSearchParams(pairs).toString();
  return "#/" + parts.map(encodeURIComponent).join("/") + (text ? `?${text}` : "");
}

export function go(to: string): void {
  location.hash = to;
}

// Changes the query in place: typing into a search box leaves no trail of history.
export function amend(query: Record<string, string | undefined>): void {
  const merged = { ...Object.fromEntries(route.value.query), ...query };
  history.replaceState(history.state, "", href(route.value.parts, merged));
  route.value = parse();
}

// Only what differs from the broker's defaults has to be in a link.
function placeQuery({ account, region }: Place): Record<string, string | undefined> {
  const home = overview.value;
  return {
    account: account === home?.account ? undefined : account,
    region: region === home?.region ? undefined : region,
  };
}

export const queueHref = (queue: Place & { name: string }, query = {}) =>
  href(["queues", queue.name], { ...placeQuery(queue), ...query });
export const topicHref = (topic: Place & { name: string }, query = {}) =>
  href(["topics", topic.name], { ...placeQuery(topic), ...query });
export const historyHref = (id: string) => href(["history"], { id });
