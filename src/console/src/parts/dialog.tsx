import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { Button, ErrorBox, Field } from "./basics";
import { useSubmit } from "./form";
import { Icon } from "./icons";

interface DialogProps {
  title: string;
  close: () => void;
  children: ComponentChildren;
  side?: boolean; // a sheet at the edge instead of a box in the middle
}

// The browser's own dialog: it keeps the focus inside, closes on Esc and gives the focus back.
export function Dialog({ title, close, children, side = false }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const opener = document.activeElement as HTMLElement | null;
    element.current?.showModal();
    return () => opener?.isConnected && opener.focus();
  }, []);
  return (
    <dialog
      ref={element}
      class={side ? "dialog side" : "dialog"}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClick={(event) => event.target === element.current && close()}
    >
      <div class="dialog-box">
        <header class="dialog-head">
          <h2>{title}</h2>
          <button type="button" class="plain icon-button" aria-label="Close" onClick={close}>
            <Icon name="close" />
          </button>
        </header>
        <div class="dialog-body">{children}</div>
      </div>
    </dialog>
  );
}

interface ConfirmProps {
  title: string;
  children: ComponentChildren;
  action: string;
  typed?: string; // what has to be typed first, where there is no way back
  run: () => Promise<void>;
  close: () => void;
}

export function Confirm({ title, children, action, typed, run, close }: ConfirmProps) {
  const [text, setText] = useState("");
  const { busy, error, submit } = useSubmit(async () => {
    await run();
    close();
  });
  return (
    <Dialog title={title} close={close}>
      <form onSubmit={submit}>
        {children}
        {typed !== undefined && (
          <Field label={`Type ${typed} to confirm`}>
            {(id) => (
              <input
                id={id}
                value={text}
                autocomplete="off"
                spellcheck={false}
                autofocus
                onInput={(event) => setText(event.currentTarget.value)}
              />
            )}
          </Field>
        )}
        {error && <ErrorBox error={error} />}
        <div class="buttons end">
          <Button onClick={close}>Cancel</Button>
          <Button kind="danger" submit busy={busy} disabled={typed !== undefined && text !== typed}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
