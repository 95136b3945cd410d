import { useLayoutEffect, useMemo, useState } from "preact/hooks";

import type { PageRequest } from "./admin";
import { kPollMs, usePolling } from "./load";
import type { Page } from "./types";

export type FetchPage<T> = (request: PageRequest) => Promise<Page<T>>;

// How many bytes an item weighs; where that is given, fewer heavy ones are asked for at once.
export type Weigh<T> = (item: T) => number;

interface Chunk<T> {
  after: string | undefined;
  limit: number;
  size: number;
  items: T[] | null; // null: forgotten, or never loaded
}

const kChunk = 100; // rows asked for at once
const kFirstChunk = 25; // while their weight is not known
const kChunkBytes = 2_000_000;
const kAround = 4; // chunks kept on either side of what is seen
const kTail = 8; // rows that say that more is coming

// A list too long to be held: the chunks around what is seen, and where each of the others begins.
export class PagedList<T> {
  count = 0;
  error: Error | undefined;
  loaded = false;
  private chunks: Chunk<T>[];
  private more = true;
  private window = { first: 0, last: 0 };
  changed: () => void = () => {};
  private abort = new AbortController();
  private busy = new Set<number>();

  constructor(
    private readonly fetchPage: FetchPage<T>,
    private readonly weigh?: Weigh<T>,
  ) {
    this.chunks = [{ after: undefined, limit: weigh ? kFirstChunk : kChunk, size: 0, items: null }];
  }

  get rows(): number {
    return this.known + (this.more && this.loaded ? kTail : 0);
  }

  at(row: number): T | undefined {
    const index = this.locate(row);
    return this.chunks[index]?.items?.[row - this.before(index)];
  }

  // The rows that are seen now: what is missing among them is fetched, what is far away forgotten.
  see(first: number, last: number): void {
    this.window = { first, last };
    const [from, to] = this.seen();
    this.forget(kAround);
    for (let index = from; index <= to; ++index) {
      if (this.chunks[index]?.items === null) void this.load(index);
    }
  }

  async refresh(): Promise<void> {
    const [from, to] = this.seen();
    for (let index = from; index <= to && index < this.chunks.length; ++index)
      await this.load(index);
  }

  // Nobody looks any more; what was seen last stays for whoever comes back.
  leave(): void {
    this.forget(0);
    this.changed = () => {};
    this.abort.abort();
    this.abort = new AbortController();
    this.busy.clear();
  }

  private forget(around: number): void {
    const [from, to] = this.seen();
    this.chunks.forEach((chunk, index) => {
      if (index < from - around || index > to + around) chunk.items = null;
    });
  }

  private limitAfter(items: T[]): number {
    if (!this.weigh || items.length === 0) return kChunk;
    const each = items.reduce((sum, item) => sum + this.weigh!(item), 0) / items.length;
    return Math.max(5, Math.min(kChunk, Math.floor(kChunkBytes / (each + 1))));
  }

  private get known(): number {
    return this.before(this.chunks.length);
  }

  private seen(): [number, number] {
    const { first, last } = this.window;
    return [this.locate(first), this.locate(last)];
  }

  private locate(row: number): number {
    let index = 0;
    for (let start = 0; index < this.chunks.length - 1; ++index) {
      start += this.chunks[index]!.size;
      if (row < start) break;
    }
    return index;
  }

  private before(index: number): number {
    let rows = 0;
    for (let other = 0; other < index; ++other) rows += this.chunks[other]!.size;
    return rows;
  }

  private async load(index: number): Promise<void> {
    const chunk = this.chunks[index];
    if (!chunk || this.busy.has(index)) return;
    this.busy.add(index);
    const { signal } = this.abort;
    try {
      const page = await this.fetchPage({ after: chunk.after, limit: chunk.limit, signal });
      if (!signal.aborted && this.chunks[index] === chunk) this.put(index, chunk, page);
    } catch (error) {
      if (signal.aborted) return;
      this.error = error as Error;
    }
    if (signal.aborted) return;
    this.busy.delete(index);
    this.changed();
  }

  private put(index: number, chunk: Chunk<T>, page: Page<T>): void {
    this.error = undefined;
    this.loaded = true;
    this.count = page.count;
    chunk.items = page.items;
    chunk.size = page.items.length;
    const following = this.chunks[index + 1];
    if (page.next === undefined) {
      this.chunks.length = index + 1;
      this.more = false;
    } else if (following?.after !== page.next) {
      // What comes next has moved; whatever was known behind it has, too.
      this.chunks.length = index + 1;
      this.chunks.push({
        after: page.next,
        limit: this.limitAfter(page.items),
        size: 0,
        items: null,
      });
      this.more = true;
    }
  }
}

const kRemembered = 8;
const lists = new Map<string, PagedList<unknown>>();

function remembered<T>(key: string, fetchPage: FetchPage<T>, weigh?: Weigh<T>): PagedList<T> {
  const list = (lists.get(key) as PagedList<T> | undefined) ?? new PagedList(fetchPage, weigh);
  lists.delete(key);
  lists.set(key, list as PagedList<unknown>);
  if (lists.size > kRemembered) lists.delete(lists.keys().next().value as string);
  return list;
}

// A PagedList that is fetched anew whenever `key` changes and kept fresh while it is looked at.
export function usePages<T>(fetchPage: FetchPage<T>, key: string, weigh?: Weigh<T>): PagedList<T> {
  const [, render] = useState(0);
  const list = useMemo(() => remembered(key, fetchPage, weigh), [key]);
  useLayoutEffect(() => {
    list.changed = () => render((turn) => turn + 1);
    return () => list.leave();
  }, [list]);
  usePolling(() => list.refresh(), key, kPollMs);
  return list;
}
