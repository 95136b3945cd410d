"""What the tests of the image need: containers, names, and somebody who is delivered to."""

import http.server
import json
import os
import pathlib
import re
import shutil
import socket
import ssl
import struct
import subprocess
import threading
import time
import urllib.error
import urllib.request

import boto3
from botocore.config import Config

ROOT = pathlib.Path(__file__).resolve().parents[2]
IMAGE = "localhost/squire"
WITH_SHELL = "localhost/squire-shell"
ENDPOINT = "http://127.0.0.1:4566"
PATIENCE = 15.0


def podman(*arguments, check=True):
    done = subprocess.run(["podman", *map(str, arguments)], capture_output=True, text=True)
    if check and done.returncode != 0:
        raise AssertionError(f"podman {' '.join(map(str, arguments))}: {done.stderr}")
    return done


def until(condition, timeout=PATIENCE):
    """Waits until the condition gives something true, and returns that; else the last it gave."""
    deadline = time.monotonic() + timeout
    while not (got := condition()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return got


def connect(service, region="us-east-1"):
    return boto3.client(service, endpoint_url=ENDPOINT, region_name=region,
                        aws_access_key_id="test", aws_secret_access_key="test",
                        config=Config(retries={"max_attempts": 0}))


def deliveries():
    """What waits to be delivered, and why it was not."""
    with urllib.request.urlopen(ENDPOINT + "/_squire/deliveries") as reply:
        return reply.read().decode()


def health():
    """The status of /_squire/health and what it says; nothing if nobody answers."""
    try:
        with urllib.request.urlopen(ENDPOINT + "/_squire/health", timeout=2) as reply:
            return reply.status, json.load(reply)["status"]
    except urllib.error.HTTPError as reply:
        return reply.code, json.load(reply)["status"]
    except OSError:
        return None


class Container:
    """One that was made, whether it runs or not."""

    def __init__(self, identity):
        self.id = identity

    @classmethod
    def run(cls, image, *options, command=()):
        """As `docker run -d` makes one, but that its root cannot be written to."""
        return cls.run_writable(image, "--read-only", "--read-only-tmpfs=false", *options,
                                command=command)

    @classmethod
    def run_writable(cls, image, *options, command=()):
        return cls(podman("run", "--detach", "--pull", "never", *options, image, *command).stdout.strip())

    def inspect(self):
        return json.loads(podman("inspect", self.id).stdout)[0]

    def state(self):
        return self.inspect()["State"]

    def exit_code(self):
        """Of a container that ends by itself."""
        until(lambda: not self.state()["Running"])
        state = self.state()
        return None if state["Running"] else state["ExitCode"]

    def log(self):
        done = podman("logs", self.id)
        return done.stdout + done.stderr

    def healthcheck(self):
        """Runs the check of the image, as Docker does every few seconds; the state it leads to."""
        podman("healthcheck", "run", self.id, check=False)
        return self.health_state()

    def health_state(self):
        state = self.state()
        return state.get("Health", state.get("Healthcheck"))["Status"]

    def execute(self, *command):
        """Runs a command in it, as `docker exec` does; what it printed."""
        return podman("exec", self.id, *command).stdout

    def stop(self):
        """By SIGTERM; the seconds it took and the exit code."""
        began = time.monotonic()
        podman("stop", "--time", 10, self.id)
        return time.monotonic() - began, self.state()["ExitCode"]

    def start(self):
        podman("start", self.id)

    def remove(self):
        podman("rm", "--force", "--time", 0, self.id)


class Project:
    """A compose file made for LocalStack, with this image in its place, as `up -d` runs it."""

    def __init__(self, source, directory, environment=None):
        shutil.copytree(source, directory)
        file = directory / "docker-compose.yml"
        text, count = re.subn(r"(?m)(image: )localstack/localstack\S*$", rf"\1{WITH_SHELL}", file.read_text())
        assert count == 1, f"{file} has {count} images of LocalStack"
        file.write_text(text)
        self.directory, self.environment = directory, {**os.environ, **(environment or {})}

    def _compose(self, *arguments):
        done = subprocess.run(["podman-compose", *arguments], cwd=self.directory, env=self.environment,
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError(f"podman-compose {' '.join(arguments)}: {done.stdout}{done.stderr}")

    def up(self):
        self._compose("up", "-d")
        found = podman("ps", "--all", "--quiet", "--filter",
                       f"label=com.docker.compose.project={self.directory.name}").stdout.split()
        assert len(found) == 1, f"{len(found)} containers of {self.directory.name}"
        return Container(found[0])

    def down(self):
        self._compose("down", "--volumes")
        podman("network", "prune", "--force")


class Endpoint:
    """An HTTP server that keeps what is posted to it."""

    def __init__(self, port, certificate=None):
        self.posted = posted = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class NameServer:
    """DNS on 127.0.0.1 that knows one name; that is 127.0.0.1 as well."""

    def __init__(self, name):
        self.name = name
        self.asked = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 53))
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self):
        while True:
            query, client = self.socket.recvfrom(512)
            if not query:
                return
            self.socket.sendto(self._answer(query), client)

    def _answer(self, query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        question = query[12:at + 5]
        name, kind = ".".join(labels), struct.unpack("!H", query[at + 1:at + 3])[0]
        self.asked.append(name)
        is_known = name == self.name
        is_answered = is_known and kind == 1
        head = query[:2] + struct.pack("!HHHHH", 0x8580 if is_known else 0x8583, 1, is_answered, 0, 0)
        answer = struct.pack("!HHHIH4s", 0xC00C, 1, 1, 60, 4, socket.inet_aton("127.0.0.1"))
        return head + question + (answer if is_answered else b"")

    def close(self):
        self.socket.sendto(b"", ("127.0.0.1", 53))
        self.thread.join()
        self.socket.close()
