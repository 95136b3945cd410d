import { arnParts, dateTime, duration, tryJson } from "../format";
import { queueHref } from "../router";
import { secondsSince } from "../state";
import { CopyButton, Facts } from "./basics";
import { Json } from "./json";

export function QueueLink({ arn }: { arn: string }) {
  return <a href={queueHref(arnParts(arn))}>{arnParts(arn).name}</a>;
}

export function Countdown({ until }: { until: string }) {
  const left = -secondsSince(until);
  return <span class="nowrap">{left > 0 ? `in ${duration(Math.ceil(left))}` : "now"}</span>;
}

export function Copied({ text, label }: { text: string; label: string }) {
  return (
    <span class="copied">
      <span class="mono wrap">{text}</span>
      <CopyButton text={text} label={label} />
    </span>
  );
}

export function NamedValues({ title, values }: { title: string; values: Record<string, unknown> }) {
  const entries = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
  return (
    <section>
      <h2>{title}</h2>
      {entries.length === 0 ? (
        <p class="muted">None.</p>
      ) : (
        <Facts
          facts={entries.map(([name, value]) => ({
            name,
            value: <Value name={name} value={value} />,
          }))}
        />
      )}
    </section>
  );
}

const kUnits: Record<string, (value: string) => string> = {
  VisibilityTimeout: (value) => duration(Number(value)),
  MessageRetentionPeriod: (value) => duration(Number(value)),
  DelaySeconds: (value) => duration(Number(value)),
  ReceiveMessageWaitTimeSeconds: (value) => duration(Number(value)),
  CreatedTimestamp: (value) => dateTime(new Date(Number(value) * 1000).toISOString()),
  LastModifiedTimestamp: (value) => dateTime(new Date(Number(value) * 1000).toISOString()),
};

function Value({ name, value }: { name: string; value: unknown }) {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const object = text.startsWith("{") ? tryJson(text) : undefined;
  if (object !== undefined) return <Json value={object} />;
  const said = kUnits[name]?.(text);
  return (
    <span class="mono wrap" title={said && text}>
      {said ?? text}
    </span>
  );
}
