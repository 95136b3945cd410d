import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

interface Properties {
  rows: number; // that can be scrolled to
  count: number; // that there are
  label: string;
  heights: { wide: number; narrow: number };
  head?: ComponentChildren;
  row: (index: number, focus: { tabIndex: number; "data-row": number }) => ComponentChildren;
  see?: (first: number, last: number) => void;
  class?: string;
}

const kOverscan = 6;
const narrow = matchMedia("(max-width: 760px)");

function useNarrow(): boolean {
  const [value, setValue] = useState(narrow.matches);
  useEffect(() => {
    const change = () => setValue(narrow.matches);
    narrow.addEventListener("change", change);
    return () => narrow.removeEventListener("change", change);
  }, []);
  return value;
}

// A list of any length in the page's own scrolling: only the rows in sight exist. Arrow keys go from row
// to row; the list is one stop for the tab key. Each row spreads `focus` on the one thing in it to focus.
export function VirtualList({
  rows,
  count,
  label,
  heights,
  head,
  row,
  see,
  class: extra = "",
}: Properties) {
  const body = useRef<HTMLDivElement>(null);
  const [window_, setWindow] = useState({ first: 0, last: 30 });
  const [active, setActive] = useState(0);
  const wanted = useRef<number | null>(null);
  const height = useNarrow() ? heights.narrow : heights.wide;

  useLayoutEffect(() => {
    let frame = 0;
    const measure = () => {
      frame = 0;
      if (!body.current) return;
      const top = body.current.getBoundingClientRect().top;
      const first = Math.max(0, Math.min(Math.floor(-top / height), rows - 1));
      const last = Math.max(0, Math.min(Math.ceil((innerHeight - top) / height), rows - 1));
      setWindow((old) => (old.first === first && old.last === last ? old : { first, last }));
      see?.(first, last);
    };
    const later = () => (frame ||= requestAnimationFrame(measure));
    measure();
    addEventListener("scroll", later, { passive: true });
    addEventListener("resize", later);
    return () => {
      removeEventListener("scroll", later);
      removeEventListener("resize", later);
      cancelAnimationFrame(frame);
    };
  }, [rows, height, see]);

  const first = Math.max(0, window_.first - kOverscan);
  const last = Math.min(rows - 1, window_.last + kOverscan);
  const stop = active >= first && active <= last ? active : Math.min(window_.first, last);

  const find = (index: number) => body.current?.querySelector<HTMLElement>(`[data-row="${index}"]`);
  useLayoutEffect(() => {
    if (wanted.current === null) return;
    const element = find(wanted.current);
    if (!element) return;
    wanted.current = null;
    element.focus({ preventScroll: true });
  });

  const move = (event: KeyboardEvent) => {
    const page = Math.max(1, window_.last - window_.first - 3);
    const step = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -rows,
      End: rows,
    }[event.key];
    const from = Number((event.target as HTMLElement).dataset.row);
    if (step === undefined || Number.isNaN(from) || event.altKey || event.ctrlKey || event.metaKey)
      return;
    event.preventDefault();
    const to = Math.max(0, Math.min(rows - 1, from + step));
    wanted.current = to;
    setActive(to);
    const top = body.current!.getBoundingClientRect().top + to * height;
    if (top < 110) scrollBy(0, top - 110);
    else if (top + height > innerHeight - 70) scrollBy(0, top + height - innerHeight + 70);
  };

  const shown = [];
  for (let index = first; index <= last; ++index) {
    shown.push(
      <div
        class="row"
        role="row"
        aria-rowindex={index + 2}
        key={index}
        style={{ height: `${height}px` }}
      >
        {row(index, { tabIndex: index === stop ? 0 : -1, "data-row": index })}
      </div>,
    );
  }
  return (
    <div
      class={`list ${extra}`}
      role="grid"
      aria-label={label}
      aria-rowcount={count + 1}
      onKeyDown={move}
      onFocusIn={(event) => {
        const index = Number((event.target as HTMLElement).dataset.row);
        if (!Number.isNaN(index)) setActive(index);
      }}
    >
      {head && (
        <div class="row head" role="row" aria-rowindex={1}>
          {head}
        </div>
      )}
      <div ref={body} role="rowgroup" class="rows" style={{ height: `${rows * height}px` }}>
        <div role="presentation" style={{ transform: `translateY(${first * height}px)` }}>
          {shown}
        </div>
      </div>
    </div>
  );
}
