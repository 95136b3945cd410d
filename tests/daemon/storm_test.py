"""All actions and admin requests at once over few names: everything is answered, in time, without a 5xx.

SQUIRE_STORM_SECONDS (60) is how long it blows; SQUIRE_STORM_PATIENCE (1) multiplies the times that
answers and the stop may take, for slow builds; SQUIRE_SEED repeats a run's choices.
"""

import collections
import json
import os
import random
import subprocess
import threading
import time
import unittest

import storm_actions
import storm_admin
import storm_mixes
from sns_support import SnsTest
from storm_client import Failure, Limits, Over, StormClient
from storm_world import SERVICES, Score, World, actions_of

SECONDS = float(os.environ.get("SQUIRE_STORM_SECONDS", "60"))
PATIENCE_FACTOR = float(os.environ.get("SQUIRE_STORM_PATIENCE", "1"))
SEED = int(os.environ.get("SQUIRE_SEED", str(int(time.time()))))

CLIENTS = 24          # the last of them is the operator
SUCCESSES_MIN = 20    # of every action
OPERATOR_PAUSE = 1.5  # seconds between two things that concern everybody
MIX_SHARE = 0.08
PAGE_SHARE = 0.15
REPAIR_SHARE = 0.7    # of the requests for something that is gone: it is made again


class Storm:
    """Clients that ask until they are told to stop, or until something happens that must not."""

    def __init__(self, daemon, world, routes):
        self.daemon, self.world, self.score = daemon, world, Score()
        self.limits = Limits(PATIENCE_FACTOR)
        self.actions = [(service, name) for service in SERVICES for name in actions_of(service)]
        self.weights = [storm_actions.WEIGHTS[service].get(name, 1)
                        for service, name in self.actions]
        self.pages = [route for route in routes if route not in storm_admin.OPERATOR]
        self.errands = [route for route in routes if route in storm_admin.OPERATOR]
        self.failures, self.under_way = [], []
        self.has_failed = threading.Event()
        self.lock = threading.Lock()
        self.clients = [StormClient(number, daemon.port, world, self.score, self.limits)
                        for number in range(CLIENTS)]
        self.threads = [threading.Thread(target=self.run, args=(client,), daemon=True)
                        for client in self.clients]

    def blow(self, seconds):
        """Returns early after a failure; the clients go on asking."""
        for thread in self.threads:
            thread.start()
        self.has_failed.wait(seconds)

    def end(self):
        """Clients stop at the next answer, or at the end of their connection."""
        for client in self.clients:
            client.is_over.set()

    def join(self):
        for thread in self.threads:
            thread.join(self.limits.answer + 5)
        for client in self.clients:
            client.close()

    def run(self, client):
        # The seed chooses each step, whatever was answered before; only what answers told differs.
        step = self.operate if client.number == CLIENTS - 1 else self.step
        try:
            for number in range(10**9):
                client.chance = random.Random(f"{SEED}/{client.number}/{number}")
                step(client, client.chance, number)
        except Over:
            pass
        except Failure as failure:
            self.fail(str(failure))
        except Exception as error:  # a mistake of the storm's own
            self.fail(f"client {client.number}: {type(error).__name__}: {error}, after "
                      f"{client.asked}")
            raise

    def fail(self, what):
        with self.lock:
            self.failures.append(what)
            if len(self.failures) == 1:
                now = time.monotonic()
                asked = [client.asked for client in self.clients if client.asked]
                self.under_way = sorted(
                    ((now - begin, label, data.partition(b"\r\n\r\n")[2][:100].decode("latin-1"))
                     for begin, label, data in asked), reverse=True)
        self.has_failed.set()

    def step(self, client, chance, number):
        kind = chance.random()
        if kind < MIX_SHARE:
            return chance.choice(storm_mixes.MIXES)(client, chance)
        if kind < MIX_SHARE + PAGE_SHARE:
            return self.visit(client, chance)
        [(service, action)] = chance.choices(self.actions, self.weights)
        parameters = storm_actions.GENERATORS[service][action](self.world, chance)
        _, code = client.act(service, action, parameters)
        if code and chance.random() < REPAIR_SHARE:
            self.repair(client, parameters, code)

    def visit(self, client, chance):
        method, path = route = chance.choice(self.pages)
        target, body = storm_admin.page_of(route, self.world, chance)
        headers = {"Accept": "text/plain"} if chance.random() < 0.2 else {}
        client.visit(f"{method} {path}", method, target, body, storm_admin.WAITS.get(route, 0.0),
                     **headers)

    def repair(self, client, parameters, code):
        """What was asked for was not there: it is made."""
        if code == "AWS.SimpleQueueService.NonExistentQueue":
            name = parameters.get("QueueName") or parameters["QueueUrl"].rsplit("/", 1)[-1]
            attributes = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
            client.act("sqs", "CreateQueue", {"QueueName": name, "Attributes": attributes})
        elif code in ("NotFound", "ResourceNotFound"):
            arn = parameters.get("TopicArn") or parameters.get("ResourceArn")
            if arn:
                name = arn.rsplit(":", 1)[-1]
                attributes = {"FifoTopic": "true"} if name.endswith(".fifo") else {}
                client.act("sns", "CreateTopic", {"Name": name, "Attributes": attributes})
            elif arn := parameters.get("PlatformApplicationArn"):
                client.act("sns", "CreatePlatformApplication", {
                    "Name": arn.rsplit("/", 1)[-1], "Platform": "GCM",
                    "Attributes": {"PlatformCredential": "secret"}})

    def operate(self, client, chance, number):
        if client.is_over.wait(OPERATOR_PAUSE):
            raise Over
        errand = self.errands[number % len(self.errands)]
        storm_admin.OPERATOR[errand](client, chance)

    def report(self):
        actions = [f"{service} {name}" for service, name in self.actions]
        pages = [f"admin {method} {path}" for method, path in self.pages + self.errands]
        return (f"storm: SQUIRE_SEED={SEED}, {self.score.total()} requests\n"
                + self.score.table(actions) + "\n" + self.score.table(pages))

    def story(self):
        """What went wrong, first things first."""
        waiting = [f"  since {age:4.1f} s  {label} {body}" for age, label, body in self.under_way]
        return "\n".join([f"SQUIRE_SEED={SEED}", self.failures[0],
                          "not answered when this was found, the oldest first:", *waiting,
                          f"and {len(self.failures) - 1} more failures", "the end of the log:",
                          *self.daemon.lines[-15:]])


