import { useCallback, useState } from "preact/hooks";

import { admin } from "../data/admin";
import { sns } from "../data/aws";
import { usePages } from "../data/pages";
import type { Subscription, TopicDetails } from "../data/types";
import { arnParts, count, tryJson } from "../format";
import { Badge, Button, Empty, ErrorBox, Facts, Field, Skeleton } from "../parts/basics";
import { Confirm, Dialog } from "../parts/dialog";
import { Json } from "../parts/json";
import { VirtualList } from "../parts/virtual_list";
import { amend, href, queueHref } from "../router";
import { toast } from "../state";
import { Copied, QueueLink } from "./queue";

export const filterPolicyOf = (subscription: Subscription): unknown =>
  typeof subscription.filterPolicy === "string" ? tryJson(subscription.filterPolicy) : subscription.filterPolicy;

export const endpointName = ({ protocol, endpoint }: { protocol: string; endpoint: string }): string =>
  protocol === "sqs" ? arnParts(endpoint).name : protocol === "lambda" ? (endpoint.split(":function:")[1] ?? endpoint) : endpoint;

export function Subscriptions({ topic, changed }: { topic: TopicDetails; changed: () => void }) {
  const list = usePages<Subscription>(
    (request) => admin.subscriptions(request, topic.name, topic),
    `subscriptions/${topic.arn}`,
  );
  const see = useCallback((first: number, last: number) => list.see(first, last), [list]);
  const [open, setOpen] = useState<Subscription | null>(null);
  const [subscribing, setSubscribing] = useState(false);
  const refresh = () => {
    changed();
    void list.refresh();
  };
  return (
    <>
      <div class="toolbar">
        <Button icon="plus" kind="primary" onClick={() => setSubscribing(true)}>Subscribe</Button>
        {topic.pending > 0 && <span class="toolbar-count">{count(topic.pending)} not confirmed yet</span>}
      </div>
      {list.error && <ErrorBox error={list.error} retry={() => void list.refresh()} />}
      {!list.loaded && !list.error && <Skeleton rows={4} />}
      {list.loaded && list.count === 0 && (
        <Empty icon="topic" title="Nobody is subscribed">
          <p>What is published now reaches no one.</p>
        </Empty>
      )}
      {list.count > 0 && (
        <VirtualList class="subscriptions" label="Subscriptions" rows={list.rows} count={list.count} see={see}
          heights={{ wide: 42, narrow: 80 }}
          head={<>
            <div role="columnheader" class="c-protocol">Protocol</div>
            <div role="columnheader" class="c-name">Endpoint</div>
            <div role="columnheader" class="c-policy">Filter policy</div>
            <div role="columnheader" class="c-num">Waiting</div>
          </>}
          row={(index, focus) => {
            const subscription = list.at(index);
            if (!subscription) return <div class="skeleton" role="gridcell" />;
            return (
              <>
                <div role="gridcell" class="c-protocol"><Badge>{subscription.protocol}</Badge></div>
                <div role="gridcell" class="c-name">
                  <button type="button" class="row-link" {...focus} onClick={() => setOpen(subscription)}>
                    {endpointName(subscription)}
                  </button>
                  <span class="row-badges">
                    {subscription.state === "pending" && <Badge tone="inFlight">not confirmed</Badge>}
                    {subscription.raw && <Badge>raw</Badge>}
                  </span>
                </div>
                <div role="gridcell" class="c-policy mono">
                  {subscription.filterPolicy ? JSON.stringify(filterPolicyOf(subscription)) : <span class="muted">every message</span>}
                </div>
                <div role="gridcell" class={`c-num${subscription.pendingDeliveries === 0 ? " zero" : ""}`}>
                  {count(subscription.pendingDeliveries)}<span class="c-unit"> waiting</span>
                </div>
              </>
            );
          }} />
      )}
      {open && <SubscriptionDetail topic={topic} subscription={open} close={() => setOpen(null)} changed={refresh} />}
      {subscribing && <Subscribe topic={topic} close={() => setSubscribing(false)} changed={refresh} />}
    </>
  );
}

interface DetailProps {
  topic: TopicDetails;
  subscription: Subscription;
  close: () => void;
  changed: () => void;
}

