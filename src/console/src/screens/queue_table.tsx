import { sample } from "../data/samples";
import type { Queue } from "../data/types";
import { arnParts, count, duration, rate } from "../format";
import { Badge } from "../parts/basics";
import { PlaceBadge } from "../parts/place";
import { Sparkline } from "../parts/sparkline";
import { queueHref } from "../router";

// The dead-letter queues that the queues seen so far have named.
const deadLetterQueues = new Set<string>();

export const isDeadLetterQueue = (arn: string): boolean => deadLetterQueues.has(arn);

export function learnDeadLetterQueues(queues: Queue[]): void {
  for (const { deadLetterQueue } of queues)
    if (deadLetterQueue) deadLetterQueues.add(deadLetterQueue);
}

export function QueueBadges({ queue }: { queue: Queue }) {
  return (
    <>
      {queue.fifo && <Badge tone="accent">FIFO</Badge>}
      {isDeadLetterQueue(queue.arn) && (
        <Badge tone="bad" title="Other queues put here what could not be processed">
          DLQ
        </Badge>
      )}
      {queue.deadLetterQueue && (
        <Badge title={`After ${queue.maxReceiveCount} receives to ${queue.deadLetterQueue}`}>
          → {arnParts(queue.deadLetterQueue).name}
        </Badge>
      )}
      <PlaceBadge place={queue} />
    </>
  );
}

export const queueHead = (
  <>
    <div role="columnheader" class="c-name">
      Name
    </div>
    <div role="columnheader" class="c-num">
      Visible
    </div>
    <div role="columnheader" class="c-num">
      In flight
    </div>
    <div role="columnheader" class="c-num">
      Delayed
    </div>
    <div role="columnheader" class="c-num">
      Oldest
    </div>
    <div role="columnheader" class="c-num">
      Sent / s
    </div>
    <div role="columnheader" class="c-line">
      Backlog
    </div>
  </>
);

interface CellsProps {
  queue: Queue;
  focus?: object;
}

export function QueueCells({ queue, focus = {} }: CellsProps) {
  const values = sample(queue.arn, queue.visible + queue.inFlight + queue.delayed);
  return (
    <>
      <div role="gridcell" class="c-name">
        <a class="row-link" href={queueHref(queue)} {...focus}>
          {queue.name}
        </a>
        <span class="row-badges">
          <QueueBadges queue={queue} />
        </span>
      </div>
      <CountCell label="visible" value={queue.visible} tone="visible" />
      <CountCell label="in flight" value={queue.inFlight} tone="inFlight" />
      <CountCell label="delayed" value={queue.delayed} tone="delayed" />
      <div role="gridcell" class="c-num muted c-wide">
        {queue.oldestAgeSeconds === null ? "–" : duration(queue.oldestAgeSeconds)}
      </div>
      <div role="gridcell" class="c-num c-wide">
        {rate(queue.sentPerSecond)}
      </div>
      <div role="gridcell" class="c-line">
        <Sparkline
          lines={[{ values, tone: "visible" }]}
          label={`Messages in ${queue.name} lately`}
        />
      </div>
    </>
  );
}

function CountCell({ value, label, tone }: { value: number; label: string; tone: string }) {
  return (
    <div role="gridcell" class={`c-num${value === 0 ? " zero" : ""}`}>
      <i class={`dot tone-${tone}`} />
      {count(value)}
      <span class="c-unit"> {label}</span>
    </div>
  );
}

// A few queues, all of them shown.
export function QueueTable({ queues }: { queues: Queue[] }) {
  learnDeadLetterQueues(queues);
  return (
    <div class="list queues" role="grid" aria-label="Queues">
      <div class="row head" role="row">
        {queueHead}
      </div>
      {queues.map((queue) => (
        <div class="row" role="row" key={queue.arn}>
          <QueueCells queue={queue} />
        </div>
      ))}
    </div>
  );
}
