import { useCallback, useState } from "preact/hooks";

import { admin } from "../data/admin";
import { usePages } from "../data/pages";
import type { OutboxEntry } from "../data/types";
import { count, dateTime, shortTime } from "../format";
import { Badge, Button, Empty, ErrorBox, Facts, Segments, Skeleton } from "../parts/basics";
import { Confirm, Dialog } from "../parts/dialog";
import { Body, Json } from "../parts/json";
import { Page } from "../parts/page";
import { SearchBox } from "../parts/search";
import { VirtualList } from "../parts/virtual_list";
import { amend, historyHref, route } from "../router";
import { toast } from "../state";

const kProtocols = ["email", "email-json", "sms", "application", "firehose"];

export function Outbox() {
  const { query } = route.value;
  const [protocol, endpoint] = [query.get("protocol") ?? "", query.get("endpoint") ?? ""];
  const list = usePages<OutboxEntry>(
    (request) => admin.outbox(request, protocol, endpoint),
    `outbox/${protocol}/${endpoint}`,
  );
  const see = useCallback((first: number, last: number) => list.see(first, last), [list]);
  const [open, setOpen] = useState<OutboxEntry | null>(null);
  const [clearing, setClearing] = useState(false);
  return (
    <Page
      title="Outbox"
      actions={
        <Button icon="trash" disabled={list.count === 0} onClick={() => setClearing(true)}>
          Clear
        </Button>
      }
    >
      <div class="toolbar">
        <label class="select">
          <span class="visually-hidden">Protocol</span>
          <select
            value={protocol}
            onChange={(event) => amend({ protocol: event.currentTarget.value || undefined })}
          >
            <option value="">every protocol</option>
            {kProtocols.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <SearchBox label="Endpoint, in full" parameter="endpoint" />
        {list.loaded && (
          <span class="toolbar-count" role="status">
            {count(list.count)} caught
          </span>
        )}
      </div>
      {list.error && <ErrorBox error={list.error} retry={() => void list.refresh()} />}
      {!list.loaded && !list.error && <Skeleton rows={6} />}
      {list.loaded && list.rows === 0 && (
        <Empty icon="outbox" title="Nothing was caught">
          <p>
            Emails, SMS and mobile pushes do not leave this machine. They wait here to be looked at.
          </p>
        </Empty>
      )}
      {list.rows > 0 && (
        <VirtualList
          class="outbox"
          label="Outbox"
          rows={list.rows}
          count={list.count}
          see={see}
          heights={{ wide: 42, narrow: 66 }}
          head={
            <>
              <div role="columnheader" class="c-protocol">
                Protocol
              </div>
              <div role="columnheader" class="c-endpoint">
                To
              </div>
              <div role="columnheader" class="c-body">
                Subject and text
              </div>
              <div role="columnheader" class="c-time">
                Caught
              </div>
            </>
          }
          row={(index, focus) => {
            const entry = list.at(index);
            if (!entry) return <div class="skeleton" role="gridcell" />;
            return (
              <>
                <div role="gridcell" class="c-protocol">
                  <Badge>{entry.protocol}</Badge>
                </div>
                <div role="gridcell" class="c-endpoint">
                  {entry.endpoint}
                </div>
                <div role="gridcell" class="c-body">
                  <button type="button" class="row-link" {...focus} onClick={() => setOpen(entry)}>
                    {entry.subject ? <strong>{entry.subject}</strong> : null}{" "}
                    <span class="muted">{entry.body.slice(0, 200)}</span>
                  </button>
                </div>
                <div role="gridcell" class="c-time muted" title={dateTime(entry.time)}>
                  {shortTime(entry.time)}
                </div>
              </>
            );
          }}
        />
      )}
      {open && <Entry entry={open} close={() => setOpen(null)} />}
      {clearing && (
        <Confirm
          title="Clear the outbox?"
          action="Clear"
          close={() => setClearing(false)}
          run={async () => {
            await admin.clearOutbox();
            toast("The outbox is empty.");
            await list.refresh();
          }}
        >
          <p>All {count(list.count)} entries are forgotten.</p>
        </Confirm>
      )}
    </Page>
  );
}

function Entry({ entry, close }: { entry: OutboxEntry; close: () => void }) {
  return (
    <Dialog
      title={
        entry.protocol === "sms"
          ? "SMS"
          : entry.protocol.startsWith("email")
            ? "Email"
            : "Notification"
      }
      close={close}
      side
    >
      {entry.protocol === "sms" ? (
        <Sms entry={entry} />
      ) : entry.protocol === "email" ? (
        <Email entry={entry} />
      ) : (
        <Other entry={entry} />
      )}
      <Facts
        facts={[
          { name: "Caught", value: dateTime(entry.time) },
          {
            name: "Message",
            value: (
              <a class="mono wrap" href={historyHref(entry.messageId)}>
                {entry.messageId}
              </a>
            ),
          },
          entry.topicArn
            ? { name: "Topic", value: <span class="mono wrap">{entry.topicArn}</span> }
            : null,
        ]}
      />
      {Object.keys(entry.attributes).length > 0 && (
        <section>
          <h3>Attributes</h3>
          <Json value={entry.attributes} />
        </section>
      )}
    </Dialog>
  );
}

function Sms({ entry }: { entry: OutboxEntry }) {
  return (
    <figure class="sms">
      <figcaption>{entry.endpoint}</figcaption>
      <p class="bubble">{entry.body}</p>
      <span class="muted">{shortTime(entry.time)}</span>
    </figure>
  );
}

function Other({ entry }: { entry: OutboxEntry }) {
  return (
    <>
      <p class="wrap">
        <strong>{entry.subject}</strong> <span class="mono">{entry.endpoint}</span>
      </p>
      <Body text={entry.body} size={new TextEncoder().encode(entry.body).length} />
    </>
  );
}

const looksLikeHtml = (text: string) =>
  /^\s*<(!doctype|html|head|body|div|table|p|h[1-6]|style|center)\b/i.test(text);

function Email({ entry }: { entry: OutboxEntry }) {
  const isHtml = looksLikeHtml(entry.body);
  const [plain, setPlain] = useState(!isHtml);
  return (
    <article class="email">
      <header>
        <h3>{entry.subject || "(no subject)"}</h3>
        <p class="muted">to {entry.endpoint}</p>
      </header>
      {isHtml && (
        <Segments
          label="Show the email"
          value={plain ? "source" : "rendered"}
          choose={(value) => setPlain(value === "source")}
          options={[
            { value: "rendered", label: "Rendered" },
            { value: "source", label: "Source" },
          ]}
        />
      )}
      {plain ? (
        <pre class="email-text" tabIndex={0}>
          <Linked text={entry.body} />
        </pre>
      ) : (
        <Rendered html={entry.body} />
      )}
    </article>
  );
}

// Without scripts, forms, pop-ups or the console's origin (sandbox), and with nothing from elsewhere:
// its own policy says so, and the frame inherits the page's.
function Rendered({ html }: { html: string }) {
  const policy =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'";
  const page = `<!doctype html><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="color-scheme" content="light"><body style="margin:16px;font-family:sans-serif">${html}`;
  return <iframe class="email-frame" title="The email as rendered" sandbox="" srcdoc={page} />;
}

// Plain text with its links, such as the one that confirms a subscription.
function Linked({ text }: { text: string }) {
  const parts = text.split(/(https?:\/\/[^\s<>"']+)/);
  return (
    <>
      {parts.map((part, index) =>
        index % 2 === 0 ? (
          part
        ) : (
          <a key={index} href={part} target="_blank" rel="noreferrer noopener">
            {part}
          </a>
        ),
      )}
    </>
  );
}
