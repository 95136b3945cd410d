"""Requests whose end two servers could see in different places, and whose sender two parts of one could.

Whatever is wrong with a frame, what comes behind it is not a request: the connection is closed.
"""

import datetime
import json
import re
import unittest
import urllib.error
import urllib.parse
import urllib.request

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from access_test import KEYS, Call
from support import DaemonTest, Wire, json_request

HIDDEN = b"POST /?Action=CreateQueue&QueueName=smuggled HTTP/1.1\r\nHost: localhost\r\n" \
         b"Content-Length: 0\r\n\r\n"
HEAD = b"POST /?Action=ListQueues HTTP/1.1\r\nHost: localhost\r\n"


class FrameTest(DaemonTest):
    def setUp(self):
        super().setUp()
        self.daemon = self.start("--durability", "memory")

    def tearDown(self):
        self.assertTrue(self.daemon.is_alive(), self.daemon.log())

    def queues(self):
        with Wire(self.daemon.port) as wire:
            wire.send(b"GET /_squire/queues HTTP/1.1\r\nHost: localhost\r\n\r\n")
            return [queue["name"] for queue in wire.read_reply().json()["queues"]]

    def assert_closes(self, data, *statuses):
        """One answer, the end of the connection, and nothing came of what stood behind."""
        try:
            with Wire(self.daemon.port) as wire:
                wire.send(data)
                reply = wire.read_reply()
                self.assertIn(reply.status, statuses or (400,), reply.body)
                self.assertEqual(reply.headers.get("connection", "").lower(), "close")
                rest = wire.unread
                while chunk := wire.socket.recv(65536):
                    rest += chunk
                self.assertEqual(rest, b"", "a second answer")
            self.assertEqual(self.queues(), [])
        finally:
            self.forget()

    def forget(self):
        """So that what one case let through does not fail the next."""
        with Wire(self.daemon.port) as wire:
            wire.send(b"POST /_squire/reset HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
            wire.read_reply()

    def test_a_transfer_encoding_that_is_not_chunked_closes(self):
        for coding in (b"xchunked", b"identity", b"gzip", b"chunked, identity", b"chunked, chunked",
                       b"identity, chunked", b"gzip, chunked", b"chunkedx", b"chunked;q=1", b"",
                       b"\x0bchunked", b"chunked\x0b", b"\"chunked\"", b"chunked,", b",chunked",
                       b"chunked\xa0", b"c\x00hunked"):
            with self.subTest(coding=coding):
                body = b"0\r\n\r\n"
                self.assert_closes(HEAD + b"Transfer-Encoding: " + coding + b"\r\n\r\n" + body
                                   + HIDDEN, 400, 501)

    def test_two_transfer_encodings_close(self):
        for second in (b"chunked", b"identity", b"gzip"):
            with self.subTest(second=second):
                self.assert_closes(HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: "
                                   + second + b"\r\n\r\n0\r\n\r\n" + HIDDEN, 400, 501)
                self.assert_closes(HEAD + b"Transfer-Encoding: " + second
                                   + b"\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
                                   400, 501)

    def test_chunked_in_any_case_is_chunked(self):
        for coding in (b"chunked", b"Chunked", b"CHUNKED", b"  chunked  "):
            with self.subTest(coding=coding), Wire(self.daemon.port) as wire:
                wire.send(HEAD + b"Transfer-Encoding:" + coding + b"\r\n\r\n0\r\n\r\n"
                          + json_request("ListQueues"))
                self.assertEqual([wire.read_reply().status for _ in range(2)], [200, 200])

    def test_http_1_0_knows_no_chunks(self):
        self.assert_closes(HEAD.replace(b"HTTP/1.1", b"HTTP/1.0")
                           + b"Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                           + HIDDEN)

    def test_a_length_and_chunks_together_close(self):
        for length in (0, 5, len(b"0\r\n\r\n" + HIDDEN)):
            for lines in ((b"Content-Length: %d\r\n" % length, b"Transfer-Encoding: chunked\r\n"),
                          (b"Transfer-Encoding: chunked\r\n", b"Content-Length: %d\r\n" % length)):
                with self.subTest(lines=lines):
                    self.assert_closes(HEAD + b"".join(lines) + b"\r\n0\r\n\r\n" + HIDDEN)

    def test_lengths_that_are_doubtful_close(self):
        for lines in (b"Content-Length: 0\r\nContent-Length: 7\r\n",
                      b"Content-Length: 0\r\nContent-Length: 0\r\n",
                      b"Content-Length: 0, 0\r\n", b"Content-Length: +0\r\n",
                      b"Content-Length: 0x0\r\n", b"Content-Length: 0 0\r\n",
                      b"Content-Length: -0\r\n", b"Content-Length: \r\n", b"Content-Length: 0.0\r\n",
                      b"Content-Length: 18446744073709551616\r\n", b"Content-Length : 0\r\n",
                      b" Content-Length: 0\r\n"):
            with self.subTest(lines=lines):
                self.assert_closes(HEAD + lines + b"\r\n" + HIDDEN, 400, 413)

    def test_broken_chunks_close(self):
        for chunks in (b"x\r\n", b"-0\r\n\r\n", b"+0\r\n\r\n", b"0x0\r\n\r\n", b" 0\r\n\r\n",
                       b"2\r\n{}x", b"2\r\n{}0\r\n\r\n", b"2\n{}\n0\n\n", b"ffffffffffffffffff\r\n",
                       b"0;\x00\r\n\r\n", b"\r\n0\r\n\r\n", b"1\r\n{}\r\n0\r\n\r\n"):
            with self.subTest(chunks=chunks):
                self.assert_closes(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + HIDDEN,
                                   400, 413)

    def test_broken_heads_close(self):
        for head in (b"POST /?Action=ListQueues HTTP/1.1\r\nContent-Length: 0\r\n\r\n",  # no Host
                     b"GET /?Action=ListQueues HTTP/1.1\r\n\r\n",
                     b"GET /_squire/health HTTP/1.1\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: other\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost: local host\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost: a, b\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost: localhost\r\nX\x00: y\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\n\r\n",
                     b"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n",
                     b"GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n",
                     b"GE\x00T / HTTP/1.1\r\nHost: localhost\r\n\r\n"):
            with self.subTest(head=head):
                self.assert_closes(head + HIDDEN, 400, 505)

    def test_http_1_0_needs_no_host(self):
        with Wire(self.daemon.port) as wire:
            wire.send(b"GET /?Action=ListQueues HTTP/1.0\r\n\r\n")
            self.assertEqual(wire.read_reply().status, 200)

    def test_too_much_closes(self):
        self.assert_closes(HEAD + b"X: " + b"x" * 70_000 + b"\r\n\r\n" + HIDDEN, 413, 431)

    def test_a_sound_request_behind_a_sound_one_is_served(self):
        with Wire(self.daemon.port) as wire:
            wire.send(HEAD + b"Content-Length: 0\r\n\r\n" + HIDDEN)
            self.assertEqual([wire.read_reply().status for _ in range(2)], [200, 200])
        self.assertEqual(self.queues(), ["smuggled"])


class SenderTest(DaemonTest):
    """Who sent a request is told by the key that verified it, and nothing else."""

    def setUp(self):
        super().setUp()
        settings = self.directory / "squire.json"
        settings.write_text(json.dumps({"auth": "sigv4", "keys": KEYS, "durability": "memory",
                                        "admin_token": "sesame"}))
        self.daemon = self.start("--config", settings, "--access-log", "json")
        self.owner("Action=CreateQueue&QueueName=q")

    def owner(self, body, change=lambda call: None):
        """Sends what the owner signed, changed on its way."""
        call = Call(self.daemon, body)
        change(call)
        return call.send()

    def raw(self, call, authorizations):
        """Sends a signed call with these Authorization headers."""
        headers = [(name, value) for name, value in call.headers.items() if name != "Authorization"]
        headers += [("Authorization", value) for value in authorizations]
        lines = [f"{name}: {value}" for name, value in headers]
        if not any(name.lower() == "host" for name, _ in headers):
            lines.insert(0, f"Host: 127.0.0.1:{self.daemon.port}")
        body = call.body.encode()
        with Wire(self.daemon.port) as wire:
            wire.send(("POST / HTTP/1.1\r\n" + "\r\n".join(lines)
                       + f"\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body)
            return wire.read_reply()

    def senders(self):
        """The access keys in the history of all messages of the queue."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.daemon.port}/_squire/queues/q/messages",
            headers={"Authorization": "Bearer sesame"})
        found = set()
        with urllib.request.urlopen(request, timeout=10) as answer:
            messages = json.loads(answer.read())["messages"]
        for message in messages:
            request = urllib.request.Request(
                f"http://127.0.0.1:{self.daemon.port}/_squire/messages/{message['messageId']}",
                headers={"Authorization": "Bearer sesame"})
            with urllib.request.urlopen(request, timeout=10) as answer:
                found |= {event["by"]["accessKey"] for event in json.loads(answer.read())["events"]
                          if event["by"]}
        return found

    SEND = "Action=SendMessage&QueueUrl=q&MessageBody=hello"

    def forged(self):
        """Authorization headers with two names in them: the owner's, who signed, and another's."""
        genuine = Call(self.daemon, self.SEND).headers["Authorization"]
        scope = re.search(r"Credential=[^,]+", genuine).group()
        other = scope.replace("OWNER", "SENDER")
        scheme = "AWS4-HMAC-SHA256 "
        return [[genuine.replace(scheme, f"{scheme}{other}, ")],
                [genuine + ", " + other],
                [genuine.replace(scheme, f"{scheme}X{other}, ")],
                [genuine.replace(scheme, f"{scheme}{scope}, ")],
                [genuine, genuine.replace(scope, other)],
                [genuine.replace(scope, other), genuine],
                [genuine, "Bearer nothing"], ["Bearer nothing", genuine],
                [genuine, genuine]]

    def test_two_names_in_one_request_are_refused(self):
        for authorizations in self.forged():
            with self.subTest(authorizations=authorizations):
                reply = self.raw(Call(self.daemon, self.SEND), authorizations)
                self.assertIn(reply.status, (400, 403), reply.body)
        self.assertEqual(self.senders(), set())

    def test_a_name_elsewhere_changes_nothing(self):
        call = Call(self.daemon, self.SEND + "&X-Amz-Credential=SENDER%2F20200101%2Fus-east-1%2Fsqs"
                                             "%2Faws4_request&AWSAccessKeyId=SENDER")
        status, text = call.send()
        self.assertIn(status, (200, 400, 403), text)
        status, text = self.owner(self.SEND)
        self.assertEqual(status, 200, text)
        self.assertEqual(self.senders(), {"OWNER"})
        self.assertNotIn("SENDER", self.daemon.log())

    def region_call(self, region):
        """Signed for that region, and rightly so."""
        request = AWSRequest("POST", f"http://127.0.0.1:{self.daemon.port}/", data="Action=ListQueues",
                             headers={"Content-Type": "application/x-www-form-urlencoded"})
        botocore.auth.SigV4Auth(Credentials("OWNER", "s1"), "sqs", region).add_auth(request)
        outgoing = urllib.request.Request(request.url, b"Action=ListQueues",
                                          dict(request.headers.items()))
        try:
            with urllib.request.urlopen(outgoing, timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    def test_with_signatures_a_region_has_a_regions_form(self):
        for region in ("us-east-1", "eu-central-2", "ap-southeast-7", "us-gov-west-1", "cn-north-1",
                       "us-iso-east-1", "mx-central-1"):
            with self.subTest(region=region):
                self.assertEqual(self.region_call(region), 200)
        for region in ("elasticmq", "local", "us-east", "us--east-1", "-us-east-1", "us-east-1-",
                       "1-east-us", "x" * 70):
            with self.subTest(region=region):
                self.assertIn(self.region_call(region), (400, 403))

    def test_without_signatures_any_region_is_taken(self):
        daemon = self.start("--durability", "memory", data=self.directory / "other")
        for region in ("elasticmq", "local", "us-east-1"):
            date = datetime.date.today().strftime("%Y%m%d")
            body = urllib.parse.urlencode({"Action": "CreateQueue", "QueueName": "q"}).encode()
            request = urllib.request.Request(f"http://127.0.0.1:{daemon.port}/", body, {
                "Authorization": f"AWS4-HMAC-SHA256 Credential=x/{date}/{region}/sqs/aws4_request, "
                                 "SignedHeaders=host, Signature=0"})
            with urllib.request.urlopen(request, timeout=10) as answer:
                self.assertEqual(answer.status, 200)


if __name__ == "__main__":
    unittest.main()
