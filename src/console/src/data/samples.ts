// What was seen of each number while somebody looked: enough for a sparkline.

export const kSamples = 60;
const kKeysMax = 2000;
const kApartMs = 1800; // rendering twice between two polls adds nothing
const samples = new Map<string, { values: number[]; at: number }>();

export function sample(key: string, value: number): number[] {
  const now = Date.now();
  const known = samples.get(key);
  // Nobody looked for a while: the line would pretend to know.
  const kept = known && now - known.at < 15_000 ? known : { values: [], at: 0 };
  if (now - kept.at > kApartMs) {
    kept.values = [...kept.values.slice(1 - kSamples), value];
    kept.at = now;
  }
  samples.delete(key);
  samples.set(key, kept);
  if (samples.size > kKeysMax) samples.delete(samples.keys().next().value as string);
  return kept.values;
}
