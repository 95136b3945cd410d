import { useState } from "preact/hooks";

import { admin } from "../data/admin";
import { sns } from "../data/aws";
import { useLoad, kPollMs } from "../data/load";
import type { TopicDetails } from "../data/types";
import { count, dateTime } from "../format";
import { Badge, Button, ErrorBox, Facts, Skeleton, TabPanel, Tabs } from "../parts/basics";
import { Confirm } from "../parts/dialog";
import { Page } from "../parts/page";
import { Copied, NamedValues } from "../parts/values";
import { amend, go, href, route } from "../router";
import { home, toast } from "../state";
import { FilterTryout } from "./filter";
import { Publish } from "./publish";
import { Subscriptions } from "./subscriptions";
import { allTopics } from "./topics";

export function Topic({ name }: { name: string }) {
  const { query } = route.value;
  const place = {
    account: query.get("account") ?? home().account,
    region: query.get("region") ?? home().region,
  };
  const key = `topic/${place.account}/${place.region}/${name}`;
  const {
    data: topic,
    error,
    reload,
  } = useLoad((signal) => admin.topic(name, place, signal), key, kPollMs);
  const [deleting, setDeleting] = useState(false);
  const tab = query.get("tab") ?? "subscriptions";
  const tabs = [
    { id: "subscriptions", label: "Subscriptions", count: topic && count(topic.subscriptions) },
    { id: "publish", label: "Publish" },
    { id: "filter", label: "Try a filter" },
    { id: "details", label: "Details" },
  ];
  return (
    <Page
      title={name}
      of={allTopics}
      badges={topic?.fifo && <Badge tone="accent">FIFO</Badge>}
      actions={
        topic && (
          <Button icon="trash" onClick={() => setDeleting(true)}>
            Delete
          </Button>
        )
      }
    >
      {error && <ErrorBox error={error} retry={reload} />}
      {!topic && !error && <Skeleton rows={5} />}
      {topic && (
        <>
          <Tabs
            tabs={tabs}
            current={tab}
            choose={(id) => amend({ tab: id })}
            label={`Topic ${name}`}
          />
          <TabPanel tab={tab}>
            {tab === "subscriptions" && <Subscriptions topic={topic} changed={reload} />}
            {tab === "publish" && <Publish topic={topic} />}
            {tab === "filter" && <FilterTryout topic={topic} />}
            {tab === "details" && <Details topic={topic} />}
          </TabPanel>
        </>
      )}
      {topic && deleting && (
        <Confirm
          title={`Delete ${name}?`}
          action="Delete topic"
          typed={name}
          close={() => setDeleting(false)}
          run={async () => {
            await sns(topic, "DeleteTopic", { TopicArn: topic.arn });
            toast(`Topic ${name} is deleted.`);
            go(href(["topics"]));
          }}
        >
          <p>
            The topic and its {count(topic.subscriptions)} subscriptions are deleted; the queues
            stay.
          </p>
        </Confirm>
      )}
    </Page>
  );
}

function Details({ topic }: { topic: TopicDetails }) {
  return (
    <div class="details">
      <section>
        <h2>Identity</h2>
        <Facts
          facts={[
            { name: "ARN", value: <Copied text={topic.arn} label="ARN" /> },
            { name: "Display name", value: topic.displayName || undefined },
            { name: "Created", value: dateTime(topic.createdAt) },
          ]}
        />
      </section>
      <NamedValues title="Attributes" values={topic.attributes} />
      <NamedValues title="Tags" values={topic.tags} />
    </div>
  );
}
