import { kSamples } from "../data/samples";

interface Line {
  values: number[];
  tone?: string;
}

const kWidth = 120;
const kHeight = 32;

function points(values: number[], top: number): [number, number][] {
  const step = kWidth / (kSamples - 1);
  const start = kSamples - values.length;
  return values.map((value, index) => [
    Math.round((start + index) * step * 10) / 10,
    Math.round((kHeight - 1.5 - (value / top) * (kHeight - 4)) * 10) / 10,
  ]);
}

// The newest value is at the right edge. It says in words what it shows.
export function Sparkline({
  lines,
  label,
  area = true,
}: {
  lines: Line[];
  label: string;
  area?: boolean;
}) {
  const top = Math.max(1, ...lines.flatMap(({ values }) => values));
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${kWidth} ${kHeight}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {lines.map(({ values, tone = "accent" }) => {
        const path = points(values, top);
        if (path.length < 2) return null;
        const line = "M" + path.map((point) => point.join(" ")).join("L");
        return (
          <g class={`tone-${tone}`}>
            {area && <path class="area" d={`${line}V${kHeight}H${path[0]![0]}Z`} />}
            <path class="line" d={line} />
          </g>
        );
      })}
      <path class="base" d={`M0 ${kHeight - 0.5}H${kWidth}`} />
    </svg>
  );
}
