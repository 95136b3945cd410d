"""As much of Docker's engine as Testcontainers needs, but what it runs is the daemon under test.

Usage: engine.py BINARY INIT_DIRECTORY
Every image is there, and is ours: a container is a process with the environment of the request, and a
directory for what is copied into it. Prints the address for DOCKER_HOST; ends with its standard input.
"""

import atexit
import http.server
import io
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tarfile
import tempfile
import threading
import urllib.parse

BINARY, INIT = (pathlib.Path(path).resolve() for path in sys.argv[1:3])
ENTRY_POINT = "/usr/local/bin/docker-entrypoint.sh"
SOURCE = pathlib.Path(__file__).resolve().parents[3] / "docker" / "docker-entrypoint.sh"
COPIED = "/testcontainers_start.sh"
NOW = "2024-01-01T00:00:00.000000000Z"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


class Container:
    numbers = itertools.count(1)

    def __init__(self, name, request):
        self.id = f"{next(self.numbers):064x}"
        self.name = name or self.id[:12]
        self.request = request
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="squire-container-"))
        self.port = free_port()
        self.process = None
        self.log_lines, self.news, self.open_streams = [], threading.Condition(), 0
        entry = self.root / ENTRY_POINT.strip("/")
        entry.parent.mkdir(parents=True)
        entry.write_text(SOURCE.read_text().replace("/squire", str(BINARY)))
        entry.chmod(0o755)

    def here(self, text):
        """Paths of the image are below the container's directory."""
        return text.replace(ENTRY_POINT, f"{self.root}{ENTRY_POINT}").replace(COPIED, f"{self.root}{COPIED}")

    def start(self):
        inherited = {name: value for name, value in os.environ.items()
                     if not name.startswith(("SQUIRE_", "AWS_"))}
        image = {"SQUIRE_DATA_DIR": f"{self.root}/data", "SQUIRE_INIT_DIR": str(INIT),
                 "SQUIRE_PORT": str(self.port)}
        requested = dict(entry.partition("=")[::2] for entry in self.request.get("Env") or [])
        command = [self.here(word) for word in self.request.get("Entrypoint") or [ENTRY_POINT]]
        self.process = subprocess.Popen(
            command, env={**inherited, **image, **requested}, stdin=subprocess.DEVNULL, cwd=self.root,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
        self.open_streams = 2
        for number, stream in (1, self.process.stdout), (2, self.process.stderr):
            threading.Thread(target=self._read, args=(number, stream), daemon=True).start()

    def _read(self, number, stream):
        for line in stream:
            with self.news:
                self.log_lines.append((number, line))
                self.news.notify_all()
        with self.news:
            self.open_streams -= 1
            self.news.notify_all()

    def log(self, wanted, is_followed):
        """Lines of the wanted streams with their numbers, 1 for output and 2 for errors."""
        for index in itertools.count():
            with self.news:
                while is_followed and index >= len(self.log_lines) and self.open_streams:
                    self.news.wait()
                if index >= len(self.log_lines):
                    return
                number, line = self.log_lines[index]
            if number in wanted:
                yield number, line

    def put(self, archive, path):
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            for entry in filter(tarfile.TarInfo.isfile, files):
                target = self.root / path.strip("/") / entry.name.strip("/")
                target.parent.mkdir(parents=True, exist_ok=True)
                part = target.with_suffix(".part")  # seen whole, or not at all
                part.write_text(self.here(files.extractfile(entry).read().decode()))
                part.chmod(entry.mode)
                part.rename(target)

    def remove(self):
        if self.process:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.process.wait()
        shutil.rmtree(self.root, ignore_errors=True)

    def inspect(self):
        is_running = self.process is not None and self.process.poll() is None
        bound = {"4566/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(self.port)}]} if is_running else {}
        return {
            "Id": self.id, "Name": f"/{self.name}", "Created": NOW, "Image": "sha256:" + "0" * 64,
            "Config": {"Image": self.request["Image"], "Hostname": self.id[:12], "Tty": False,
                       "Env": self.request.get("Env") or [], "Labels": self.request.get("Labels") or {},
                       "ExposedPorts": {"4566/tcp": {}}},
            "HostConfig": {"NetworkMode": "bridge"}, "Mounts": [],
            "State": {"Status": "running" if is_running else "exited" if self.process else "created",
                      "Running": is_running, "Pid": self.process.pid if self.process else 0,
                      "ExitCode": (self.process and self.process.poll()) or 0,
                      "StartedAt": NOW, "FinishedAt": "0001-01-01T00:00:00Z"},
            "NetworkSettings": {"Ports": bound, "IPAddress": "127.0.0.1", "Networks": {
                "bridge": {"IPAddress": "127.0.0.1", "NetworkID": "b" * 64, "Gateway": "127.0.0.1"}}},
        }


containers = {}
VERSION = {"Version": "27.0.0", "ApiVersion": "1.44", "MinAPIVersion": "1.24", "Os": "linux",
           "Arch": "amd64", "Components": []}
INFO = {"ID": "squire", "ServerVersion": "27.0.0", "OperatingSystem": "Linux", "OSType": "linux",
        "Architecture": "x86_64", "MemTotal": 4 << 30, "NCPU": 2, "Driver": "overlay2", "Labels": [],
        "IndexServerAddress": "https://index.docker.io/v1/", "Plugins": {}, "RegistryConfig": {}}
BRIDGE = {"Name": "bridge", "Id": "b" * 64, "Driver": "bridge", "Scope": "local",
          "IPAM": {"Driver": "default", "Config": [{"Gateway": "127.0.0.1"}]}, "Options": {}, "Labels": {}}


def image(name):
    return {"Id": "sha256:" + "0" * 64, "RepoTags": [name], "Created": NOW, "Os": "linux",
            "Architecture": "amd64", "Size": 1, "Config": {"ExposedPorts": {"4566/tcp": {}}, "Env": []}}


class Engine(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def reply(self, status, content=None):
        body = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Api-Version", VERSION["ApiVersion"])
        self.send_header("Ostype", "linux")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and status != 204:
            self.wfile.write(body)

    def body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            chunks = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                chunks += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return chunks
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def answer(self):
        body = self.body()
        url = urllib.parse.urlsplit(self.path)
        path = re.sub(r"^/v[0-9.]+", "", urllib.parse.unquote(url.path))
        query = dict(urllib.parse.parse_qsl(url.query))
        route = f"{self.command} {path}"
        if path == "/_ping":
            self.reply(200, "OK")
        elif path in ("/version", "/info"):
            self.reply(200, VERSION if path == "/version" else INFO)
        elif found := re.match(r"GET /images/(.+)/json$", route):
            self.reply(200, image(found.group(1)))
        elif route in ("GET /images/json", "GET /containers/json"):
            self.reply(200, [])
        elif route == "GET /networks":
            self.reply(200, [BRIDGE])
        elif route == "GET /networks/bridge":
            self.reply(200, BRIDGE)
        elif path.endswith("/prune"):
            self.reply(200, {})
        elif route == "POST /containers/create":
            made = Container(query.get("name"), json.loads(body))
            containers[made.id] = made
            self.reply(201, {"Id": made.id, "Warnings": []})
        elif found := re.match(r"/containers/([0-9a-f]+)(/\w+)?$", path):
            asked = f"{self.command} {found.group(2) or ''}"
            self.answer_of(containers.get(found.group(1)), asked, query, body)
        else:
            print("not spoken here:", self.command, self.path, file=sys.stderr, flush=True)
            self.reply(404, {"message": f"no {route}"})

    def answer_of(self, container, asked, query, body):
        if container is None:
            self.reply(404, {"message": "No such container"})
        elif asked == "GET /json":
            self.reply(200, container.inspect())
        elif asked == "GET /logs":
            self.send_log(container, query)
        elif asked == "POST /start":
            container.start()
            self.reply(204)
        elif asked == "PUT /archive":
            container.put(body, query["path"])
            self.reply(200)
        elif asked in ("POST /stop", "POST /kill"):
            container.remove()
            self.reply(204)
        elif asked == "DELETE ":
            containers.pop(container.id).remove()
            self.reply(204)
        else:
            print("not spoken here:", self.command, self.path, file=sys.stderr, flush=True)
            self.reply(404, {"message": f"no {asked}"})

    def send_log(self, container, query):
        """A frame is a line."""
        asked = {name for name, value in query.items() if value.lower() in ("1", "true")}
        wanted = [number for number, name in ((1, "stdout"), (2, "stderr")) if name in asked]
        self.send_response(200)
        self.send_header("Content-Type", "application/vnd.docker.multiplexed-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for number, line in container.log(wanted, "follow" in asked):
            frame = struct.pack(">BxxxI", number, len(line)) + line
            self.wfile.write(b"%x\r\n%s\r\n" % (len(frame), frame))
        self.wfile.write(b"0\r\n\r\n")

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer

    def log_message(self, *_):
        pass


def clean():
    for container in list(containers.values()):
        container.remove()


atexit.register(clean)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Engine)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(f"tcp://127.0.0.1:{server.server_port}", flush=True)
sys.stdin.read()
