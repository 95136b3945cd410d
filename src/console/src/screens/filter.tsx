import { useEffect, useState } from "preact/hooks";

import { admin } from "../data/admin";
import { sns } from "../data/aws";
import { useLoad } from "../data/load";
import type { Subscription, TopicDetails } from "../data/types";
import { endpointName } from "../format";
import { AttributesEditor, toAttributes, type AttributeRow } from "../parts/attributes";
import { Button, ErrorBox, Field, Segments } from "../parts/basics";
import { Icon } from "../parts/icons";
import { attempt } from "../parts/page";
import { amend, route } from "../router";
import { toast } from "../state";
import { filterPolicyOf } from "./subscriptions";

const kTypingMs = 250;
const kOffered = 1000;

type Verdict =
  | { kind: "matches" | "no"; reason: string }
  | { kind: "unclear"; reason: string }
  | { kind: "failed"; error: Error }
  | { kind: "waiting" };

interface Sample {
  policy: string;
  scope: string;
  body: string;
  rows: AttributeRow[];
}

async function judge({ policy, scope, body, rows }: Sample, signal: AbortSignal): Promise<Verdict> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(policy);
  } catch (error) {
    return { kind: "unclear", reason: `The policy is not JSON yet: ${(error as Error).message}` };
  }
  const request = { policy: parsed, scope, body, attributes: toAttributes(rows) };
  const { matches, reason } = await admin.tryFilter(request, signal);
  return { kind: matches ? "matches" : "no", reason: reason ?? "" };
}

