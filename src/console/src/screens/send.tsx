import { useState } from "preact/hooks";

import { sqs, sqsAttributes } from "../data/aws";
import type { QueueDetails } from "../data/types";
import { bytes } from "../format";
import { AttributesEditor, toAttributes, type AttributeRow } from "../parts/attributes";
import { Button, ErrorBox, Field } from "../parts/basics";
import { submitOnCtrlEnter, useSubmit } from "../parts/form";
import { historyHref } from "../router";
import { toast } from "../state";

export function Send({ queue }: { queue: QueueDetails }) {
  const [body, setBody] = useState('{\n  "hello": "world"\n}');
  const [rows, setRows] = useState<AttributeRow[]>([]);
  const [delay, setDelay] = useState("");
  const [group, setGroup] = useState("");
  const [deduplication, setDeduplication] = useState("");

  const { busy, error, submit } = useSubmit(async () => {
    const { MessageId } = await sqs<{ MessageId: string }>(queue, "SendMessage", {
      QueueUrl: queue.url,
      MessageBody: body,
      MessageAttributes: sqsAttributes(toAttributes(rows)),
      ...(delay !== "" && { DelaySeconds: Number(delay) }),
      ...(group && { MessageGroupId: group }),
      ...(deduplication && { MessageDeduplicationId: deduplication }),
    });
    toast("Sent.", { link: { text: "History", href: historyHref(MessageId) } });
  });
  return (
    <form class="panel form" onSubmit={submit}>
      <Field
        label="Body"
        hint={`${bytes(new TextEncoder().encode(body).length)} of at most 1 MiB · Ctrl+Enter sends`}
      >
        {(id) => (
          <textarea
            id={id}
            class="mono"
            rows={8}
            required
            value={body}
            spellcheck={false}
            onKeyDown={submitOnCtrlEnter}
            onInput={(event) => setBody(event.currentTarget.value)}
          />
        )}
      </Field>
      <AttributesEditor rows={rows} change={setRows} />
      <div class="columns">
        <Field
          label={queue.fifo ? "Group id" : "Group id (optional)"}
          hint={
            queue.fifo
              ? "Messages of a group keep their order."
              : "Fair queues: each group gets its turn."
          }
        >
          {(id) => (
            <input
              id={id}
              value={group}
              required={queue.fifo}
              spellcheck={false}
              onInput={(event) => setGroup(event.currentTarget.value)}
            />
          )}
        </Field>
        {queue.fifo ? (
          <Field label="Deduplication id" hint="May be empty with content-based deduplication.">
            {(id) => (
              <input
                id={id}
                value={deduplication}
                spellcheck={false}
                onInput={(event) => setDeduplication(event.currentTarget.value)}
              />
            )}
          </Field>
        ) : (
          <Field label="Delay, seconds" hint="Empty: the queue's own, 0 to 900.">
            {(id) => (
              <input
                id={id}
                type="number"
                min="0"
                max="900"
                value={delay}
                onInput={(event) => setDelay(event.currentTarget.value)}
              />
            )}
          </Field>
        )}
      </div>
      {error && <ErrorBox error={error} />}
      <div class="buttons">
        <Button kind="primary" icon="send" submit busy={busy}>
          Send message
        </Button>
      </div>
    </form>
  );
}
