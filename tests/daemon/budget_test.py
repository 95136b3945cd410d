"""Memory and disk that clients can make the daemon hold are bounded in sum, not only for each of them."""

import contextlib
import datetime
import json
import os
import pathlib
import socket
import subprocess
import threading
import time
import unittest

from access_test import KEYS, Call
from sns_support import SnsTest, sns
from support import PATIENCE, Wire, json_request, until

MEBIBYTE = 1024 * 1024
BODY = 8 * MEBIBYTE        # the largest that is taken
BUDGET = 64 * MEBIBYTE     # in flight
SLACK = 48 * MEBIBYTE      # what else may grow meanwhile
TIMEOUT = 4                # seconds a client may take for its request, and for the reply


class BudgetTest(SnsTest):
    def start_bounded(self, *flags, **options):
        return self.start("--durability", "memory", "--in-flight-bytes-max", BUDGET,
                          "--request-timeout-seconds", TIMEOUT, *flags, **options)

    def resident(self, daemon):
        """Bytes of memory."""
        status = pathlib.Path(f"/proc/{daemon.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) * 1024

    def highest(self, daemon, seconds_max=12.0):
        """The most that was resident until it grew no more."""
        begin = grown_at = time.monotonic()
        highest = self.resident(daemon)
        while time.monotonic() - grown_at < 1 and time.monotonic() - begin < seconds_max:
            now = self.resident(daemon)
            if now > highest + MEBIBYTE:
                highest, grown_at = now, time.monotonic()
            time.sleep(0.02)
        return highest

    def connections(self, daemon, count):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        return [stack.enter_context(Wire(daemon.port, 30)) for _ in range(count)]

    def push(self, wires, data):
        """Sends to all of them as much of it as they take, on threads that end when nothing goes."""
        def send(share):
            left = {wire: memoryview(data) for wire in share}
            for wire in share:
                wire.socket.setblocking(False)
            went_at = time.monotonic()
            while left and time.monotonic() - went_at < 0.7:
                for wire, rest in list(left.items()):
                    try:
                        left[wire] = rest[wire.socket.send(rest[:MEBIBYTE]):]
                        went_at = time.monotonic()
                    except BlockingIOError:
                        pass
                    except OSError:  # refused
                        left[wire] = b""
                    if not left[wire]:
                        del left[wire]
                time.sleep(0.001)

        threads = [threading.Thread(target=send, args=(wires[part::4],)) for part in range(4)]
        for thread in threads:
            thread.start()
        return threads

    def ask_and_never_read(self, daemon, request, count):
        """On so many connections, whose buffers hold little."""
        for _ in range(count):
            wire = socket.socket()
            self.addCleanup(wire.close)
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            wire.connect(("127.0.0.1", daemon.port))
            wire.sendall(request)

    def silent_body(self, headers=""):
        """All of a request but its last byte."""
        return json_request("SendMessage", body=b"x" * BODY, headers=headers)[:-1]

    def grown(self, daemon, wires, data):
        before = self.resident(daemon)
        threads = self.push(wires, data)
        highest = self.highest(daemon)
        for thread in threads:
            thread.join()
        return highest - before

    def assert_below(self, grown, limit):
        self.assertLess(grown // MEBIBYTE, limit // MEBIBYTE, "MiB more memory")

    # ---- requests ------------------------------------------------------------------------------

    def test_bodies_that_never_end_share_one_budget(self):
        daemon = self.start_bounded()
        client = self.client(daemon)
        client.create("q")
        grown = self.grown(daemon, self.connections(daemon, 160), self.silent_body())
        self.assert_below(grown, BUDGET + SLACK)

    def test_heads_that_never_end_share_it_too(self):
        daemon = self.start_bounded("--header-bytes-max", MEBIBYTE)
        line = b"Origin: http://" + b"x" * 4000 + b"\r\n"
        head = b"POST / HTTP/1.1\r\nHost: localhost\r\n" + line * (MEBIBYTE // len(line) - 1)
        grown = self.grown(daemon, self.connections(daemon, 160), head)
        self.assert_below(grown, BUDGET + SLACK)

    def test_others_are_served_while_the_budget_is_used_up(self):
        daemon = self.start_bounded()
        client = self.client(daemon)
        client.create("q")
        threads = self.push(self.connections(daemon, 160), self.silent_body())
        for thread in threads:
            thread.join()
        begin = time.monotonic()
        with Wire(daemon.port) as fresh:
            fresh.send(json_request("ListQueues"))
            self.assertEqual(fresh.read_reply().status, 200)
        client.call("SendMessage", QueueUrl="q", MessageBody="small")
        self.assertLess(time.monotonic() - begin, 2)
        # A big one waits until the silent ones have taken too long, and does not fail.
        big = self.client(daemon, TIMEOUT + PATIENCE)
        big.call("SendMessage", QueueUrl="q", MessageBody="x" * MEBIBYTE)
        self.assertEqual(len(client.receive("q")), 2)

    def test_what_was_taken_is_given_back(self):
        daemon = self.start_bounded()
        client = self.client(daemon)
        client.create("q")
        for _ in range(3):
            wires = self.connections(daemon, 20)
            for thread in self.push(wires, self.silent_body()):
                thread.join()
            for wire in wires:
                wire.close()
        for _ in range(2 * BUDGET // BODY):
            client.send(json_request("SendMessage", body=b" " * (BODY - 100) + json.dumps(
                {"QueueUrl": "q", "MessageBody": "m"}).encode()))
            self.assertEqual(client.read_reply().status, 200)

    def test_an_unsigned_curl_of_a_mebibyte_works(self):
        daemon = self.start("--durability", "memory")
        self.client(daemon).create("q")
        path = self.directory / "body"
        path.write_text("x" * MEBIBYTE)
        url = f"http://127.0.0.1:{daemon.port}/000000000000/q"
        curl = subprocess.run(
            ["curl", "-sS", "--fail-with-body", url, "-d", "Action=SendMessage",
             "--data-urlencode", f"MessageBody@{path}"], capture_output=True, timeout=30)
        self.assertEqual(curl.returncode, 0, curl.stdout + curl.stderr)

    def test_with_signatures_a_stranger_has_little_to_fill(self):
        settings = self.directory / "squire.json"
        settings.write_text(json.dumps({"auth": "sigv4", "keys": KEYS}))
        daemon = self.start_bounded("--config", settings)
        genuine = Call(daemon, "Action=ListQueues")
        stale = Call(daemon, "Action=ListQueues", when=datetime.datetime.now(datetime.timezone.utc)
                     - datetime.timedelta(minutes=20))
        elsewhere = Call(daemon, "Action=ListQueues", service="s3")
        stranger = Call(daemon, "Action=ListQueues", access_key="NOBODY")

        def signed(call):
            return "".join(f"{name}: {call.headers[name]}\r\n"
                           for name in ("Authorization", "X-Amz-Date"))

        for name, headers in (("unsigned", ""), ("unknown key", signed(stranger)),
                              ("20 minutes ago", signed(stale)), ("other service", signed(elsewhere)),
                              ("no date", f"Authorization: {genuine.headers['Authorization']}\r\n"),
                              ("wrong token", "Authorization: Bearer wrong\r\n")):
            with self.subTest(name):
                wires = self.connections(daemon, 24)
                grown = self.grown(daemon, wires, self.silent_body(headers))
                for wire in wires:
                    wire.close()
                self.assert_below(grown, 24 * MEBIBYTE)
        big = Call(daemon, "Action=CreateQueue&QueueName=q&Pad=" + "x" * MEBIBYTE)
        self.assertEqual(big.send()[0], 200)

    # ---- replies -------------------------------------------------------------------------------

    def test_replies_nobody_reads_share_the_budget(self):
        daemon = self.start_bounded("--connections-max", 1000)
        client = self.client(daemon)
        client.create("q")
        client.call("SendMessage", QueueUrl="q", MessageBody="x" * (MEBIBYTE - 100))
        ask = json_request("ReceiveMessage", {"QueueUrl": "q", "VisibilityTimeout": 0})
        before = self.resident(daemon)
        self.ask_and_never_read(daemon, ask * 4, 300)
        self.assert_below(self.highest(daemon) - before, BUDGET + SLACK)
        begin = time.monotonic()
        client.call("ListQueues")
        self.assertLess(time.monotonic() - begin, 2)
        # Who reads gets all its replies, later.
        reader = self.client(daemon, TIMEOUT + PATIENCE)
        reader.send(ask)
        self.assertEqual(len(reader.read_reply().json()["Messages"][0]["Body"]), MEBIBYTE - 100)

    # ---- what is kept for somebody to look at --------------------------------------------------

    def test_the_outbox_is_bounded_by_bytes(self):
        daemon = self.start("--durability", "memory", "--outbox-bytes-max", 4 * MEBIBYTE)
        client = self.client(daemon)
        size = 200_000
        for number in range(60):
            sns(client, "Publish", PhoneNumber="+15551234567",
                Message=f"{number} ".ljust(size, "x"))
        client.send(b"GET /_squire/outbox?limit=1000 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        kept = [entry["body"] for entry in client.read_reply().json()["entries"]]
        self.assertLessEqual(sum(map(len, kept)), 4 * MEBIBYTE)
        self.assertGreater(sum(map(len, kept)), 2 * MEBIBYTE)
        numbers = [int(text.split()[0]) for text in kept]
        self.assertEqual(numbers, list(range(60 - len(kept), 60)), "the newest stay")

    def test_a_restart_keeps_the_outbox_bounded(self):
        daemon = self.start("--outbox-bytes-max", 4 * MEBIBYTE)
        client = self.client(daemon)
        for number in range(15):
            sns(client, "Publish", PhoneNumber="+15551234567", Message="x" * 200_000)
        daemon.kill()
        client = self.client(self.start("--outbox-bytes-max", MEBIBYTE))
        sns(client, "Publish", PhoneNumber="+15551234567", Message="the newest")
        client.send(b"GET /_squire/outbox?limit=1000 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        kept = [entry["body"] for entry in client.read_reply().json()["entries"]]
        self.assertLessEqual(sum(map(len, kept)), MEBIBYTE)
        self.assertEqual(kept[-1], "the newest")

    def temporary_bytes(self, daemon):
        """Of the files that the daemon has open and made for a while."""
        total = 0
        for link in pathlib.Path(f"/proc/{daemon.process.pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                if "squire-temporary" in os.readlink(link):
                    total += link.stat().st_size
        return total

    def test_exports_nobody_reads_are_bounded_in_number_and_time(self):
        daemon = self.start("--request-timeout-seconds", TIMEOUT)
        client = self.client(daemon, 30)
        client.create("q")
        for _ in range(25):
            client.call("SendMessage", QueueUrl="q", MessageBody="x" * 1_000_000)
        self.ask_and_never_read(
            daemon, b"GET /_squire/export HTTP/1.1\r\nHost: localhost\r\n\r\n", 20)
        end, highest = time.monotonic() + 3, 0
        while time.monotonic() < end:
            highest = max(highest, self.temporary_bytes(daemon))
            time.sleep(0.02)
        self.assertLess(highest // MEBIBYTE, 5 * 26, "MiB for 20 exports of 25 that nobody reads")
        client.call("SendMessage", QueueUrl="q", MessageBody="others are served")
        # Those who do not read are not waited for: then one who does gets an export.
        self.assertTrue(until(lambda: self.temporary_bytes(daemon) == 0, 5 * TIMEOUT, 0.2),
                        "exports that nobody reads stay")
        client.send(b"GET /_squire/export HTTP/1.1\r\nHost: localhost\r\n\r\n")
        reply = client.read_reply()
        self.assertEqual((reply.status, reply.body[:15]), (200, b"SQLite format 3"))

    def test_imports_on_their_way_are_bounded_in_number(self):
        daemon = self.start("--exports-max", 2)
        begun = (b"PUT /_squire/import HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"
                 b"SQLite format 3")
        wires = self.connections(daemon, 3)
        for wire in wires[:2]:
            wire.send(begun)
        client = self.client(daemon)
        client.send(b"GET /_squire/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        client.read_reply()
        time.sleep(0.2)  # until both have begun
        wires[2].send(begun)
        reply = wires[2].read_reply()
        self.assertEqual(reply.status, 503, reply.body)
        self.assertIn("exports_max", reply.json()["message"])
        wires[0].close()

        def is_taken():
            with Wire(daemon.port) as wire:
                wire.send(begun.replace(b"1000000", b"15"))
                return wire.read_reply().status == 400  # it is no such file
        self.assertTrue(until(is_taken, PATIENCE, 0.1), "who left is still counted")


if __name__ == "__main__":
    unittest.main()
