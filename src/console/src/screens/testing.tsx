import { useState } from "preact/hooks";

import { admin } from "../data/admin";
import { useLoad, kPollMs } from "../data/load";
import type { Fault } from "../data/types";
import { count, dateTime } from "../format";
import { Badge, Button, Empty, ErrorBox, Field, Skeleton } from "../parts/basics";
import { useSubmit } from "../parts/form";
import { attempt, Page } from "../parts/page";
import { toast } from "../state";

export function Testing() {
  return (
    <Page title="Testing">
      <Clock />
      <Faults />
    </Page>
  );
}

const kSteps = ["1s", "30s", "1m", "15m", "1h", "12h", "4d"];

function Clock() {
  const { data, error, reload } = useLoad((signal) => admin.clock(signal), "clock", 1000);
  const [other, setOther] = useState("");
  const advance = (by: string) =>
    attempt(async () => {
      await admin.advance(by);
      toast(`The clock is ${by} later.`);
      reload();
    });
  return (
    <section>
      <h2>Clock</h2>
      <p class="muted">
        Forwards only. Delays, visibility timeouts, retention and retries all follow this clock.
      </p>
      {error && <ErrorBox error={error} retry={reload} />}
      {!data && !error && <Skeleton rows={1} />}
      {data && (
        <div class="panel clock">
          <div class="clock-now">
            <span class="tile-value" data-now>
              {dateTime(data.now)}
            </span>
            <span class="muted">advanced by {data.advanced}</span>
          </div>
          <div class="buttons" role="group" aria-label="Advance the clock">
            {kSteps.map((step) => (
              <Button key={step} small onClick={() => void advance(step)}>
                + {step}
              </Button>
            ))}
          </div>
          <form
            class="inline-form"
            onSubmit={(event) => {
              event.preventDefault();
              void advance(other);
            }}
          >
            <Field label="Another step">
              {(id) => (
                <input
                  id={id}
                  value={other}
                  required
                  placeholder="6m"
                  onInput={(event) => setOther(event.currentTarget.value)}
                />
              )}
            </Field>
            <Button submit>Advance</Button>
          </form>
        </div>
      )}
    </section>
  );
}

function Faults() {
  const { data, error, reload } = useLoad((signal) => admin.faults(signal), "faults", kPollMs);
  const change = (work: () => Promise<unknown>) =>
    attempt(async () => {
      await work();
      reload();
    });
  return (
    <section>
      <div class="section-head">
        <h2>Faults</h2>
        {data && data.length > 0 && (
          <Button small onClick={() => void change(admin.removeFaults)}>
            Remove all
          </Button>
        )}
      </div>
      <p class="muted">What goes wrong on purpose, so that a client can show how it copes.</p>
      <AddFault changed={reload} />
      {error && <ErrorBox error={error} retry={reload} />}
      {data?.length === 0 && <Empty icon="testing" title="Nothing goes wrong on purpose" />}
      <ul class="cards" aria-label="Faults">
        {data?.map((fault) => (
          <li class="panel section-head" key={fault.id}>
            <Badge tone="bad">{fault.effect}</Badge>
            <span>{describe(fault)}</span>
            <span class="muted">{count(fault.hits)} hits</span>
            <Button
              small
              icon="trash"
              onClick={() => void change(() => admin.removeFault(fault.id))}
            >
              Remove
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function describe({ action, queue, probability, count: left, delay }: Fault): string {
  return [
    action || "every action",
    queue ? `on ${queue}` : "",
    probability < 1 ? `in ${Math.round(probability * 1000) / 10} % of cases` : "always",
    left ? `${left} times more` : "",
    delay && delay !== "0s" && delay !== "0ms" ? `by ${delay}` : "",
  ]
    .filter(Boolean)
    .join(", ");
}

const kEffects = [
  "throttle",
  "error",
  "delay",
  "dropBefore",
  "dropAfter",
  "duplicate",
  "reorder",
  "partial",
];

function AddFault({ changed }: { changed: () => void }) {
  const [effect, setEffect] = useState("throttle");
  const [action, setAction] = useState("");
  const [queue, setQueue] = useState("");
  const [percent, setPercent] = useState("100");
  const [times, setTimes] = useState("");
  const [delay, setDelay] = useState("500ms");
  const { busy, error, submit } = useSubmit(async () => {
    await admin.addFault({
      effect,
      probability: Number(percent) / 100,
      ...(action && { action }),
      ...(queue && { queue }),
      ...(times && { count: Number(times) }),
      ...(effect === "delay" && { delay }),
    });
    changed();
  });
  const input =
    (value: string, set: (value: string) => void, rest: object = {}) =>
    (id: string) => (
      <input id={id} value={value} {...rest} onInput={(event) => set(event.currentTarget.value)} />
    );
  return (
    <form class="panel form inline-form" onSubmit={submit}>
      <Field label="Effect">
        {(id) => (
          <select id={id} value={effect} onChange={(event) => setEffect(event.currentTarget.value)}>
            {kEffects.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Action">{input(action, setAction, { placeholder: "every action" })}</Field>
      <Field label="Queue">{input(queue, setQueue, { placeholder: "every queue" })}</Field>
      <Field label="Percent">
        {input(percent, setPercent, {
          type: "number",
          min: 0,
          max: 100,
          step: "any",
          required: true,
        })}
      </Field>
      <Field label="Times">
        {input(times, setTimes, { type: "number", min: 1, placeholder: "no end" })}
      </Field>
      {effect === "delay" && (
        <Field label="Delay">{input(delay, setDelay, { required: true })}</Field>
      )}
      <Button kind="primary" icon="plus" submit busy={busy}>
        Add fault
      </Button>
      {error && <ErrorBox error={error} />}
    </form>
  );
}
