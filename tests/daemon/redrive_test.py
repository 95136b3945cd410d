"""Queues that are dead-letter queues of themselves and of each other: nothing waits for itself."""

import json
import signal
import unittest

from sns_support import QUEUE
from support import DaemonTest, Refused, in_parallel


def redrive_to(name, count=2):
    return json.dumps({"deadLetterTargetArn": QUEUE + name, "maxReceiveCount": count})


class RedriveTest(DaemonTest):
    ROUNDS = 300

    def set_policy(self, client, name, target):
        client.call("SetQueueAttributes", QueueUrl=name,
                    Attributes={"RedrivePolicy": redrive_to(target)})

    def assert_lives(self, daemon):
        client = self.client(daemon)
        client.call("ListQueues")
        client.send(b"GET /_squire/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.assertEqual(client.read_reply().status, 200)
        daemon.signal(signal.SIGTERM)
        self.assertEqual(daemon.wait_for_exit(), 0)

    def many(self, daemon, step, count=1):
        """Jobs that do a step so many times, each on a connection of its own."""
        def job():
            with daemon.client() as client:
                for _ in range(self.ROUNDS):
                    try:
                        step(client)
                    except Refused as refusal:  # others were faster
                        if refusal.status >= 500:
                            raise
        return [job] * count

    def test_a_queue_may_be_its_own(self):
        daemon = self.start()
        client = self.client(daemon)
        client.create("q")
        self.set_policy(client, "q", "q")
        client.call("SendMessage", QueueUrl="q", MessageBody="m")
        for _ in range(5):
            client.receive("q", VisibilityTimeout=0)
        self.assertEqual(sum(client.counts("q")), 1)
        self.assert_lives(daemon)

    def test_a_fifo_queue_may_be_its_own(self):
        daemon = self.start()
        client = self.client(daemon)
        client.create("q.fifo")
        self.set_policy(client, "q.fifo", "q.fifo")
        client.call("SendMessage", QueueUrl="q.fifo", MessageBody="m", MessageGroupId="g",
                    MessageDeduplicationId="1")
        for _ in range(5):
            client.receive("q.fifo", VisibilityTimeout=0)
        self.assertEqual(sum(client.counts("q.fifo")), 1)
        self.assert_lives(daemon)

    def test_two_queues_may_be_each_others(self):
        daemon = self.start("--threads", 4)
        client = self.client(daemon)
        for name in ("a", "b"):
            client.create(name)
        in_parallel(self.many(daemon, lambda client: self.set_policy(client, "a", "b"), 2)
                    + self.many(daemon, lambda client: self.set_policy(client, "b", "a"), 2))
        self.assert_lives(daemon)

    def test_a_queue_is_set_while_it_is_deleted_and_made(self):
        daemon = self.start("--threads", 4, "--durability", "memory")
        client = self.client(daemon)
        client.create("b")

        def remake(client):
            client.call("CreateQueue", QueueName="a")
            client.call("DeleteQueue", QueueUrl="a")

        in_parallel(self.many(daemon, lambda client: self.set_policy(client, "a", "b"), 2)
                    + self.many(daemon, lambda client: self.set_policy(client, "b", "a"), 2)
                    + self.many(daemon, remake))
        self.assert_lives(daemon)

    def test_a_queue_is_set_while_everything_is_reset(self):
        daemon = self.start("--threads", 4, "--durability", "memory")

        def reset(client):
            for name in ("a", "b"):
                client.call("CreateQueue", QueueName=name)
            client.send(b"POST /_squire/reset HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
            self.assertEqual(client.read_reply().status, 200)

        in_parallel(self.many(daemon, lambda client: self.set_policy(client, "a", "b"), 2)
                    + self.many(daemon, lambda client: self.set_policy(client, "b", "a"), 2)
                    + self.many(daemon, reset))
        self.assert_lives(daemon)

    def test_declared_queues_that_name_each_other_or_themselves_start_again(self):
        settings = self.directory / "squire.json"
        for first, second in (("a", "a"), ("b", "a")):
            settings.write_text(json.dumps({"queues": [
                {"name": "a", "dead_letter_queue": first, "max_receive_count": 2},
                {"name": "b", "dead_letter_queue": second, "max_receive_count": 2}]}))
            for _ in range(2):
                daemon = self.launch("--config", settings).wait_until_listening(10)
                self.assertIn(f":{first}\"", self.client(daemon).attributes("a")["RedrivePolicy"])
                self.assert_lives(daemon)


if __name__ == "__main__":
    unittest.main()
