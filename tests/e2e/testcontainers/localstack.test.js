// The LocalStack module of Testcontainers for Node.js, as its users call it.
import assert from "node:assert";
import { test } from "node:test";
import { LocalstackContainer } from "@testcontainers/localstack";

test("it starts when the scripts have run", { timeout: 60_000 }, async () => {
  const localstack = await new LocalstackContainer("squire-shell").start();
  try {
    const queues = await fetch(`${localstack.getConnectionUri()}/?Action=ListQueues`);
    assert.match(await queues.text(), /made-by-script<\/QueueUrl>/);
  } finally {
    await localstack.stop();
  }
});
