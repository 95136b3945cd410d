import { useState } from "preact/hooks";

import { admin } from "../data/admin";
import { sqs } from "../data/aws";
import { useLoad, kPollMs } from "../data/load";
import { sample } from "../data/samples";
import type { QueueDetails } from "../data/types";
import { arnParts, count, dateTime, duration, rate } from "../format";
import { Badge, Button, ErrorBox, Facts, Skeleton, TabPanel, Tabs } from "../parts/basics";
import { Confirm } from "../parts/dialog";
import { Page } from "../parts/page";
import { Sparkline } from "../parts/sparkline";
import { Copied, NamedValues, QueueLink } from "../parts/values";
import { amend, go, href, route, topicHref } from "../router";
import { home, toast } from "../state";
import { Messages } from "./messages";
import { allQueues } from "./queues";
import { Receive } from "./receive";
import { Redrive } from "./redrive";
import { Send } from "./send";

export function Queue({ name }: { name: string }) {
  const { query } = route.value;
  const place = {
    account: query.get("account") ?? home().account,
    region: query.get("region") ?? home().region,
  };
  const key = `queue/${place.account}/${place.region}/${name}`;
  const {
    data: queue,
    error,
    reload,
  } = useLoad((signal) => admin.queue(name, place, signal), key, kPollMs);
  const [asking, ask] = useState<"purge" | "delete" | null>(null);
  const tab = query.get("tab") ?? "messages";

  const tabs = [
    { id: "messages", label: "Messages" },
    { id: "send", label: "Send" },
    { id: "receive", label: "Receive" },
    ...(queue && queue.deadLetterSources.length > 0 ? [{ id: "redrive", label: "Redrive" }] : []),
    { id: "details", label: "Details" },
  ];
  return (
    <Page
      title={name}
      of={allQueues}
      badges={
        queue && (
          <>
            {queue.fifo && <Badge tone="accent">FIFO</Badge>}
            {queue.deadLetterSources.length > 0 && <Badge tone="bad">DLQ</Badge>}
          </>
        )
      }
      actions={
        queue && (
          <>
            <Button onClick={() => ask("purge")}>Purge</Button>
            <Button icon="trash" onClick={() => ask("delete")}>
              Delete
            </Button>
          </>
        )
      }
    >
      {error && <ErrorBox error={error} retry={reload} />}
      {!queue && !error && <Skeleton rows={5} />}
      {queue && (
        <>
          <Numbers queue={queue} />
          <Tabs
            tabs={tabs}
            current={tab}
            choose={(id) => amend({ tab: id })}
            label={`Queue ${name}`}
          />
          <TabPanel tab={tab}>
            {tab === "messages" && <Messages queue={queue} />}
            {tab === "send" && <Send queue={queue} />}
            {tab === "receive" && <Receive queue={queue} changed={reload} />}
            {tab === "redrive" && <Redrive queue={queue} />}
            {tab === "details" && <Details queue={queue} />}
          </TabPanel>
        </>
      )}
      {queue && asking === "purge" && (
        <Confirm
          title={`Purge ${name}?`}
          action="Purge"
          close={() => ask(null)}
          run={async () => {
            await sqs(queue, "PurgeQueue", { QueueUrl: queue.url });
            toast(`${name} is empty.`);
            reload();
          }}
        >
          <p>
            All {count(queue.visible + queue.inFlight + queue.delayed)} messages are deleted, those
            in flight included. They cannot be brought back.
          </p>
        </Confirm>
      )}
      {queue && asking === "delete" && (
        <Confirm
          title={`Delete ${name}?`}
          action="Delete queue"
          typed={name}
          close={() => ask(null)}
          run={async () => {
            await sqs(queue, "DeleteQueue", { QueueUrl: queue.url });
            toast(`Queue ${name} is deleted.`);
            go(href(["queues"]));
          }}
        >
          <p>The queue and its messages are deleted. They cannot be brought back.</p>
        </Confirm>
      )}
    </Page>
  );
}

