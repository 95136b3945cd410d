"""HTTP as clients really speak it: in pieces, all at once, wrong, slowly, and not at all any more.

SQUIRE_SEED repeats a run's choices; SQUIRE_FUZZ_SECONDS (4) is how long garbage is sent.
"""

import json
import os
import random
import socket
import struct
import threading
import time
import unittest
import urllib.parse

from support import (PATIENCE, DaemonTest, Wire, in_parallel, json_request, md5, query_request,
                     until)

SEED = int(os.environ.get("SQUIRE_SEED", str(int(time.time()))))
FUZZ_SECONDS = float(os.environ.get("SQUIRE_FUZZ_SECONDS", "4"))

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close() sends RST


class HttpTest(DaemonTest):
    FLAGS = ("--durability", "memory")

    def setUp(self):
        super().setUp()
        self.daemon = self.start(*self.FLAGS)
        self.queue = self.client(self.daemon).create("q")

    def tearDown(self):
        self.assertTrue(self.daemon.is_alive(), self.daemon.log())
        self.assertEqual(self.daemon.stop(), 0, self.daemon.log())

    def wire(self, timeout=PATIENCE):
        wire = Wire(self.daemon.port, timeout)
        self.addCleanup(wire.close)
        return wire

    def ask(self, data, has_body=True):
        """The reply to these bytes, sent over a connection of their own."""
        wire = self.wire()
        wire.send(data)
        return wire.read_reply(has_body)

    def send(self, body, **parameters):
        return self.client(self.daemon).call("SendMessage", QueueUrl="q", MessageBody=body,
                                             **parameters)

    def all_bodies(self):
        return self.client(self.daemon).bodies("q")


