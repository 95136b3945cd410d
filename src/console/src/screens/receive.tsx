import { useState } from "preact/hooks";

import { sqs, type ReceivedMessage } from "../data/aws";
import type { QueueDetails } from "../data/types";
import { AttributesTable } from "../parts/attributes";
import { Button, Empty, ErrorBox, Field } from "../parts/basics";
import { Body } from "../parts/json";
import { attempt } from "../parts/page";
import { historyHref } from "../router";
import { tick, toast } from "../state";
import { duration, plural, times } from "../format";
import { useSubmit } from "../parts/form";

interface Held {
  message: ReceivedMessage;
  until: number; // when others may receive it
}

const kKept = 100;

export function Receive({ queue, changed }: { queue: QueueDetails; changed: () => void }) {
  const [most, setMost] = useState("10");
  const [seconds, setSeconds] = useState("30");
  const [wait, setWait] = useState("0");
  const [held, setHeld] = useState<Held[]>([]);
  const [empty, setEmpty] = useState(false);

  const { busy, error, submit } = useSubmit(async () => {
    setEmpty(false);
    const { Messages = [] } = await sqs<{ Messages?: ReceivedMessage[] }>(queue, "ReceiveMessage", {
      QueueUrl: queue.url,
      MaxNumberOfMessages: Number(most),
      VisibilityTimeout: Number(seconds),
      WaitTimeSeconds: Number(wait),
      MessageSystemAttributeNames: ["All"],
      MessageAttributeNames: ["All"],
    });
    const until = tick.value + Number(seconds) * 1000;
    const again = new Set(Messages.map(({ MessageId }) => MessageId));
    setHeld((old) =>
      [
        ...Messages.map((message) => ({ message, until })),
        ...old.filter(({ message }) => !again.has(message.MessageId)),
      ].slice(0, kKept),
    );
    setEmpty(Messages.length === 0);
    changed();
  });
  const forget = (handle: string) =>
    setHeld((old) => old.filter(({ message }) => message.ReceiptHandle !== handle));
  const remove = ({ ReceiptHandle }: ReceivedMessage) =>
    attempt(async () => {
      await sqs(queue, "DeleteMessage", { QueueUrl: queue.url, ReceiptHandle });
      forget(ReceiptHandle);
      changed();
    });
  const letGo = ({ ReceiptHandle }: ReceivedMessage) =>
    attempt(async () => {
      await sqs(queue, "ChangeMessageVisibility", {
        QueueUrl: queue.url,
        ReceiptHandle,
        VisibilityTimeout: 0,
      });
      forget(ReceiptHandle);
      changed();
    });
  const removeAll = async () => {
    const before = held.length;
    for (const { message } of held) await remove(message);
    toast(`${before} ${plural(before, "message")} deleted.`);
  };
  return (
    <>
      <form class="panel form inline-form" onSubmit={submit}>
        <Field label="At most">
          {(id) => (
            <input
              id={id}
              type="number"
              min="1"
              max="10"
              required
              value={most}
              onInput={(event) => setMost(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label="Hidden for, seconds">
          {(id) => (
            <input
              id={id}
              type="number"
              min="0"
              max="43200"
              required
              value={seconds}
              onInput={(event) => setSeconds(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label="Wait, seconds">
          {(id) => (
            <input
              id={id}
              type="number"
              min="0"
              max="20"
              required
              value={wait}
              onInput={(event) => setWait(event.currentTarget.value)}
            />
          )}
        </Field>
        <Button kind="primary" icon="receive" submit busy={busy}>
          {busy ? "Receiving…" : "Receive"}
        </Button>
        {held.length > 1 && (
          <Button onClick={() => void removeAll()}>Delete all {held.length}</Button>
        )}
      </form>
      {error && <ErrorBox error={error} />}
      {empty && (
        <p class="note" role="status">
          There was nothing to receive.
        </p>
      )}
      {held.length === 0 && !empty && (
        <Empty icon="receive" title="Receive as a consumer does">
          <p>
            Received messages are hidden from others until their time is up. Then delete them, or
            let them go.
          </p>
        </Empty>
      )}
      <ul class="cards" aria-label="Received messages">
        {held.map(({ message, until }) => {
          const left = Math.ceil((until - tick.value) / 1000);
          const attributes = Object.entries(message.MessageAttributes ?? {});
          return (
            <li class="panel" key={message.ReceiptHandle}>
              <div class="section-head">
                <h3 class="mono wrap">
                  <a href={historyHref(message.MessageId)}>{message.MessageId}</a>
                </h3>
                <span class={left > 0 ? "muted" : "tone-bad text"} role="timer">
                  {left > 0 ? `yours for ${duration(left)}` : "others may receive it now"}
                </span>
                <span class="buttons">
                  <Button small onClick={() => void letGo(message)}>
                    Let go
                  </Button>
                  <Button small kind="primary" icon="trash" onClick={() => void remove(message)}>
                    Delete
                  </Button>
                </span>
              </div>
              <Body text={message.Body} size={new TextEncoder().encode(message.Body).length} />
              {attributes.length > 0 && (
                <AttributesTable
                  attributes={Object.fromEntries(
                    attributes.map(([name, value]) => [
                      name,
                      { type: value.DataType, value: value.StringValue ?? value.BinaryValue ?? "" },
                    ]),
                  )}
                />
              )}
              <p class="muted">
                Received {times(Number(message.Attributes?.ApproximateReceiveCount ?? 1))} so far
              </p>
            </li>
          );
        })}
      </ul>
    </>
  );
}
