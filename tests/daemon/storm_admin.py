"""What the storm asks of everything under /_squire/ and beside it, and its operator."""

import json
import urllib.parse

from storm_actions import body, filter_policy, one_of, queue_url
from storm_world import ACCOUNT, ALL_TOPICS, OTHER_ACCOUNT, PHONES, QUEUES, SANDBOX

SORTS = ("name", "visible", "inFlight", "oldest", "rate")
UNTIL = ("visible==0", "total>=1", "inFlight<3,outbox>=0")


def query(path, **parameters):
    return path + "?" + urllib.parse.urlencode(parameters)


def localstack_url(chance):
    return f"http://localhost/{ACCOUNT}/{queue_url(chance).rsplit('/', 1)[-1]}"


def try_filter(chance):
    return json.dumps({"policy": json.loads(filter_policy(chance)), "scope": "MessageAttributes",
                       "body": body(chance),
                       "attributes": {"color": {"type": "String", "value": "red"}}}).encode()


# Method and path as GET /_squire/ lists them -> (World, Random) -> target, body.
# A GET that is not here is asked for by its path, with the placeholders filled in.
PAGES = {
    ("GET", "/_squire/queues"): lambda world, chance: (
        query("/_squire/queues", sort=chance.choice(SORTS), limit=chance.randint(1, 10)), b""),
    ("GET", "/_squire/queues/{name}/messages"): lambda world, chance: (
        query(f"/_squire/queues/{chance.choice(QUEUES)}/messages",
              state=chance.choice(("visible", "inFlight", "delayed")), limit=5), b""),
    ("POST", "/_squire/filter"): lambda world, chance: ("/_squire/filter", try_filter(chance)),
    ("GET", "/_squire/messages"): lambda world, chance: (
        query("/_squire/messages", trace="Root=1-5759e988-bd862e3fe1be46a994272793"), b""),
    ("GET", "/_squire/deliveries"): lambda world, chance: (
        query("/_squire/deliveries", subscription=one_of(chance, world.subscriptions)), b""),
    ("GET", "/_squire/outbox"): lambda world, chance: (chance.choice((
        query("/_squire/outbox", limit=5),
        query("/_squire/outbox", protocol="sms", endpoint=chance.choice(SANDBOX)))), b""),
    ("DELETE", "/_squire/outbox"): lambda world, chance: (
        query("/_squire/outbox", protocol=chance.choice(("email", "application"))), b""),
    ("GET", "/_squire/faults"): lambda world, chance: ("/_squire/faults", b""),
    # Of an action on a queue that nobody uses: no fault comes to effect.
    ("POST", "/_squire/faults"): lambda world, chance: (
        "/_squire/faults", b'{"effect": "error", "action": "SendMessage", "queue": "nobodys"}'),
    ("DELETE", "/_squire/faults"): lambda world, chance: ("/_squire/faults", b""),
    ("DELETE", "/_squire/faults/{id}"): lambda world, chance: (
        f"/_squire/faults/{chance.randrange(1, 50)}", b""),
    ("GET", "/_squire/wait"): lambda world, chance: (
        query("/_squire/wait", queue=chance.choice(QUEUES), until=chance.choice(UNTIL),
              timeout="500ms"), b""),
    ("GET", "/_aws/sqs/messages"): lambda world, chance: (
        query("/_aws/sqs/messages", QueueUrl=localstack_url(chance)), b""),
    ("POST", "/_aws/sqs/messages"): lambda world, chance: (
        "/_aws/sqs/messages", urllib.parse.urlencode(
            {"Action": "ReceiveMessage", "QueueUrl": localstack_url(chance)}).encode()),
    ("POST", "/_aws/sqs/messages/{region}/{account}/{queue}"): lambda world, chance: (
        f"/_aws/sqs/messages/us-east-1/{ACCOUNT}/{chance.choice(QUEUES)}", b""),
    ("GET", "/_aws/sns/sms-messages"): lambda world, chance: (
        query("/_aws/sns/sms-messages", phoneNumber=chance.choice(PHONES)), b""),
    ("DELETE", "/_aws/sns/sms-messages"): lambda world, chance: (
        query("/_aws/sns/sms-messages", phoneNumber=chance.choice(PHONES)), b""),
    ("DELETE", "/_aws/sns/platform-endpoint-messages"): lambda world, chance: (
        "/_aws/sns/platform-endpoint-messages", b""),
}
WAITS = {("GET", "/_squire/wait"): 0.5}


def export_state(client, chance):
    if state := client.visit("GET /_squire/export", "GET", "/_squire/export"):
        client.world.state = state


def import_state(client, chance):
    if client.world.state:
        method = chance.choice(("PUT", "POST"))
        client.visit(f"{method} /_squire/import", method, "/_squire/import", client.world.state)


def reset(client, chance):
    target = chance.choice(("/_squire/reset", "/_squire/reset",
                            f"/_squire/reset?account={OTHER_ACCOUNT}"))
    client.visit("POST /_squire/reset", "POST", target)


def advance_clock(client, chance):
    """By more than the day after which a telephone of the sandbox can be deleted; some are."""
    numbers = chance.sample(SANDBOX, 5)
    for number in numbers:
        client.act("sns", "CreateSMSSandboxPhoneNumber", {"PhoneNumber": number})
    client.visit("POST /_squire/clock", "POST", "/_squire/clock", b'{"advance": "25h"}')
    for number in numbers:
        client.act("sns", "DeleteSMSSandboxPhoneNumber", {"PhoneNumber": number})


# What concerns everybody. The operator alone does it, at the pace of the clock on the wall, so that
# a fast machine has time for the rest in between.
OPERATOR = {
    ("GET", "/_squire/export"): export_state,
    ("PUT", "/_squire/import"): import_state,
    ("POST", "/_squire/import"): import_state,
    ("POST", "/_squire/reset"): reset,
    ("POST", "/_squire/clock"): advance_clock,
    ("POST", "/_localstack/state/reset"): lambda client, chance: client.visit(
        "POST /_localstack/state/reset", "POST", "/_localstack/state/reset"),
    ("POST", "/_localstack/health"): lambda client, chance: client.visit(
        "POST /_localstack/health", "POST", "/_localstack/health", b'{"action": "restart"}'),
}


def page_of(route, world, chance):
    """Target and body for a route that the daemon lists."""
    if route in PAGES:
        return PAGES[route](world, chance)
    _, path = route
    names = ALL_TOPICS if "/topics/" in path else QUEUES
    arn = one_of(chance, tuple(world.pending) or tuple(world.subscriptions))
    fill = {"{name}": chance.choice(names), "{id}": one_of(chance, world.messages), "{arn}": arn,
            "{account}": ACCOUNT, "{region}": "us-east-1", "{queue}": chance.choice(QUEUES)}
    for placeholder, value in fill.items():
        path = path.replace(placeholder, urllib.parse.quote(value, safe=""))
    return path, b""


def is_known(route):
    return route[0] == "GET" or route in PAGES or route in OPERATOR
