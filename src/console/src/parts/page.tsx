import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { leftAt } from "../router";
import { toast } from "../state";

interface PageProps {
  title: string;
  of?: { text: string; href: string }; // where it belongs
  badges?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
}

// One screen: its heading has the focus when it opens, so that screen readers say where we are.
export function Page({ title, of, badges, actions, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Squire`;
  }, [title]);
  useLayoutEffect(() => {
    scrollTo(0, leftAt());
    heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <>
      <header class="page-head">
        <div class="page-title">
          {of && (
            <a class="crumb" href={of.href}>
              {of.text}
            </a>
          )}
          <h1 tabIndex={-1} ref={heading}>
            {title}
          </h1>
          {badges}
        </div>
        {actions && <div class="buttons">{actions}</div>}
      </header>
      {children}
    </>
  );
}

// Runs what a button starts; what fails is told.
export async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    toast((error as Error).message, { bad: true });
  }
}
