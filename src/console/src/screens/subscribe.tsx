import { useState } from "preact/hooks";

import { sns } from "../data/aws";
import type { TopicDetails } from "../data/types";
import { Button, ErrorBox, Field } from "../parts/basics";
import { Dialog } from "../parts/dialog";
import { useSubmit } from "../parts/form";
import { toast } from "../state";

const kProtocols = [
  "sqs",
  "http",
  "https",
  "email",
  "email-json",
  "sms",
  "lambda",
  "application",
  "firehose",
];
const kEndpoints: Record<string, string> = {
  sqs: "orders, or the queue's ARN",
  http: "http://host/path",
  https: "https://host/path",
  email: "someone@example.com",
  "email-json": "someone@example.com",
  sms: "+15551234567",
};

interface SubscribeProps {
  topic: TopicDetails;
  close: () => void;
  changed: () => void;
}

export function Subscribe({ topic, close, changed }: SubscribeProps) {
  const [protocol, setProtocol] = useState("sqs");
  const [endpoint, setEndpoint] = useState("");
  const [raw, setRaw] = useState(false);
  const [scope, setScope] = useState("MessageAttributes");
  const [policy, setPolicy] = useState("");
  const { busy, error, submit } = useSubmit(async () => {
    const attributes: [string, string][] = [];
    if (raw) attributes.push(["RawMessageDelivery", "true"]);
    if (policy.trim()) attributes.push(["FilterPolicyScope", scope], ["FilterPolicy", policy]);
    const fields = Object.fromEntries(
      attributes.flatMap(([name, value], index) => [
        [`Attributes.entry.${index + 1}.key`, name],
        [`Attributes.entry.${index + 1}.value`, value],
      ]),
    );
    const full =
      protocol === "sqs" && !endpoint.startsWith("arn:")
        ? `arn:aws:sqs:${topic.region}:${topic.account}:${endpoint}`
        : endpoint;
    await sns(topic, "Subscribe", {
      TopicArn: topic.arn,
      Protocol: protocol,
      Endpoint: full,
      ReturnSubscriptionArn: "true",
      ...fields,
    });
    toast(`${endpoint} is subscribed.`);
    changed();
    close();
  });
  return (
    <Dialog title={`Subscribe to ${topic.name}`} close={close}>
      <form onSubmit={submit}>
        <div class="columns narrow-first">
          <Field label="Protocol">
            {(id) => (
              <select
                id={id}
                value={protocol}
                onChange={(event) => setProtocol(event.currentTarget.value)}
              >
                {kProtocols.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            )}
          </Field>
          <Field label={protocol === "sqs" ? "Queue" : "Endpoint"}>
            {(id) => (
              <input
                id={id}
                value={endpoint}
                required
                autofocus
                placeholder={kEndpoints[protocol] ?? "arn:…"}
                spellcheck={false}
                onInput={(event) => setEndpoint(event.currentTarget.value)}
              />
            )}
          </Field>
        </div>
        {["sqs", "http", "https", "firehose"].includes(protocol) && (
          <label class="check">
            <input
              type="checkbox"
              checked={raw}
              onChange={(event) => setRaw(event.currentTarget.checked)}
            />
            Raw: the message as it was published, without an envelope
          </label>
        )}
        <Field label="Filter policy (optional)" hint="JSON; without one it gets every message.">
          {(id) => (
            <textarea
              id={id}
              class="mono"
              rows={4}
              value={policy}
              spellcheck={false}
              placeholder={'{"color": ["red"]}'}
              onInput={(event) => setPolicy(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label="The policy looks at">
          {(id) => (
            <select id={id} value={scope} onChange={(event) => setScope(event.currentTarget.value)}>
              <option value="MessageAttributes">message attributes</option>
              <option value="MessageBody">the body</option>
            </select>
          )}
        </Field>
        {error && <ErrorBox error={error} />}
        <div class="buttons end">
          <Button onClick={close}>Cancel</Button>
          <Button kind="primary" submit busy={busy}>
            Subscribe
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
