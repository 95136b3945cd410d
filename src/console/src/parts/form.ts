import { useState } from "preact/hooks";

// What a form does when it is submitted: `work`, once at a time, and what went wrong with it.
export function useSubmit(work: () => Promise<void>) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  const run = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await work();
    } catch (failure) {
      setError(failure as Error);
    }
    setBusy(false);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    void run();
  };
  return { busy, error, submit };
}

export function submitOnCtrlEnter(event: KeyboardEvent): void {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  (event.currentTarget as HTMLElement).closest("form")?.requestSubmit();
}
