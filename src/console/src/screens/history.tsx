import { useMemo, useState } from "preact/hooks";

import { admin } from "../data/admin";
import { useLoad } from "../data/load";
import type { HistoryEvent } from "../data/types";
import { arnParts, clockTime, count, dateTime, duration, partyName, plural } from "../format";
import { Button, Empty, ErrorBox, Skeleton } from "../parts/basics";
import { Icon, type IconName } from "../parts/icons";
import { Page } from "../parts/page";
import { amend, queueHref, route, topicHref } from "../router";

const kEvents: Record<string, { words: string; icon: IconName; tone: string }> = {
  published: { words: "Published", icon: "topic", tone: "accent" },
  sent: { words: "Sent", icon: "send", tone: "visible" },
  received: { words: "Received", icon: "receive", tone: "inFlight" },
  visibilityChanged: { words: "Visibility changed", icon: "eye", tone: "inFlight" },
  deleted: { words: "Deleted", icon: "check", tone: "good" },
  expired: { words: "Expired", icon: "clock", tone: "bad" },
  purged: { words: "Purged", icon: "trash", tone: "bad" },
  deadLettered: { words: "Moved to the dead letters", icon: "skull", tone: "bad" },
  moved: { words: "Moved", icon: "move", tone: "visible" },
  delivered: { words: "Delivered", icon: "check", tone: "good" },
  attemptFailed: { words: "Attempt failed", icon: "alert", tone: "inFlight" },
  givenUp: { words: "Given up", icon: "cross", tone: "bad" },
  notDelivered: { words: "Not delivered", icon: "filter", tone: "plain" },
  caught: { words: "Caught in the outbox", icon: "outbox", tone: "good" },
};

// A trace header names its root: Root=1-5759e988-bd862e3fe1be46a994272793
const isTrace = (text: string): boolean => /^(Root=)?1-[0-9a-f]{8}-|=/i.test(text);

export function History() {
  const given = route.value.query.get("id") ?? "";
  const [text, setText] = useState(given);
  const search = (event: Event) => {
    event.preventDefault();
    amend({ id: text.trim() || undefined });
  };
  return (
    <Page title="History">
      <form class="toolbar" role="search" onSubmit={search}>
        <div class="search grow">
          <Icon name="search" size={16} />
          <input
            type="search"
            data-search
            aria-label="Message id or trace header"
            placeholder="Message id or trace header"
            value={text}
            spellcheck={false}
            autocomplete="off"
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <kbd aria-hidden="true">/</kbd>
        </div>
        <Button kind="primary" submit>
          Show
        </Button>
      </form>
      {given ? (
        <Events id={given} key={given} />
      ) : (
        <Empty icon="history" title="What happened to a message?">
          <p>
            Give the id that sending or publishing has answered, or an AWSTraceHeader. Every message
            of a queue links here, too.
          </p>
        </Empty>
      )}
    </Page>
  );
}

// The publication with what became of it, then each of its copies, in the order of their first events.
function grouped(events: HistoryEvent[]): [string, HistoryEvent[]][] {
  const groups = new Map<string, HistoryEvent[]>();
  for (const event of [...events].sort((a, b) =>
    a.time < b.time ? -1 : a.time > b.time ? 1 : 0,
  )) {
    const group = groups.get(event.messageId);
    if (group) group.push(event);
    else groups.set(event.messageId, [event]);
  }
  return [...groups.entries()];
}

// What goes on for long is shown as far as somebody asks.
function useBounded<T>(items: T[], most: number): [T[], number, () => void] {
  const [shown, setShown] = useState(most);
  return [
    items.slice(0, shown),
    Math.max(0, items.length - shown),
    () => setShown(shown + most * 5),
  ];
}

function Events({ id }: { id: string }) {
  const { data, error, reload } = useLoad(
    (signal) => (isTrace(id) ? admin.trace(id, signal) : admin.history(id, signal)),
    `history/${id}`,
    2000,
  );
  if (error && !data) return <ErrorBox error={error} retry={reload} />;
  if (!data) return <Skeleton rows={4} />;
  if (data.length === 0) {
    return (
      <Empty icon="history" title="Nothing is known about it">
        <p>The id may be wrong, or it was so long ago that it is forgotten.</p>
      </Empty>
    );
  }
  return <Groups events={data} />;
}

