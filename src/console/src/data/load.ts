import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { online, token } from "./http";

export const kPollMs = 2000;
const kRestShare = 9;

export interface Loaded<T> {
  data: T | undefined;
  error: Error | undefined;
  reload: () => void;
}

// Runs `poll` now, every `everyMs` while the page can be seen, and as soon as it can be seen again, the
// connection is back or there is another token.
export function usePolling(poll: () => Promise<void>, key: string, everyMs?: number): void {
  const latest = useRef(poll);
  latest.current = poll;
  const [isOnline, currentToken] = [online.value, token.value];
  useEffect(() => {
    if (!isOnline) return;
    let timer: number | undefined;
    let over = false;
    const run = async () => {
      clearTimeout(timer);
      const began = performance.now();
      if (!document.hidden) await latest.current();
      // What takes long, such as pages of large messages, is asked for less often.
      const rest = kRestShare * (performance.now() - began);
      if (everyMs && !over) timer = setTimeout(run, Math.max(everyMs, rest));
    };
    const look = () => !document.hidden && everyMs && void run();
    document.addEventListener("visibilitychange", look);
    void run();
    return () => {
      over = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [key, everyMs, isOnline, currentToken]);
}

// What `load` answers, kept fresh. Old data stays while the connection is lost.
export function useLoad<T>(
  load: (signal: AbortSignal) => Promise<T>,
  key: string,
  everyMs?: number,
): Loaded<T> {
  const [state, setState] = useState<{ key: string; data?: T | undefined; error?: Error }>({ key });
  const running = useRef<AbortController | null>(null);
  const run = async () => {
    running.current?.abort();
    const mine = (running.current = new AbortController());
    try {
      const data = await load(mine.signal);
      if (!mine.signal.aborted) setState({ key, data });
    } catch (error) {
      if (mine.signal.aborted) return;
      setState((old) => ({
        key,
        data: old.key === key ? old.data : undefined,
        error: error as Error,
      }));
    }
  };
  usePolling(run, key, everyMs);
  useEffect(() => () => running.current?.abort(), [key]);
  const latest = useRef(run);
  latest.current = run;
  const reload = useCallback(() => void latest.current(), []);
  const current = state.key === key ? state : { data: undefined, error: undefined };
  return { data: current.data, error: current.error, reload };
}
