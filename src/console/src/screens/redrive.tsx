import { useState } from "preact/hooks";

import { sqs, type MoveTask } from "../data/aws";
import { useLoad } from "../data/load";
import type { QueueDetails } from "../data/types";
import { arnParts, clockTime, count } from "../format";
import { Badge, Button, Empty, ErrorBox, Field, Skeleton } from "../parts/basics";
import { useSubmit } from "../parts/form";
import { attempt } from "../parts/page";
import { QueueLink } from "../parts/values";

const kProgressMs = 1000;
const kTones: Record<string, string> = {
  RUNNING: "accent",
  COMPLETED: "good",
  FAILED: "bad",
  CANCELLED: "plain",
  CANCELLING: "plain",
};

export function Redrive({ queue }: { queue: QueueDetails }) {
  const [destination, setDestination] = useState("");
  const [rate, setRate] = useState("");
  const tasks = useLoad(
    async () =>
      (
        await sqs<{ Results?: MoveTask[] }>(queue, "ListMessageMoveTasks", {
          SourceArn: queue.arn,
          MaxResults: 10,
        })
      ).Results ?? [],
    `tasks/${queue.arn}`,
    kProgressMs,
  );
  const running = tasks.data?.some(({ Status }) => Status === "RUNNING" || Status === "CANCELLING");

  const { busy, error, submit } = useSubmit(async () => {
    await sqs(queue, "StartMessageMoveTask", {
      SourceArn: queue.arn,
      ...(destination && { DestinationArn: destination }),
      ...(rate && { MaxNumberOfMessagesPerSecond: Number(rate) }),
    });
    tasks.reload();
  });
  return (
    <>
      <form class="panel form inline-form" onSubmit={submit}>
        <Field label="Move the messages to">
          {(id) => (
            <select
              id={id}
              value={destination}
              onChange={(event) => setDestination(event.currentTarget.value)}
            >
              <option value="">the queues they came from</option>
              {queue.deadLetterSources.map((arn) => (
                <option key={arn} value={arn}>
                  {arnParts(arn).name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Messages per second">
          {(id) => (
            <input
              id={id}
              type="number"
              min="1"
              max="500"
              value={rate}
              placeholder="no limit"
              onInput={(event) => setRate(event.currentTarget.value)}
            />
          )}
        </Field>
        <Button kind="primary" icon="move" submit busy={busy} disabled={running}>
          {running ? "Moving…" : "Start redrive"}
        </Button>
      </form>
      {error && <ErrorBox error={error} />}
      {tasks.error && <ErrorBox error={tasks.error} retry={tasks.reload} />}
      {!tasks.data && !tasks.error && <Skeleton rows={2} />}
      {tasks.data?.length === 0 && (
        <Empty icon="move" title="Nothing was moved yet">
          <p>A redrive sends what could not be processed back to where it came from.</p>
        </Empty>
      )}
      <ul class="cards" aria-label="Redrives">
        {tasks.data?.map((task) => (
          <Task
            key={task.TaskHandle ?? task.StartedTimestamp}
            task={task}
            cancel={() =>
              void attempt(async () => {
                await sqs(queue, "CancelMessageMoveTask", { TaskHandle: task.TaskHandle });
                tasks.reload();
              })
            }
          />
        ))}
      </ul>
    </>
  );
}

function Task({ task, cancel }: { task: MoveTask; cancel: () => void }) {
  const moved = task.ApproximateNumberOfMessagesMoved ?? 0;
  const all = Math.max(task.ApproximateNumberOfMessagesToMove ?? moved, moved);
  const share = all === 0 ? 1 : moved / all;
  return (
    <li class="panel">
      <div class="section-head">
        <Badge tone={kTones[task.Status] ?? "plain"}>{task.Status.toLowerCase()}</Badge>
        <span>
          {count(moved)} of {count(all)} moved to{" "}
          {task.DestinationArn ? <QueueLink arn={task.DestinationArn} /> : "their sources"}
        </span>
        <span class="muted">{clockTime(new Date(task.StartedTimestamp).toISOString())}</span>
        {task.Status === "RUNNING" && (
          <Button small onClick={cancel}>
            Cancel
          </Button>
        )}
      </div>
      <progress
        value={moved}
        max={Math.max(all, 1)}
        aria-label={`${Math.round(share * 100)} percent moved`}
      />
      {task.FailureReason && <p class="tone-bad text">{task.FailureReason}</p>}
    </li>
  );
}