class StormTest(SnsTest):
    def scripted_endpoint(self, chance):
        """One that now and then answers 500, nothing, or not at all."""
        endpoint = self.endpoint()
        endpoint.server.handle_error = lambda *_: None  # of connections that the daemon's end cuts
        endpoint.requests = collections.deque(maxlen=100)
        endpoint.script = chance.choices((200, 500, "reset", "hang"), (90, 6, 3, 1), k=5_000)
        return endpoint

    def routes(self, daemon):
        client = self.client(daemon)
        client.send(b"GET /_squire/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return [(endpoint["method"], endpoint["path"])
                for endpoint in client.read_reply().json()["endpoints"]]

    def test_every_action_of_the_tree_has_a_generator(self):
        for service in SERVICES:
            self.assertEqual(sorted(actions_of(service)),
                             sorted(storm_actions.GENERATORS[service]),
                             service + ": storm_actions.py makes other requests than there are actions")
            self.assertLessEqual(set(storm_actions.WEIGHTS[service]), set(actions_of(service)))

    def test_everything_at_once_is_answered_in_time(self):
        endpoint = self.scripted_endpoint(random.Random(SEED))
        settings = self.directory / "squire.json"
        settings.write_text(json.dumps({"testing": True, "threads": 4,
                                        "functions": {"caught": endpoint.url}}))
        daemon = self.start("--config", settings)
        routes = self.routes(daemon)
        self.assertEqual([route for route in routes if not storm_admin.is_known(route)], [],
                         "requests that the daemon lists and the storm cannot make")
        storm = Storm(daemon, World(endpoint.url + "/sns"), routes)
        storm.blow(SECONDS)
        storm.end()
        begin = time.monotonic()
        daemon.signal()
        try:
            code = daemon.wait_for_exit(5 * storm.limits.stop)
        except subprocess.TimeoutExpired:
            code = None
        stopped = time.monotonic() - begin
        daemon.destroy()
        storm.join()
        print("\n" + storm.report(), flush=True)
        if storm.failures:
            self.fail(storm.story() + f"\nexit code {code} after {stopped:.1f} s of SIGTERM")
        self.assertEqual(code, 0, daemon.log()[-2000:])
        self.assertLess(stopped, storm.limits.stop, "seconds from SIGTERM to the end")
        rare = {f"{service} {name}": storm.score.succeeded[f"{service} {name}"]
                for service, name in storm.actions
                if storm.score.succeeded[f"{service} {name}"] < SUCCESSES_MIN}
        self.assertEqual(rare, {}, f"succeeded too rarely, SQUIRE_SEED={SEED}")


if __name__ == "__main__":
    unittest.main()
