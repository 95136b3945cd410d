import type { Party } from "./data/types";

const kNumber = new Intl.NumberFormat("en");
const kCompact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

export const number = (value: number): string => kNumber.format(value);

// Seven digits are read at a glance; more are not.
export const count = (value: number): string =>
  value < 10_000_000 ? number(value) : kCompact.format(value);

export const plural = (value: number, word: string): string => (value === 1 ? word : `${word}s`);

export const times = (value: number): string =>
  value === 1 ? "once" : value === 2 ? "twice" : `${number(value)} times`;

export function rate(perSecond: number): string {
  if (perSecond === 0) return "0";
  if (perSecond < 10) return perSecond.toFixed(1);
  return perSecond < 100_000 ? number(Math.round(perSecond)) : kCompact.format(perSecond);
}

export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  let unit = 0;
  for (value /= 1024; value >= 999.5 && unit < 3; ++unit) value /= 1024;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${["KiB", "MiB", "GiB", "TiB"][unit]}`;
}

// The two largest units: 3 d 4 h, 5 min 20 s, 1.4 s.
export function duration(seconds: number): string {
  if (seconds === 0) return "0 s";
  if (seconds < 0.9995) return `${Math.max(0, Math.round(seconds * 1000))} ms`;
  if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const parts: [number, string][] = [
    [Math.floor(whole / 86400), "d"],
    [Math.floor(whole / 3600) % 24, "h"],
    [Math.floor(whole / 60) % 60, "min"],
    [whole % 60, "s"],
  ];
  const first = parts.findIndex(([value]) => value > 0);
  return parts
    .slice(first, first + 2)
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(" ");
}

const two = (value: number): string => String(value).padStart(2, "0");

export function clockTime(iso: string, milliseconds = false): string {
  const at = new Date(iso);
  const text = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return milliseconds ? `${text}.${String(at.getMilliseconds()).padStart(3, "0")}` : text;
}

// What was not today says which day it was.
export function shortTime(iso: string): string {
  const at = new Date(iso);
  const today = new Date().toDateString() === at.toDateString();
  return today
    ? clockTime(iso)
    : `${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

export function dateTime(iso: string): string {
  const at = new Date(iso);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${clockTime(iso)}`;
}

// arn:aws:sqs:eu-north-1:000000000000:orders
export function arnParts(arn: string): { account: string; region: string; name: string } {
  const [, , , region = "", account = "", name = ""] = arn.split(":");
  return { account, region, name };
}

export const partyName = (party: Party): string =>
  [party.accessKey || party.account, party.address].filter(Boolean).join(" at ");

export const endpointName = ({
  protocol,
  endpoint,
}: {
  protocol: string;
  endpoint: string;
}): string =>
  protocol === "sqs"
    ? arnParts(endpoint).name
    : protocol === "lambda"
      ? (endpoint.split(":function:")[1] ?? endpoint)
      : endpoint;

export function tryJson(text: string): unknown {
  const first = text.trimStart()[0];
  if (first !== "{" && first !== "[") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
