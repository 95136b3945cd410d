"""A client of the storm: one connection, and a limit to how long each answer may take."""

import json
import random
import re
import threading
import time
import urllib.parse

from sns_support import SIGNED
from storm_world import OTHER_ACCOUNT
from support import Wire

HOST = "localhost"
SUCCESSES = re.compile(rb'"Successful":\[\{|<\w+BatchResultEntry>|<Successful>\s*<member>')
OUR_FAULTS = re.compile(rb'"SenderFault":false|<SenderFault>false<')  # of a batch's entries
SIGNED_FOR_QUEUES = SIGNED.replace("/sns/", "/sqs/")
STRANGER = SIGNED.replace("=test/", f"={OTHER_ACCOUNT}/")


class Failure(Exception):
    """What must not happen: no answer in time, none at all, or one that says the daemon failed."""


class Over(Exception):
    """The storm is over; whatever was asked last does not matter."""


def http(method, target, body=b"", **headers):
    lines = [f"{method} {target} HTTP/1.1", f"Host: {HOST}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def form(action, version, parameters, spell):
    """A request as form; `spell` writes a list's or map's name and its members'."""
    pairs = [("Action", action), ("Version", version)]

    def add(name, value, owner="", is_structure=False):
        if isinstance(value, dict) and is_structure:
            for inner, one in value.items():
                add(inner, one, f"{owner}{name}.")
        elif isinstance(value, dict):
            member, key, content = spell(action, name, value)
            for index, (inner, one) in enumerate(value.items(), 1):
                pairs.append((f"{owner}{member}.{index}.{key}", inner))
                add(f"{member}.{index}.{content}", one, owner, True)
        elif isinstance(value, list):
            member, _, _ = spell(action, name, value)
            for index, one in enumerate(value, 1):
                add(f"{member}.{index}", one, owner, True)
        else:
            pairs.append((owner + name, value))

    for name, value in parameters.items():
        add(name, value)
    return urllib.parse.urlencode(pairs).encode()


def spell_flat(action, name, value):
    """As SQS does: Attribute.1.Name."""
    if name == "Entries":
        return action + "RequestEntry", "", ""
    if name == "Actions":
        return "ActionName", "", ""
    is_tag = name in ("tags", "Tags")
    return ("Tag" if is_tag else name.removesuffix("s"), "Key" if is_tag else "Name", "Value")


def spell_nested(action, name, value):
    """As SNS does: Attributes.entry.1.key."""
    if isinstance(value, list):
        return name + ".member", "", ""
    is_message = name == "MessageAttributes"
    return (name + ".entry", "Name" if is_message else "key", "Value" if is_message else "value")


class Limits:
    """How long things may take."""

    def __init__(self, patience):
        self.answer = 5.0 * patience
        self.stop = 2.0 * patience


class StormClient(Wire):
    def __init__(self, number, port, world, score, limits):
        super().__init__(port)
        self.number, self.world, self.score, self.limits = number, world, score, limits
        self.is_over = threading.Event()
        self.deadline = 0.0
        self.chance = random.Random(0)
        self.asked = None  # what was asked and when, until it is answered

    def _receive(self):
        self.socket.settimeout(max(self.deadline - time.monotonic(), 0.001))
        super()._receive()

    def fail(self, what, label, data):
        head = data[:1500].decode("latin-1")
        raise Failure(f"client {self.number}: {what} to {label}:\n{head}")

    def ask(self, label, data, wait=0.0):
        """The reply, which comes in time."""
        if self.is_over.is_set():
            raise Over
        begin = time.monotonic()
        self.deadline = begin + wait + self.limits.answer
        self.asked = (begin, label, data)
        try:
            self.socket.settimeout(wait + self.limits.answer)
            self.send(data)
            reply = self.read_reply()
        except OSError as error:
            if self.is_over.is_set():
                raise Over from error
            seconds = time.monotonic() - begin
            what = (f"no answer within {seconds:.1f} s" if isinstance(error, TimeoutError)
                    else f"a connection that ended ({error}) instead of an answer")
            self.fail(what, label, data)
        self.asked = None
        if self.is_over.is_set():
            raise Over
        if reply.status >= 500:
            self.fail(f"{reply.status} {reply.body[:500]!r}", label, data)
        if reply.headers.get("connection", "") == "close":
            self.fail(f"{reply.status} and the end of the connection", label, data)
        self.seconds = time.monotonic() - begin - wait
        return reply

    def note(self, label, code):
        self.score.note(label, code, max(self.seconds, 0.0))

    def act(self, service, action, parameters):
        """Calls an action; the answer's body, or nothing if it was refused, and why."""
        wait = float(parameters.get("WaitTimeSeconds", 2)) if action == "ReceiveMessage" else 0.0
        data = (encode_queues if service == "sqs" else encode_topics)(
            action, parameters, self.chance)
        label = f"{service} {action}"
        reply = self.ask(label, data, wait)
        code = reply.code()
        if OUR_FAULTS.search(reply.body):
            self.fail(f"an entry that failed by the daemon's fault {reply.body[:500]!r}", label, data)
        if code is None and action.endswith("Batch") and not SUCCESSES.search(reply.body):
            code = "(every entry failed)"
        if code is None and action == "ReceiveMessage" and b"ReceiptHandle" not in reply.body:
            code = "(nothing there)"
        self.note(label, code)
        if code is None:
            self.world.learn(action, parameters, reply.body)
            return reply.body, None
        return None, code

    def visit(self, route, method, target, body=b"", wait=0.0, **headers):
        """Asks the admin API; the answer's body, or nothing if it was refused."""
        label = "admin " + route
        reply = self.ask(label, http(method, target, body, **headers), wait)
        self.note(label, None if reply.status < 400 else str(reply.status))
        if reply.status >= 400:
            return None
        if method == "GET" and "Accept" not in headers:
            self.world.learn_page(target, reply.body)
        return reply.body


def encode_queues(action, parameters, chance):
    headers = {"Authorization": SIGNED_FOR_QUEUES} if chance.random() < 0.5 else {}
    if chance.random() < 0.5:
        return http("POST", "/", json.dumps(parameters).encode(),
                    X_Amz_Target=f"AmazonSQS.{action}",
                    Content_Type="application/x-amz-json-1.0", **headers)
    body = form(action, "2012-11-05", parameters, spell_flat)
    return http("POST", "/", body, Content_Type="application/x-www-form-urlencoded", **headers)


def encode_topics(action, parameters, chance):
    headers = {"Authorization": SIGNED if chance.random() < 0.95 else STRANGER}
    body = form(action, "2010-03-31", parameters, spell_nested)
    return http("POST", "/", body, Content_Type="application/x-www-form-urlencoded", **headers)
