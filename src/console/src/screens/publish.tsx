import { useState } from "preact/hooks";

import { sns, snsAttributes } from "../data/aws";
import type { TopicDetails } from "../data/types";
import { AttributesEditor, toAttributes, type AttributeRow } from "../parts/attributes";
import { Button, ErrorBox, Field } from "../parts/basics";
import { submitOnCtrlEnter, useSubmit } from "../parts/form";
import { historyHref } from "../router";
import { toast } from "../state";

export function Publish({ topic }: { topic: TopicDetails }) {
  const [message, setMessage] = useState('{\n  "hello": "world"\n}');
  const [subject, setSubject] = useState("");
  const [rows, setRows] = useState<AttributeRow[]>([]);
  const [group, setGroup] = useState("");
  const [deduplication, setDeduplication] = useState("");
  const { busy, error, submit } = useSubmit(async () => {
    const text = await sns(topic, "Publish", {
      TopicArn: topic.arn,
      Message: message,
      ...(subject && { Subject: subject }),
      ...(group && { MessageGroupId: group }),
      ...(deduplication && { MessageDeduplicationId: deduplication }),
      ...snsAttributes(toAttributes(rows)),
    });
    toast("Published.", {
      link: { text: "Where it went", href: historyHref(text("MessageId")) },
    });
  });
  return (
    <form class="panel form" onSubmit={submit}>
      <Field label="Subject (optional)">
        {(id) => (
          <input
            id={id}
            value={subject}
            maxLength={100}
            onInput={(event) => setSubject(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label="Message" hint="Ctrl+Enter publishes">
        {(id) => (
          <textarea
            id={id}
            class="mono"
            rows={8}
            required
            value={message}
            spellcheck={false}
            onKeyDown={submitOnCtrlEnter}
            onInput={(event) => setMessage(event.currentTarget.value)}
          />
        )}
      </Field>
      <AttributesEditor rows={rows} change={setRows} />
      {topic.fifo && (
        <div class="columns">
          <Field label="Group id">
            {(id) => (
              <input
                id={id}
                value={group}
                required
                onInput={(event) => setGroup(event.currentTarget.value)}
              />
            )}
          </Field>
          <Field label="Deduplication id" hint="May be empty with content-based deduplication.">
            {(id) => (
              <input
                id={id}
                value={deduplication}
                onInput={(event) => setDeduplication(event.currentTarget.value)}
              />
            )}
          </Field>
        </div>
      )}
      {error && <ErrorBox error={error} />}
      <div class="buttons">
        <Button kind="primary" icon="send" submit busy={busy}>
          Publish message
        </Button>
      </div>
    </form>
  );
}
