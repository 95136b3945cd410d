import type { ComponentChildren } from "preact";

import { admin } from "../data/admin";
import { useLoad, kPollMs } from "../data/load";
import { sample } from "../data/samples";
import type { Overview as Numbers } from "../data/types";
import { bytes, count, dateTime, duration, rate } from "../format";
import { CopyButton, Empty, Facts, Skeleton } from "../parts/basics";
import { Page } from "../parts/page";
import { Sparkline } from "../parts/sparkline";
import { href } from "../router";
import { overview } from "../state";
import { QueueTable } from "./queue_table";

export function Overview() {
  const numbers = overview.value;
  if (!numbers) return <Skeleton rows={6} />;
  return (
    <Page title="Overview">
      {numbers.queues + numbers.topics === 0 ? <FirstMessage /> : <Live numbers={numbers} />}
      <About numbers={numbers} />
    </Page>
  );
}

function Tile({
  name,
  value,
  to,
  tone,
  line,
}: {
  name: string;
  value: string;
  to?: string;
  tone?: string;
  line?: ComponentChildren;
}) {
  const inside = (
    <>
      <span class="tile-name">
        {tone && <i class={`dot tone-${tone}`} />}
        {name}
      </span>
      <span class="tile-value">{value}</span>
      {line}
    </>
  );
  return to ? (
    <a class="tile" href={to}>
      {inside}
    </a>
  ) : (
    <div class="tile">{inside}</div>
  );
}

function Live({ numbers }: { numbers: Numbers }) {
  const { messages, rates } = numbers;
  const line = (key: string, value: number, tone: string, name: string) => (
    <Sparkline
      lines={[{ values: sample(`overview/${key}`, value), tone }]}
      label={`${name} lately, now ${rate(value)}`}
    />
  );
  return (
    <>
      <section class="tiles" aria-label="Messages">
        <Tile
          name="Visible"
          value={count(messages.visible)}
          tone="visible"
          line={line("visible", messages.visible, "visible", "Visible")}
        />
        <Tile
          name="In flight"
          value={count(messages.inFlight)}
          tone="inFlight"
          line={line("inFlight", messages.inFlight, "inFlight", "In flight")}
        />
        <Tile
          name="Delayed"
          value={count(messages.delayed)}
          tone="delayed"
          line={line("delayed", messages.delayed, "delayed", "Delayed")}
        />
        <Tile
          name="Sent / s"
          value={rate(rates.sent)}
          line={line("sent", rates.sent, "accent", "Sent per second")}
        />
        <Tile
          name="Received / s"
          value={rate(rates.received)}
          line={line("received", rates.received, "accent", "Received per second")}
        />
        <Tile
          name="Deleted / s"
          value={rate(rates.deleted)}
          line={line("deleted", rates.deleted, "accent", "Deleted per second")}
        />
      </section>
      <section class="tiles small" aria-label="Resources">
        <Tile name="Queues" value={count(numbers.queues)} to={href(["queues"])} />
        <Tile name="Topics" value={count(numbers.topics)} to={href(["topics"])} />
        <Tile name="Subscriptions" value={count(numbers.subscriptions)} to={href(["topics"])} />
        <Tile
          name="Deliveries waiting"
          value={count(numbers.pendingDeliveries)}
          to={href(["deliveries"])}
        />
        <Tile name="In the outbox" value={count(numbers.outbox)} to={href(["outbox"])} />
      </section>
      {numbers.queues > 0 && <Largest />}
    </>
  );
}

const kLargest = 5;

function Largest() {
  const { data } = useLoad(
    (signal) => admin.queues({ limit: kLargest, signal }, "", "visible"),
    "largest",
    kPollMs,
  );
  return (
    <section>
      <div class="section-head">
        <h2>Longest queues</h2>
        <a href={href(["queues"], { sort: "visible" })}>All queues</a>
      </div>
      {data ? <QueueTable queues={data.items} /> : <Skeleton rows={kLargest} />}
    </section>
  );
}

function FirstMessage() {
  const origin = location.origin;
  const account = overview.value?.account ?? "000000000000";
  const lines = [
    `curl ${origin}/ -d Action=CreateQueue -d QueueName=orders`,
    `curl ${origin}/${account}/orders -d Action=SendMessage -d MessageBody=hello`,
    `curl "${origin}/${account}/orders?Action=ReceiveMessage"`,
  ];
  return (
    <Empty icon="queue" title="No queues and no topics yet">
      <p>Make a queue, send a message and receive it, with nothing but curl:</p>
      <div class="code-copy">
        <pre class="code" tabIndex={0}>
          {lines.join("\n")}
        </pre>
        <CopyButton text={lines.join("\n")} label="commands" />
      </div>
      <p>
        Or <a href={href(["queues"], { create: "1" })}>create a queue</a> here. What it holds then
        appears on this page by itself.
      </p>
    </Empty>
  );
}

const kDurability: Record<string, string> = {
  full: "full: answered when it is on the disk",
  relaxed: "relaxed: the last 100 ms may be lost",
  memory: "memory: nothing is kept",
};

function About({ numbers }: { numbers: Numbers }) {
  return (
    <section>
      <div class="section-head">
        <h2>This broker</h2>
        <a href={href(["settings"])}>Settings</a>
      </div>
      <Facts
        facts={[
          { name: "Version", value: numbers.version },
          { name: "Durability", value: kDurability[numbers.durability] ?? numbers.durability },
          {
            name: "Running for",
            value: (
              <span title={dateTime(numbers.startedAt)}>{duration(numbers.uptimeSeconds)}</span>
            ),
          },
          { name: "Memory", value: bytes(numbers.residentBytes) },
          { name: "Connections", value: count(numbers.connections) },
          { name: "Account", value: <span class="mono">{numbers.account}</span> },
          { name: "Region", value: <span class="mono">{numbers.region}</span> },
          {
            name: "Signatures",
            value: numbers.auth === "sigv4" ? "checked (SigV4)" : "not checked",
          },
        ]}
      />
    </section>
  );
}
