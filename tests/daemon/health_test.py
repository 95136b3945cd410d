"""A daemon that does not get on says so, and can be stopped all the same.

Its threads are told apart by their names: those that serve requests are worker, the one that writes to
the disk journal.
"""

import json
import os
import shutil
import signal
import time
import unittest

from frozen import Frozen, threads_of
from sns_support import SnsTest
from support import Wire, json_request, until

STUCK = 5.0         # seconds without a heartbeat that make a thread count as stuck
STOP_TIMEOUT = 10.0  # within which SIGTERM ends the daemon, whatever is stuck
SLACK = 5.0


class HealthTest(SnsTest):
    def start_two(self, *flags):
        return self.start("--threads", 2, *flags)

    def thread(self, daemon, word, which=-1):
        """The id of the last thread, or another, whose name says what it does."""
        # Threads name themselves once they run; the main one keeps the program's name.
        until(lambda: list(threads_of(daemon).values()).count("squire") == 1)
        names = threads_of(daemon)
        found = [thread for thread, name in sorted(names.items()) if word in name]
        self.assertTrue(found, f"no thread is called {word}: {sorted(names.values())}")
        return found[which]

    def health(self, daemon):
        """Status and JSON, which come at once, over a connection of its own."""
        with Wire(daemon.port, 2) as wire:
            wire.send(b"GET /_squire/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            reply = wire.read_reply()
            return reply.status, reply.json()

    def assert_becomes(self, daemon, status, word, within):
        def is_so():
            code, answer = self.health(daemon)
            return (code, answer["status"]) == (status, word) and answer
        answer = until(is_so, within, 0.1)
        self.assertTrue(answer, f"health says {self.health(daemon)}, not {status} {word}")
        return answer

    def test_a_healthy_daemon_stays_ready(self):
        daemon = self.start_two()
        client = self.client(daemon)
        client.create("q")
        client.send(json_request("ReceiveMessage", {"QueueUrl": "q", "WaitTimeSeconds": 7}))
        end = time.monotonic() + STUCK + 1.5  # idle, it must have a heartbeat all the same
        while time.monotonic() < end:
            self.assertEqual(self.health(daemon)[0], 200)
            time.sleep(0.2)
        client.read_reply()

    def test_a_moved_clock_makes_nobody_stuck(self):
        daemon = self.start_two("--testing", "true")
        client = self.client(daemon)
        client.send(b"POST /_squire/clock HTTP/1.1\r\nHost: localhost\r\nContent-Length: 17\r\n\r\n"
                    b'{"advance": "2h"}')
        self.assertEqual(client.read_reply().status, 200)
        for _ in range(5):
            self.assertEqual(self.health(daemon)[0], 200)
            time.sleep(0.1)

    def test_a_stuck_worker_is_told_and_forgiven(self):
        daemon = self.start_two()
        with Frozen(self.thread(daemon, "worker", 0)):
            answer = self.assert_becomes(daemon, 503, "stuck", STUCK + SLACK)
            self.assertIn("worker", json.dumps(answer))
            for _ in range(10):  # whoever asks, whichever worker the connection would go to
                self.assertEqual(self.health(daemon)[0], 503)
        self.assert_becomes(daemon, 200, "ready", 5)

    def test_a_stuck_writer_is_told_and_forgiven(self):
        daemon = self.start_two()
        client = self.client(daemon)
        with Frozen(self.thread(daemon, "journal")):
            answer = self.assert_becomes(daemon, 503, "stuck", STUCK + SLACK)
            self.assertIn("journal", json.dumps(answer))
        self.assert_becomes(daemon, 200, "ready", 5)
        client.create("q")

    def test_health_is_answered_at_once_by_a_daemon_that_is_stuck(self):
        daemon = self.start_two()
        with Frozen(self.thread(daemon, "worker")):
            for _ in range(10):
                begin = time.monotonic()
                self.health(daemon)
                self.assertLess(time.monotonic() - begin, 1)

    def test_localstacks_health_and_the_health_check_tell_it_too(self):
        daemon = self.start_two()
        with Frozen(self.thread(daemon, "journal")):
            self.assert_becomes(daemon, 503, "stuck", STUCK + SLACK)
            with Wire(daemon.port, 2) as wire:
                wire.send(b"GET /_localstack/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
                services = wire.read_reply().json()["services"]
            self.assertNotIn("running", services.values())

    # ---- SIGTERM -------------------------------------------------------------------------------

    def assert_stops(self, daemon, code, within, *words):
        begin = time.monotonic()
        daemon.signal(signal.SIGTERM)
        self.assertEqual(daemon.wait_for_exit(within), code, daemon.log())
        for word in words:
            self.assertIn(word, daemon.log())
        return time.monotonic() - begin

    def test_sigterm_ends_a_daemon_with_nothing_stuck_at_once(self):
        daemon = self.start_two()
        client = self.client(daemon)
        client.create("q")
        client.send(json_request("ReceiveMessage", {"QueueUrl": "q", "WaitTimeSeconds": 20}))
        self.assertLess(self.assert_stops(daemon, 0, 10), 2)

    def test_sigterm_ends_a_daemon_with_a_stuck_worker(self):
        daemon = self.start_two("--durability", "relaxed")
        client = self.client(daemon)
        client.create("q")
        with Frozen(self.thread(daemon, "worker")):
            for number in range(50):
                with Wire(daemon.port, 0.5) as wire:  # some of them meet the worker that is stuck
                    wire.send(json_request("SendMessage", {"QueueUrl": "q",
                                                           "MessageBody": str(number)}))
                    try:
                        answered = number if wire.read_reply().status == 200 else None
                    except TimeoutError:
                        answered = None
                if answered is not None:
                    break
            self.assertIsNotNone(answered, "no worker answers")
            # What was answered is on the disk, though nobody waited for it; the log tells who hangs.
            self.assert_stops(daemon, 1, STOP_TIMEOUT + SLACK, "worker")
        client = self.client(self.start_two("--durability", "relaxed"))
        self.assertIn(str(answered), client.bodies("q"))

    def test_sigterm_ends_a_daemon_with_a_stuck_writer(self):
        daemon = self.start_two()
        client = self.client(daemon)
        client.create("q")
        client.call("SendMessage", QueueUrl="q", MessageBody="before")
        with Frozen(self.thread(daemon, "journal")):
            self.assert_stops(daemon, 1, STOP_TIMEOUT + SLACK, "journal")
        client = self.client(self.start_two())
        self.assertEqual(client.bodies("q"), ["before"])

    def test_a_second_sigterm_does_no_harm(self):
        daemon = self.start_two()
        with Frozen(self.thread(daemon, "worker")):
            daemon.signal(signal.SIGTERM)
            self.assert_stops(daemon, 1, STOP_TIMEOUT + SLACK)

    # ---- the data directory --------------------------------------------------------------------

    def test_a_data_directory_that_is_gone_is_told(self):
        for way in (shutil.rmtree, lambda path: os.rename(path, str(path) + "-elsewhere"),
                    lambda path: (path / "squire.db").unlink()):
            daemon = self.start_two()
            self.client(daemon).create("q")
            way(self.data)
            answer = self.assert_becomes(daemon, 503, "failed", 10)
            self.assertIn("data", json.dumps(answer))
            daemon.kill()
            shutil.rmtree(self.data, ignore_errors=True)

    def test_in_memory_there_is_no_directory_to_lose(self):
        daemon = self.start_two("--durability", "memory")
        shutil.rmtree(self.data, ignore_errors=True)
        for _ in range(5):
            self.assertEqual(self.health(daemon)[0], 200)
            time.sleep(0.2)


if __name__ == "__main__":
    unittest.main()
