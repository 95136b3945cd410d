"""Connections on their way through the thread that accepts them, which answers who asks for health."""

import contextlib
import time
import unittest

from support import DaemonTest, Wire, json_request, until

HEALTH = b"GET /_squire/health HTTP/1.1\r\nHost: localhost\r\n\r\n"


class FrontTest(DaemonTest):
    def wire(self, daemon, timeout=5.0):
        wire = Wire(daemon.port, timeout)
        self.addCleanup(wire.close)
        return wire

    def test_a_connection_asks_for_health_and_then_for_something_else(self):
        wire = self.wire(self.start())
        for _ in range(3):
            wire.send(HEALTH)
            self.assertEqual(wire.read_reply().json()["status"], "ready")
        wire.send(json_request("ListQueues"))
        self.assertEqual(wire.read_reply().status, 200)
        wire.send(HEALTH)  # of a worker now
        self.assertEqual(wire.read_reply().json()["status"], "ready")

    def test_requests_behind_one_for_health_are_answered_in_turn(self):
        wire = self.wire(self.start())
        wire.send(HEALTH + HEALTH + json_request("CreateQueue", {"QueueName": "q"}) + HEALTH)
        self.assertEqual(wire.read_reply().json()["status"], "ready")
        self.assertEqual(wire.read_reply().json()["status"], "ready")
        self.assertIn("QueueUrl", wire.read_reply().json())
        self.assertEqual(wire.read_reply().json()["status"], "ready")

    def test_a_request_that_comes_byte_by_byte_is_answered(self):
        daemon = self.start()
        for request in (HEALTH, json_request("ListQueues")):
            wire = self.wire(daemon)
            for byte in request:
                wire.send(bytes([byte]))
            self.assertEqual(wire.read_reply().status, 200)

    def test_head_has_no_body_and_close_closes(self):
        wire = self.wire(self.start())
        wire.send(HEALTH.replace(b"GET", b"HEAD"))
        self.assertEqual(wire.read_reply(has_body=False).status, 200)
        wire.send(HEALTH.replace(b"Host", b"Connection: close\r\nHost"))
        reply = wire.read_reply()
        self.assertEqual((reply.status, reply.headers["connection"]), (200, "close"))
        self.assertTrue(wire.is_closed_by_peer(2))

    def test_a_connection_that_says_nothing_is_closed(self):
        wire = self.wire(self.start("--idle-timeout-seconds", 1))
        self.assertTrue(wire.is_closed_by_peer(5))

    def test_the_log_and_the_metrics_know_of_health(self):
        daemon = self.start("--access-log", "text")
        wire = self.wire(daemon)
        wire.send(HEALTH)
        wire.read_reply()
        self.assertTrue(until(lambda: "/_squire/health" in daemon.log(), 5))

    def test_connections_that_say_nothing_are_counted_and_go_at_the_end(self):
        daemon = self.start("--connections-max", 5)
        wires = [self.wire(daemon) for _ in range(5)]
        late = self.wire(daemon)
        self.assertIn(b"503", late.read_until(b"\r\n"))
        wires.pop().close()
        self.assertTrue(until(lambda: self.is_served(daemon), 5))
        begin = time.monotonic()
        self.assertEqual(daemon.stop(), 0)
        self.assertLess(time.monotonic() - begin, 2)

    def is_served(self, daemon):
        with contextlib.suppress(ConnectionError), Wire(daemon.port, 2) as wire:
            wire.send(HEALTH)
            return wire.read_reply().status == 200


if __name__ == "__main__":
    unittest.main()