export function FilterTryout({ topic }: { topic: TopicDetails }) {
  const chosen = route.value.query.get("subscription") ?? "";
  const { data, reload } = useLoad(
    (signal) => admin.subscriptions({ limit: kOffered, signal }, topic.name, topic),
    `offered/${topic.arn}`,
  );
  const subscription = data?.items.find(({ arn }) => arn === chosen);
  const [policy, setPolicy] = useState(
    '{\n  "color": ["red", {"prefix": "blue"}],\n  "quantity": [{"numeric": [">=", 100]}]\n}',
  );
  const [scope, setScope] = useState("MessageAttributes");
  const [body, setBody] = useState('{\n  "color": "red",\n  "quantity": 150\n}');
  const [rows, setRows] = useState<AttributeRow[]>([
    { name: "color", type: "String", value: "red" },
    { name: "quantity", type: "Number", value: "42" },
  ]);
  const [verdict, setVerdict] = useState<Verdict>({ kind: "waiting" });
  const [turn, setTurn] = useState(0);

  useEffect(() => {
    if (!subscription) return;
    setPolicy(JSON.stringify(filterPolicyOf(subscription) ?? {}, null, 2));
    setScope(subscription.filterPolicyScope ?? "MessageAttributes");
  }, [subscription?.arn]);

  useEffect(() => {
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      try {
        setVerdict(await judge({ policy, scope, body, rows }, abort.signal));
      } catch (error) {
        if (!abort.signal.aborted) setVerdict({ kind: "failed", error: error as Error });
      }
    }, kTypingMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [policy, scope, body, rows, turn]);

  return (
    <div class="tryout">
      <Result verdict={verdict} retry={() => setTurn(turn + 1)} />
      <section class="panel form" aria-label="Filter policy">
        <Field label="Filter policy of">
          {(id) => (
            <select
              id={id}
              value={chosen}
              onChange={(event) => amend({ subscription: event.currentTarget.value || undefined })}
            >
              <option value="">no subscription: a policy of my own</option>
              {data?.items.map((item) => (
                <option key={item.arn} value={item.arn}>
                  {item.protocol}: {endpointName(item)}
                  {item.filterPolicy ? "" : " (no policy)"}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Policy">
          {(id) => (
            <textarea
              id={id}
              class="mono"
              rows={9}
              value={policy}
              spellcheck={false}
              onInput={(event) => setPolicy(event.currentTarget.value)}
            />
          )}
        </Field>
        <Segments
          label="The policy looks at"
          value={scope}
          choose={setScope}
          options={[
            { value: "MessageAttributes", label: "Message attributes" },
            { value: "MessageBody", label: "Message body" },
          ]}
        />
        {subscription && (
          <Save
            topic={topic}
            subscription={subscription}
            policy={policy}
            scope={scope}
            saved={reload}
          />
        )}
      </section>
      <section
        class={`panel form${scope === "MessageBody" ? " body-first" : ""}`}
        aria-label="Sample message"
      >
        <AttributesEditor rows={rows} change={setRows} />
        <Field label="Body" class="sample-body">
          {(id) => (
            <textarea
              id={id}
              class="mono"
              rows={6}
              value={body}
              spellcheck={false}
              onInput={(event) => setBody(event.currentTarget.value)}
            />
          )}
        </Field>
      </section>
      <Everyone subscriptions={data?.items ?? []} body={body} rows={rows} />
    </div>
  );
}

const kAskedAtOnce = 8;
const kAskedMost = 200;

// The same sample, put to the policies that the topic's subscriptions have now.
function Everyone({
  subscriptions,
  body,
  rows,
}: {
  subscriptions: Subscription[];
  body: string;
  rows: AttributeRow[];
}) {
  const [answers, setAnswers] = useState<[Subscription, Verdict][]>([]);
  const [busy, setBusy] = useState(false);
  useEffect(() => setAnswers([]), [body, rows]);
  if (subscriptions.length === 0) return null;
  const asked = subscriptions.slice(0, kAskedMost);
  const ask = () =>
    attempt(async () => {
      setBusy(true);
      const { signal } = new AbortController();
      const found: [Subscription, Verdict][] = [];
      try {
        for (let from = 0; from < asked.length; from += kAskedAtOnce) {
          found.push(
            ...(await Promise.all(
              asked
                .slice(from, from + kAskedAtOnce)
                .map(async (subscription): Promise<[Subscription, Verdict]> => {
                  const policy = filterPolicyOf(subscription);
                  if (!policy)
                    return [subscription, { kind: "matches", reason: "it has no filter policy" }];
                  const scope = subscription.filterPolicyScope ?? "MessageAttributes";
                  return [
                    subscription,
                    await judge({ policy: JSON.stringify(policy), scope, body, rows }, signal),
                  ];
                }),
            )),
          );
        }
        setAnswers(found);
      } finally {
        setBusy(false);
      }
    });
  return (
    <section class="panel everyone" aria-label="Every subscription">
      <div class="section-head">
        <h2>Who would get this sample?</h2>
        <Button onClick={() => void ask()} busy={busy} icon="filter">
          Ask{" "}
          {asked.length === 1
            ? "the subscription"
            : asked.length < subscriptions.length
              ? `the first ${asked.length} subscriptions`
              : `all ${asked.length} subscriptions`}
        </Button>
      </div>
      {answers.length > 0 && (
        <ul>
          {answers.map(([subscription, verdict]) => (
            <li
              key={subscription.arn}
              class={`tone-${verdict.kind === "matches" ? "good" : "bad"}`}
            >
              <Icon name={verdict.kind === "matches" ? "check" : "cross"} size={16} />
              <span>
                <strong>{endpointName(subscription)}</strong>{" "}
                <span class="muted">{"reason" in verdict ? verdict.reason : ""}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Result({ verdict, retry }: { verdict: Verdict; retry: () => void }) {
  if (verdict.kind === "failed") return <ErrorBox error={verdict.error} retry={retry} />;
  const words = {
    matches: { icon: "check", title: "It matches: the message would be delivered", tone: "good" },
    no: { icon: "cross", title: "It does not match", tone: "bad" },
    unclear: { icon: "alert", title: "Nothing to judge yet", tone: "inFlight" },
    waiting: { icon: "filter", title: "Judging…", tone: "plain" },
  } as const;
  const { icon, title, tone } = words[verdict.kind];
  return (
    <div class={`verdict tone-${tone}`} role="status" data-verdict={verdict.kind}>
      <Icon name={icon} size={22} />
      <div>
        <strong>{title}</strong>
        {"reason" in verdict && verdict.reason && <p>{verdict.reason}</p>}
      </div>
    </div>
  );
}

interface SaveProps {
  topic: TopicDetails;
  subscription: Subscription;
  policy: string;
  scope: string;
  saved: () => void;
}

function Save({ topic, subscription, policy, scope, saved }: SaveProps) {
  const save = () =>
    attempt(async () => {
      const set = (name: string, value: string) =>
        sns(topic, "SetSubscriptionAttributes", {
          SubscriptionArn: subscription.arn,
          AttributeName: name,
          AttributeValue: value,
        });
      // Changing the scope judges the old policy by it; so only where there is something to change.
      if (scope !== subscription.filterPolicyScope) await set("FilterPolicyScope", scope);
      await set("FilterPolicy", policy);
      toast(`${endpointName(subscription)} has this filter policy now.`);
      saved();
    });
  return (
    <div class="buttons">
      <Button onClick={() => void save()}>Save it to the subscription</Button>
    </div>
  );
}
