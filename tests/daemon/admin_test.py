"""What is under /_squire/, over a real connection: looking inside, moving the clock, waiting."""

import json
import threading
import time
import unittest
import urllib.error
import urllib.request

from support import DaemonTest, until


class AdminTest(DaemonTest):
    def ask(self, daemon, path, method="GET", body=None, accept=None):
        """Status and body; JSON is parsed."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{daemon.port}{path}", method=method,
            data=body if body is None else json.dumps(body).encode(),
            headers={"Accept": accept} if accept else {})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                status, content_type, text = answer.status, answer.headers["Content-Type"], answer.read()
        except urllib.error.HTTPError as error:
            status, content_type, text = error.code, error.headers["Content-Type"], error.read()
        return status, json.loads(text) if content_type == "application/json" else text.decode(errors="replace")

    def get(self, daemon, path):
        status, json = self.ask(daemon, path)
        self.assertEqual(status, 200, json)
        return json

    def wait_in_background(self, daemon, path):
        answers = []
        thread = threading.Thread(target=lambda: answers.append(self.ask(daemon, path)))
        thread.start()
        self.addCleanup(thread.join)
        return thread, answers

    def test_every_endpoint_of_the_list_answers_by_curl(self):
        daemon = self.start("--testing", "true")
        self.client(daemon).create("orders")
        for endpoint in self.get(daemon, "/_squire/")["endpoints"]:
            path = endpoint["path"].replace("{name}", "orders").replace("{id}", "x").replace("{arn}", "x")
            if endpoint["method"] == "GET" and path != "/_squire/wait":
                status, _ = self.ask(daemon, path)
                self.assertIn(status, (200, 400, 404), path)

    def test_tables_are_for_people(self):
        daemon = self.start()
        self.client(daemon).create("orders")
        status, text = self.ask(daemon, "/_squire/queues", accept="text/plain")
        self.assertEqual(status, 200)
        self.assertRegex(text, r"(?m)^orders +")

    def test_a_message_is_followed(self):
        daemon = self.start()
        client = self.client(daemon)
        url = client.create("orders")
        sent = client.call("SendMessage", QueueUrl=url, MessageBody="hello")
        client.call("ReceiveMessage", QueueUrl=url)
        events = self.get(daemon, f"/_squire/messages/{sent['MessageId']}")["events"]
        self.assertEqual([event["event"] for event in events], ["sent", "received"])
        self.assertEqual(events[1]["by"]["address"], "127.0.0.1")

    def test_the_clock_moves_timeouts_and_wakes_polls(self):
        daemon = self.start("--testing", "true")
        client = self.client(daemon)
        url = client.create("orders")
        client.call("SendMessage", QueueUrl=url, MessageBody="hello")
        client.call("ReceiveMessage", QueueUrl=url, VisibilityTimeout=600)
        other = self.client(daemon)
        got = []
        poll = threading.Thread(target=lambda: got.append(
            other.call("ReceiveMessage", QueueUrl=url, WaitTimeSeconds=20)))
        poll.start()
        begin = time.monotonic()
        status, answer = self.ask(daemon, "/_squire/clock", "POST", {"advance": "10m"})
        poll.join()
        self.assertEqual((status, answer["advanced"]), (200, "600000ms"))
        self.assertLess(time.monotonic() - begin, 10)
        # The poll may have been over when the message came back: it ends with either.
        if not got[0].get("Messages"):
            self.assertTrue(client.call("ReceiveMessage", QueueUrl=url)["Messages"])

    def test_a_moved_clock_leaves_connections_alone(self):
        daemon = self.start("--testing", "true")
        client = self.client(daemon)
        client.create("orders")
        self.ask(daemon, "/_squire/clock", "POST", {"advance": "2h"})
        time.sleep(1.5)  # the server looks at its connections once a second
        self.assertTrue(client.call("ListQueues"))

    def test_a_wait_answers_when_its_queue_is_empty(self):
        daemon = self.start("--testing", "true")
        client = self.client(daemon)
        url = client.create("orders")
        client.call("SendMessage", QueueUrl=url, MessageBody="hello")
        handle = client.call("ReceiveMessage", QueueUrl=url)["Messages"][0]["ReceiptHandle"]
        thread, answers = self.wait_in_background(
            daemon, "/_squire/wait?queue=orders&until=total==0&timeout=25s")
        client.call("DeleteMessage", QueueUrl=url, ReceiptHandle=handle)
        until(lambda: not thread.is_alive())
        status, answer = answers[0]
        self.assertEqual((status, answer["met"]), (200, True))

    def test_a_wait_that_is_not_met_says_so_in_time(self):
        daemon = self.start("--testing", "true")
        self.client(daemon).create("orders")
        status, answer = self.ask(daemon, "/_squire/wait?queue=orders&until=visible==1&timeout=200ms")
        self.assertEqual((status, answer["met"]), (408, False))

    def test_a_reset_survives_a_restart(self):
        daemon = self.start()
        client = self.client(daemon)
        client.call("SendMessage", QueueUrl=client.create("orders"), MessageBody="hello")
        status, answer = self.ask(daemon, "/_squire/reset", "POST")
        self.assertEqual((status, answer), (200, {"queues": 1, "topics": 0}))
        daemon.kill()
        daemon = self.start()
        self.assertEqual(self.get(daemon, "/_squire/queues")["count"], 0)

    def test_queue_urls_in_the_styles_of_localstack_are_taken(self):
        daemon = self.start()
        client = self.client(daemon)
        client.create("orders")
        for url in ("http://sqs.us-east-1.localhost.localstack.cloud:4566/000000000000/orders",
                    "http://us-east-1.queue.localhost.localstack.cloud:4566/000000000000/orders",
                    f"http://localhost:{daemon.port}/queue/us-east-1/000000000000/orders"):
            client.call("SendMessage", QueueUrl=url, MessageBody="hello")
        path = "/queue/us-east-1/000000000000/orders?Action=SendMessage&MessageBody=hello"
        status, _ = self.ask(daemon, path)
        self.assertEqual(status, 200)
        self.assertEqual(self.get(daemon, "/_squire/queues/orders")["visible"], 4)


if __name__ == "__main__":
    unittest.main()
