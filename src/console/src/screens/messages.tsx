import { useCallback, useState } from "preact/hooks";

import { admin } from "../data/admin";
import { usePages } from "../data/pages";
import type { Message, MessageState, QueueDetails } from "../data/types";
import {
  bytes,
  clockTime,
  count,
  dateTime,
  duration,
  partyName,
  plural,
  shortTime,
  times,
} from "../format";
import { AttributesTable } from "../parts/attributes";
import {
  Badge,
  Button,
  CopyButton,
  Empty,
  ErrorBox,
  Facts,
  Segments,
  Skeleton,
} from "../parts/basics";
import { Dialog } from "../parts/dialog";
import { Body } from "../parts/json";
import { Countdown, QueueLink } from "../parts/values";
import { VirtualList } from "../parts/virtual_list";
import { amend, historyHref, route } from "../router";
import { secondsSince } from "../state";

const kStates: Record<string, string> = {
  visible: "Visible",
  inFlight: "In flight",
  delayed: "Delayed",
} satisfies Record<MessageState, string>;

const kPreview = 300;

export function Messages({ queue }: { queue: QueueDetails }) {
  const state = route.value.query.get("state") ?? "";
  const stateName = kStates[state];
  const list = usePages<Message>(
    (request) => admin.messages(request, queue.name, queue, state),
    `messages/${queue.arn}/${state}`,
    (message) => message.bodyBytes,
  );
  const see = useCallback((first: number, last: number) => list.see(first, last), [list]);
  const [open, setOpen] = useState<Message | null>(null);
  const total = queue.visible + queue.inFlight + queue.delayed;
  const options = [
    { value: "", label: `All ${count(total)}` },
    { value: "visible", label: `Visible ${count(queue.visible)}` },
    { value: "inFlight", label: `In flight ${count(queue.inFlight)}` },
    { value: "delayed", label: `Delayed ${count(queue.delayed)}` },
  ];
  return (
    <>
      <div class="toolbar">
        <Segments
          label="State"
          options={options}
          value={state}
          choose={(value) => amend({ state: value || undefined })}
        />
        <span class="toolbar-count">Looking does not receive: nothing changes.</span>
      </div>
      {list.error && <ErrorBox error={list.error} retry={() => void list.refresh()} />}
      {!list.loaded && !list.error && <Skeleton rows={6} />}
      {list.loaded && list.rows === 0 && (
        <Empty
          icon="queue"
          title={stateName ? `No messages are ${stateName.toLowerCase()}` : "The queue is empty"}
        >
          <Button icon="send" onClick={() => amend({ tab: "send" })}>
            Send a message
          </Button>
        </Empty>
      )}
      {list.rows > 0 && (
        <VirtualList
          class="messages"
          label="Messages"
          rows={list.rows}
          count={list.count}
          see={see}
          heights={{ wide: 38, narrow: 62 }}
          head={
            <>
              <div role="columnheader" class="c-state">
                State
              </div>
              <div role="columnheader" class="c-body">
                Body
              </div>
              {queue.fifo && (
                <div role="columnheader" class="c-group">
                  Group
                </div>
              )}
              <div role="columnheader" class="c-num">
                Receives
              </div>
              <div role="columnheader" class="c-num">
                Size
              </div>
              <div role="columnheader" class="c-time">
                Sent
              </div>
            </>
          }
          row={(index, focus) => {
            const message = list.at(index);
            if (!message) return <div class="skeleton" role="gridcell" />;
            return (
              <>
                <div role="gridcell" class="c-state">
                  <i class={`dot tone-${message.state}`} />
                  {kStates[message.state]}
                </div>
                <div role="gridcell" class="c-body">
                  <button
                    type="button"
                    class="row-link mono"
                    {...focus}
                    onClick={() => setOpen(message)}
                  >
                    {message.body.slice(0, kPreview) || "(empty)"}
                  </button>
                </div>
                {queue.fifo && (
                  <div role="gridcell" class="c-group mono">
                    {message.groupId}
                  </div>
                )}
                <div role="gridcell" class="c-num">
                  {message.receiveCount}
                  <span class="c-unit"> {plural(message.receiveCount, "receive")}</span>
                </div>
                <div role="gridcell" class="c-num muted">
                  {bytes(message.bodyBytes)}
                </div>
                <div role="gridcell" class="c-time muted" title={dateTime(message.sentAt)}>
                  {shortTime(message.sentAt)}
                </div>
              </>
            );
          }}
        />
      )}
      {open && <MessageDetail message={open} close={() => setOpen(null)} />}
    </>
  );
}

function MessageDetail({ message, close }: { message: Message; close: () => void }) {
  return (
    <Dialog title="Message" close={close} side>
      <p class="message-id">
        <Badge tone={message.state}>{kStates[message.state]}</Badge>
        <span class="mono wrap">{message.messageId}</span>
        <CopyButton text={message.messageId} label="message id" />
      </p>
      <p>
        <a class="button small" href={historyHref(message.messageId)}>
          History of this message
        </a>
      </p>
      <Body text={message.body} size={message.bodyBytes} />
      <section>
        <h3>Message attributes</h3>
        <AttributesTable attributes={message.attributes} />
      </section>
      <section>
        <h3>Facts</h3>
        <Facts
          facts={[
            {
              name: "Sent",
              value: (
                <>
                  {dateTime(message.sentAt)}{" "}
                  <span class="muted">({duration(secondsSince(message.sentAt))} ago)</span>
                </>
              ),
            },
            message.visibleAt
              ? {
                  name: message.state === "delayed" ? "Delayed until" : "Hidden until",
                  value: (
                    <>
                      {clockTime(message.visibleAt)}, <Countdown until={message.visibleAt} />
                    </>
                  ),
                }
              : null,
            message.receiver
              ? {
                  name: "Received by",
                  value: <span class="mono">{partyName(message.receiver)}</span>,
                }
              : null,
            {
              name: "Received",
              value: message.receiveCount === 0 ? "never" : times(message.receiveCount),
            },
            message.firstReceivedAt
              ? { name: "First received", value: dateTime(message.firstReceivedAt) }
              : null,
            message.groupId
              ? { name: "Group", value: <span class="mono wrap">{message.groupId}</span> }
              : null,
            message.deduplicationId
              ? {
                  name: "Deduplication id",
                  value: <span class="mono wrap">{message.deduplicationId}</span>,
                }
              : null,
            message.sequence
              ? { name: "Sequence", value: <span class="mono">{message.sequence}</span> }
              : null,
            message.traceHeader
              ? {
                  name: "Trace header",
                  value: <span class="mono wrap">{message.traceHeader}</span>,
                }
              : null,
            message.deadLetterSource
              ? { name: "Came from", value: <QueueLink arn={message.deadLetterSource} /> }
              : null,
          ]}
        />
      </section>
    </Dialog>
  );
}
