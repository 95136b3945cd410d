"""Requests as a browser makes them for a page: with headers that the page cannot choose."""

import json
import urllib.parse

from sns_support import TOPIC, SnsTest
from support import Wire

PAGE = "https://evil.example"
CROSS_SITE = {"Sec-Fetch-Site": "cross-site"}
NAVIGATION = {**CROSS_SITE, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document",
              "Accept": "text/html,application/xhtml+xml"}
CREATE = "/?Action=CreateQueue&QueueName=made"


class BrowserTest(SnsTest):
    FLAGS = ("--durability", "memory")

    def setUp(self):
        super().setUp()
        self.daemon = self.start(*self.FLAGS)

    def ask(self, method, target, headers=None, body=None, host="localhost", daemon=None):
        """The reply to a request over a connection of its own."""
        data = body if isinstance(body, bytes) else urllib.parse.urlencode(body or {}).encode()
        lines = [f"{method} {target} HTTP/1.1", f"Host: {host}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        if body is not None:
            lines += [f"Content-Length: {len(data)}"]
            if not any(name.lower() == "content-type" for name in headers or {}):
                lines += ["Content-Type: application/x-www-form-urlencoded"]
        with Wire((daemon or self.daemon).port) as wire:
            wire.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + data)
            return wire.read_reply()

    def act(self, action, headers=None, **parameters):
        """Calls an action by a POST with a form, as a page's form may."""
        return self.ask("POST", "/", headers, {"Action": action, **parameters})

    def queues(self):
        answer = json.loads(self.ask("GET", "/_squire/queues").body)
        return [queue["name"] for queue in answer["queues"]]

    def assert_refused(self, reply, *words):
        self.assertEqual(reply.status, 403, reply.body)
        for word in words:
            self.assertIn(word, reply.body.decode())

    def assert_served(self, reply):
        self.assertEqual(reply.status, 200, reply.body)
        return reply

    def pending_subscription(self):
        """The ARN of one by email, and the token that confirms it."""
        client = self.client(self.daemon)
        topic = self.create_topic(client, "placed")
        arn = self.subscribe(client, topic, "email", "somebody@example.com")
        page = self.ask("GET", f"/_aws/sns/subscription-tokens/{arn}")
        return arn, page.json()["subscription_token"]

    def confirm_link(self, token):
        return "/?" + urllib.parse.urlencode({"Action": "ConfirmSubscription",
                                              "TopicArn": TOPIC + "placed", "Token": token})
