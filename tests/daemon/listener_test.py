"""HTTPS beside HTTP or on a port of its own, more ports, and an address for /_squire/ alone."""

import contextlib
import json
import os
import signal
import socket
import ssl
import time
import urllib.error
import urllib.request

import boto3
from botocore.exceptions import ClientError

from sns_support import make_certificate
from support import Client, DaemonTest, Wire, json_request, until

DENY_PLAIN = json.dumps({"Version": "2012-10-17", "Statement": {
    "Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}}}})


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(url, **options):
    """Status and body."""
    try:
        with urllib.request.urlopen(url, timeout=10, **options) as answer:
            return answer.status, answer.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


class ListenerTest(DaemonTest):
    def secure(self, daemon, certificate, port=None, kind=Client):
        """A client over TLS that trusts this certificate alone."""
        client = kind(port or daemon.port)
        self.addCleanup(client.close)
        context = ssl.create_default_context(cafile=certificate)
        client.socket = context.wrap_socket(client.socket, server_hostname="localhost")
        self.addCleanup(client.socket.close)
        return client

    def start_self_signed(self, *flags):
        daemon = self.start("--tls-self-signed", "true", *flags)
        certificate = self.directory / "served.pem"
        certificate.write_text(ask(f"http://127.0.0.1:{daemon.port}/_squire/certificate")[1])
        return daemon, certificate


class TlsTest(ListenerTest):
    def test_one_port_speaks_http_and_https(self):
        daemon, certificate = self.start_self_signed()
        plain, secure = self.client(daemon), self.secure(daemon, certificate)
        self.assertEqual(plain.create("q"), "http://queues.localhost/000000000000/q")
        self.assertEqual(secure.create("q"), "https://queues.localhost/000000000000/q")
        secure.call("SendMessage", QueueUrl="q", MessageBody="hello")
        self.assertEqual(plain.bodies("q"), ["hello"])

    def test_a_port_of_its_own_speaks_nothing_else(self):
        port = free_port()
        daemon, certificate = self.start_self_signed("--tls-port", port)
        self.secure(daemon, certificate, port).create("q")
        self.client(daemon).create("q")
        with Wire(port) as wire:
            wire.send(json_request("ListQueues"))
            self.assertIn(b"HTTPS", wire.read_reply().body)
            self.assertTrue(wire.is_closed_by_peer())
        with self.assertRaises(ssl.SSLError):
            self.secure(daemon, certificate)

    def test_a_self_signed_certificate_stays_the_same(self):
        daemon, certificate = self.start_self_signed()
        first = certificate.read_text()
        self.assertNotIn("PRIVATE", first)
        self.assertEqual(os.stat(self.data / "tls.pem").st_mode & 0o077, 0, "it holds the key")
        daemon.stop()
        daemon, certificate = self.start_self_signed()
        self.assertEqual(certificate.read_text(), first)
        self.secure(daemon, certificate).create("q")

    def test_in_memory_no_file_is_made(self):
        daemon, certificate = self.start_self_signed("--durability", "memory")
        self.secure(daemon, certificate).create("q")
        self.assertFalse(self.data.exists())

    def test_big_bodies_pipelines_and_continue(self):
        daemon, certificate = self.start_self_signed()
        client = self.secure(daemon, certificate)
        client.create("q")
        body = json.dumps({"QueueUrl": "q", "MessageBody": "x" * 1_000_000}).encode()
        client.send((f"POST / HTTP/1.1\r\nHost: h\r\nX-Amz-Target: AmazonSQS.SendMessage\r\n"
                     f"Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n").encode())
        self.assertIn(b"100 Continue", client.read_until(b"\r\n\r\n"))
        client.send(f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n")
        self.assertEqual(client.read_reply().status, 200)
        self.assertEqual([len(text) for text in client.bodies("q")], [1_000_000])
        client.send(json_request("ListQueues") * 20)
        self.assertEqual([client.read_reply().status for _ in range(20)], [200] * 20)

    def test_a_poll_is_answered_and_loses_nothing_when_its_client_goes(self):
        daemon, certificate = self.start_self_signed()
        sender = self.client(daemon)
        sender.create("q")
        poll = json_request("ReceiveMessage", {"QueueUrl": "q", "WaitTimeSeconds": 20})
        gone = self.secure(daemon, certificate)
        gone.send(poll)
        gone.socket.close()
        stays = self.secure(daemon, certificate)
        stays.send(poll)
        # The sender's, the poll's, and the one that asks: the other has gone.
        metrics = f"http://127.0.0.1:{daemon.port}/metrics"
        until(lambda: "squire_connections 3\n" in ask(metrics)[1])
        sender.call("SendMessage", QueueUrl="q", MessageBody="hello")
        self.assertEqual(stays.result()["Messages"][0]["Body"], "hello")

    def test_old_versions_of_tls_are_refused(self):
        daemon, _ = self.start_self_signed()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        with Wire(daemon.port) as wire, self.assertRaises((ssl.SSLError, ConnectionError)):
            context.wrap_socket(wire.socket)

    def test_garbage_that_looks_like_a_handshake_harms_nobody(self):
        daemon, certificate = self.start_self_signed()
        for garbage in (b"\x16", b"\x16\x03\x01\xff\xff", b"\x16\x03\x01\x00\x05hello",
                        b"\x16" + os.urandom(20_000)):
            with Wire(daemon.port) as wire:
                wire.send(garbage)
                with contextlib.suppress(OSError):  # it may be over already
                    wire.socket.shutdown(socket.SHUT_WR)
                self.assertTrue(wire.is_closed_by_peer(), garbage[:10])
        self.secure(daemon, certificate).create("q")

    def test_a_handshake_has_as_long_as_a_request(self):
        daemon, _ = self.start_self_signed("--request-timeout-seconds", 1)
        with Wire(daemon.port) as wire:
            wire.send(b"\x16\x03\x01\x02\x00")
            begin = time.monotonic()
            self.assertTrue(wire.is_closed_by_peer(5))
            self.assertGreater(time.monotonic() - begin, 0.9)

    def test_policies_know_what_came_over_tls(self):
        keys = self.directory / "keys.json"
        keys.write_text(json.dumps([{"access_key": "OWNER", "secret": "s", "account": "000000000000"}]))
        daemon, certificate = self.start_self_signed("--auth", "sigv4", "--keys-file", keys)
        def sqs(scheme):
            return boto3.client("sqs", "us-east-1", endpoint_url=f"{scheme}://localhost:{daemon.port}",
                                aws_access_key_id="OWNER", aws_secret_access_key="s",
                                verify=str(certificate))
        url = sqs("https").create_queue(QueueName="q", Attributes={"Policy": DENY_PLAIN})["QueueUrl"]
        self.assertTrue(url.startswith("https://localhost:"))
        sqs("https").send_message(QueueUrl=url, MessageBody="hello")
        with self.assertRaises(ClientError) as refused:
            sqs("http").send_message(QueueUrl=url, MessageBody="hello")
        self.assertEqual(refused.exception.response["Error"]["Code"], "AccessDenied")


class CertificateTest(ListenerTest):
    def setUp(self):
        super().setUp()
        self.pem = make_certificate(self.directory)

    def flags(self):
        return "--tls-certificate", self.pem, "--tls-key", self.pem

    def test_it_is_shown(self):
        daemon = self.start(*self.flags())
        self.secure(daemon, self.pem).create("q")
        status, _ = ask(f"http://127.0.0.1:{daemon.port}/_squire/certificate")
        self.assertEqual(status, 404, "it is no secret, but clients have its roots")

    def test_sighup_reads_it_anew_and_open_connections_go_on(self):
        daemon = self.start(*self.flags())
        old = self.directory / "old.pem"
        old.write_text(self.pem.read_text())
        client = self.secure(daemon, old)
        client.create("q")
        make_certificate(self.directory)
        daemon.signal(signal.SIGHUP)
        until(lambda: "read anew" in daemon.log())
        client.create("q")
        self.secure(daemon, self.pem).create("q")
        with self.assertRaises(ssl.SSLError):
            self.secure(daemon, old)

    def test_a_broken_one_on_sighup_leaves_the_old_one(self):
        daemon = self.start(*self.flags())
        good = self.directory / "good.pem"
        good.write_text(self.pem.read_text())
        self.pem.write_text("nonsense")
        daemon.signal(signal.SIGHUP)
        until(lambda: "stays as it was" in daemon.log())
        self.assertIn("certificate is no PEM", daemon.log())
        self.secure(daemon, good).create("q")

    def test_sighup_without_a_certificate_stops_nothing(self):
        daemon = self.start()
        daemon.signal(signal.SIGHUP)
        until(lambda: "SIGHUP" in daemon.log())
        self.client(daemon).create("q")

    def test_what_cannot_be_used_stops_the_start(self):
        other = self.directory / "other"
        other.mkdir()
        key = make_certificate(other).with_name("key.pem")
        secret = key.read_text().splitlines()[1]
        for flags, word in ((("--tls-certificate", self.pem), "go together"),
                            (("--tls-certificate", self.pem, "--tls-key", key), "key"),
                            (("--tls-certificate", self.pem, "--tls-key", "absent.pem"), "absent.pem"),
                            (("--tls-certificate", key, "--tls-key", key), "certificate"),
                            (("--tls-port", free_port()), "tls_self_signed")):
            self.assertNotIn(secret, self.assert_refuses_to_start(self.launch(*flags), word))


class PortsTest(ListenerTest):
    def test_extra_ports_are_served_alike(self):
        ports = [free_port(), free_port()]
        daemon = self.start("--extra-ports", ",".join(map(str, ports)))
        self.client(daemon).create("q")
        for port in ports:
            client = Client(port)
            self.addCleanup(client.close)
            self.assertEqual(len(client.call("ListQueues")["QueueUrls"]), 1)
            self.assertIn(f":{port}", daemon.log())

    def test_a_port_that_is_taken_is_named(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            self.assert_refuses_to_start(self.launch("--extra-ports", port), port, "in use")

    def test_what_is_no_port_is_refused(self):
        for text in ("0", "70000", "9324;4100", "a"):
            self.assert_refuses_to_start(self.launch("--extra-ports", text), "extra_ports", text)


class AdminAddressTest(ListenerTest):
    def start_apart(self, *flags):
        port = free_port()
        daemon = self.start("--admin-address", f"127.0.0.1:{port}", *flags)
        return daemon, f"http://127.0.0.1:{daemon.port}", f"http://127.0.0.1:{port}"

    def test_the_site_is_there_alone(self):
        daemon, here, there = self.start_apart()
        self.client(daemon).create("q")
        for path in ("/_squire/queues", "/metrics", "/_squire/console",
                     "/_aws/sqs/messages?QueueUrl=http://h/000000000000/q"):
            self.assertEqual(ask(there + path)[0], 200, path)
            status, body = ask(here + path)
            self.assertEqual(status, 404, path)
            self.assertIn("admin_address", json.loads(body)["message"])

    def test_health_is_shown_at_both(self):
        _, here, there = self.start_apart()
        for url in (here, there):
            for path in ("/_squire/health", "/_localstack/health"):
                self.assertEqual(ask(url + path)[0], 200)

    def test_queues_are_not_served_there(self):
        _, _, there = self.start_apart()
        status, body = ask(there + "/", data=b"Action=ListQueues&Version=2012-11-05")
        self.assertEqual(status, 404)
        self.assertIn("port", json.loads(body)["message"])

    def test_with_signatures_it_needs_no_token_unless_there_is_one(self):
        keys = self.directory / "keys.json"
        keys.write_text(json.dumps([{"access_key": "OWNER", "secret": "s", "account": "000000000000"}]))
        flags = ("--auth", "sigv4", "--keys-file", keys)
        daemon, _, there = self.start_apart(*flags)
        self.assertEqual(ask(there + "/_squire/queues")[0], 200)
        daemon.stop()
        _, _, there = self.start_apart(*flags, "--admin-token", "secret")
        self.assertEqual(ask(there + "/_squire/queues")[0], 401)

    def test_what_is_no_address_is_refused(self):
        for text in ("here", "127.0.0.1", "127.0.0.1:x", "localhost:80"):
            self.assert_refuses_to_start(self.launch("--admin-address", text), text.split(":")[0])
