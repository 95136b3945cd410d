import { effect, signal } from "@preact/signals";

import type { Overview, Place } from "./data/types";

// The last overview; the shell keeps it fresh.
export const overview = signal<Overview | null>(null);

export const home = (): Place => ({
  account: overview.value?.account ?? "000000000000",
  region: overview.value?.region ?? "us-east-1",
});

export type Theme = "auto" | "light" | "dark";
const kThemeKey = "squire.theme";
export const theme = signal<Theme>((localStorage.getItem(kThemeKey) as Theme | null) ?? "auto");
effect(() => {
  localStorage.setItem(kThemeKey, theme.value);
  document.documentElement.dataset.theme = theme.value;
});

export interface Toast {
  id: number;
  text: string;
  bad: boolean;
  link: { text: string; href: string } | undefined;
}
export const toasts = signal<Toast[]>([]);
let lastToast = 0;

export function toast(text: string, { bad = false, link }: Partial<Toast> = {}): void {
  const id = ++lastToast;
  toasts.value = [...toasts.value.slice(-2), { id, text, bad, link }];
  setTimeout(() => dismiss(id), bad ? 12_000 : 6_000);
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((other) => other.id !== id);
}

// Once a second, for ages and countdowns. The broker's clock counts, since tests may move it.
export const tick = signal(Date.now());
let skew = 0;
setInterval(() => {
  if (!document.hidden) tick.value = Date.now() + skew;
}, 1000);

export function learnTime(iso: string): void {
  const difference = new Date(iso).getTime() - Date.now();
  if (Math.abs(difference - skew) > 500) {
    skew = difference;
    tick.value = Date.now() + skew;
  }
}
export const secondsSince = (iso: string): number => (tick.value - new Date(iso).getTime()) / 1000;
