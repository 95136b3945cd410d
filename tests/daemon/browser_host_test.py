"""Under which names the broker answers while it believes everybody: only those that no attacker can own,
or a page could have its own name resolve to this machine and read everything.
"""

import json
import unittest

from browser_support import BrowserTest

SERVED = ("127.0.0.1", "127.0.0.1:4566", "10.1.2.3:80", "192.168.0.7", "[::1]", "[::1]:4566",
          "[fe80::1]:4566", "squire", "broker:4566", "my-broker_1", "localhost", "LocalHost:4566",
          "sqs.localhost", "a.b.localhost:4566", "localhost.localstack.cloud",
          "localhost.localstack.cloud:4566", "sqs.us-east-1.localhost.localstack.cloud:4566",
          "squire.local", "host.docker.internal", "host.containers.internal:4566",
          "squire.default.svc", "squire.default.svc.cluster.local:4566", "a.cluster.local")
AMAZON = ("sqs.us-east-1.amazonaws.com", "sns.eu-central-1.amazonaws.com",
          "us-west-2.queue.amazonaws.com", "queue.amazonaws.com",
          "sqs-fips.us-east-1.amazonaws.com")
REFUSED = ("evil.example", "evil.example:4566", "127.0.0.1.evil.example", "localhost.evil.example",
           "evil-localhost.localstack.cloud", "localstack.cloud", "evil.localstack.cloud",
           "notlocal.example", "x.notlocal", "squire.default", "squire.net", "x.mylocalhost",
           "internal.example", "cluster.local.example", "1.2.3.4.5.example",
           "s3.amazonaws.com", "bucket.s3.amazonaws.com", "amazonaws.com",
           "ec2-1-2-3-4.compute-1.amazonaws.com", "x.execute-api.us-east-1.amazonaws.com",
           "sqs.us-east-1.amazonaws.com.evil.example", "evil.sqs.us-east-1.amazonaws.com",
           "sqs.evil.us-east-1.amazonaws.com")


class HostTest(BrowserTest):
    def statuses(self, host, daemon=None):
        """Of an action by both protocols, and of the pages."""
        return [
            self.ask("GET", "/?Action=ListQueues", host=host, daemon=daemon).status,
            self.ask("POST", "/", {"X-Amz-Target": "AmazonSQS.ListQueues",
                                   "Content-Type": "application/x-amz-json-1.0"}, b"{}", host,
                     daemon).status,
            *(self.ask("GET", path, host=host, daemon=daemon).status
              for path in ("/_squire/queues", "/_squire/settings", "/metrics", "/_squire/console"))]

    def test_names_that_no_attacker_can_own_are_served(self):
        for host in SERVED + AMAZON:
            with self.subTest(host=host):
                self.assertEqual(set(self.statuses(host)), {200})

    def test_all_others_are_refused_and_told_the_setting(self):
        for host in REFUSED:
            with self.subTest(host=host):
                self.assertEqual(set(self.statuses(host)), {403})
        self.assert_refused(self.ask("GET", "/?Action=ListQueues", host="evil.example"),
                            "allowed_hosts", "evil.example")

    def test_nothing_is_done_for_another_name(self):
        for method, target in (("POST", "/?Action=CreateQueue&QueueName=made"),
                               ("GET", "/?Action=CreateQueue&QueueName=made"),
                               ("PUT", "/000000000000/made?Action=CreateQueue&QueueName=made")):
            self.assert_refused(self.ask(method, target, {}, b"", "evil.example"))
        self.assertEqual(self.queues(), [])

    def test_the_own_origin_of_another_name_is_no_excuse(self):
        self.assert_refused(self.ask("POST", "/", {
            "Origin": "http://evil.example:4566", "Sec-Fetch-Site": "same-origin"},
            {"Action": "ListQueues"}, "evil.example:4566"))

    def test_the_text_quotes_no_markup(self):
        reply = self.ask("GET", "/?Action=ListQueues", host="<script>.example")
        self.assertIn(reply.status, (400, 403))
        self.assertNotIn(b"<script>", reply.body)

    def test_names_may_be_allowed(self):
        daemon = self.start(*self.FLAGS, "--allowed-hosts", "squire.default, queues.example",
                            data=self.directory / "other")
        for host in ("squire.default", "Squire.Default:4566", "queues.example", "localhost"):
            with self.subTest(host=host):
                self.assertEqual(set(self.statuses(host, daemon)), {200})
        for host in ("evil.example", "x.queues.example", "queues.example.evil"):
            with self.subTest(host=host):
                self.assertEqual(set(self.statuses(host, daemon)), {403})

    def test_the_host_of_the_base_url_is_allowed(self):
        daemon = self.start(*self.FLAGS, "--base-url", "https://broker.example:8443/aws",
                            data=self.directory / "other")
        self.assertEqual(set(self.statuses("broker.example", daemon)), {200})
        self.assertEqual(set(self.statuses("broker.example:4566", daemon)), {200})
        self.assertEqual(set(self.statuses("other.example", daemon)), {403})

    def test_with_signatures_any_name_is_served(self):
        settings = self.directory / "squire.json"
        settings.write_text(json.dumps({
            "auth": "sigv4", "durability": "memory", "admin_token": "sesame",
            "keys": [{"access_key": "OWNER", "secret": "s", "account": "000000000000"}]}))
        daemon = self.start("--config", settings, data=self.directory / "other")
        reply = self.ask("GET", "/?Action=ListQueues", {"Authorization": "Bearer sesame"},
                         host="queues.example", daemon=daemon)
        self.assert_served(reply)

    def test_the_health_check_of_the_daemon_itself_passes(self):
        self.assertEqual(self.ask("GET", "/_squire/health",
                                  host=f"127.0.0.1:{self.daemon.port}").status, 200)


if __name__ == "__main__":
    unittest.main()
