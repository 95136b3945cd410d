import { useCallback, useState } from "preact/hooks";

import { admin } from "../data/admin";
import { sns } from "../data/aws";
import { usePages } from "../data/pages";
import type { Subscription, TopicDetails } from "../data/types";
import { arnParts, count, endpointName, tryJson } from "../format";
import { Badge, Button, Empty, ErrorBox, Facts, Skeleton } from "../parts/basics";
import { Confirm, Dialog } from "../parts/dialog";
import { Json } from "../parts/json";
import { Copied, QueueLink } from "../parts/values";
import { VirtualList } from "../parts/virtual_list";
import { amend, href, queueHref } from "../router";
import { toast } from "../state";
import { Subscribe } from "./subscribe";

export const filterPolicyOf = (subscription: Subscription): unknown =>
  typeof subscription.filterPolicy === "string"
    ? tryJson(subscription.filterPolicy)
    : subscription.filterPolicy;

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
        <Button icon="plus" kind="primary" onClick={() => setSubscribing(true)}>
          Subscribe
        </Button>
        {topic.pending > 0 && (
          <span class="toolbar-count">{count(topic.pending)} not confirmed yet</span>
        )}
      </div>
      {list.error && <ErrorBox error={list.error} retry={() => void list.refresh()} />}
      {!list.loaded && !list.error && <Skeleton rows={4} />}
      {list.loaded && list.count === 0 && (
        <Empty icon="topic" title="Nobody is subscribed">
          <p>What is published now reaches no one.</p>
        </Empty>
      )}
      {list.count > 0 && (
        <VirtualList
          class="subscriptions"
          label="Subscriptions"
          rows={list.rows}
          count={list.count}
          see={see}
          heights={{ wide: 42, narrow: 80 }}
          head={
            <>
              <div role="columnheader" class="c-protocol">
                Protocol
              </div>
              <div role="columnheader" class="c-name">
                Endpoint
              </div>
              <div role="columnheader" class="c-policy">
                Filter policy
              </div>
              <div role="columnheader" class="c-num">
                Waiting
              </div>
            </>
          }
          row={(index, focus) => {
            const subscription = list.at(index);
            if (!subscription) return <div class="skeleton" role="gridcell" />;
            return (
              <>
                <div role="gridcell" class="c-protocol">
                  <Badge>{subscription.protocol}</Badge>
                </div>
                <div role="gridcell" class="c-name">
                  <button
                    type="button"
                    class="row-link"
                    {...focus}
                    onClick={() => setOpen(subscription)}
                  >
                    {endpointName(subscription)}
                  </button>
                  <span class="row-badges">
                    {subscription.state === "pending" && (
                      <Badge tone="inFlight">not confirmed</Badge>
                    )}
                    {subscription.raw && <Badge>raw</Badge>}
                  </span>
                </div>
                <div role="gridcell" class="c-policy mono">
                  {subscription.filterPolicy ? (
                    JSON.stringify(filterPolicyOf(subscription))
                  ) : (
                    <span class="muted">every message</span>
                  )}
                </div>
                <div
                  role="gridcell"
                  class={`c-num${subscription.pendingDeliveries === 0 ? " zero" : ""}`}
                >
                  {count(subscription.pendingDeliveries)}
                  <span class="c-unit"> waiting</span>
                </div>
              </>
            );
          }}
        />
      )}
      {open && (
        <SubscriptionDetail
          topic={topic}
          subscription={open}
          close={() => setOpen(null)}
          changed={refresh}
        />
      )}
      {subscribing && (
        <Subscribe topic={topic} close={() => setSubscribing(false)} changed={refresh} />
      )}
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
      <Confirm
        title="Unsubscribe?"
        action="Unsubscribe"
        close={close}
        run={async () => {
          await sns(topic, "Unsubscribe", { SubscriptionArn: subscription.arn });
          toast(`${endpointName(subscription)} is no longer subscribed.`);
          changed();
        }}
      >
        <p>
          {endpointName(subscription)} gets nothing from {topic.name} any more.
        </p>
      </Confirm>
    );
  }
  return (
    <Dialog title="Subscription" close={close} side>
      <Facts
        facts={[
          { name: "Protocol", value: subscription.protocol },
          {
            name: "Endpoint",
            value:
              subscription.protocol === "sqs" ? (
                <a href={queueHref(arnParts(subscription.endpoint))}>
                  {endpointName(subscription)}
                </a>
              ) : (
                <span class="mono wrap">{subscription.endpoint}</span>
              ),
          },
          { name: "State", value: subscription.state },
          { name: "Delivered", value: subscription.raw ? "raw, as published" : "in an envelope" },
          {
            name: "Waiting",
            value: (
              <a href={href(["deliveries"], { subscription: subscription.arn })}>
                {count(subscription.pendingDeliveries)} deliveries
              </a>
            ),
          },
          subscription.deadLetterQueue
            ? {
                name: "Dead letters go to",
                value: <QueueLink arn={subscription.deadLetterQueue} />,
              }
            : null,
          { name: "ARN", value: <Copied text={subscription.arn} label="ARN" /> },
        ]}
      />
      <section>
        <div class="section-head">
          <h3>Filter policy</h3>
          <span class="muted">
            {policy
              ? `on ${subscription.filterPolicyScope === "MessageBody" ? "the body" : "the attributes"}`
              : "none: it gets every message"}
          </span>
        </div>
        {policy ? <Json value={policy} /> : null}
      </section>
      <div class="buttons">
        <Button
          icon="filter"
          onClick={() => {
            close();
            amend({ tab: "filter", subscription: subscription.arn });
          }}
        >
          {policy ? "Try or change the filter" : "Give it a filter"}
        </Button>
        <Button icon="trash" onClick={() => setRemoving(true)}>
          Unsubscribe
        </Button>
      </div>
    </Dialog>
  );
}
