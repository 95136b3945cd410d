import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";

import { bytes, tryJson } from "../format";
import { Button, CopyButton, Segments } from "./basics";

const kColouredMax = 60_000;
const kShownMax = 100_000;
const kToken = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

// Text nodes and spans only: what comes from a message never becomes markup.
function coloured(text: string): ComponentChildren[] {
  const parts: ComponentChildren[] = [];
  let at = 0;
  for (const match of text.matchAll(kToken)) {
    parts.push(text.slice(at, match.index));
    const kind = match[2] ? "key" : match[1] ? "string" : match[3] ? "word" : "number";
    parts.push(<span class={`json-${kind}`}>{match[1] ?? match[0]}</span>, match[2] ?? "");
    at = match.index + match[0].length;
  }
  parts.push(text.slice(at));
  return parts;
}

export function Json({ value }: { value: unknown }) {
  const text = value === undefined ? "" : JSON.stringify(value, null, 2);
  return (
    <pre class="code" tabIndex={0}>
      {text.length > kColouredMax ? text : coloured(text)}
    </pre>
  );
}

// A body: laid out if it is JSON, as it is otherwise, and on demand.
export function Body({ text, size }: { text: string; size: number }) {
  const value = useMemo(() => tryJson(text), [text]);
  const [raw, setRaw] = useState(false);
  const [all, setAll] = useState(false);
  const laidOut = value !== undefined && !raw ? JSON.stringify(value, null, 2) : text;
  const shown = all ? laidOut : laidOut.slice(0, kShownMax);
  return (
    <section class="body-view" aria-label="Body">
      <div class="section-head">
        <h3>
          Body <span class="muted">{bytes(size)}</span>
        </h3>
        {value !== undefined && (
          <Segments
            label="Show the body"
            value={raw ? "raw" : "json"}
            choose={(choice) => setRaw(choice === "raw")}
            options={[
              { value: "json", label: "JSON" },
              { value: "raw", label: "As sent" },
            ]}
          />
        )}
        <CopyButton text={text} label="body" />
      </div>
      <pre class="code" tabIndex={0}>
        {value !== undefined && !raw && shown.length <= kColouredMax ? coloured(shown) : shown}
      </pre>
      {shown.length < laidOut.length && (
        <Button small onClick={() => setAll(true)}>
          Show all {bytes(laidOut.length)}
        </Button>
      )}
    </section>
  );
}
