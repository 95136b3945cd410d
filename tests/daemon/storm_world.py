"""What the storm is about: few names, the actions as the sources list them, and what clients learned."""

import collections
import json
import re
import threading

from sns_support import ACCOUNT, QUEUE, TOPIC
from support import ROOT

STANDARD = ("q0", "q1", "q2")
FIFO = ("f0.fifo", "f1.fifo")
QUEUES = STANDARD + FIFO
TOPICS = ("t0", "t1")
ARCHIVE = "ft.fifo"
ALL_TOPICS = (*TOPICS, ARCHIVE)
LABELS = ("l0", "l1", "l2", "l3")
TAGS = ("k0", "k1", "k2", "k3")
APPLICATIONS = ("app0", "app1")
PHONES = tuple(f"+1555000000{digit}" for digit in range(3))
SANDBOX = tuple(f"+1555123450{digit}" for digit in range(10))
OTHER_ACCOUNT = "111122223333"

SERVICES = ("sqs", "sns")


def actions_of(service):
    """The names in the service's list of actions, which is what the daemon can do."""
    text = (ROOT / "include" / "squire" / service / "actions.hpp").read_text()
    [names] = re.findall(r"using Actions =\s*service::ActionList<([^>]*)>", text)
    return [name.strip() for name in names.split(",")]


def queue_arn(name):
    return QUEUE + name


def topic_arn(name):
    return TOPIC + name


def application_arn(name):
    return f"arn:aws:sns:us-east-1:{ACCOUNT}:app/GCM/{name}"


def found(body, name):
    """The texts of a member, whichever protocol the answer came in."""
    pattern = rb'\b%s(?:":"|>)([^"<]+)' % name.encode()
    return [text.decode() for text in re.findall(pattern, body)]


class World:
    """What answers told, for whoever asks next. Of everything only the last is kept: it is the
    likeliest to be there still. Threads share it; each operation is one of a deque or a dict.
    """

    def __init__(self, url):
        self.url = url  # of an HTTP endpoint
        self.handles = {name: collections.deque(maxlen=20) for name in QUEUES}
        self.tasks = collections.deque(maxlen=5)
        self.subscriptions = collections.deque(maxlen=20)
        self.pending = collections.deque(maxlen=20)  # subscriptions that a token would confirm
        self.tokens = collections.deque(maxlen=20)   # (topic's ARN, token)
        self.endpoints = collections.deque(maxlen=10)
        self.messages = collections.deque(maxlen=50)
        self.passwords = {}                          # telephone -> the last one sent to it
        self.state = None                            # the last export

    def learn(self, action, parameters, body):
        if action == "ReceiveMessage":
            name = parameters["QueueUrl"].rsplit("/", 1)[-1]
            self.handles[name].extend(found(body, "ReceiptHandle"))
            self.messages.extend(found(body, "MessageId"))
        elif action == "StartMessageMoveTask":
            self.tasks.extend(found(body, "TaskHandle"))
        elif action == "CreatePlatformEndpoint":
            self.endpoints.extend(found(body, "EndpointArn"))
        elif action == "Subscribe":
            known = self.pending if parameters["Protocol"] in ("email", "http") else self.subscriptions
            known.extend(found(body, "SubscriptionArn"))
        elif action == "ConfirmSubscription":
            self.subscriptions.extend(found(body, "SubscriptionArn"))
        elif action in ("SendMessage", "Publish"):
            self.messages.extend(found(body, "MessageId"))

    def learn_page(self, path, body):
        """Of an answer of the admin API."""
        if path.startswith("/_squire/outbox"):
            for entry in json.loads(body)["entries"]:
                if password := re.search(r"verification code is (\d{6})", entry["body"]):
                    self.passwords[entry["endpoint"]] = password.group(1)
        elif path.startswith("/_aws/sns/subscription-tokens/"):
            answer = json.loads(body)
            topic = answer["subscription_arn"].rsplit(":", 1)[0]
            self.tokens.append((topic, answer["subscription_token"]))


class Score:
    """How often what succeeded, why it was refused, and how long the slowest answer took."""

    def __init__(self):
        self.lock = threading.Lock()
        self.succeeded = collections.Counter()
        self.refused = collections.defaultdict(collections.Counter)
        self.slowest = collections.defaultdict(float)

    def note(self, label, code, seconds):
        with self.lock:
            if code is None:
                self.succeeded[label] += 1
            else:
                self.refused[label][code] += 1
            self.slowest[label] = max(self.slowest[label], seconds)

    def total(self):
        return sum(self.succeeded.values()) + sum(sum(c.values()) for c in self.refused.values())

    def table(self, labels):
        lines = [f"{'':<62} {'done':>7} {'refused':>7} {'slowest':>8}"]
        for label in labels:
            refused = self.refused[label]
            codes = ", ".join(f"{code} {count}" for code, count in refused.most_common(3))
            lines.append(f"{label:<62} {self.succeeded[label]:>7} {sum(refused.values()):>7} "
                         f"{self.slowest[label]:>6.2f} s  {codes}")
        return "\n".join(lines)
