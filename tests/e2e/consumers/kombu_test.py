"""What kombu's SQS transport does with a queue: declare, publish, consume, acknowledge, give back."""

import os
import socket
import unittest
import uuid

import boto3
from kombu import Connection

ENDPOINT = os.environ["AWS_ENDPOINT_URL"]


class KombuTest(unittest.TestCase):
    def setUp(self):
        self.sqs = boto3.client("sqs", endpoint_url=ENDPOINT)
        self.prefix = f"kombu-{uuid.uuid4().hex[:8]}-"
        self.connection = Connection(
            ENDPOINT.replace("http://", "sqs://test:test@"),
            transport_options={"region": "us-east-1", "is_secure": False, "wait_time_seconds": 1,
                               "queue_name_prefix": self.prefix, "visibility_timeout": 60})
        self.addCleanup(self.connection.release)

    def in_queue(self, name):
        """How many messages are visible and in flight."""
        url = self.sqs.get_queue_url(QueueName=self.prefix + name)["QueueUrl"]
        got = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return (int(got["ApproximateNumberOfMessages"]),
                int(got["ApproximateNumberOfMessagesNotVisible"]))

    def drain(self, queue, enough):
        """Consumes with the transport's event loop or poller until enough messages came."""
        seen = []

        def handle(body, message):
            seen.append(body)
            message.ack()

        with self.connection.Consumer(queue, callbacks=[handle], accept=["json"]):
            while len(seen) < enough:
                self.connection.drain_events(timeout=10)
        return seen

    def test_published_messages_are_consumed_and_acknowledged(self):
        with self.connection.SimpleQueue("tasks") as tasks:
            for number in range(50):
                tasks.put({"number": number, "text": "Größe <&>"})
            seen = self.drain(tasks.queue, 50)
        self.assertEqual(sorted(body["number"] for body in seen), list(range(50)))
        self.assertEqual(self.in_queue("tasks"), (0, 0))

    def test_a_message_is_in_flight_until_it_is_acknowledged(self):
        with self.connection.SimpleQueue("slow") as slow:
            slow.put("one")
            message = slow.get(timeout=5)
            self.assertEqual(message.payload, "one")
            self.assertEqual(self.in_queue("slow"), (0, 1))
            message.ack()
            self.assertEqual(self.in_queue("slow"), (0, 0))

    def test_a_rejected_message_comes_again(self):
        with self.connection.SimpleQueue("flaky") as flaky:
            flaky.put("again")
            flaky.get(timeout=5).requeue()
            message = flaky.get(timeout=5)
            self.assertEqual(message.payload, "again")
            message.ack()
        self.assertEqual(self.in_queue("flaky"), (0, 0))

    def test_an_empty_queue_gives_nothing(self):
        with self.connection.SimpleQueue("empty") as empty:
            with self.assertRaises((empty.Empty, socket.timeout)):
                empty.get(timeout=2)

    def test_a_purge_empties_the_queue(self):
        with self.connection.SimpleQueue("purged") as purged:
            purged.put("gone")
            purged.clear()
            self.assertEqual(self.in_queue("purged"), (0, 0))


if __name__ == "__main__":
    unittest.main()
