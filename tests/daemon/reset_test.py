"""POST /_squire/reset: nothing of the test before reaches the next one."""

import datetime
import json
import time
import unittest

from sns_support import QUEUE, SnsTest, sns
from support import until


class ResetTest(SnsTest):
    def setUp(self):
        super().setUp()
        self.daemon = self.start("--testing", "true")
        self.web = self.client(self.daemon)

    def ask(self, method, path, body=b""):
        if isinstance(body, dict):
            body = json.dumps(body).encode()
        self.web.send(f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}"
                      f"\r\n\r\n".encode() + body)
        reply = self.web.read_reply()
        self.assertEqual(reply.status, 200, reply.body)
        return reply

    def reset(self, target="/_squire/reset"):
        return self.ask("POST", target).json()

    def restart(self):
        self.daemon.kill()
        self.daemon = self.start("--testing", "true")
        self.web = self.client(self.daemon)

    # ---- faults --------------------------------------------------------------------------------

    def test_faults_are_gone(self):
        client = self.client(self.daemon)
        client.create("q")
        for fault in ({"effect": "error", "action": "SendMessage"},
                      {"effect": "delay", "delay": "1h", "action": "ReceiveMessage"},
                      {"effect": "dropBefore", "action": "CreateQueue"},
                      {"effect": "throttle", "queue": "q", "count": 100}):
            self.ask("POST", "/_squire/faults", fault)
        self.reset()
        self.assertEqual(self.ask("GET", "/_squire/faults").json(), {"faults": []})
        client = self.client(self.daemon)
        client.create("q")
        client.call("SendMessage", QueueUrl="q", MessageBody="m")
        self.assertEqual(client.bodies("q"), ["m"])

    def test_faults_do_not_survive_a_restart_either(self):
        self.ask("POST", "/_squire/faults", {"effect": "error"})
        self.restart()
        self.assertEqual(self.ask("GET", "/_squire/faults").json(), {"faults": []})

    # ---- the clock -----------------------------------------------------------------------------

    def assert_now(self):
        clock = self.ask("GET", "/_squire/clock").json()
        self.assertEqual(clock["advanced"], "0ms")
        now = datetime.datetime.fromisoformat(clock["now"].replace("Z", "+00:00"))
        self.assertLess(abs(now - datetime.datetime.now(datetime.timezone.utc)),
                        datetime.timedelta(seconds=5))

    def test_the_clock_is_right_again(self):
        self.ask("POST", "/_squire/clock", {"advance": "2h"})
        self.reset()
        self.assert_now()
        client = self.client(self.daemon)
        client.create("q")
        client.call("SendMessage", QueueUrl="q", MessageBody="m")
        [message] = client.receive("q")
        sent = int(message["Attributes"]["SentTimestamp"]) / 1000
        self.assertAlmostEqual(sent, time.time(), delta=5)

    def test_a_clock_that_went_back_still_wakes_whoever_waits(self):
        client = self.client(self.daemon, 30)
        client.create("q")
        for _ in range(3):
            self.ask("POST", "/_squire/clock", {"advance": "2h"})
            self.reset()
            client.create("q")
            client.call("SendMessage", QueueUrl="q", MessageBody="delayed", DelaySeconds=1)
            begin = time.monotonic()
            self.assertEqual([message["Body"] for message in client.receive(
                "q", WaitTimeSeconds=10, VisibilityTimeout=1)], ["delayed"])
            self.assertTrue(0.8 < time.monotonic() - begin < 3)
            self.assertEqual([message["Body"] for message in client.receive("q", WaitTimeSeconds=10)],
                             ["delayed"])
            self.ask("POST", "/_squire/clock", {"advance": "40s"})
            self.assertEqual(len(client.receive("q")), 1)

    def test_a_fifo_queue_made_after_the_clock_went_back_works(self):
        client = self.client(self.daemon)
        self.ask("POST", "/_squire/clock", {"advance": "2h"})
        step = {"QueueUrl": "q.fifo", "MessageBody": "m", "MessageGroupId": "g",
                "MessageDeduplicationId": "once"}
        client.create("q.fifo")
        client.call("SendMessage", **step)
        self.reset()
        client.create("q.fifo")
        client.call("SendMessage", **step)
        self.assertEqual(client.counts("q.fifo"), (1, 0, 0), "no window of before is left")
        [message] = client.receive("q.fifo")
        client.call("DeleteMessage", QueueUrl="q.fifo", ReceiptHandle=message["ReceiptHandle"])
        client.call("SendMessage", **{**step, "MessageDeduplicationId": "twice"})
        self.assertEqual(len(client.receive("q.fifo")), 1)

    def test_a_poll_and_a_wait_across_the_reset_end_in_their_time(self):
        poll, wait = self.client(self.daemon, 30), self.client(self.daemon, 30)
        poll.create("q")
        self.ask("POST", "/_squire/clock", {"advance": "2h"})
        begin = time.monotonic()
        poll.send(b"GET /?Action=ReceiveMessage&QueueUrl=q&WaitTimeSeconds=3 HTTP/1.1\r\n"
                  b"Host: localhost\r\n\r\n")
        wait.send(b"GET /_squire/wait?until=outbox%3E%3D1&timeout=3s HTTP/1.1\r\n"
                  b"Host: localhost\r\n\r\n")
        self.reset()
        self.assertIn(poll.read_reply().status, (200, 400))  # its queue is gone
        self.assertEqual(wait.read_reply().status, 408)
        self.assertLess(time.monotonic() - begin, 8)

    # ---- move tasks ----------------------------------------------------------------------------

    def make_queues(self, client):
        for name in ("dead", "elsewhere"):
            client.create(name)
        client.create("orders", RedrivePolicy=json.dumps(
            {"deadLetterTargetArn": QUEUE + "dead", "maxReceiveCount": 1}))

    def fill(self, client, name, count):
        for first in range(0, count, 10):
            client.call("SendMessageBatch", QueueUrl=name, Entries=[
                {"Id": str(i), "MessageBody": str(i)} for i in range(first, first + 10)])

    def start_task(self, client, rate=1):
        return client.call("StartMessageMoveTask", SourceArn=QUEUE + "dead",
                           DestinationArn=QUEUE + "elsewhere",
                           MaxNumberOfMessagesPerSecond=rate)["TaskHandle"]

    def tasks(self, client):
        return client.call("ListMessageMoveTasks", SourceArn=QUEUE + "dead",
                           MaxResults=10).get("Results", [])

    def assert_nothing_moves(self, client, count):
        """Not in the seconds to come either: the clock brings them."""
        for _ in range(5):
            self.ask("POST", "/_squire/clock", {"advance": "2s"})
            time.sleep(0.05)  # for a task that would now be due
        self.assertEqual(client.counts("dead")[0], count)
        self.assertEqual(client.counts("elsewhere")[0], 0)

    def test_running_move_tasks_are_gone(self):
        client = self.client(self.daemon)
        self.make_queues(client)
        self.fill(client, "dead", 50)
        handle = self.start_task(client)
        self.reset()
        self.make_queues(client)
        self.fill(client, "dead", 20)
        self.assertEqual(self.tasks(client), [])
        with self.refused("ResourceNotFoundException", 404):
            client.call("CancelMessageMoveTask", TaskHandle=handle)
        self.assert_nothing_moves(client, 20)
        self.start_task(client, 500)  # the old one does not stand in its way
        self.assertTrue(until(lambda: client.counts("elsewhere")[0] == 20))

    def test_they_do_not_come_back_with_a_restart(self):
        client = self.client(self.daemon)
        self.make_queues(client)
        self.fill(client, "dead", 50)
        self.start_task(client)
        self.reset()
        self.restart()
        client = self.client(self.daemon)
        self.make_queues(client)
        self.fill(client, "dead", 20)
        self.assert_nothing_moves(client, 20)

    def test_an_import_ends_the_tasks_that_it_replaces(self):
        client = self.client(self.daemon, 30)
        self.make_queues(client)
        self.fill(client, "dead", 20)
        state = self.ask("GET", "/_squire/export").body
        self.start_task(client)
        self.ask("PUT", "/_squire/import", state)
        self.assertEqual(self.tasks(client), [])
        self.assert_nothing_moves(client, 20)

    def test_an_import_brings_its_own_tasks(self):
        client = self.client(self.daemon, 30)
        self.make_queues(client)
        self.fill(client, "dead", 20)
        self.start_task(client)
        state = self.ask("GET", "/_squire/export").body
        self.reset()
        self.ask("PUT", "/_squire/import", state)
        self.ask("POST", "/_squire/clock", {"advance": "2m"})
        self.assertTrue(until(lambda: client.counts("elsewhere")[0] == 20))

    # ---- the rest ------------------------------------------------------------------------------

    def test_everything_that_can_be_seen_is_gone(self):
        client = self.client(self.daemon)
        client.create("q")
        sent = client.call("SendMessage", QueueUrl="q", MessageBody="m")
        topic = self.create_topic(client, "t")
        self.subscribe(client, topic, "email", "somebody@example.com")
        sns(client, "Publish", PhoneNumber="+15551234567", Message="m")
        sns(client, "SetSMSAttributes", attributes={"DefaultSenderID": "squire"})
        sns(client, "CreateSMSSandboxPhoneNumber", PhoneNumber="+15551234567")
        sns(client, "CreatePlatformApplication", Name="app", Platform="GCM",
            Attributes={"PlatformCredential": "secret"})
        self.assertEqual(self.reset(), {"queues": 1, "topics": 1})
        self.assertEqual(self.ask("GET", "/_squire/queues").json()["count"], 0)
        self.assertEqual(self.ask("GET", "/_squire/topics").json()["count"], 0)
        self.assertEqual(self.ask("GET", "/_squire/outbox").json()["count"], 0)
        for action, nothing in (("ListPlatformApplications", "member"), ("ListSubscriptions", "member"),
                                ("ListSMSSandboxPhoneNumbers", "member"), ("ListTopics", "member")):
            self.assertIsNone(sns(client, action).find(f".//{nothing}"), action)
        self.assertNotIn("squire", [element.text for element in sns(client, "GetSMSAttributes").iter()])
        self.web.send(f"GET /_squire/messages/{sent['MessageId']} HTTP/1.1\r\nHost: localhost\r\n\r\n"
                      .encode())
        self.assertEqual(self.web.read_reply().status, 404, "its history")

    def test_again_and_again_under_load_it_leaves_nothing(self):
        client = self.client(self.daemon)
        for _ in range(20):
            self.make_queues(client)
            self.fill(client, "dead", 10)
            self.start_task(client)
            self.ask("POST", "/_squire/clock", {"advance": "1h"})
            self.ask("POST", "/_squire/faults", {"effect": "error", "action": "DeleteQueue"})
            self.assertEqual(self.reset(), {"queues": 3, "topics": 0})
        self.assert_now()


if __name__ == "__main__":
    unittest.main()
