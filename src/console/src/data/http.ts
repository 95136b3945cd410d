import { signal } from "@preact/signals";

// A request that failed: what it was for, and what to do about it.
export class RequestError extends Error {
  constructor(
    readonly what: string,
    readonly status: number, // 0: no answer at all
    message: string,
  ) {
    super(message);
  }
}

const kTokenKey = "squire.token";

// The admin token lives as long as the tab.
export const token = signal(sessionStorage.getItem(kTokenKey) ?? "");
// Why the token is asked for; null: it is not.
export const tokenWanted = signal<"missing" | "refused" | null>(null);
export const online = signal(true);

export function acceptToken(value: string): void {
  sessionStorage.setItem(kTokenKey, value);
  token.value = value;
  tokenWanted.value = null;
}

export async function send(what: string, path: string, init: RequestInit = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, { cache: "no-store", ...init });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    lose();
    throw new RequestError(what, 0, "The broker does not answer.");
  }
  if (!online.value) online.value = true;
  return answer;
}

// Once the connection is lost, one small request at a time finds out when it is back.
function lose(): void {
  if (!online.value) return;
  online.value = false;
  const probe = async () => {
    try {
      await fetch("/_squire/health", { cache: "no-store" });
      online.value = true;
    } catch {
      setTimeout(probe, 1000);
    }
  };
  setTimeout(probe, 500);
}

// An answer to a request without the present token says nothing about it.
export function refuse(used: string): void {
  if (used !== token.value) return;
  tokenWanted.value = token.value ? "refused" : "missing";
}