function SubscriptionDetail({ topic, subscription, close, changed }: DetailProps) {
  const [removing, setRemoving] = useState(false);
  const policy = filterPolicyOf(subscription);
  if (removing) {
    return (
      <Confirm title="Unsubscribe?" action="Unsubscribe" close={close}
        run={async () => {
          await sns(topic, "Unsubscribe", { SubscriptionArn: subscription.arn });
          toast(`${endpointName(subscription)} is no longer subscribed.`);
          changed();
        }}>
        <p>{endpointName(subscription)} gets nothing from {topic.name} any more.</p>
      </Confirm>
    );
  }
  return (
    <Dialog title="Subscription" close={close} side>
      <Facts facts={[
        { name: "Protocol", value: subscription.protocol },
        {
          name: "Endpoint",
          value: subscription.protocol === "sqs"
            ? <a href={queueHref(arnParts(subscription.endpoint))}>{endpointName(subscription)}</a>
            : <span class="mono wrap">{subscription.endpoint}</span>,
        },
        { name: "State", value: subscription.state },
        { name: "Delivered", value: subscription.raw ? "raw, as published" : "in an envelope" },
        { name: "Waiting", value: <a href={href(["deliveries"], { subscription: subscription.arn })}>{count(subscription.pendingDeliveries)} deliveries</a> },
        subscription.deadLetterQueue ? { name: "Dead letters go to", value: <QueueLink arn={subscription.deadLetterQueue} /> } : null,
        { name: "ARN", value: <Copied text={subscription.arn} label="ARN" /> },
      ]} />
      <section>
        <div class="section-head">
          <h3>Filter policy</h3>
          <span class="muted">{policy ? `on ${subscription.filterPolicyScope === "MessageBody" ? "the body" : "the attributes"}` : "none: it gets every message"}</span>
        </div>
        {policy ? <Json value={policy} /> : null}
      </section>
      <div class="buttons">
        <Button icon="filter" onClick={() => { close(); amend({ tab: "filter", subscription: subscription.arn }); }}>
          {policy ? "Try or change the filter" : "Give it a filter"}
        </Button>
        <Button icon="trash" onClick={() => setRemoving(true)}>Unsubscribe</Button>
      </div>
    </Dialog>
  );
}

const kProtocols = ["sqs", "http", "https", "email", "email-json", "sms", "lambda", "application", "firehose"];
const kEndpoints: Record<string, string> = {
  sqs: "orders, or the queue's ARN",
  http: "http://host/path",
  https: "https://host/path",
  email: "someone@example.com",
  "email-json": "someone@example.com",
  sms: "+15551234567",
};

function Subscribe({ topic, close, changed }: Omit<DetailProps, "subscription">) {
  const [protocol, setProtocol] = useState("sqs");
  const [endpoint, setEndpoint] = useState("");
  const [raw, setRaw] = useState(false);
  const [scope, setScope] = useState("MessageAttributes");
  const [policy, setPolicy] = useState("");
  const [error, setError] = useState<Error>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    const attributes: [string, string][] = [];
    if (raw) attributes.push(["RawMessageDelivery", "true"]);
    if (policy.trim()) attributes.push(["FilterPolicyScope", scope], ["FilterPolicy", policy]);
    const fields = Object.fromEntries(attributes.flatMap(([name, value], index) => [
      [`Attributes.entry.${index + 1}.key`, name],
      [`Attributes.entry.${index + 1}.value`, value],
    ]));
    const full = protocol === "sqs" && !endpoint.startsWith("arn:")
      ? `arn:aws:sqs:${topic.region}:${topic.account}:${endpoint}` : endpoint;
    try {
      await sns(topic, "Subscribe", {
        TopicArn: topic.arn, Protocol: protocol, Endpoint: full, ReturnSubscriptionArn: "true", ...fields,
      });
      toast(`${endpoint} is subscribed.`);
      changed();
      close();
    } catch (failure) {
      setError(failure as Error);
      setBusy(false);
    }
  };
  return (
    <Dialog title={`Subscribe to ${topic.name}`} close={close}>
      <form onSubmit={submit}>
        <div class="columns narrow-first">
          <Field label="Protocol">
            {(id) => (
              <select id={id} value={protocol} onChange={(event) => setProtocol(event.currentTarget.value)}>
                {kProtocols.map((name) => <option key={name}>{name}</option>)}
              </select>
            )}
          </Field>
          <Field label={protocol === "sqs" ? "Queue" : "Endpoint"}>
            {(id) => <input id={id} value={endpoint} required autofocus placeholder={kEndpoints[protocol] ?? "arn:…"} spellcheck={false}
              onInput={(event) => setEndpoint(event.currentTarget.value)} />}
          </Field>
        </div>
        {["sqs", "http", "https", "firehose"].includes(protocol) && (
          <label class="check">
            <input type="checkbox" checked={raw} onChange={(event) => setRaw(event.currentTarget.checked)} />
            Raw: the message as it was published, without an envelope
          </label>
        )}
        <Field label="Filter policy (optional)" hint="JSON; without one it gets every message.">
          {(id) => <textarea id={id} class="mono" rows={4} value={policy} spellcheck={false}
            placeholder={'{"color": ["red"]}'} onInput={(event) => setPolicy(event.currentTarget.value)} />}
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
          <Button kind="primary" submit busy={busy}>Subscribe</Button>
        </div>
      </form>
    </Dialog>
  );
}
