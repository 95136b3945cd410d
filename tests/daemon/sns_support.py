"""What the tests of topics need besides: actions of SNS, and endpoints that can be scripted."""

import http.server
import json
import pathlib
import re
import ssl
import subprocess
import threading
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ElementTree

from support import DaemonTest, Refused, until

ACCOUNT = "000000000000"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:"
SIGNED = ("AWS4-HMAC-SHA256 Credential=test/20261123/us-east-1/sns/aws4_request, "
          "SignedHeaders=host;x-amz-date, Signature=0")


def sns(client, action, **parameters):
    """Calls an action of SNS, signed, and gives the answer's XML without its namespace.

    A dict becomes Name.entry.N.key and .value; a list of texts Name.member.N.
    """
    form = {"Action": action, "Version": "2010-03-31"}
    for name, value in parameters.items():
        if isinstance(value, dict):
            for index, (key, text) in enumerate(value.items(), 1):
                form[f"{name}.entry.{index}.key"] = key
                form[f"{name}.entry.{index}.value"] = text
        elif value is not None:
            form[name] = value
    body = urllib.parse.urlencode(form).encode()
    client.send((f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{client.socket.getpeername()[1]}\r\n"
                 f"Authorization: {SIGNED}\r\n"
                 f"Content-Type: application/x-www-form-urlencoded\r\n"
                 f"Content-Length: {len(body)}\r\n\r\n").encode() + body)
    reply = client.read_reply()
    if reply.status != 200:
        raise Refused(reply.status, reply.code(), reply.body.decode())
    return ElementTree.fromstring(re.sub(rb' xmlns="[^"]*"', b"", reply.body))


def visit(url):
    """As a browser would: unsigned."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


class Endpoint:
    """An HTTP server whose answers are scripted: statuses, "hang", "reset"; 200 when there is no more.

    What it received stands in `requests`: path, headers as a list, body.
    """

    def __init__(self, certificate=None):
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                super().setup()
                endpoint.connections += 1

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                with endpoint.lock:
                    endpoint.requests.append((self.path, self.headers.items(), body))
                    step = endpoint.script.pop(0) if endpoint.script else 200
                if step == "hang":
                    endpoint.released.wait(30)
                    step = "reset"
                if step == "reset":
                    self.close_connection = True
                    return
                self.send_response(step)
                if step in (301, 302, 307):
                    self.send_header("Location", endpoint.url + "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.lock = threading.Lock()
        self.released = threading.Event()
        self.requests, self.script, self.connections = [], [], 0
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            scheme = "https"
        self.url = f"{scheme}://localhost:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    def wait_for(self, count):
        """The requests, once there are so many."""
        until(lambda: len(self.requests) >= count)
        assert len(self.requests) >= count, f"{len(self.requests)} requests, expected {count}"
        return self.requests

    def bodies(self):
        return [body for _, _, body in self.requests]


def make_certificate(directory):
    """A self-signed certificate for localhost; its file holds the key as well."""
    path = pathlib.Path(directory) / "endpoint.pem"
    key = pathlib.Path(directory) / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                    "-keyout", key, "-out", path], check=True, capture_output=True)
    path.write_text(path.read_text() + key.read_text())
    return path


class SnsTest(DaemonTest):
    def endpoint(self, **options):
        endpoint = Endpoint(**options)
        self.addCleanup(endpoint.close)
        return endpoint

    def create_topic(self, client, name, **attributes):
        if name.endswith(".fifo"):
            attributes["FifoTopic"] = "true"
        return sns(client, "CreateTopic", Name=name, Attributes=attributes).findtext(".//TopicArn")

    def subscribe(self, client, topic, protocol, endpoint, **attributes):
        return sns(client, "Subscribe", TopicArn=topic, Protocol=protocol, Endpoint=endpoint,
                   Attributes=attributes,
                   ReturnSubscriptionArn="true").findtext(".//SubscriptionArn")

    def subscribe_queue(self, client, topic, queue, **attributes):
        attributes.setdefault("RawMessageDelivery", "true")
        return self.subscribe(client, topic, "sqs", QUEUE + queue, **attributes)

    def subscribe_endpoint(self, client, topic, endpoint, path="/sns", **attributes):
        """Subscribes and confirms by visiting the link; forgets the confirmation."""
        arn = self.subscribe(client, topic, endpoint.url.split(":")[0], endpoint.url + path,
                             **attributes)
        visit(json.loads(endpoint.wait_for(1)[0][2])["SubscribeURL"])
        endpoint.requests.clear()
        return arn

    def publish(self, client, topic, message, **parameters):
        return sns(client, "Publish", TopicArn=topic, Message=message,
                   **parameters).findtext(".//MessageId")
