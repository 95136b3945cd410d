import { useEffect, useErrorBoundary, useState } from "preact/hooks";

import { admin } from "./data/admin";
import { acceptToken, online, tokenWanted } from "./data/http";
import { useLoad, kPollMs } from "./data/load";
import { Button, ErrorBox, Field, Segments, Skeleton } from "./parts/basics";
import { Dialog } from "./parts/dialog";
import { Icon, type IconName } from "./parts/icons";
import { go, href, route } from "./router";
import { Deliveries } from "./screens/deliveries";
import { History } from "./screens/history";
import { Outbox } from "./screens/outbox";
import { Overview } from "./screens/overview";
import { Queue } from "./screens/queue";
import { Queues } from "./screens/queues";
import { Settings } from "./screens/settings";
import { Testing } from "./screens/testing";
import { Topic } from "./screens/topic";
import { Topics } from "./screens/topics";
import { Missing } from "./screens/missing";
import { dismiss, learnTime, overview, theme, toasts, type Theme } from "./state";

interface Place {
  id: string;
  label: string;
  icon: IconName;
  key: string; // after g
}

const kPlaces: Place[] = [
  { id: "overview", label: "Overview", icon: "overview", key: "o" },
  { id: "queues", label: "Queues", icon: "queue", key: "q" },
  { id: "topics", label: "Topics", icon: "topic", key: "t" },
  { id: "history", label: "History", icon: "history", key: "h" },
  { id: "outbox", label: "Outbox", icon: "outbox", key: "b" },
  { id: "deliveries", label: "Deliveries", icon: "delivery", key: "d" },
  { id: "settings", label: "Settings", icon: "settings", key: "s" },
  { id: "testing", label: "Testing", icon: "testing", key: "e" },
];
const kPhoneTabs = 4; // the rest is behind "More"

const places = () => kPlaces.filter(({ id }) => id !== "testing" || overview.value?.testing);

function Screen() {
  const [first = "overview", name] = route.value.parts;
  switch (first) {
    case "overview":
      return <Overview />;
    case "queues":
      return name ? <Queue name={name} /> : <Queues />;
    case "topics":
      return name ? <Topic name={name} /> : <Topics />;
    case "history":
      return <History />;
    case "outbox":
      return <Outbox />;
    case "deliveries":
      return <Deliveries />;
    case "settings":
      return <Settings />;
    case "testing":
      return <Testing />;
    default:
      return <Missing />;
  }
}

// A screen that fails takes only itself along.
function Guarded() {
  const [error, reset] = useErrorBoundary() as [Error | undefined, () => void];
  return error ? <ErrorBox error={error} retry={reset} /> : <Screen />;
}

export function Shell() {
  const [dialog, setDialog] = useState<"shortcuts" | "more" | null>(null);
  const { error, reload } = useLoad(
    async (signal) => {
      const answer = await admin.overview(signal);
      learnTime(answer.now);
      overview.value = answer;
    },
    "overview",
    kPollMs,
  );
  useShortcuts(() => setDialog("shortcuts"));
  useEffect(() => setDialog(null), [route.value.parts.join("/")]);
  return (
    <div class="shell">
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.querySelector<HTMLElement>("h1")?.focus();
        }}
      >
        Skip to the content
      </a>
      <Sidebar shortcuts={() => setDialog("shortcuts")} />
      <div class="content">
        {!online.value && (
          <div class="banner" role="alert">
            <Icon name="alert" size={18} /> The connection to the broker is lost. What you see is
            old; trying again…
          </div>
        )}
        <main id="main">
          {overview.value ? (
            <Guarded key={route.value.parts.join("/")} />
          ) : error && online.value && !tokenWanted.value ? (
            <ErrorBox error={error} retry={reload} />
          ) : (
            <Skeleton rows={6} />
          )}
        </main>
      </div>
      <PhoneTabs more={() => setDialog("more")} />
      <Toasts />
      {dialog === "shortcuts" && <Shortcuts close={() => setDialog(null)} />}
      {dialog === "more" && <More close={() => setDialog(null)} />}
      {tokenWanted.value && <TokenForm refused={tokenWanted.value === "refused"} />}
    </div>
  );
}

const current = (id: string) => ((route.value.parts[0] ?? "overview") === id ? "page" : undefined);

