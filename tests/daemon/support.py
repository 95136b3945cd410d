"""What every test of the daemon needs: a daemon of its own, and a client that speaks to it.

SQUIRE_BINARY names the binary; without it, the one that the release build leaves in the tree.
"""

import contextlib
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("SQUIRE_BINARY", str(ROOT / "build" / "release" / "squire"))
LISTENING = re.compile(r"listening on http://\S+:(\d+)")
PATIENCE = 10.0  # seconds until something that should happen counts as never happening


class Refused(Exception):
    """An answer that is an error, as its status, code and message."""

    def __init__(self, status, code, message=""):
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message = status, code, message


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body) if self.body else {}

    def code(self):
        """The error's code, whichever protocol it came in; None for success."""
        if self.status < 400:
            return None
        if "x-amzn-query-error" in self.headers:
            return self.headers["x-amzn-query-error"].split(";")[0]
        found = re.search(rb"<Code>(.*?)</Code>", self.body)
        return found.group(1).decode() if found else ""


class Wire:
    """A TCP connection to the daemon, for bytes of any kind."""

    def __init__(self, port, timeout=PATIENCE):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.unread = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def _receive(self):
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the daemon closed the connection")
        self.unread += data

    def read_until(self, mark):
        while mark not in self.unread:
            self._receive()
        head, _, self.unread = self.unread.partition(mark)
        return head

    def read_reply(self, has_body=True):
        lines = self.read_until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        length = int(headers.get("content-length", "0")) if has_body else 0
        while len(self.unread) < length:
            self._receive()
        body, self.unread = self.unread[:length], self.unread[length:]
        return Reply(int(lines[0].split(" ")[1]), headers, body)

    def is_closed_by_peer(self, within=PATIENCE):
        """Waits for the end of the stream; a late reply on the way there is passed over."""
        deadline = time.monotonic() + within
        try:
            while time.monotonic() < deadline:
                self.socket.settimeout(max(deadline - time.monotonic(), 0.01))
                if not self.socket.recv(65536):
                    return True
        except TimeoutError:
            return False
        except ConnectionError:
            return True
        return False


def json_request(action, parameters=None, body=None, headers=""):
    """The bytes of a request; `body` is sent as it is in place of encoded parameters."""
    if body is None:
        body = json.dumps(parameters or {}).encode()
    return (f"POST / HTTP/1.1\r\nHost: queues.localhost\r\nX-Amz-Target: AmazonSQS.{action}\r\n"
            f"Content-Type: application/x-amz-json-1.0\r\n{headers}"
            f"Content-Length: {len(body)}\r\n\r\n").encode() + body