function Groups({ events }: { events: HistoryEvent[] }) {
  const groups = useMemo(() => grouped(events), [events]);
  const [shown, hidden, more] = useBounded(groups, 50);
  const start = groups[0]![1][0]!.time;
  const copies = groups.length - 1;
  return (
    <>
      <p class="muted">
        {count(events.length)} {plural(events.length, "event")} from {dateTime(start)} on
        {copies > 0 && `, ${count(copies)} ${copies === 1 ? "copy" : "copies"}`}
      </p>
      <div class="timelines">
        {shown.map(([id, group]) => (
          <Timeline key={id} events={group} start={start} />
        ))}
        {hidden > 0 && <Button onClick={more}>Show more of the {count(hidden)} copies left</Button>}
      </div>
    </>
  );
}

function headOf(events: HistoryEvent[]): string {
  const first = events[0]!;
  if (first.event === "published")
    return `Publication to ${first.topic ? arnParts(first.topic).name : "a phone or device"}`;
  if (first.queue) return `In ${queueName(first.queue)}`;
  if (first.subscription) return `To subscription ${first.subscription.split(":").pop()}`;
  return "Message";
}

const queueName = (queue: string) => (queue.startsWith("arn:") ? arnParts(queue).name : queue);

function Timeline({ events, start }: { events: HistoryEvent[]; start: string }) {
  const [shown, hidden, more] = useBounded(events, 100);
  return (
    <section class="panel timeline-box" aria-label={headOf(events)}>
      <div class="section-head">
        <h2>{headOf(events)}</h2>
        <span class="mono muted wrap">{events[0]!.messageId}</span>
      </div>
      <ol class="timeline">
        {shown.map((event, index) => (
          <Entry key={index} event={event} start={start} />
        ))}
      </ol>
      {hidden > 0 && (
        <Button small onClick={more}>
          Show more of the {count(hidden)} events left
        </Button>
      )}
    </section>
  );
}

function Entry({ event, start }: { event: HistoryEvent; start: string }) {
  const { words, icon, tone } = kEvents[event.event] ?? {
    words: event.event,
    icon: "more" as const,
    tone: "plain",
  };
  const offset = (new Date(event.time).getTime() - new Date(start).getTime()) / 1000;
  return (
    <li>
      <span class={`timeline-icon tone-${tone}`}>
        <Icon name={icon} size={15} />
      </span>
      <div class="timeline-text">
        <p>
          <strong>{words}</strong>
          {event.event === "received" && event.receiveCount ? (
            <span> for the {ordinal(event.receiveCount)} time</span>
          ) : null}
          {event.queue && (
            <>
              {" "}
              · <a href={queueHref(placeOf(event.queue))}>{queueName(event.queue)}</a>
            </>
          )}
          {event.subscription && (
            <>
              {" "}
              · subscription{" "}
              <span class="mono" title={event.subscription}>
                {event.subscription.split(":").pop()?.slice(0, 8)}
              </span>
            </>
          )}
          {event.topic && !event.queue && (
            <>
              {" "}
              · <a href={topicHref(arnParts(event.topic))}>{arnParts(event.topic).name}</a>
            </>
          )}
        </p>
        {event.detail && <p class="wrap">{event.detail}</p>}
        {event.by && (
          <p class="muted">
            by <span class="mono">{partyName(event.by)}</span>
          </p>
        )}
      </div>
      <time class="timeline-time" dateTime={event.time} title={dateTime(event.time)}>
        {clockTime(event.time, true)}
        <span class="muted">+ {offset === 0 ? "0 ms" : duration(offset)}</span>
      </time>
    </li>
  );
}

function placeOf(queue: string) {
  if (queue.startsWith("arn:")) return arnParts(queue);
  const { query } = route.value;
  return { name: queue, account: query.get("account") ?? "", region: query.get("region") ?? "" };
}

function ordinal(value: number): string {
  const endings = ["th", "st", "nd", "rd"];
  const teen = value % 100 > 10 && value % 100 < 14;
  return value + (teen ? "th" : (endings[value % 10] ?? "th"));
}
