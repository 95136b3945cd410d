"""The access log: one line for each request, and nothing in it that is secret."""

import json
import re
import unittest

from support import DaemonTest, query_request, until


class AccessLogTest(DaemonTest):
    def lines(self, daemon, count):
        """The lines that are not the daemon's own log."""
        def found():
            return [line for line in daemon.lines if line.startswith("{") or " access " in line]
        until(lambda: len(found()) >= count)
        return found()

    def test_there_is_none_by_default(self):
        daemon = self.start()
        self.client(daemon).create("orders")
        daemon.stop()
        self.assertEqual(self.lines(daemon, 0), [])

    def test_text_has_a_line_for_each_request(self):
        daemon = self.start("--access-log", "text")
        client = self.client(daemon)
        client.create("orders")
        with self.refused("AWS.SimpleQueueService.NonExistentQueue"):
            client.call("GetQueueUrl", QueueName="missing")
        first, second = self.lines(daemon, 2)
        self.assertRegex(first, r" access 127\.0\.0\.1 - POST / sqs CreateQueue 200 - \d+us \d+/\d+ "
                                r"[0-9a-f-]{36}$")
        self.assertIn("GetQueueUrl 400 AWS.SimpleQueueService.NonExistentQueue", second)

    def test_json_is_an_object_with_the_request_id_of_the_reply(self):
        daemon = self.start("--access-log", "json")
        client = self.client(daemon)
        client.send(query_request({"Action": "ListQueues", "Version": "2012-11-05"}))
        reply = client.read_reply()
        line = json.loads(self.lines(daemon, 1)[0])
        self.assertEqual(line["requestId"], reply.headers["x-amzn-requestid"])
        self.assertEqual((line["service"], line["action"], line["status"]), ("sqs", "ListQueues", 200))
        self.assertRegex(line["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d$")

    def test_secrets_and_forged_lines_stay_out(self):
        daemon = self.start("--access-log", "text")
        client = self.client(daemon)
        client.send(b"GET /000000000000/q%0aforged?Action=ListQueues&X-Amz-Signature=deadbeef "
                    b"HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer sesame\r\n\r\n")
        client.read_reply()
        client.send(b"GET /a\x7fb HTTP/1.1\r\nHost: h\r\n\r\n")
        client.read_reply()
        lines = self.lines(daemon, 2)
        text = "\n".join(lines)
        self.assertFalse(re.search("deadbeef|sesame", text), text)
        self.assertTrue(all(line.isprintable() for line in lines), text)


if __name__ == "__main__":
    unittest.main()