def query_request(parameters=None, body=None):
    if body is None:
        body = urllib.parse.urlencode(parameters).encode()
    return (f"POST / HTTP/1.1\r\nHost: queues.localhost\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode() + body


class Client(Wire):
    """Calls actions, one after the other, over one connection."""

    def call(self, action, **parameters):
        self.send(json_request(action, parameters))
        return self.result()

    def result(self):
        reply = self.read_reply()
        if reply.status != 200:
            raise Refused(reply.status, reply.code(), reply.json().get("message", ""))
        return reply.json()

    def query(self, action, **parameters):
        """The answer's XML without its namespace."""
        self.send(query_request({"Action": action, "Version": "2012-11-05", **parameters}))
        reply = self.read_reply()
        if reply.status != 200:
            raise Refused(reply.status, reply.code(), reply.body.decode())
        return ElementTree.fromstring(re.sub(rb' xmlns="[^"]*"', b"", reply.body))

    def create(self, name, tags=None, **attributes):
        if name.endswith(".fifo"):
            attributes["FifoQueue"] = "true"
        more = {"tags": tags} if tags else {}
        return self.call("CreateQueue", QueueName=name, Attributes=attributes, **more)["QueueUrl"]

    def attributes(self, queue, *names):
        answer = self.call("GetQueueAttributes", QueueUrl=queue, AttributeNames=names or ["All"])
        return answer.get("Attributes", {})

    def counts(self, queue):
        """How many messages are visible, in flight and delayed."""
        suffixes = ("", "NotVisible", "Delayed")
        got = self.attributes(queue)
        return tuple(int(got["ApproximateNumberOfMessages" + suffix]) for suffix in suffixes)

    def receive(self, queue, count=10, **parameters):
        return self.call("ReceiveMessage", QueueUrl=queue, MaxNumberOfMessages=count,
                         MessageSystemAttributeNames=["All"], MessageAttributeNames=["All"],
                         **parameters).get("Messages", [])

    def bodies(self, queue):
        """Receives all that is visible; sorted, since a standard queue promises no order."""
        found = []
        while messages := self.receive(queue):
            found += [message["Body"] for message in messages]
        return sorted(found)


class Daemon:
    """A running daemon. Its log is read as it comes, so that it never blocks on a full pipe."""

    def __init__(self, *flags, environment=None, directory=None, command=(BINARY,)):
        # The caller's own SQUIRE_* variables are settings to the daemon: they stay out.
        clean = {name: value for name, value in os.environ.items()
                 if not name.startswith("SQUIRE_")}
        self.process = subprocess.Popen(
            [*command, *map(str, flags)], env={**clean, **(environment or {})}, cwd=directory,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.lines = []
        self.port = None
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for raw in self.process.stdout:
            line = raw.decode(errors="replace").rstrip("\n")
            with self._news:
                self.lines.append(line)
                if self.port is None and (found := LISTENING.search(line)):
                    self.port = int(found.group(1))
                self._news.notify_all()
        with self._news:
            self._news.notify_all()

    def wait_until_listening(self, timeout=30.0):
        with self._news:
            self._news.wait_for(lambda: self.port or not self._reader.is_alive()
                                or self.process.poll() is not None, timeout)
        if self.port is None:
            self.destroy()
            raise AssertionError("the daemon does not listen:\n" + self.log())
        return self

    def wait_for_exit(self, timeout=PATIENCE):
        code = self.process.wait(timeout)
        self._reader.join(timeout)
        return code

    def is_alive(self):
        return self.process.poll() is None

    def log(self):
        return "\n".join(self.lines)

    def client(self, timeout=PATIENCE):
        return Client(self.port, timeout)

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def stop(self, timeout=PATIENCE):
        self.signal()
        return self.wait_for_exit(timeout)

    def kill(self):
        self.signal(signal.SIGKILL)
        return self.wait_for_exit()

    def destroy(self):
        if self.is_alive():
            self.process.kill()
        self.wait_for_exit()
        self.process.stdout.close()


def command(*flags, timeout=60):
    """Runs the binary to its end: its exit code and what it printed."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SQUIRE_")}
    return subprocess.run([BINARY, *map(str, flags)], env=clean, capture_output=True, text=True,
                          timeout=timeout)


class DaemonTest(unittest.TestCase):
    """A test with a directory of its own, and daemons that end with it."""

    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="squire-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.data = self.directory / "data"

    def launch(self, *flags, data=None, environment=None):
        """Starts a daemon that may well refuse to start."""
        port = () if "--port" in flags else ("--port", 0)
        daemon = Daemon(*port, "--data-dir", data or self.data, *flags,
                        environment=environment, directory=self.directory)
        self.addCleanup(daemon.destroy)
        return daemon

    def start(self, *flags, **options):
        return self.launch(*flags, **options).wait_until_listening()

    def client(self, daemon, timeout=PATIENCE):
        client = daemon.client(timeout)
        self.addCleanup(client.close)
        return client

    def assert_refuses_to_start(self, daemon, *words):
        """It ends with an error, in one line in which all the words stand."""
        until(lambda: daemon.port or not daemon.is_alive())
        self.assertIsNone(daemon.port, "it started all the same: " + daemon.log())
        code = daemon.wait_for_exit()
        self.assertGreater(code, 0, daemon.log())
        self.assertEqual(len(daemon.lines), 1, daemon.log())
        for word in words:
            self.assertIn(str(word), daemon.log())
        return daemon.log()

    def assert_none(self, bodies, what):
        """Like assertFalse, but does not print messages in full."""
        if bodies:
            some = ", ".join(repr(body[:30]) for body in list(bodies)[:5])
            self.fail(f"{len(bodies)} {what}: {some}")

    @contextlib.contextmanager
    def refused(self, code, status=None):
        with self.assertRaises(Refused) as caught:
            yield caught
        self.assertEqual(caught.exception.code, code, caught.exception)
        if status:
            self.assertEqual(caught.exception.status, status, caught.exception)


def until(condition, timeout=PATIENCE, pause=0.02):
    """Waits until the condition gives something true, and returns that; else the last it gave."""
    deadline = time.monotonic() + timeout
    while not (got := condition()) and time.monotonic() < deadline:
        time.sleep(pause)
    return got


def in_parallel(jobs, timeout=60.0):
    """Runs the functions, each on a thread; raises the first exception any of them raised."""
    failures = []

    def run(job):
        try:
            job()
        except Exception as failure:  # for the caller
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(job,), daemon=True) for job in jobs]
    deadline = time.monotonic() + timeout
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(deadline - time.monotonic(), 0.1))
    if failures:
        raise failures[0]
    if any(thread.is_alive() for thread in threads):
        raise AssertionError(f"not done after {timeout} seconds")


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


def attributes_md5(attributes):
    """The digest of message attributes of the types String and Number."""
    digest = hashlib.md5()
    for name, value in sorted(attributes.items()):
        for index, text in enumerate((name, value["DataType"], value["StringValue"])):
            data = text.encode()
            digest.update((b"\x01" if index == 2 else b"") + len(data).to_bytes(4, "big") + data)
    return digest.hexdigest()