function Sidebar({ shortcuts }: { shortcuts: () => void }) {
  return (
    <aside class="sidebar">
      <a class="brand" href={href(["overview"])} aria-label="Squire, to the overview">
        <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
          <rect width="32" height="32" rx="8" class="brand-back" />
          <path d="M9 10h14M9 16h9M9 22h14" class="brand-lines" />
        </svg>
        Squire
      </a>
      <nav aria-label="Screens">
        {places().map(({ id, label, icon }) => (
          <a key={id} href={href([id])} aria-current={current(id)}>
            <Icon name={icon} />
            {label}
          </a>
        ))}
      </nav>
      <div class="sidebar-foot">
        <button type="button" class="plain foot-line" onClick={shortcuts}>
          <Icon name="keyboard" size={16} />
          Shortcuts <kbd>?</kbd>
        </button>
        <ThemeSwitch />
        <p class="foot-line muted" role="status">
          <i class={`dot tone-${online.value ? "good" : "bad"}`} />
          {online.value ? `Squire ${overview.value?.version ?? ""}` : "not connected"}
        </p>
      </div>
    </aside>
  );
}

function ThemeSwitch() {
  return (
    <Segments
      label="Theme"
      value={theme.value}
      choose={(value) => (theme.value = value as Theme)}
      options={[
        { value: "auto", label: "Auto" },
        { value: "light", label: "Light" },
        { value: "dark", label: "Dark" },
      ]}
    />
  );
}

function PhoneTabs({ more }: { more: () => void }) {
  return (
    <nav class="phone-tabs" aria-label="Screens, for phones">
      {places()
        .slice(0, kPhoneTabs)
        .map(({ id, label, icon }) => (
          <a key={id} href={href([id])} aria-current={current(id)}>
            <Icon name={icon} size={20} />
            {label}
          </a>
        ))}
      <button type="button" class="plain" onClick={more}>
        <Icon name="more" size={20} />
        More
      </button>
    </nav>
  );
}

function More({ close }: { close: () => void }) {
  return (
    <Dialog title="More" close={close}>
      <nav class="more-nav" aria-label="More screens">
        {places()
          .slice(kPhoneTabs)
          .map(({ id, label, icon }) => (
            <a key={id} href={href([id])} aria-current={current(id)} onClick={close}>
              <Icon name={icon} />
              {label}
            </a>
          ))}
      </nav>
      <ThemeSwitch />
    </Dialog>
  );
}

const typing = (element: Element | null) =>
  !!element?.closest("input, textarea, select, [contenteditable]");

// g and a letter goes to a screen, / to the search, ? says what there is.
function useShortcuts(help: () => void): void {
  useEffect(() => {
    let leader = 0;
    const press = (event: KeyboardEvent) => {
      if (typing(document.activeElement) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (document.querySelector("dialog[open]")) return;
      const led = event.timeStamp - leader < 1200;
      leader = 0;
      if (event.key === "?") help();
      else if (event.key === "/") search();
      else if (event.key === "g") leader = event.timeStamp;
      else if (led) {
        const place = places().find(({ key }) => key === event.key);
        if (place) go(href([place.id]));
        return;
      } else return;
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

function search(): void {
  const find = () => document.querySelector<HTMLInputElement>("[data-search]");
  if (find()) return find()!.focus();
  go(href(["queues"]));
  setTimeout(() => find()?.focus(), 100);
}

function Shortcuts({ close }: { close: () => void }) {
  const lines: [string[], string][] = [
    [["/"], "search"],
    [["↑", "↓"], "move through a list; Page, Home and End too"],
    [["Enter"], "open what is chosen"],
    [["Esc"], "close a dialog"],
    [["Ctrl", "Enter"], "send or publish what is written"],
    ...places().map(({ key, label }): [string[], string] => [["g", key], `go to ${label}`]),
    [["?"], "this list"],
  ];
  return (
    <Dialog title="Keyboard shortcuts" close={close}>
      <dl class="shortcuts">
        {lines.map(([keys, text]) => (
          <div key={text}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

function TokenForm({ refused }: { refused: boolean }) {
  const [text, setText] = useState("");
  return (
    <Dialog title="This broker asks for a token" close={() => (tokenWanted.value = null)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          acceptToken(text.trim());
        }}
      >
        <p>
          It is the setting <code>admin_token</code> of the broker. It stays in this tab until you
          close it.
        </p>
        <Field
          label="Admin token"
          error={refused ? "The broker did not accept this token." : undefined}
        >
          {(id) => (
            <input
              id={id}
              type="password"
              value={text}
              required
              autofocus
              autocomplete="off"
              onInput={(event) => setText(event.currentTarget.value)}
            />
          )}
        </Field>
        <div class="buttons end">
          <Button kind="primary" submit>
            Continue
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, bad, link }) => (
        <div class={`toast${bad ? " bad" : ""}`} key={id}>
          <Icon name={bad ? "alert" : "check"} size={17} />
          <span>
            {text} {link && <a href={link.href}>{link.text}</a>}
          </span>
          <button
            type="button"
            class="plain icon-button"
            aria-label="Dismiss"
            onClick={() => dismiss(id)}
          >
            <Icon name="close" size={15} />
          </button>
        </div>
      ))}
    </div>
  );
}
