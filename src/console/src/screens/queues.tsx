import { useCallback, useState } from "preact/hooks";

import { admin } from "../data/admin";
import { sqs } from "../data/aws";
import { usePages } from "../data/pages";
import type { Queue } from "../data/types";
import { count, plural } from "../format";
import { Button, Empty, ErrorBox, Field, Skeleton } from "../parts/basics";
import { Dialog } from "../parts/dialog";
import { useSubmit } from "../parts/form";
import { Page } from "../parts/page";
import { PlaceFields } from "../parts/place";
import { SearchBox } from "../parts/search";
import { VirtualList } from "../parts/virtual_list";
import { amend, go, href, queueHref, route } from "../router";
import { home, toast } from "../state";
import { learnDeadLetterQueues, QueueCells, queueHead } from "./queue_table";

const kSorts = [
  { value: "name", label: "by name" },
  { value: "visible", label: "most visible" },
  { value: "inFlight", label: "most in flight" },
  { value: "oldest", label: "oldest message" },
  { value: "rate", label: "highest rate" },
];

export function Queues() {
  const { query } = route.value;
  const [search, sort] = [query.get("search") ?? "", query.get("sort") ?? "name"];
  const list = usePages<Queue>(async (request) => {
    const page = await admin.queues(request, search, sort);
    learnDeadLetterQueues(page.items);
    return page;
  }, `queues/${search}/${sort}`);
  const see = useCallback((first: number, last: number) => list.see(first, last), [list]);
  const create = () => amend({ create: "1" });
  return (
    <Page
      title="Queues"
      actions={
        <Button kind="primary" icon="plus" onClick={create}>
          Create queue
        </Button>
      }
    >
      <div class="toolbar">
        <SearchBox label="Search queues" />
        <label class="select">
          <span class="visually-hidden">Sort</span>
          <select value={sort} onChange={(event) => amend({ sort: event.currentTarget.value })}>
            {kSorts.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </label>
        {list.loaded && (
          <span class="toolbar-count" role="status">
            {count(list.count)} {plural(list.count, "queue")}
          </span>
        )}
      </div>
      {list.error && <ErrorBox error={list.error} retry={() => void list.refresh()} />}
      {!list.loaded && !list.error && <Skeleton rows={8} />}
      {list.loaded &&
        list.count === 0 &&
        (search ? (
          <Empty icon="search" title={`No queue is called “${search}”`}>
            <Button onClick={() => amend({ search: undefined })}>Show all queues</Button>
          </Empty>
        ) : (
          <Empty icon="queue" title="No queues yet">
            <p>A queue holds messages until somebody has received and deleted them.</p>
            <Button kind="primary" icon="plus" onClick={create}>
              Create queue
            </Button>
          </Empty>
        ))}
      {list.count > 0 && (
        <VirtualList
          class="queues"
          label="Queues"
          rows={list.rows}
          count={list.count}
          see={see}
          heights={{ wide: 42, narrow: 72 }}
          head={queueHead}
          row={(index, focus) => {
            const queue = list.at(index);
            return queue ? (
              <QueueCells queue={queue} focus={focus} />
            ) : (
              <div class="skeleton" role="gridcell" />
            );
          }}
        />
      )}
      {query.has("create") && <CreateQueue close={() => amend({ create: undefined })} />}
    </Page>
  );
}

function CreateQueue({ close }: { close: () => void }) {
  const [name, setName] = useState("");
  const [fifo, setFifo] = useState(false);
  const [visibility, setVisibility] = useState("30");
  const [deadLetters, setDeadLetters] = useState("");
  const [receives, setReceives] = useState("5");
  const [place, setPlace] = useState(home());

  const { busy, error, submit } = useSubmit(async () => {
    const ending = (queue: string) => (fifo && !queue.endsWith(".fifo") ? `${queue}.fifo` : queue);
    const attributes: Record<string, string> = { VisibilityTimeout: visibility };
    if (fifo) attributes.FifoQueue = "true";
    if (deadLetters) {
      const deadLetterTargetArn = `arn:aws:sqs:${place.region}:${place.account}:${ending(deadLetters)}`;
      attributes.RedrivePolicy = JSON.stringify({
        deadLetterTargetArn,
        maxReceiveCount: Number(receives),
      });
    }
    await sqs(place, "CreateQueue", { QueueName: ending(name), Attributes: attributes });
    toast(`Queue ${ending(name)} is there.`);
    go(queueHref({ name: ending(name), ...place }));
  });
  return (
    <Dialog title="Create queue" close={close}>
      <form onSubmit={submit}>
        <Field label="Name" hint="Letters, digits, - and _; at most 80.">
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
        <Field
          label="Visibility timeout, seconds"
          hint="How long a received message is hidden from others."
        >
          {(id) => (
            <input
              id={id}
              type="number"
              min="0"
              max="43200"
              value={visibility}
              required
              onInput={(event) => setVisibility(event.currentTarget.value)}
            />
          )}
        </Field>
        <div class="columns">
          <Field label="Dead-letter queue (optional)" hint="Name of a queue that exists.">
            {(id) => (
              <input
                id={id}
                value={deadLetters}
                autocomplete="off"
                spellcheck={false}
                onInput={(event) => setDeadLetters(event.currentTarget.value)}
              />
            )}
          </Field>
          <Field label="after receives">
            {(id) => (
              <input
                id={id}
                type="number"
                min="1"
                max="1000"
                value={receives}
                disabled={!deadLetters}
                onInput={(event) => setReceives(event.currentTarget.value)}
              />
            )}
          </Field>
        </div>
        <PlaceFields place={place} change={setPlace} />
        {error && <ErrorBox error={error} />}
        <div class="buttons end">
          <Button onClick={close}>Cancel</Button>
          <Button kind="primary" submit busy={busy}>
            Create queue
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

export const allQueues = { text: "Queues", href: href(["queues"]) };