class FramingTest(HttpTest):
    LIST = json_request("ListQueues")

    def test_pipelined_requests_are_answered_in_their_order(self):
        wire = self.wire()
        wire.send(b"".join(json_request("SendMessage", {"QueueUrl": "q", "MessageBody": str(i)})
                           for i in range(200)))
        for i in range(200):
            self.assertEqual(wire.read_reply().json()["MD5OfMessageBody"], md5(str(i)))

    def test_a_request_behind_a_poll_waits_for_its_turn(self):
        wire = self.wire()
        wire.send(json_request("ReceiveMessage", {"QueueUrl": "q", "WaitTimeSeconds": 20})
                  + json_request("GetQueueUrl", {"QueueName": "q"}))
        self.send("m")
        self.assertEqual(wire.read_reply().json()["Messages"][0]["Body"], "m")
        self.assertIn("QueueUrl", wire.read_reply().json())

    def test_requests_of_both_protocols_share_a_connection(self):
        client = self.client(self.daemon)
        for _ in range(3):
            client.call("ListQueues")
            self.assertEqual(client.query("ListQueues").find("ListQueuesResult/QueueUrl").text,
                             "http://queues.localhost/000000000000/q")

    def test_a_request_may_come_byte_by_byte(self):
        wire = self.wire()
        for byte in self.LIST + self.LIST:
            wire.send(bytes([byte]))
        self.assertEqual(wire.read_reply().status, 200)
        self.assertEqual(wire.read_reply().status, 200)

    def test_a_body_may_be_chunked(self):
        body = json.dumps({"QueueUrl": "q", "MessageBody": "chunked"}).encode()
        head = (b"POST / HTTP/1.1\r\nHost: h\r\nX-Amz-Target: AmazonSQS.SendMessage\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n")
        for size in (1, 7, 1000):
            chunks = b"".join(b"%x;name=value\r\n%s\r\n" % (len(body[i:i + size]), body[i:i + size])
                              for i in range(0, len(body), size))
            for end in (b"0\r\n\r\n", b"0\r\nTrailer: value\r\n\r\n"):
                reply = self.ask(head + chunks + end)
                self.assertEqual((reply.status, reply.json().get("MD5OfMessageBody")),
                                 (200, md5("chunked")))

    def test_a_broken_chunk_is_refused(self):
        head = (b"POST / HTTP/1.1\r\nHost: h\r\nX-Amz-Target: AmazonSQS.ListQueues\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n")
        for chunks in (b"xyz\r\n", b"-1\r\n\r\n", b"ffffffffffffffffff\r\n", b"2\r\n{}garbage\r\n"):
            with self.subTest(chunks=chunks):
                self.assertIn(self.ask(head + chunks).status, (400, 413))

    def test_a_client_may_ask_whether_to_continue(self):
        wire = self.wire()
        body = json.dumps({"QueueUrl": "q", "MessageBody": "m"}).encode()
        head, _, _ = json_request("SendMessage", body=body,
                                  headers="Expect: 100-continue\r\n").partition(b"\r\n\r\n")
        wire.send(head + b"\r\n\r\n")
        self.assertEqual(wire.read_until(b"\r\n\r\n"), b"HTTP/1.1 100 Continue")
        wire.send(body)
        self.assertEqual(wire.read_reply().status, 200)

    def test_a_client_need_not_wait_for_leave_to_continue(self):
        body = json.dumps({"QueueUrl": "q", "MessageBody": "m"}).encode()
        wire = self.wire()
        wire.send(json_request("SendMessage", body=body, headers="Expect: 100-continue\r\n"))
        reply = wire.read_reply()
        if reply.status == 100:
            reply = wire.read_reply()
        self.assertEqual(reply.status, 200)

    def test_http_1_0_is_answered_and_closed(self):
        wire = self.wire()
        wire.send(self.LIST.replace(b"HTTP/1.1", b"HTTP/1.0"))
        self.assertEqual(wire.read_reply().status, 200)
        self.assertTrue(wire.is_closed_by_peer())

    def test_http_1_0_may_keep_the_connection(self):
        wire = self.wire()
        request = self.LIST.replace(b"HTTP/1.1\r\n", b"HTTP/1.0\r\nConnection: keep-alive\r\n")
        for _ in range(2):
            wire.send(request)
            reply = wire.read_reply()
            self.assertEqual((reply.status, reply.headers.get("connection", "").lower()),
                             (200, "keep-alive"))

    def test_a_client_may_ask_to_close(self):
        wire = self.wire()
        wire.send(json_request("ListQueues", headers="Connection: close\r\n"))
        reply = wire.read_reply()
        self.assertEqual((reply.status, reply.headers["connection"]), (200, "close"))
        self.assertTrue(wire.is_closed_by_peer())

    def test_head_has_an_answer_without_a_body(self):
        wire = self.wire()
        for target, status in (("/_squire/health", 200), ("/", 400), ("/?Action=ListQueues", 200)):
            wire.send(f"HEAD {target} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
            self.assertEqual(wire.read_reply(has_body=False).status, status)
        wire.send(self.LIST)
        self.assertEqual(wire.read_reply().status, 200)

    def test_an_absolute_target_is_understood(self):
        reply = self.ask(b"GET http://h/?Action=ListQueues HTTP/1.1\r\nHost: h\r\n\r\n")
        self.assertEqual(reply.status, 200, reply.body)

    def test_empty_lines_before_a_request_do_no_harm(self):
        self.assertEqual(self.ask(b"\r\n" + self.LIST).status, 200)


class WrongTest(HttpTest):
    """Whatever is wrong, the answer is an error, and the daemon goes on."""

    def test_a_malformed_request_line_is_refused(self):
        for line in (b"garbage", b"POST", b"POST /", b"POST / HTTP/9.9", b"POST  / HTTP/1.1",
                     b"PO ST / HTTP/1.1", b"\x16\x03\x01\x02\x00\x01", b"POST / HTTQ/1.1"):
            with self.subTest(line=line):
                self.assertEqual(self.ask(line + b"\r\nHost: h\r\n\r\n").status, 400)

    def test_a_malformed_header_is_refused(self):
        for header in (b"no colon", b": no name", b"sp ace: x", b"Content-Length: x",
                       b"Content-Length: -1", b"Content-Length: 1, 2", b"na\x00me: x", b"a: b\x00c",
                       b"Content-Length: 99999999999999999999999"):
            with self.subTest(header=header):
                reply = self.ask(b"POST / HTTP/1.1\r\nHost: h\r\n" + header + b"\r\n\r\n")
                self.assertEqual(reply.status, 400)

    def test_two_different_lengths_are_refused(self):
        reply = self.ask(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n"
                         b"Content-Length: 3\r\n\r\n{}")
        self.assertEqual(reply.status, 400)

    def test_a_length_and_chunks_together_are_refused(self):
        reply = self.ask(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n"
                         b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")
        self.assertEqual(reply.status, 400)

    def test_a_refused_connection_is_closed(self):
        wire = self.wire()
        wire.send(b"garbage\r\n\r\n")
        reply = wire.read_reply()
        self.assertEqual((reply.status, reply.headers["connection"]), (400, "close"))
        self.assertTrue(wire.is_closed_by_peer())

    def test_an_announced_body_over_the_limit_is_refused(self):
        for length in (8 * 1024 * 1024 + 1, 10**15, 2**63 - 1, 2**64 - 1):
            with self.subTest(length=length):
                reply = self.ask(b"POST / HTTP/1.1\r\nHost: h\r\nX-Amz-Target: AmazonSQS.SendMessage"
                                 b"\r\nContent-Length: %d\r\n\r\n" % length)
                self.assertEqual(reply.status, 413)
                self.assertIn("x-amzn-query-error", reply.headers)

    def test_a_client_that_sends_a_body_over_the_limit_gets_its_answer(self):
        # Clients send all before they read: the answer must not be lost to a reset.
        for _ in range(5):
            wire = self.wire()
            try:
                wire.send(json_request("SendMessage", body=b"x" * (9 * 1024 * 1024)))
            except ConnectionError as error:
                self.fail(f"the connection broke before the answer: {error}")
            self.assertEqual(wire.read_reply().status, 413)

    def test_a_chunked_body_over_the_limit_is_refused(self):
        wire = self.wire()
        wire.send(b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
        wire.send(b"%x\r\n" % (9 * 1024 * 1024))
        self.assertEqual(wire.read_reply().status, 413)

    def test_headers_over_the_limit_are_refused(self):
        self.assertEqual(self.ask(b"POST / HTTP/1.1\r\nHost: h\r\nX: " + b"x" * 70_000
                                  + b"\r\n\r\n").status, 413)
        many = b"".join(b"X-%d: y\r\n" % i for i in range(10_000))
        self.assertEqual(self.ask(b"POST / HTTP/1.1\r\nHost: h\r\n" + many + b"\r\n").status, 413)

    def test_a_header_of_a_size_below_the_limit_is_accepted(self):
        self.assertEqual(self.ask(json_request(
            "ListQueues", headers=f"X-Amz-Security-Token: {'x' * 16_000}\r\n")).status, 200)

    def test_a_target_over_the_limit_is_refused(self):
        self.assertIn(self.ask(b"GET /?" + b"x" * 70_000
                               + b" HTTP/1.1\r\nHost: h\r\n\r\n").status, (413, 414))

    def test_methods_nobody_uses_are_answered(self):
        for method in ("PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"):
            with self.subTest(method=method):
                reply = self.ask(f"{method} / HTTP/1.1\r\nHost: h\r\n\r\n".encode())
                self.assertIn(reply.status, (400, 405))


class ContentsTest(HttpTest):
    def refused_body(self, code, **parts):
        reply = self.ask(json_request("SendMessage", **parts))
        self.assertEqual((reply.status, reply.code()), (400, code), reply.body)

    def test_every_allowed_character_comes_back_in_both_protocols(self):
        body = "\t\n\r !\"&'<>]]>\\/ \x7f\x80\x85\u2028\ud7ff\ue000\ufffd\U00010000\U0010ffff é"
        client = self.client(self.daemon)
        for send in (lambda: client.call("SendMessage", QueueUrl="q", MessageBody=body)[
                         "MD5OfMessageBody"],
                     lambda: client.query("SendMessage", QueueUrl="q", MessageBody=body).find(
                         "SendMessageResult/MD5OfMessageBody").text):
            self.assertEqual(send(), md5(body))
            [message] = client.receive("q", VisibilityTimeout=0)
            self.assertEqual((message["Body"], message["MD5OfBody"]), (body, md5(body)))
            answer = client.query("ReceiveMessage", QueueUrl="q").find("ReceiveMessageResult/Message")
            self.assertEqual((answer.find("Body").text, answer.find("MD5OfBody").text),
                             (body, md5(body)))
            client.call("DeleteMessage", QueueUrl="q", ReceiptHandle=answer.find("ReceiptHandle").text)

    def test_characters_xml_cannot_carry_are_refused_in_both_protocols(self):
        for character in ("\x00", "\x01", "\x08", "\x0b", "\x0c", "\x1f", "\ufffe", "\uffff"):
            with self.subTest(character=hex(ord(character))):
                body = json.dumps({"QueueUrl": "q", "MessageBody": f"a{character}b"}).encode()
                self.refused_body("InvalidMessageContents", body=body)
                reply = self.ask(query_request({"Action": "SendMessage", "QueueUrl": "q",
                                                "MessageBody": f"a{character}b"}))
                self.assertEqual((reply.status, reply.code()), (400, "InvalidMessageContents"))
        self.assertEqual(self.all_bodies(), [])

    def test_lone_surrogates_are_refused(self):
        for text in (r"\ud800", r"\udfff", r"a\ud83dx", r"\udc00\ud800", r"\ud800A"):
            with self.subTest(text=text):
                reply = self.ask(json_request(
                    "SendMessage", body=b'{"QueueUrl":"q","MessageBody":"%s"}' % text.encode()))
                self.assertEqual(reply.status, 400)
                self.assertTrue(reply.code())
                reply.body.decode()  # the answer is text, whatever the question was
        self.assertEqual(self.all_bodies(), [])

    def test_escaped_pairs_of_surrogates_are_one_character(self):
        reply = self.ask(json_request(
            "SendMessage", body=rb'{"QueueUrl":"q","MessageBody":"\ud83d\ude00"}'))
        self.assertEqual(reply.json()["MD5OfMessageBody"], md5("\U0001f600"))

    def test_bytes_that_are_no_utf_8_are_refused_in_both_protocols(self):
        for data in (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\x80"):
            with self.subTest(data=data):
                reply = self.ask(json_request(
                    "SendMessage", body=b'{"QueueUrl":"q","MessageBody":"' + data + b'"}'))
                self.assertEqual(reply.status, 400)
                reply.body.decode()
                quoted = urllib.parse.quote(data).encode()
                reply = self.ask(query_request(
                    body=b"Action=SendMessage&QueueUrl=q&MessageBody=" + quoted))
                self.assertEqual(reply.status, 400)
                reply.body.decode()
        self.assertEqual(self.all_bodies(), [])

    def test_raw_control_characters_in_json_are_refused(self):
        for data in (b"\x00", b"\n", b"\x1f"):
            with self.subTest(data=data):
                self.refused_body("SerializationException",
                                  body=b'{"QueueUrl":"q","MessageBody":"' + data + b'"}')

    def test_nul_bytes_anywhere_do_no_harm(self):
        self.assertEqual(self.ask(b"POST /\x00 HTTP/1.1\r\nHost: h\r\n\r\n").status, 400)
        self.assertEqual(self.ask(json_request("ListQueues", body=b"\x00")).status, 400)
        self.assertEqual(self.ask(query_request(body=b"\x00")).status, 400)
        self.assertEqual(self.ask(query_request(body=b"Action=%00")).status, 400)
        reply = self.ask(json_request("CreateQueue", {"QueueName": "a\x00b"}))
        self.assertEqual((reply.status, reply.code()), (400, "InvalidParameterValue"))

    def test_deep_nesting_is_refused(self):
        for count in (100, 100_000, 1_000_000):
            for body in (b"[" * count, b'{"a":' * count, b'{"a":' + b"[" * count + b"]" * count + b"}",
                         b'{"a":[' * (count // 2)):
                reply = self.ask(json_request("ListQueues", body=body))
                self.assertEqual(reply.status, 400)

    def test_numbers_beyond_all_bounds_are_refused(self):
        for number in ("1e999", "9" * 400, "-1", "1.5", "1e400000000", "9223372036854775808",
                       "-9223372036854775809", "0x10", "NaN", "Infinity", "1."):
            with self.subTest(number=number):
                body = b'{"QueueUrl":"q","MaxNumberOfMessages":%s}' % number.encode()
                reply = self.ask(json_request("ReceiveMessage", body=body))
                self.assertEqual(reply.status, 400)
                reply = self.ask(query_request({"Action": "ReceiveMessage", "QueueUrl": "q",
                                                "MaxNumberOfMessages": number}))
                self.assertEqual(reply.status, 400)

    def test_numbers_json_does_not_know_are_refused(self):
        for number in ("01", "+1", "-", ".5", "1e", "1_0"):
            with self.subTest(number=number):
                body = b'{"QueueUrl":"q","MaxNumberOfMessages":%s}' % number.encode()
                self.assertEqual(self.ask(json_request("ReceiveMessage", body=body)).status, 400)

    def test_unknown_members_of_any_kind_do_no_harm(self):
        body = (b'{"QueueUrl":"q","Odd":[{"a":[1e999,null,true,{"b":"\\u0000"}]}],"MessageBody":"m",'
                b'"Null":null}')
        self.assertEqual(self.ask(json_request("SendMessage", body=body)).status, 200)

    def test_of_a_key_that_stands_twice_one_counts(self):
        body = b'{"QueueUrl":"q","MessageBody":"one","MessageBody":"two"}'
        reply = self.ask(json_request("SendMessage", body=body))
        if reply.status == 200:
            self.assertEqual([reply.json()["MD5OfMessageBody"]], list(map(md5, self.all_bodies())))
        else:
            self.assertEqual(reply.status, 400)

    def test_attributes_that_stand_twice_do_no_harm(self):
        value = '{"DataType":"String","StringValue":"%s"}'
        body = ('{"QueueUrl":"q","MessageBody":"m","MessageAttributes":{"a":%s,"a":%s}}'
                % (value % "x", value % "y")).encode()
        self.assertIn(self.ask(json_request("SendMessage", body=body)).status, (200, 400))

    def test_ten_thousand_parameters_are_answered_in_time(self):
        begin = time.monotonic()
        for name in ("X.{}", "Attribute.{}.Name", "SendMessageBatchRequestEntry.{}.Id", "Tag.{}.Key",
                     "MessageAttribute.{}.Name"):
            for action in ("CreateQueue", "SendMessageBatch", "SendMessage", "TagQueue"):
                body = "&".join([f"Action={action}", "QueueUrl=q", "QueueName=q", "MessageBody=m"]
                                + [f"{name.format(i)}=v{i}" for i in range(1, 9_990)]).encode()
                self.assertIn(self.ask(query_request(body=body)).status, (200, 400))
        self.assertLess(time.monotonic() - begin, 10)

    def test_more_parameters_are_refused(self):
        body = b"Action=ListQueues" + b"&a=b" * 20_000
        self.assertEqual(self.ask(query_request(body=body)).status, 400)

    def test_indexes_beyond_all_bounds_do_no_harm(self):
        for index in ("0", "-1", "01", "99999999999", "18446744073709551616", "x", "", "1.2.3"):
            with self.subTest(index=index):
                reply = self.ask(query_request({
                    "Action": "TagQueue", "QueueUrl": "q", f"Tag.{index}.Key": "k",
                    f"Tag.{index}.Value": "v"}))
                self.assertIn(reply.status, (200, 400))

    def test_a_message_of_one_mebibyte_is_carried_by_both_protocols(self):
        body = "é" * (512 * 1024)
        client = self.client(self.daemon)
        self.assertEqual(self.send(body)["MD5OfMessageBody"], md5(body))
        client.query("SendMessage", QueueUrl="q", MessageBody=body)
        for message in client.receive("q"):
            self.assertEqual((len(message["Body"]), message["MD5OfBody"]), (len(body), md5(body)))
        with self.refused("InvalidParameterValue", 400):
            self.send(body + "x")


class AddressTest(HttpTest):
    def test_queue_urls_are_built_from_the_host_header(self):
        for host in ("queues.localhost", "sqs.eu-west-1.localhost:4566", "[::1]:99"):
            reply = self.ask(json_request("GetQueueUrl", {"QueueName": "q"}).replace(
                b"queues.localhost", host.encode(), 1))
            self.assertEqual(reply.json()["QueueUrl"], f"http://{host}/000000000000/q")

    def test_a_queue_may_be_named_by_a_url_of_any_host_or_by_its_bare_name(self):
        client = self.client(self.daemon)
        for url in ("http://elsewhere:1/000000000000/q", "https://sqs.test/000000000000/q",
                    "//h/000000000000/q", "/000000000000/q", "000000000000/q", "q", "http://h/q",
                    "http://h/prefix/000000000000/q"):
            with self.subTest(url=url):
                self.assertTrue(client.attributes(url)["QueueArn"].endswith(":q"))

    def test_a_url_that_names_no_queue_is_refused(self):
        client = self.client(self.daemon)
        for url in ("http://h", "http://h/", "http://h/a/q", "http://h/000000000000/", "/", "Q",
                    "http://h/000000000001/q", "x" * 100_000, "é"):
            with self.subTest(url=url[:20]), \
                    self.refused("AWS.SimpleQueueService.NonExistentQueue", 400):
                client.attributes(url)

    def test_a_request_without_a_host_has_a_usable_queue_url(self):
        wire = self.wire()
        request = json_request("GetQueueUrl", {"QueueName": "q"}).replace(
            b"Host: queues.localhost\r\n", b"").replace(b"HTTP/1.1", b"HTTP/1.0")
        wire.send(request)
        reply = wire.read_reply()
        self.assertEqual(reply.status, 200)
        self.assertRegex(reply.json()["QueueUrl"], r"^http://[^/]+/000000000000/q$")

    def test_json_may_be_posted_to_the_queues_own_path(self):
        request = json_request("GetQueueAttributes", {"QueueUrl": "q", "AttributeNames": ["All"]})
        reply = self.ask(request.replace(b"POST / ", b"POST /000000000000/q "))
        self.assertTrue(reply.json()["Attributes"]["QueueArn"].endswith(":q"))

    def test_every_answer_says_what_an_sdk_reads(self):
        reply = self.ask(json_request("ListQueues"))
        self.assertEqual(reply.headers["content-type"], "application/x-amz-json-1.0")
        self.assertRegex(reply.headers["x-amzn-requestid"], r"^[0-9a-f-]{36}$")
        self.assertRegex(reply.headers["date"], r"^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$")
        reply = self.ask(query_request({"Action": "ListQueues"}))
        self.assertEqual(reply.headers["content-type"].split(";")[0], "text/xml")


class SlowTest(DaemonTest):
    def test_a_client_that_sends_too_slowly_is_closed(self):
        daemon = self.start("--request-timeout-seconds", 1)
        for data in (b"P", b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n{"):
            with Wire(daemon.port) as wire:
                wire.send(data)
                begin = time.monotonic()
                self.assertTrue(wire.is_closed_by_peer(5))
                self.assertGreater(time.monotonic() - begin, 0.9)

    def test_a_client_that_trickles_is_closed_as_well(self):
        daemon = self.start("--request-timeout-seconds", 1)
        with Wire(daemon.port) as wire:
            wire.socket.settimeout(0.1)
            request = byte_by_byte(json_request("ListQueues", headers="X-Pad: " + "x" * 500 + "\r\n"))
            begin = time.monotonic()
            is_closed = False
            while not is_closed and time.monotonic() - begin < 6:
                try:
                    wire.send(next(request))
                    is_closed = wire.socket.recv(100) == b""
                except TimeoutError:
                    pass
                except ConnectionError:
                    is_closed = True
            self.assertTrue(is_closed)

    def test_a_client_that_does_not_take_its_answer_is_closed(self):
        daemon = self.start("--request-timeout-seconds", 1, "--durability", "memory")
        client = self.client(daemon)
        client.create("q")
        for _ in range(2):
            client.call("SendMessage", QueueUrl="q", MessageBody="x" * 1_000_000)
        with Wire(daemon.port) as wire:
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            wire.send(json_request("ReceiveMessage", {
                "QueueUrl": "q", "VisibilityTimeout": 0, "MaxNumberOfMessages": 10}) * 8)
            # Closed by the daemon, the connection takes no more.
            self.assertTrue(until(lambda: fails_to_send(wire), 8, 0.1))

    def test_an_idle_connection_is_closed(self):
        daemon = self.start("--idle-timeout-seconds", 1)
        client = self.client(daemon)
        client.call("ListQueues")
        fresh = Wire(daemon.port)
        self.addCleanup(fresh.close)
        self.assertTrue(client.is_closed_by_peer(5))
        self.assertTrue(fresh.is_closed_by_peer(5))

    def test_a_long_poll_is_neither_idle_nor_slow(self):
        daemon = self.start("--idle-timeout-seconds", 1, "--request-timeout-seconds", 1)
        client = self.client(daemon)
        client.create("q")
        begin = time.monotonic()
        self.assertEqual(client.receive("q", WaitTimeSeconds=4), [])
        self.assertGreater(time.monotonic() - begin, 3.8)
        self.assertIn("QueueUrls", client.call("ListQueues"))

    def test_too_many_connections_get_503_until_others_close(self):
        daemon = self.start("--connections-max", 5)
        clients = [self.client(daemon) for _ in range(5)]
        for client in clients:
            client.call("ListQueues")
        for _ in range(20):
            with Wire(daemon.port) as extra:
                self.assertEqual(extra.read_reply().status, 503)
        clients[0].close()

        def is_served():
            with Wire(daemon.port) as wire:
                try:
                    wire.send(json_request("ListQueues"))
                    return wire.read_reply().status == 200
                except ConnectionError:
                    return False

        self.assertTrue(until(is_served))
        clients[1].call("ListQueues")

    def test_a_client_that_sends_at_once_reads_its_503(self):
        daemon = self.start("--connections-max", 1)
        self.client(daemon).call("ListQueues")
        broken = 0
        for _ in range(50):
            with Wire(daemon.port) as extra:
                try:
                    extra.send(json_request("ListQueues"))
                    self.assertEqual(extra.read_reply().status, 503)
                except ConnectionError:
                    broken += 1
        self.assertEqual(broken, 0, "connections were reset before the answer could be read")


def fails_to_send(wire):
    try:
        wire.socket.send(b"\r\n")
        return False
    except OSError:
        return True


def byte_by_byte(data):
    return (bytes([byte]) for byte in data)


class PollTest(HttpTest):
    POLL = json_request("ReceiveMessage", {"QueueUrl": "q", "WaitTimeSeconds": 20,
                                           "VisibilityTimeout": 600})

    def hang_up(self, wire, is_reset):
        if is_reset:
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        wire.close()

    def settle(self):
        """What was asked of the daemon before, on whichever thread, is done when this returns."""
        in_parallel([lambda: self.client(self.daemon).call("ListQueues") for _ in range(8)])

    def test_a_long_poll_may_be_large(self):
        names = ["name-%d" % i for i in range(2000)]
        with self.wire() as wire:
            wire.send(json_request("ReceiveMessage", {
                "QueueUrl": "q", "WaitTimeSeconds": 20, "MessageAttributeNames": names}))
            self.settle()
            self.send("late")
            self.assertIn(b"late", wire.read_reply().body)

    def test_a_client_that_hangs_up_takes_no_message_with_it(self):
        for is_reset in (False, True):
            wires = [self.wire() for _ in range(30)]
            for wire in wires:
                wire.send(self.POLL)
            self.settle()
            for wire in wires:
                self.hang_up(wire, is_reset)
            self.settle()
            for i in range(30):
                self.send(str(i))
            self.assertEqual(len(self.all_bodies()), 30)
            self.client(self.daemon).call("PurgeQueue", QueueUrl="q")

    def test_a_client_that_hangs_up_with_another_request_sent_takes_no_message_with_it(self):
        for _ in range(5):
            wires = [self.wire() for _ in range(4)]
            for wire in wires:
                wire.send(self.POLL)
            self.settle()
            for wire in wires:
                wire.send(json_request("ListQueues"))
            self.settle()
            for wire in wires:
                self.hang_up(wire, True)
            self.settle()
            for i in range(4):
                self.send(str(i))
            self.assertEqual(len(self.all_bodies()), 4)
            self.client(self.daemon).call("PurgeQueue", QueueUrl="q")

    def test_hanging_up_while_messages_arrive_loses_none(self):
        """Either the client's socket took the message, or it is there for the next one."""
        chance = random.Random(SEED)
        client = self.client(self.daemon)
        lost = 0
        for number in range(150):
            wire = self.wire()
            wire.send(json_request("ReceiveMessage", {
                "QueueUrl": "q", "WaitTimeSeconds": 20, "VisibilityTimeout": 600}))
            sender = threading.Thread(target=client.call, args=("SendMessage",), kwargs={
                "QueueUrl": "q", "MessageBody": str(number)})
            sender.start()
            pause = chance.uniform(0, 0.002)
            end = time.monotonic() + pause
            while time.monotonic() < end:
                pass
            # Half-closing says goodbye as well, and still shows what was sent before.
            wire.socket.shutdown(socket.SHUT_WR)
            sender.join()
            try:
                taken = [m["Body"] for m in wire.read_reply().json().get("Messages", [])]
            except ConnectionError:
                taken = []
            wire.close()
            left = [m["Body"] for m in client.receive("q")]
            lost += taken + left != [str(number)]
            client.call("PurgeQueue", QueueUrl="q")
        self.assertEqual(lost, 0, f"lost or given twice, of 150 (SQUIRE_SEED={SEED})")

    def test_two_hundred_polls_share_two_hundred_messages(self):
        clients = [self.client(self.daemon, 30) for _ in range(200)]
        for client in clients:
            client.send(self.POLL)
        self.settle()
        for first in range(0, 200, 10):
            self.client(self.daemon).call("SendMessageBatch", QueueUrl="q", Entries=[
                {"Id": str(i), "MessageBody": str(i)} for i in range(first, first + 10)])
        found = []

        def take(client):
            messages = client.result()["Messages"]
            self.assertEqual(len(messages), 1)
            found.append(int(messages[0]["Body"]))

        in_parallel([lambda client=client: take(client) for client in clients])
        self.assertEqual(sorted(found), list(range(200)))

    def test_a_poll_ends_when_its_queue_is_deleted(self):
        wire = self.wire()
        wire.send(self.POLL)
        self.settle()
        self.client(self.daemon).call("DeleteQueue", QueueUrl="q")
        reply = wire.read_reply()
        self.assertEqual(reply.code(), "AWS.SimpleQueueService.NonExistentQueue")

    def test_a_poll_sees_a_message_whose_time_has_come(self):
        self.send("delayed", DelaySeconds=1)
        begin = time.monotonic()
        [message] = self.client(self.daemon).receive("q", WaitTimeSeconds=5, VisibilityTimeout=1)
        self.assertTrue(0.8 < time.monotonic() - begin < 2)
        [again] = self.client(self.daemon).receive("q", WaitTimeSeconds=5)
        self.assertEqual(message["MessageId"], again["MessageId"])
        self.assertTrue(1.6 < time.monotonic() - begin < 4)


class GarbageTest(HttpTest):
    """Whatever comes, the daemon lives on and does its work."""

    def seeds(self):
        return [json_request("ListQueues"),
                json_request("SendMessage", {"QueueUrl": "q", "MessageBody": "m",
                                             "MessageAttributes": {"a": {"DataType": "Number",
                                                                         "StringValue": "1"}}}),
                json_request("ReceiveMessage", {"QueueUrl": "q", "MaxNumberOfMessages": 10,
                                                "VisibilityTimeout": 0}),
                query_request({"Action": "SendMessageBatch", "QueueUrl": "q", "Version": "2012-11-05",
                               "SendMessageBatchRequestEntry.1.Id": "a",
                               "SendMessageBatchRequestEntry.1.MessageBody": "é"}),
                json_request("SetQueueAttributes", {"QueueUrl": "q", "Attributes": {
                    "RedrivePolicy": '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:0:q",'
                                     '"maxReceiveCount":3}', "Policy": "{}"}}),
                b"GET /?Action=ListQueues&QueueNamePrefix=%20 HTTP/1.1\r\nHost: h\r\n\r\n",
                b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                b"5\r\nActio\r\n0\r\n\r\n"]

    def mutate(self, chance, data):
        data = bytearray(data)
        for _ in range(chance.randint(1, 8)):
            at = chance.randrange(len(data) + 1)
            kind = chance.randrange(6)
            if kind == 0:
                data[at:at + 1] = bytes([chance.randrange(256)])
            elif kind == 1:
                del data[at:at + chance.randint(1, 20)]
            elif kind == 2:
                data[at:at] = chance.randbytes(chance.randint(1, 20))
            elif kind == 3:
                data[at:at] = data[:chance.randrange(len(data) + 1)]
            elif kind == 4:
                data[at:at] = chance.choice((b"\r\n", b"\r\n\r\n", b'"', b"\\u", b"%", b"{", b"[",
                                             b"&", b"=", b"99999999999", b"\x00", b"null", b"-"))
            else:
                data = bytearray(chance.randbytes(chance.randint(1, 2000)))
        return bytes(data)

    def bombard(self, seed, make):
        chance = random.Random(seed)
        end = time.monotonic() + FUZZ_SECONDS
        count = 0
        while time.monotonic() < end:
            with Wire(self.daemon.port, timeout=0.05) as wire:
                try:
                    wire.send(make(chance))
                    if chance.random() < 0.3:
                        wire.send(make(chance))
                    if chance.random() < 0.8:
                        wire.socket.shutdown(socket.SHUT_WR)
                    while wire.socket.recv(65536):
                        pass
                except OSError:
                    pass
            count += 1
        return count

    def check(self, make):
        print(f"\ngarbage: SQUIRE_SEED={SEED}", flush=True)
        counts = []
        in_parallel([lambda i=i: counts.append(self.bombard(SEED + i, make)) for i in range(4)],
                    FUZZ_SECONDS + 30)
        self.assertGreater(sum(counts), 100)
        self.assertTrue(self.daemon.is_alive(), f"SQUIRE_SEED={SEED}\n{self.daemon.log()}")
        client = self.client(self.daemon)
        client.create("after")
        client.call("SendMessage", QueueUrl="after", MessageBody="alive")
        self.assertEqual(client.bodies("after"), ["alive"])

    def test_broken_requests_do_no_harm(self):
        seeds = self.seeds()
        self.check(lambda chance: self.mutate(chance, chance.choice(seeds)))

    def test_broken_bodies_in_sound_frames_do_no_harm(self):
        bodies = [request.partition(b"\r\n\r\n")[2] for request in self.seeds()[:5]]
        actions = ("SendMessage", "ReceiveMessage", "SendMessageBatch", "CreateQueue", "TagQueue",
                   "SetQueueAttributes", "AddPermission", "DeleteMessage", "ListQueues",
                   "StartMessageMoveTask", "ChangeMessageVisibilityBatch", "ListMessageMoveTasks")

        def make(chance):
            body = self.mutate(chance, chance.choice(bodies))
            if chance.random() < 0.5:
                return json_request(chance.choice(actions), body=body)
            return query_request(body=b"Action=" + chance.choice(actions).encode() + b"&" + body)

        self.check(make)


if __name__ == "__main__":
    unittest.main()