function Numbers({ queue }: { queue: QueueDetails }) {
  const key = (what: string) => `${queue.arn}/${what}`;
  const parts = [
    { name: "Visible", value: queue.visible, tone: "visible" },
    { name: "In flight", value: queue.inFlight, tone: "inFlight" },
    { name: "Delayed", value: queue.delayed, tone: "delayed" },
  ];
  const rates = [
    { name: "sent", value: queue.sentPerSecond, tone: "visible" },
    { name: "received", value: queue.receivedPerSecond, tone: "inFlight" },
    { name: "deleted", value: queue.deletedPerSecond, tone: "good" },
  ];
  const rateLines = rates.map(({ name, value, tone }) => ({
    values: sample(key(name), value),
    tone,
  }));
  return (
    <section class="tiles queue-tiles" aria-label="Counts">
      {parts.map(({ name, value, tone }) => (
        <div class="tile" key={name}>
          <span class="tile-name">
            <i class={`dot tone-${tone}`} />
            {name}
          </span>
          <span class="tile-value">{count(value)}</span>
          <Sparkline
            lines={[{ values: sample(key(name), value), tone }]}
            label={`${name} lately, now ${value}`}
          />
        </div>
      ))}
      <div class="tile">
        <span class="tile-name">Oldest message</span>
        <span class="tile-value">
          {queue.oldestAgeSeconds === null ? "–" : duration(queue.oldestAgeSeconds)}
        </span>
        <span class="tile-note" title="Since the broker has started">
          {count(queue.sent)} sent, {count(queue.deleted)} deleted
        </span>
      </div>
      <div class="tile wide">
        <span class="tile-name">Per second</span>
        <span class="tile-name">
          {rates.map(({ name, value, tone }) => (
            <span key={name} class="legend">
              <i class={`dot tone-${tone}`} />
              {rate(value)} {name}
            </span>
          ))}
        </span>
        <Sparkline
          lines={rateLines}
          area={false}
          label="Sent, received and deleted per second, lately"
        />
      </div>
    </section>
  );
}

function Details({ queue }: { queue: QueueDetails }) {
  return (
    <div class="details">
      <section>
        <h2>Identity</h2>
        <Facts
          facts={[
            { name: "ARN", value: <Copied text={queue.arn} label="ARN" /> },
            { name: "URL", value: <Copied text={queue.url} label="URL" /> },
            { name: "Created", value: dateTime(queue.createdAt) },
            queue.deadLetterQueue
              ? {
                  name: "Dead letters go to",
                  value: (
                    <>
                      <QueueLink arn={queue.deadLetterQueue} /> after {queue.maxReceiveCount}{" "}
                      receives
                    </>
                  ),
                }
              : null,
            queue.deadLetterSources.length > 0
              ? {
                  name: "Dead letters come from",
                  value: (
                    <Links
                      links={queue.deadLetterSources.map((arn) => (
                        <QueueLink arn={arn} key={arn} />
                      ))}
                    />
                  ),
                }
              : null,
            queue.subscriptions.length > 0
              ? {
                  name: "Subscribed to",
                  value: (
                    <Links
                      links={queue.subscriptions.map(({ topicArn, subscriptionArn }) => (
                        <a key={subscriptionArn} href={topicHref(arnParts(topicArn))}>
                          {arnParts(topicArn).name}
                        </a>
                      ))}
                    />
                  ),
                }
              : null,
          ]}
        />
      </section>
      <NamedValues title="Attributes" values={queue.attributes} />
      <NamedValues title="Tags" values={queue.tags} />
    </div>
  );
}

function Links({ links }: { links: preact.ComponentChild[] }) {
  return (
    <ul class="inline-list">
      {links.map((link, index) => (
        <li key={index}>{link}</li>
      ))}
    </ul>
  );
}
