import { useCallback, useState } from "preact/hooks";

import { admin } from "../data/admin";
import { sns } from "../data/aws";
import { usePages } from "../data/pages";
import type { Topic } from "../data/types";
import { count, plural } from "../format";
import { Badge, Button, Empty, ErrorBox, Field, Skeleton } from "../parts/basics";
import { Dialog } from "../parts/dialog";
import { useSubmit } from "../parts/form";
import { Page } from "../parts/page";
import { PlaceBadge, PlaceFields } from "../parts/place";
import { SearchBox } from "../parts/search";
import { VirtualList } from "../parts/virtual_list";
import { amend, go, href, route, topicHref } from "../router";
import { home, toast } from "../state";

export function Topics() {
  const { query } = route.value;
  const search = query.get("search") ?? "";
  const list = usePages<Topic>((request) => admin.topics(request, search), `topics/${search}`);
  const see = useCallback((first: number, last: number) => list.see(first, last), [list]);
  const create = () => amend({ create: "1" });
  return (
    <Page
      title="Topics"
      actions={
        <Button kind="primary" icon="plus" onClick={create}>
          Create topic
        </Button>
      }
    >
      <div class="toolbar">
        <SearchBox label="Search topics" />
        {list.loaded && (
          <span class="toolbar-count" role="status">
            {count(list.count)} {plural(list.count, "topic")}
          </span>
        )}
      </div>
      {list.error && <ErrorBox error={list.error} retry={() => void list.refresh()} />}
      {!list.loaded && !list.error && <Skeleton rows={8} />}
      {list.loaded &&
        list.count === 0 &&
        (search ? (
          <Empty icon="search" title={`No topic is called “${search}”`}>
            <Button onClick={() => amend({ search: undefined })}>Show all topics</Button>
          </Empty>
        ) : (
          <Empty icon="topic" title="No topics yet">
            <p>A topic brings each message to everyone who has subscribed to it.</p>
            <Button kind="primary" icon="plus" onClick={create}>
              Create topic
            </Button>
          </Empty>
        ))}
      {list.count > 0 && (
        <VirtualList
          class="topics"
          label="Topics"
          rows={list.rows}
          count={list.count}
          see={see}
          heights={{ wide: 42, narrow: 66 }}
          head={
            <>
              <div role="columnheader" class="c-name">
                Name
              </div>
              <div role="columnheader" class="c-num">
                Subscriptions
              </div>
              <div role="columnheader" class="c-num">
                Unconfirmed
              </div>
              <div role="columnheader" class="c-num">
                Filter policies
              </div>
            </>
          }
          row={(index, focus) => {
            const topic = list.at(index);
            return topic ? (
              <TopicCells topic={topic} focus={focus} />
            ) : (
              <div class="skeleton" role="gridcell" />
            );
          }}
        />
      )}
      {query.has("create") && <CreateTopic close={() => amend({ create: undefined })} />}
    </Page>
  );
}

function TopicCells({ topic, focus }: { topic: Topic; focus: object }) {
  return (
    <>
      <div role="gridcell" class="c-name">
        <a class="row-link" href={topicHref(topic)} {...focus}>
          {topic.name}
        </a>
        <span class="row-badges">
          {topic.fifo && <Badge tone="accent">FIFO</Badge>}
          {topic.displayName && <Badge>{topic.displayName}</Badge>}
          <PlaceBadge place={topic} />
        </span>
      </div>
      <div role="gridcell" class="c-num">
        {count(topic.subscriptions)}
        <span class="c-unit"> {plural(topic.subscriptions, "subscription")}</span>
      </div>
      <div role="gridcell" class={`c-num${topic.pending === 0 ? " zero" : ""}`}>
        {count(topic.pending)}
        <span class="c-unit"> unconfirmed</span>
      </div>
      <div role="gridcell" class={`c-num${topic.filterPolicies === 0 ? " zero" : ""}`}>
        {count(topic.filterPolicies)}
        <span class="c-unit"> {plural(topic.filterPolicies, "filter")}</span>
      </div>
    </>
  );
}

function CreateTopic({ close }: { close: () => void }) {
  const [name, setName] = useState("");
  const [fifo, setFifo] = useState(false);
  const [place, setPlace] = useState(home());
  const { busy, error, submit } = useSubmit(async () => {
    const full = fifo && !name.endsWith(".fifo") ? `${name}.fifo` : name;
    const kind: Record<string, string> = fifo
      ? { "Attributes.entry.1.key": "FifoTopic", "Attributes.entry.1.value": "true" }
      : {};
    await sns(place, "CreateTopic", { Name: full, ...kind });
    toast(`Topic ${full} is there.`);
    go(topicHref({ name: full, ...place }));
  });
  return (
    <Dialog title="Create topic" close={close}>
      <form onSubmit={submit}>
        <Field label="Name" hint="Letters, digits, - and _; at most 256.">
          {(id) => (
            <input
              id={id}
              value={name}
              required
              autofocus
              autocomplete="off"
              spellcheck={false}
              onInput={(event) => setName(event.currentTarget.value)}
            />
          )}
        </Field>
        <label class="check">
          <input
            type="checkbox"
            checked={fifo}
            onChange={(event) => setFifo(event.currentTarget.checked)}
          />
          FIFO: in order within a group, and no duplicates (the name gets .fifo)
        </label>
        <PlaceFields place={place} change={setPlace} />
        {error && <ErrorBox error={error} />}
        <div class="buttons end">
          <Button onClick={close}>Cancel</Button>
          <Button kind="primary" submit busy={busy}>
            Create topic
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

export const allTopics = { text: "Topics", href: href(["topics"]) };
