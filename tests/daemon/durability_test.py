"""What was answered stays, whatever ends the daemon.

SQUIRE_KILL_ROUNDS (20) is how often the storm ends in `kill -9`; SQUIRE_SEED repeats a run's choices.
"""

import gzip
import itertools
import json
import os
import random
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
import time
import unittest
import urllib.parse
import urllib.request
from pathlib import Path

from support import (PATIENCE, DaemonTest, Refused, Wire, attributes_md5, command, in_parallel,
                     json_request, md5, until)

ROUNDS = int(os.environ.get("SQUIRE_KILL_ROUNDS", "20"))
SEED = int(os.environ.get("SQUIRE_SEED", str(int(time.time()))))

HIDDEN = 3         # seconds a message of the storm is invisible: longer than a restart takes
LAZY = 0.5         # seconds after which a delivery has surely been stored
LOST = (OSError, ConnectionError)  # what a client sees of a killed daemon


class Ledger:
    """What the storm's clients know of one queue. Messages are known by their bodies, which differ."""

    def __init__(self, url):
        self.url = url
        self.lock = threading.Lock()
        self.tried = {}        # body -> what was sent
        self.answered = {}     # body -> the answer
        self.doomed = set()    # bodies of which a deletion was requested
        self.deleted = set()   # ... and answered
        self.held = {}         # body -> (receipt handle, when received)
        self.ids = {}          # sequence number -> message id
        self.highest = 0       # of the sequence numbers answered

    def note_sequence(self, number, message_id):
        """None of a queue's sequence numbers is ever another message's."""
        if number is None:
            return
        with self.lock:
            first = self.ids.setdefault(number, message_id)
            self.highest = max(self.highest, int(number))
        if first != message_id:
            raise AssertionError(f"sequence number {number} of {first} and of {message_id}")


class Storm:
    """Clients that do all kinds of things at once until the daemon is gone."""

    def __init__(self, daemon, ledgers, chance, round_number):
        self.daemon, self.ledgers, self.round = daemon, ledgers, round_number
        self.chance = chance
        self.counter = itertools.count()
        self.failures = []
        self.settings = {"tried": 0, "answered": 0}
        self.tags = {"tried": 0, "answered": 0}
        self.created = {}          # name -> was it answered
        self.filled = set()        # names of those into which a message was sent
        self.removed = {}          # name -> was it answered
        self.purged = set()        # bodies that a purge has removed for good
        self.purge_doomed = set()  # bodies that a purge may have removed
        self.purge_kept = set()    # bodies answered since

        plain, steps, redriven, swept = (ledgers[name] for name in
                                         ("plain", "steps.fifo", "redriven", "swept"))
        jobs = [lambda c, r: self.send(c, r, plain), lambda c, r: self.send_batch(c, r, plain),
                lambda c, r: self.send_steps(c, r, steps, "a"),
                lambda c, r: self.send_steps(c, r, steps, "b"),
                lambda c, r: self.consume(c, r, plain), lambda c, r: self.consume(c, r, steps),
                lambda c, r: self.send(c, r, redriven), lambda c, r: self.reject(c, r, redriven),
                lambda c, r: self.administer(c, r), lambda c, r: self.sweep(c, r, swept)]
        self.threads = [threading.Thread(target=self.run, args=(job, chance.random()), daemon=True)
                        for job in jobs]
        for thread in self.threads:
            thread.start()

    def run(self, job, seed):
        chance = random.Random(seed)
        try:
            with self.daemon.client() as client:
                while True:
                    job(client, chance)
        except LOST:
            pass
        except Exception as failure:  # for join() to raise
            self.failures.append(failure)

    def join(self):
        for thread in self.threads:
            thread.join(30)
            if thread.is_alive():
                raise AssertionError("a client hangs although the daemon is gone")
        if self.failures:
            raise self.failures[0]

    def entry(self, chance, ledger, group=None):
        """A message, noted as tried."""
        body = f"{self.round}-{next(self.counter)}-" + "é€\t<&>\r\n"[: chance.randrange(8)]
        body += "x" * chance.choice((0, 0, 10, 1000, 30_000 if chance.random() < 0.1 else 0))
        entry = {"MessageBody": body}
        if chance.random() < 0.5:
            entry["MessageAttributes"] = {
                "Number": {"DataType": "Number.int", "StringValue": str(chance.randrange(10**9))},
                "Text": {"DataType": "String", "StringValue": body[:40]}}
        if group:
            entry["MessageGroupId"] = group
            entry["MessageDeduplicationId"] = "-".join(body.split("-")[:2])
        with ledger.lock:
            ledger.tried[body] = entry
        return entry

    def note(self, ledger, entry, answer):
        body = entry["MessageBody"]
        if answer["MD5OfMessageBody"] != md5(body):
            raise AssertionError("the answer has another body's digest")
        ledger.note_sequence(answer.get("SequenceNumber"), answer["MessageId"])
        with ledger.lock:
            ledger.answered[body] = answer

    def send(self, client, chance, ledger):
        entry = self.entry(chance, ledger)
        self.note(ledger, entry, client.call("SendMessage", QueueUrl=ledger.url, **entry))

    def send_batch(self, client, chance, ledger, group=None):
        entries = [self.entry(chance, ledger, group) for _ in range(chance.randint(1, 10))]
        answer = client.call("SendMessageBatch", QueueUrl=ledger.url, Entries=[
            {"Id": str(i), **entry} for i, entry in enumerate(entries)])
        for result in answer["Successful"]:
            self.note(ledger, entries[int(result["Id"])], result)

    def send_steps(self, client, chance, ledger, sender):
        group = f"{self.round}-{sender}-{chance.randrange(6)}"
        if chance.random() < 0.3:
            return self.send_batch(client, chance, ledger, group)
        entry = self.entry(chance, ledger, group)
        self.note(ledger, entry, client.call("SendMessage", QueueUrl=ledger.url, **entry))

    def consume(self, client, chance, ledger):
        messages = client.receive(ledger.url, chance.randint(1, 10), VisibilityTimeout=HIDDEN)
        now = time.monotonic()
        chosen = []
        for message in messages:
            body = message["Body"]
            ledger.note_sequence(message["Attributes"].get("SequenceNumber"), message["MessageId"])
            with ledger.lock:
                if body in ledger.deleted:
                    raise AssertionError("a deleted message came back")
                ledger.held[body] = (message["ReceiptHandle"], now)
            if chance.random() < 0.8:
                chosen.append((body, message["ReceiptHandle"]))
        if not chosen:
            return
        with ledger.lock:
            ledger.doomed.update(body for body, _ in chosen)
        if chance.random() < 0.5:
            answer = client.call("DeleteMessageBatch", QueueUrl=ledger.url, Entries=[
                {"Id": str(i), "ReceiptHandle": handle} for i, (_, handle) in enumerate(chosen)])
            done = [chosen[int(result["Id"])][0] for result in answer.get("Successful", [])]
            self.note_deleted(ledger, done)
        else:
            for body, handle in chosen:
                client.call("DeleteMessage", QueueUrl=ledger.url, ReceiptHandle=handle)
                self.note_deleted(ledger, [body])

    def note_deleted(self, ledger, bodies):
        with ledger.lock:
            ledger.deleted.update(bodies)
            for body in bodies:
                ledger.held.pop(body, None)

    def reject(self, client, chance, ledger):
        """Receives without success, so that messages move to the dead-letter queue, and back."""
        client.receive(ledger.url, 10, VisibilityTimeout=0)
        if chance.random() < 0.02:
            try:
                client.call("StartMessageMoveTask",
                            SourceArn="arn:aws:sqs:us-east-1:000000000000:graves")
            except Refused as refusal:  # one is running
                if refusal.status >= 500:
                    raise

    def administer(self, client, chance):
        url = self.ledgers["plain"].url
        self.settings["tried"] += 1
        client.call("SetQueueAttributes", QueueUrl=url,
                    Attributes={"MessageRetentionPeriod": str(100_000 + self.settings["tried"])})
        self.settings["answered"] = self.settings["tried"]
        self.tags["tried"] += 1
        client.call("TagQueue", QueueUrl=url, Tags={"count": str(self.tags["tried"])})
        self.tags["answered"] = self.tags["tried"]
        name = f"made-{self.round}-{next(self.counter)}"
        self.created[name] = False
        client.create(name, tags={"round": str(self.round)}, DelaySeconds="7")
        self.created[name] = True
        client.call("SendMessage", QueueUrl=name, MessageBody="inside", DelaySeconds=0)
        self.filled.add(name)
        if chance.random() < 0.7:
            self.removed[name] = False
            client.call("DeleteQueue", QueueUrl=name)
            self.removed[name] = True

    def sweep(self, client, chance, ledger):
        """Purges what it sent; nobody else uses this queue."""
        for _ in range(chance.randint(1, 8)):
            entries = [self.entry(chance, ledger) for _ in range(10)]
            client.call("SendMessageBatch", QueueUrl=ledger.url, Entries=[
                {"Id": str(i), **entry} for i, entry in enumerate(entries)])
            self.purge_kept.update(entry["MessageBody"] for entry in entries)
        self.purge_doomed = set(self.purge_kept)
        client.call("PurgeQueue", QueueUrl=ledger.url)
        self.purged |= self.purge_doomed
        self.purge_kept.clear()
        self.purge_doomed = set()


class KillTest(DaemonTest):
    def test_what_was_answered_survives_kill_under_load(self):
        print(f"\nstorm: {ROUNDS} rounds, SQUIRE_SEED={SEED}", flush=True)
        chance = random.Random(SEED)
        daemon = self.start()
        client = self.client(daemon)
        graves = client.create("graves")
        ledgers = {name: Ledger(client.create(name, MessageRetentionPeriod="100000"))
                   for name in ("plain", "steps.fifo", "swept")}
        ledgers["redriven"] = Ledger(client.create(
            "redriven", RedrivePolicy='{"deadLetterTargetArn":"%s","maxReceiveCount":2}'
            % client.attributes(graves)["QueueArn"]))
        for round_number in range(ROUNDS):
            storm = Storm(daemon, ledgers, chance, round_number)
            time.sleep(chance.uniform(0.05, 1.2))  # when the blow falls
            self.assertTrue(daemon.is_alive(), daemon.log())
            killed_at = time.monotonic()
            daemon.kill()
            storm.join()
            daemon = self.start()
            client = self.client(daemon, timeout=30)
            try:
                self.verify_held(client, ledgers["steps.fifo"], killed_at)
                self.verify_held(client, ledgers["plain"], killed_at)
                self.verify_settings(client, storm)
                self.verify_purges(client, storm, ledgers["swept"])
                self.verify_deduplication(client, ledgers["steps.fifo"], chance)
                self.verify_contents(client, ledgers["plain"], keep=chance.random() < 0.5)
                self.verify_contents(client, ledgers["steps.fifo"])
                self.verify_redriven(client, ledgers["redriven"], graves)
            except AssertionError as failure:
                raise AssertionError(f"round {round_number} of seed {SEED}: {failure}") from failure
        self.assertEqual(daemon.stop(), 0, daemon.log())

    def verify_held(self, client, ledger, killed_at):
        """Receipt handles from before the blow still delete."""
        is_fifo = ledger.url.endswith(".fifo")
        for body, (handle, received_at) in list(ledger.held.items()):
            is_stored = is_fifo or received_at < killed_at - LAZY
            expires_at = received_at + HIDDEN
            ledger.doomed.add(body)
            try:
                client.call("DeleteMessage", QueueUrl=ledger.url, ReceiptHandle=handle)
                ledger.deleted.add(body)
            except Refused as refusal:
                if not is_fifo or (is_stored and time.monotonic() < expires_at - 0.2
                                   and body not in ledger.deleted):
                    raise AssertionError(f"{body[:40]!r}: {refusal}, received "
                                         f"{killed_at - received_at:.2f} s before the kill") from None
        ledger.held.clear()

    def verify_settings(self, client, storm):
        plain = storm.ledgers["plain"].url
        number = int(client.attributes(plain)["MessageRetentionPeriod"]) - 100_000
        if storm.settings["answered"]:
            self.assertGreaterEqual(number, storm.settings["answered"])
            self.assertLessEqual(number, storm.settings["tried"])
        if storm.tags["answered"]:
            count = int(client.call("ListQueueTags", QueueUrl=plain)["Tags"]["count"])
            self.assertIn(count, (storm.tags["answered"], storm.tags["tried"]))
        for name, is_answered in storm.created.items():
            try:
                got = client.attributes(name)
            except Refused as refusal:
                self.assertEqual(refusal.code, "AWS.SimpleQueueService.NonExistentQueue")
                self.assertTrue(name in storm.removed or not is_answered, f"{name} is gone")
                continue
            self.assertFalse(storm.removed.get(name), f"{name} is back")
            self.assertEqual(got["DelaySeconds"], "7")
            tags = client.call("ListQueueTags", QueueUrl=name)["Tags"]
            self.assertEqual(tags, {"round": str(storm.round)})
            if name in storm.filled:
                self.assertEqual(client.bodies(name), ["inside"])
            client.call("DeleteQueue", QueueUrl=name)

    def verify_purges(self, client, storm, ledger):
        found = []
        while messages := client.receive(ledger.url, VisibilityTimeout=1000):
            found += [message["Body"] for message in messages]
        self.assertEqual(len(found), len(set(found)))
        self.assert_none(storm.purged & set(found), "purged messages are back")
        self.assert_none(storm.purge_kept - storm.purge_doomed - set(found), "messages are lost")
        self.assert_none(set(found) - set(ledger.tried), "messages were sent by nobody")
        client.call("PurgeQueue", QueueUrl=ledger.url)
        ledger.tried.clear()

    def verify_deduplication(self, client, ledger, chance):
        """Sending again under an answered id adds nothing; under an unanswered one, at most one."""
        highest = ledger.highest
        answered = list(ledger.answered)
        for body in chance.sample(answered, min(len(answered), 40)) + answered[-5:]:
            again = dict(ledger.tried[body], MessageBody="a second time")
            answer = client.call("SendMessage", QueueUrl=ledger.url, **again)
            first = ledger.answered[body]
            self.assertEqual((answer["MessageId"], answer["SequenceNumber"]),
                             (first["MessageId"], first["SequenceNumber"]))
            self.assertEqual(answer["MD5OfMessageBody"], md5("a second time"))
        for body in [body for body in ledger.tried if body not in ledger.answered]:
            answer = client.call("SendMessage", QueueUrl=ledger.url, **ledger.tried[body])
            ledger.note_sequence(answer["SequenceNumber"], answer["MessageId"])
            if body not in ledger.doomed:
                ledger.answered[body] = answer
        entry = {"MessageBody": f"fresh {highest}", "MessageGroupId": "fresh",
                 "MessageDeduplicationId": f"fresh-{highest}"}
        answer = client.call("SendMessage", QueueUrl=ledger.url, **entry)
        self.assertGreater(int(answer["SequenceNumber"]), highest)
        ledger.note_sequence(answer["SequenceNumber"], answer["MessageId"])
        ledger.tried[entry["MessageBody"]] = entry
        ledger.answered[entry["MessageBody"]] = answer

    def verify_contents(self, client, ledger, keep=False):
        """Every answered message is there once and unharmed, unless its deletion was requested."""
        is_fifo = ledger.url.endswith(".fifo")
        found, order, held = {}, {}, []
        deadline = time.monotonic() + HIDDEN + 15
        while time.monotonic() < deadline:
            messages = client.receive(ledger.url, VisibilityTimeout=1000)
            for message in messages:
                self.verify_message(message, ledger, found)
                group = message["Attributes"].get("MessageGroupId")
                order.setdefault(group, []).append(int(message["Attributes"].get("SequenceNumber", 0)))
            if messages and is_fifo:
                self.delete_all(client, ledger.url, messages)
            elif messages:
                held += messages
            if not messages:
                visible, in_flight, delayed = client.counts(ledger.url)
                if (visible, in_flight, delayed) == (0, len(held), 0):
                    break
                client.receive(ledger.url, 1, VisibilityTimeout=0, WaitTimeSeconds=1)
        else:
            self.fail(f"{client.counts(ledger.url)} are left, {len(held)} are held")
        lost = set(ledger.answered) - ledger.doomed - set(found)
        self.assert_none(lost, "answered messages are lost")
        if is_fifo:
            for group, numbers in order.items():
                self.assertEqual(numbers, sorted(numbers), f"group {group} is out of order")
        kept = held if keep else []
        gone = [] if keep else held
        self.delete_all(client, ledger.url, gone)
        for message in kept:
            client.call("ChangeMessageVisibility", QueueUrl=ledger.url, VisibilityTimeout=0,
                        ReceiptHandle=message["ReceiptHandle"])
        self.settle(ledger, {message["Body"]: message for message in kept})

    def settle(self, ledger, kept):
        """The next round begins with what was kept, all of it known to be there."""
        ledger.tried = {body: ledger.tried[body] for body in kept}
        ledger.answered = {body: {"MessageId": message["MessageId"]}
                           for body, message in kept.items()}
        ledger.doomed.clear()
        ledger.deleted.clear()

    def verify_message(self, message, ledger, found):
        body = message["Body"]
        self.assertTrue(body not in found, f"{body[:30]!r} is there twice")
        found[body] = message
        self.assertTrue(body in ledger.tried, f"{body[:30]!r} was sent by nobody")
        self.assertTrue(body not in ledger.deleted, f"{body[:30]!r} is back, although deleted")
        self.assertEqual(message["MD5OfBody"], md5(body))
        sent = ledger.tried[body]
        attributes = sent.get("MessageAttributes")
        self.assertEqual(message.get("MessageAttributes"), attributes)
        if attributes:
            self.assertEqual(message["MD5OfMessageAttributes"], attributes_md5(attributes))
        got = message["Attributes"]
        for name in ("MessageGroupId", "MessageDeduplicationId"):
            self.assertEqual(got.get(name), sent.get(name))
        if body in ledger.answered:
            self.assertEqual(message["MessageId"], ledger.answered[body]["MessageId"])
            self.assertEqual(got.get("SequenceNumber"), ledger.answered[body].get("SequenceNumber"))
        ledger.note_sequence(got.get("SequenceNumber"), message["MessageId"])

    def verify_redriven(self, client, ledger, graves):
        """A message on its way to the dead-letter queue or back is in one of both, never in none."""
        until(lambda: all(
            task["Status"] != "RUNNING" for task in client.call(
                "ListMessageMoveTasks", SourceArn=client.attributes(graves)["QueueArn"],
                MaxResults=10).get("Results", [])), 20)
        found = []
        for url in (ledger.url, graves):
            while messages := client.receive(url, VisibilityTimeout=1000):
                found += [message["Body"] for message in messages]
                for message in messages:
                    self.assertEqual(message["MD5OfBody"], md5(message["Body"]))
        self.assertEqual(len(found), len(set(found)), "a message is there twice")
        self.assert_none(set(ledger.answered) - set(found), "answered messages are lost")
        self.assert_none(set(found) - set(ledger.tried), "messages were sent by nobody")
        for url in (ledger.url, graves):
            client.call("PurgeQueue", QueueUrl=url)
        self.settle(ledger, {})

    def delete_all(self, client, url, messages):
        for begin in range(0, len(messages), 10):
            answer = client.call("DeleteMessageBatch", QueueUrl=url, Entries=[
                {"Id": str(i), "ReceiptHandle": message["ReceiptHandle"]}
                for i, message in enumerate(messages[begin:begin + 10])])
            self.assertFalse(answer.get("Failed"))


class Pressure:
    """Clients that keep the disk busy, so that commits take a while."""

    def __init__(self, daemon, url, count=4):
        self.threads = [threading.Thread(target=self.run, args=(daemon, url), daemon=True)
                        for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def run(self, daemon, url):
        body = "x" * 100_000
        try:
            with daemon.client() as client:
                while True:
                    client.call("SendMessage", QueueUrl=url, MessageBody=body)
        except LOST:
            pass

    def join(self):
        for thread in self.threads:
            thread.join(30)


class TwinTest(DaemonTest):
    """The same request over two connections: the first answer, whichever it is, is a promise."""

    COUNT = 10

    def answered(self, daemon, requests):
        """Sends each request twice, kills the daemon at the first answer to any of the second
        ones, and returns which of them were answered by then."""
        pairs = [(daemon.client(), daemon.client()) for _ in requests]
        for pair, request in zip(pairs, requests):
            for wire in pair:
                wire.send(request)
        seconds = {second.socket: number for number, (_, second) in enumerate(pairs)}
        select.select(list(seconds), [], [], PATIENCE)
        daemon.kill()
        answered = set()
        for number, pair in enumerate(pairs):
            for wire in pair:
                try:
                    self.assertEqual(wire.read_reply().status, 200)
                    answered.add(number)
                except LOST:
                    pass
                wire.close()
        return answered

    def check(self, prepare, is_done):
        """`prepare(client, round)` gives requests; `is_done(client, round)` the set of those whose
        effect is there after the restart."""
        forgotten = []
        for round_number in range(max(ROUNDS // 2, 3)):
            daemon = self.start()
            client = self.client(daemon)
            pressure = client.create("pressure")
            client.call("PurgeQueue", QueueUrl=pressure)
            requests = prepare(client, round_number)
            load = Pressure(daemon, pressure)
            until(lambda: client.counts("pressure")[0] > 20)
            answered = self.answered(daemon, requests)
            load.join()
            daemon = self.start()
            missing = answered - is_done(self.client(daemon), round_number)
            if missing:
                forgotten.append(f"{len(missing)} of {len(answered)} in round {round_number}")
            daemon.kill()
        self.assertEqual(forgotten, [], "answered, but not stored")

    def test_an_answered_duplicate_of_a_send_is_stored(self):
        def prepare(client, number):
            client.create("twins.fifo")
            return [json_request("SendMessage", {
                "QueueUrl": "twins.fifo", "MessageBody": str(i), "MessageGroupId": f"{number}-{i}",
                "MessageDeduplicationId": f"{number}-{i}"}) for i in range(self.COUNT)]

        def is_done(client, number):
            found = set()
            while messages := client.receive("twins.fifo"):
                for message in messages:
                    found.add(int(message["Body"]))
                    client.call("DeleteMessage", QueueUrl="twins.fifo",
                                ReceiptHandle=message["ReceiptHandle"])
            return found

        self.check(prepare, is_done)

    def test_an_answered_duplicate_of_a_delete_is_stored(self):
        def prepare(client, number):
            client.create("twins")
            client.call("PurgeQueue", QueueUrl="twins")
            for i in range(self.COUNT):
                client.call("SendMessage", QueueUrl="twins", MessageBody=str(i))
            return [json_request("DeleteMessage", {
                "QueueUrl": "twins", "ReceiptHandle": message["ReceiptHandle"]})
                for message in sorted(client.receive("twins", VisibilityTimeout=0),
                                      key=lambda message: int(message["Body"]))]

        self.check(prepare, lambda client, number:
                   set(range(self.COUNT)) - set(map(int, client.bodies("twins"))))

    def test_an_answered_duplicate_of_a_creation_is_stored(self):
        def prepare(client, number):
            return [json_request("CreateQueue", {"QueueName": f"twin-{number}-{i}"})
                    for i in range(self.COUNT)]

        def is_done(client, number):
            prefix = f"twin-{number}-"
            urls = client.call("ListQueues", QueueNamePrefix=prefix).get("QueueUrls", [])
            return {int(url.rsplit("-")[-1]) for url in urls}

        self.check(prepare, is_done)


class HandleTest(DaemonTest):
    """A receipt handle means one message, for all time."""

    def receive_and_forget(self, client, name):
        client.call("SendMessage", QueueUrl=name, MessageBody="old")
        [message] = client.receive(name, VisibilityTimeout=0)
        return message["ReceiptHandle"]

    def assert_harmless(self, client, name, handle):
        client.call("SendMessage", QueueUrl=name, MessageBody="new")
        try:
            client.call("DeleteMessage", QueueUrl=name, ReceiptHandle=handle)
        except Refused as refusal:
            self.assertLess(refusal.status, 500)
        self.assertEqual(client.bodies(name), ["new"], "an old handle deleted a new message")

    def test_a_handle_of_a_deleted_queue_is_harmless_to_its_successor(self):
        client = self.client(self.start())
        client.create("q")
        handle = self.receive_and_forget(client, "q")
        client.call("DeleteQueue", QueueUrl="q")
        client.create("q")
        self.assert_harmless(client, "q", handle)

    def test_a_handle_of_a_deleted_queue_is_harmless_to_its_successor_after_a_restart(self):
        daemon = self.start()
        client = self.client(daemon)
        client.create("q")
        handle = self.receive_and_forget(client, "q")
        client.call("DeleteQueue", QueueUrl="q")
        self.assertEqual(daemon.stop(), 0)
        client = self.client(self.start())
        client.create("q")
        self.assert_harmless(client, "q", handle)

    def test_a_handle_of_a_lost_message_is_harmless_after_a_crash(self):
        # Relaxed storage may lose the last moment's messages, but must not give their names away.
        daemon = self.start("--durability", "relaxed")
        self.client(daemon).create("q")
        self.assertEqual(daemon.stop(), 0)
        daemon = self.start("--durability", "relaxed")
        handle = self.receive_and_forget(self.client(daemon), "q")
        daemon.kill()
        client = self.client(self.start("--durability", "relaxed"))
        client.bodies("q")
        client.call("PurgeQueue", QueueUrl="q")
        self.assert_harmless(client, "q", handle)

    def test_a_handle_of_a_lost_queue_is_harmless_after_a_crash(self):
        daemon = self.start("--durability", "relaxed")
        client = self.client(daemon)
        client.create("q")
        handle = self.receive_and_forget(client, "q")
        daemon.kill()
        client = self.client(self.start("--durability", "relaxed"))
        client.create("other")
        self.assert_harmless(client, "other", handle)

    def test_sequence_numbers_go_on_after_a_crash_that_lost_some(self):
        daemon = self.start("--durability", "relaxed")
        client = self.client(daemon)
        client.create("q.fifo", ContentBasedDeduplication="true")
        self.assertEqual(daemon.stop(), 0)
        seen = {}
        for number in range(3):
            daemon = self.start("--durability", "relaxed")
            client = self.client(daemon)
            answer = client.call("SendMessage", QueueUrl="q.fifo", MessageBody=f"m{number}",
                                 MessageGroupId="g")
            self.assertNotIn(answer["SequenceNumber"], seen, "given twice")
            seen[answer["SequenceNumber"]] = answer["MessageId"]
            daemon.kill()

    def test_handles_of_both_kinds_delete_after_a_crash(self):
        daemon = self.start()
        client = self.client(daemon)
        for name in ("plain", "steps.fifo"):
            client.create(name)
            group = {"MessageGroupId": "g", "MessageDeduplicationId": "1"} if "." in name else {}
            client.call("SendMessage", QueueUrl=name, MessageBody="m", **group)
        handles = {name: client.receive(name)[0]["ReceiptHandle"]
                   for name in ("plain", "steps.fifo")}
        # Deliveries are stored with the next commit, at the latest after a moment.
        deadline = time.monotonic() + LAZY
        until(lambda: time.monotonic() > deadline)
        daemon.kill()
        client = self.client(self.start())
        for name, handle in handles.items():
            self.assertEqual(client.counts(name), (0, 1, 0))
            client.call("DeleteMessage", QueueUrl=name, ReceiptHandle=handle)
            self.assertEqual(client.counts(name), (0, 0, 0))


class FifoCrashTest(DaemonTest):
    """What was answered about a FIFO queue's message keeps it from everybody else, crash or not."""

    def fill(self, client, count):
        client.create("q.fifo")
        for group in range(count):
            client.call("SendMessage", QueueUrl="q.fifo", MessageBody=str(group),
                        MessageGroupId=str(group), MessageDeduplicationId=os.urandom(8).hex())

    def receive_and_kill(self, daemon, count):
        """Each over a connection of its own, at once; the daemon is killed when all are answered."""
        wires = [daemon.client() for _ in range(count)]
        received = set()

        def work(wire):
            [message] = wire.receive("q.fifo", 1, VisibilityTimeout=30)
            received.add(message["Body"])

        in_parallel([lambda wire=wire: work(wire) for wire in wires])
        daemon.kill()
        for wire in wires:
            wire.close()
        return received

    def test_an_answered_receive(self):
        for _ in range(max(ROUNDS // 4, 3)):
            daemon = self.start()
            client = self.client(daemon)
            self.fill(client, 20)
            held = self.receive_and_kill(daemon, 12)
            daemon = self.start()
            client = self.client(daemon)
            others = set(client.bodies("q.fifo"))
            self.assertEqual(held & others, set(), "two consumers have the same message")
            self.assertEqual(len(held | others), 20)
            client.call("PurgeQueue", QueueUrl="q.fifo")
            daemon.kill()

    def test_an_answered_change_of_the_visibility(self):
        daemon = self.start()
        client = self.client(daemon)
        self.fill(client, 1)
        [message] = client.receive("q.fifo", VisibilityTimeout=1)
        client.call("ChangeMessageVisibility", QueueUrl="q.fifo", VisibilityTimeout=60,
                    ReceiptHandle=message["ReceiptHandle"])
        daemon.kill()
        client = self.client(self.start())
        time.sleep(1.2)  # the receive's own timeout would be over
        self.assertEqual(client.counts("q.fifo"), (0, 1, 0))
        self.assertEqual(client.receive("q.fifo"), [])

    def test_a_receive_under_load(self):
        daemon = self.start()
        self.client(daemon).create("pressure")
        load = Pressure(daemon, "pressure")
        until(lambda: self.client(daemon).counts("pressure")[0] > 20)
        self.fill(self.client(daemon), 20)
        held = self.receive_and_kill(daemon, 12)
        load.join()
        others = set(self.client(self.start()).bodies("q.fifo"))
        self.assertEqual(held & others, set(), "two consumers have the same message")


class ModeTest(DaemonTest):
    def test_relaxed_storage_loses_at_most_the_last_moment(self):
        chance = random.Random(SEED)
        print(f"\nrelaxed: SQUIRE_SEED={SEED}", flush=True)
        for _ in range(max(ROUNDS // 4, 2)):
            daemon = self.start("--durability", "relaxed")
            url = self.client(daemon).create("q")
            self.client(daemon).call("PurgeQueue", QueueUrl=url)
            sent, deleted, lock = {}, {}, threading.Lock()

            def work(name, daemon=daemon, sent=sent, deleted=deleted, lock=lock):
                try:
                    with daemon.client() as client:
                        for number in itertools.count():
                            body = f"{name}-{number}"
                            client.call("SendMessage", QueueUrl="q", MessageBody=body)
                            with lock:
                                sent[body] = time.monotonic()
                            if number % 3 == 0:
                                for message in client.receive("q", VisibilityTimeout=30):
                                    with lock:
                                        deleted[message["Body"]] = None
                                    client.call("DeleteMessage", QueueUrl="q",
                                                ReceiptHandle=message["ReceiptHandle"])
                                    with lock:
                                        deleted[message["Body"]] = time.monotonic()
                except LOST:
                    pass

            threads = [threading.Thread(target=work, args=(i,), daemon=True) for i in range(8)]
            for thread in threads:
                thread.start()
            time.sleep(chance.uniform(1.2, 2.2))  # when the blow falls
            early = time.monotonic() - 1.0
            daemon.kill()
            for thread in threads:
                thread.join(10)
            daemon = self.start("--durability", "relaxed")
            found = self.client(daemon).bodies(url)
            self.assertEqual(len(found), len(set(found)))
            safe = {body for body, at in sent.items() if at < early and body not in deleted}
            gone = {body for body, at in deleted.items() if at and at < early}
            self.assert_none(safe - set(found), "are lost although answered long ago")
            self.assert_none(gone & set(found), "are back although deleted long ago")
            daemon.kill()

    def test_relaxed_storage_keeps_all_when_stopped(self):
        daemon = self.start("--durability", "relaxed")
        client = self.client(daemon)
        client.create("q")
        for number in range(20):
            client.call("SendMessage", QueueUrl="q", MessageBody=f"{number:02}")
        self.assertEqual(daemon.stop(), 0)
        found = self.client(self.start("--durability", "relaxed")).bodies("q")
        self.assertEqual(found, [f"{number:02}" for number in range(20)])

    def test_memory_keeps_nothing_and_makes_no_files(self):
        daemon = self.start("--durability", "memory")
        client = self.client(daemon)
        client.create("q")
        client.call("SendMessage", QueueUrl="q", MessageBody="m")
        self.assertEqual(client.counts("q"), (1, 0, 0))
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(list(self.directory.iterdir()), [])
        client = self.client(self.start("--durability", "memory"))
        self.assertEqual(client.call("ListQueues").get("QueueUrls", []), [])
        self.assertEqual(list(self.directory.iterdir()), [])


class StopTest(DaemonTest):
    def check_stop(self, number):
        daemon = self.start()
        client = self.client(daemon)
        client.create("idle")
        client.create("full")
        polls = [self.client(daemon) for _ in range(50)]
        poll = json_request("ReceiveMessage", {"QueueUrl": "idle", "WaitTimeSeconds": 20})
        for each in polls:
            each.send(poll)
        for count in range(10):
            client.call("SendMessage", QueueUrl="full", MessageBody=str(count))
        # A poll is waiting once a request sent after it on another connection was answered; a few
        # more answers make that sure for every worker.
        for _ in range(20):
            self.client(daemon).call("ListQueues")
        begin = time.monotonic()
        daemon.signal(number)
        for each in polls:
            self.assertEqual(each.result().get("Messages", []), [])
        self.assertEqual(daemon.wait_for_exit(), 0, daemon.log())
        self.assertLess(time.monotonic() - begin, 2.0)
        self.assertEqual(len(self.client(self.start()).bodies("full")), 10)

    def test_sigterm_answers_the_polls_and_stores_all(self):
        self.check_stop(signal.SIGTERM)

    def test_sigint_answers_the_polls_and_stores_all(self):
        self.check_stop(signal.SIGINT)

    def test_it_stops_although_clients_are_silent_or_half_way_through_a_request(self):
        daemon = self.start()
        silent = [Wire(daemon.port) for _ in range(5)]
        halfway = [Wire(daemon.port) for _ in range(5)]
        for wire in halfway:
            wire.send(b"POST / HTTP/1.1\r\nContent-Le")
        self.client(daemon).call("ListQueues")
        begin = time.monotonic()
        self.assertEqual(daemon.stop(), 0, daemon.log())
        self.assertLess(time.monotonic() - begin, 2.0)
        for wire in silent + halfway:
            wire.close()

    def test_it_stops_although_clients_do_not_take_their_answers(self):
        daemon = self.start()
        client = self.client(daemon)
        client.create("q")
        for _ in range(10):
            client.call("SendMessage", QueueUrl="q", MessageBody="x" * 1_000_000)
        deaf = [Wire(daemon.port) for _ in range(3)]
        for wire in deaf:
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            wire.send(json_request("ReceiveMessage", {
                "QueueUrl": "q", "VisibilityTimeout": 0, "MaxNumberOfMessages": 10}) * 3)
        for wire in deaf:  # their answers are on their way
            wire.socket.recv(1)
        begin = time.monotonic()
        self.assertEqual(daemon.stop(), 0, daemon.log())
        self.assertLess(time.monotonic() - begin, 2.0)
        for wire in deaf:
            wire.close()

    def test_all_that_was_answered_before_a_stop_under_load_is_stored(self):
        for round_number in range(3):
            daemon = self.start()
            self.client(daemon).create("q")
            answered = []

            def work(name, daemon=daemon, answered=answered):
                try:
                    with daemon.client() as client:
                        for number in itertools.count():
                            body = f"{round_number}-{name}-{number}"
                            client.call("SendMessage", QueueUrl="q", MessageBody=body)
                            answered.append(body)
                except LOST:
                    pass

            threads = [threading.Thread(target=work, args=(i,), daemon=True) for i in range(8)]
            for thread in threads:
                thread.start()
            until(lambda: len(answered) > 300)
            self.assertEqual(daemon.stop(), 0, daemon.log())
            for thread in threads:
                thread.join(10)
            daemon = self.start()
            client = self.client(daemon)
            self.assert_none(set(answered) - set(client.bodies("q")), "answered messages are lost")
            client.call("PurgeQueue", QueueUrl="q")
            self.assertEqual(daemon.stop(), 0)


class DirectoryTest(DaemonTest):
    def test_a_second_daemon_on_the_directory_is_refused_and_harmless(self):
        first = self.start()
        client = self.client(first)
        client.create("q")
        for name in ("--durability=full", "--durability=relaxed"):
            self.assert_refuses_to_start(self.launch(name), self.data, "in use")
        client.call("SendMessage", QueueUrl="q", MessageBody="m")
        self.assertEqual(first.stop(), 0)
        self.assertEqual(self.client(self.start()).bodies("q"), ["m"])

    def test_a_directory_that_is_a_file_is_refused(self):
        self.data.write_text("not a directory")
        self.assert_refuses_to_start(self.launch(), self.data)
        self.assertEqual(self.data.read_text(), "not a directory")

    def test_a_directory_below_a_file_is_refused(self):
        self.data.write_text("not a directory")
        self.assert_refuses_to_start(self.launch(data=self.data / "deep" / "er"), self.data)

    def test_a_missing_directory_is_made_with_all_above_it(self):
        deep = self.directory / "a" / "b" / "c"
        self.start(data=deep)
        self.assertEqual(deep.stat().st_mode & 0o777, 0o700)

    def test_a_directory_that_cannot_be_written_is_refused(self):
        if os.geteuid() == 0:
            # Nobody may write there, not even root.
            self.assert_refuses_to_start(self.launch(data="/proc/squire"), "/proc/squire")
            return
        self.data.mkdir(mode=0o500)
        self.assert_refuses_to_start(self.launch(), self.data)

    def test_garbage_in_place_of_the_database_is_refused_and_kept(self):
        for number, content in enumerate((b"garbage" * 1000, b"garbage" * 15,
                                          b"SQLite format 3\0" + bytes(5000))):
            with self.subTest(content=content[:20], size=len(content)):
                path = self.directory / str(number) / "squire.db"
                path.parent.mkdir()
                path.write_bytes(content)
                self.assert_refuses_to_start(self.launch(data=path.parent), path)
                self.assertEqual(path.read_bytes(), content)

    def test_a_database_cut_short_is_refused(self):
        daemon = self.start()
        client = self.client(daemon)
        client.create("q")
        for _ in range(20):
            client.call("SendMessage", QueueUrl="q", MessageBody="x" * 50_000)
        self.assertEqual(daemon.stop(), 0)
        path = self.data / "squire.db"
        os.truncate(path, path.stat().st_size // 2 // 4096 * 4096)
        daemon = self.launch()
        self.assert_refuses_to_start(daemon, "squire.db")

    def test_another_programs_database_is_refused(self):
        self.data.mkdir()
        with sqlite3.connect(self.data / "squire.db") as database:
            database.execute("CREATE TABLE birds (name)")
        database.close()
        self.assert_refuses_to_start(self.launch(), self.data / "squire.db")

    def test_a_newer_schema_is_refused_and_kept(self):
        self.assertEqual(self.start().stop(), 0)
        path = self.data / "squire.db"
        with sqlite3.connect(path) as database:
            [version] = database.execute("PRAGMA user_version").fetchone()
            database.execute(f"PRAGMA user_version = {version + 1}")
        database.close()
        self.assert_refuses_to_start(self.launch(), path, "newer", version + 1)
        with sqlite3.connect(path) as database:
            self.assertEqual(database.execute("PRAGMA user_version").fetchone(), (version + 1,))
            database.execute(f"PRAGMA user_version = {version}")
        database.close()
        self.start()

    def test_a_database_that_is_a_directory_is_refused(self):
        (self.data / "squire.db").mkdir(parents=True)
        self.assert_refuses_to_start(self.launch(), self.data / "squire.db")

    def test_a_port_in_use_is_refused(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            self.assert_refuses_to_start(self.launch("--port", port), port, "in use")

    def test_an_address_that_is_not_this_machines_is_refused(self):
        self.assert_refuses_to_start(self.launch("--address", "192.0.2.1"), "192.0.2.1")


class DamageTest(DaemonTest):
    """Damage is reported, and makes nothing worse."""

    def salvage(self):
        return command("--salvage", "--data-dir", self.data)

    def test_messages_whose_queue_is_lost_are_kept_and_can_be_salvaged(self):
        daemon = self.start()
        client = self.client(daemon)
        client.create("q")
        client.create("other")
        for number in range(300):
            client.call("SendMessage", QueueUrl="q", MessageBody=f"{number:03}")
        self.assertEqual(daemon.stop(), 0)
        path = self.data / "squire.db"
        with sqlite3.connect(path) as database:
            database.execute("DELETE FROM queue WHERE name = 'q'")
        database.close()
        for _ in range(2):
            self.assert_refuses_to_start(self.launch(), path, "300 messages", "--salvage")
        done = self.salvage()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("salvaged-1", done.stdout)
        self.assertIn("300 messages", done.stdout)
        with sqlite3.connect(path) as database:
            self.assertEqual(database.execute("SELECT count(*) FROM message").fetchone(), (300,))
        database.close()
        path.rename(self.data / "damaged.db")
        (self.data / "squire-salvaged.db").rename(path)
        client = self.client(self.start())
        self.assertEqual(client.bodies("salvaged-1"), [f"{number:03}" for number in range(300)])
        self.assertEqual(client.counts("other"), (0, 0, 0))

    def test_a_damaged_page_of_the_queues_is_reported(self):
        daemon = self.start()
        client = self.client(daemon)
        client.create("q")
        client.call("SendMessage", QueueUrl="q", MessageBody="m")
        self.assertEqual(daemon.stop(), 0)
        path = self.data / "squire.db"
        with sqlite3.connect(path) as database:
            [root] = database.execute(
                "SELECT rootpage FROM sqlite_schema WHERE name = 'queue'").fetchone()
        database.close()
        content = bytearray(path.read_bytes())
        content[(root - 1) * 4096 + 100:root * 4096] = bytes(4096 - 100)
        path.write_bytes(content)
        self.assert_refuses_to_start(self.launch(), path, "damaged", "--salvage")
        self.assertEqual(self.salvage().returncode, 0)

    def test_a_damaged_log_is_told_of(self):
        daemon = self.start()
        client = self.client(daemon)
        client.create("q")
        for number in range(50):
            client.call("SendMessage", QueueUrl="q", MessageBody=str(number))
        daemon.kill()
        path = self.data / "squire.db-wal"
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 0x10
        path.write_bytes(content)
        daemon = self.start()
        self.assertRegex(daemon.log(), r"squire.db-wal is damaged behind its frame \d+: \d+ pages "
                         r"\(\d+ bytes\) of \d+ commits were dropped")
        self.assertLess(len(self.client(daemon).bodies("q")), 50)

    def test_salvage_says_what_is_wrong(self):
        self.assertEqual(self.salvage().returncode, 1)
        self.start()
        done = self.salvage()
        self.assertEqual(done.returncode, 1)
        self.assertIn("in use", done.stderr)


class EarlierFileTest(DaemonTest):
    """A file of schema 3, from before rows described themselves, opens and can be imported."""

    FILE = Path(__file__).with_name("schema-3.db.gz")
    BODIES = {
        "orders": {f"order {i}" for i in range(20)} | {f"dead {i}" for i in range(3)},
        "dead": set(),
        "events.fifo": {f"event {i}" for i in range(5)} | {f"line {i}" for i in range(4)},
        "replayed.fifo": {f"line {i}" for i in range(4)},
        "purged": set(),
    }

    def setUp(self):
        super().setUp()
        self.file = self.directory / "old.db"
        self.file.write_bytes(gzip.decompress(self.FILE.read_bytes()))
        now = int(time.time() * 1000)
        with sqlite3.connect(self.file) as database:  # before its messages were too old to be kept
            database.execute("UPDATE message SET sent_at = ?, available_at = ?", (now, now))
        database.close()

    def ask(self, daemon, path, method="GET", body=None):
        request = urllib.request.Request(f"http://127.0.0.1:{daemon.port}{path}", body, method=method)
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.load(reply)

    def ask_sns(self, daemon, action, **parameters):
        query = urllib.parse.urlencode({"Action": action, "Version": "2010-03-31", **parameters})
        with urllib.request.urlopen(f"http://127.0.0.1:{daemon.port}/?{query}", timeout=60) as reply:
            return reply.read().decode()

    def subscription_of(self, daemon, queue):
        subscriptions = self.ask_sns(daemon, "ListSubscriptions").split("<member>")
        [arn] = [one.partition("<SubscriptionArn>")[2].partition("<")[0]
                 for one in subscriptions if queue in one]
        return arn

    def check(self, daemon):
        client = self.client(daemon)
        urls = client.call("ListQueues")["QueueUrls"]
        self.assertEqual({url.rpartition("/")[2] for url in urls}, set(self.BODIES))
        for queue, bodies in self.BODIES.items():
            # A message of a topic is an envelope.
            found = {body.partition('"Message" : "')[2].partition('"')[0] or body
                     for body in client.bodies(queue)}
            self.assertEqual(found, bodies, queue)
        self.assertEqual(self.ask(daemon, "/_squire/outbox")["count"], 2)
        self.assertIn("Transactional", self.ask_sns(daemon, "GetSMSAttributes"))
        self.assertIn("app/GCM/app", self.ask_sns(daemon, "ListPlatformApplications"))
        arn = self.subscription_of(daemon, "replayed.fifo")
        attributes = self.ask_sns(daemon, "GetSubscriptionAttributes", SubscriptionArn=arn)
        self.assertIn("ReplayStatus", attributes)
        attributes = client.call("GetQueueAttributes", QueueUrl="orders", AttributeNames=["All"])
        self.assertEqual(attributes["Attributes"]["VisibilityTimeout"], "7")
        tasks = client.call("ListMessageMoveTasks", SourceArn="arn:aws:sqs:us-east-1:000000000000:dead")
        self.assertEqual([task["Status"] for task in tasks["Results"]], ["COMPLETED"])

    def test_it_opens(self):
        self.data.mkdir()
        shutil.copy(self.file, self.data / "squire.db")
        daemon = self.start()
        self.assertNotIn("set aside", daemon.log())
        self.check(daemon)

    def test_it_can_be_imported(self):
        daemon = self.start("--durability", "memory")
        counts = self.ask(daemon, "/_squire/import", "PUT", self.file.read_bytes())
        self.assertEqual((counts["queues"], counts["topics"], counts["subscriptions"]), (5, 2, 5))
        self.check(daemon)


class OldFileTest(DaemonTest):
    """Files of squire 0.1.0, which had no auto_vacuum."""

    def make_old(self, count, size):
        daemon = self.start()
        self.client(daemon).create("q")
        self.assertEqual(daemon.stop(), 0)
        path = self.data / "squire.db"
        with sqlite3.connect(path, isolation_level=None) as database:
            database.execute("PRAGMA journal_mode = DELETE")
            database.execute("PRAGMA auto_vacuum = NONE")
            database.execute(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
                " INSERT INTO message (key, id, sent_at, available_at, sender, body)"
                " SELECT (1 << 40) | i, randomblob(16), ?, 0, 0, hex(zeroblob(?)) FROM n",
                (count, int(time.time() * 1000), size // 2))
            database.execute("VACUUM")
            database.execute("DELETE FROM message WHERE key % 3 <> 0")
        database.close()
        return path

    def compact(self):
        return command("--compact", "--data-dir", self.data, timeout=600)

    def test_a_small_one_is_converted_at_the_start(self):
        path = self.make_old(600, 10_000)
        before = path.stat().st_size
        daemon = self.start()
        self.assertIn("was converted", daemon.log())
        self.assertLess(path.stat().st_size, before / 2)
        self.assertEqual(self.client(daemon).counts("q"), (200, 0, 0))
        self.assertEqual(daemon.stop(), 0)
        self.assertNotIn("convert", self.start().log())

    def test_a_large_one_is_converted_on_command(self):
        path = self.make_old(25_000, 10_000)
        before = path.stat().st_size
        daemon = self.start()
        self.assertIn("squire --compact --data-dir", daemon.log())
        self.assertEqual(self.compact().returncode, 1, "the daemon has it")
        self.assertEqual(daemon.stop(), 0)
        done = self.compact()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertLess(path.stat().st_size, before / 2)
        daemon = self.start()
        self.assertNotIn("convert", daemon.log())
        self.assertEqual(self.client(daemon).counts("q"), (25_000 // 3, 0, 0))


class FullDiskTest(DaemonTest):
    def mount(self, size):
        self.data.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", self.data],
                              capture_output=True, text=True)
        if done.returncode != 0:
            self.skipTest("mounting a small file system is not permitted here")
        self.addCleanup(subprocess.run, ["umount", "-l", self.data], check=True)

    def remount(self, size):
        subprocess.run(["mount", "-o", f"remount,size={size}", self.data], check=True)

    def fill(self, daemon, bytes_each, clients=4):
        """Sends until the disk is full; the bodies that were answered, and those that got 503."""
        answered, rejected, other = set(), set(), []

        def work(name):
            try:
                with daemon.client() as client:
                    for number in range(10_000):
                        body = f"{name}-{number}-".ljust(bytes_each, "x")
                        try:
                            client.call("SendMessage", QueueUrl="q", MessageBody=body)
                            answered.add(body)
                        except Refused as refusal:
                            (rejected.add(body) if refusal.status == 503 else other.append(refusal))
                            if len(rejected) > 20:
                                return
            except LOST:
                pass

        in_parallel([lambda i=i: work(i) for i in range(clients)])
        self.assertEqual(other, [])
        return answered, rejected

    def fill_up(self):
        """Takes all that the disk has left, as another program would."""
        with open(self.data / "filler", "ab", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError:
                    pass

    def drain(self, client, count):
        """Receives and deletes so many messages; their bodies."""
        drained = set()
        while len(drained) < count:
            messages = client.receive("q")
            self.assertTrue(messages, f"{len(drained)} of {count} could be received")
            answer = client.call("DeleteMessageBatch", QueueUrl="q", Entries=[
                {"Id": str(i), "ReceiptHandle": message["ReceiptHandle"]}
                for i, message in enumerate(messages)])
            self.assertEqual(answer.get("Failed", []), [])
            drained.update(message["Body"] for message in messages)
        return drained

    def check_contents(self, daemon, answered, rejected, drained):
        """All that was answered is there, and nothing that was deleted."""
        client = self.client(daemon, timeout=60)
        # What the last life left of the log may have to be copied before there is room again.
        self.assertTrue(until(lambda: self.unless_full(
            client.call, "SetQueueAttributes", QueueUrl="q",
            Attributes={"VisibilityTimeout": "30"}), 10, 0.1), "no room after a start")
        found = set()
        def all_found():
            found.update(client.bodies("q"))
            return answered - drained <= found
        until(all_found, 40, 1)
        self.assert_none(answered - drained - found, "answered messages are lost")
        self.assert_none(found & drained, "deleted messages are back")
        self.assert_none(found - answered - rejected, "messages were sent by nobody")

    def check_full_disk(self, durability, bytes_each, is_brimful=False):
        self.mount("64m")
        daemon = self.start("--durability", durability)
        client = self.client(daemon, timeout=60)
        client.create("q", VisibilityTimeout="5")
        answered, rejected = self.fill(daemon, bytes_each)
        self.assertTrue(answered)
        self.assertTrue(rejected, "nothing was answered with 503")
        self.assertTrue(daemon.is_alive(), daemon.log())
        self.assertIn("is full", daemon.log())
        if is_brimful:
            self.fill_up()
        for action, parameters in (("CreateQueue", {"QueueName": "another"}),
                                   ("SendMessage", {"QueueUrl": "q", "MessageBody": "x"})):
            with self.refused("ServiceUnavailable", 503):
                client.call(action, **parameters)
        drained = self.drain(client, 1000)
        sent = until(lambda: self.try_to_send(client, "after"), 10, 0.1)
        self.assertTrue(sent, "no room although a thousand messages are gone\n" + daemon.log())
        self.assertTrue(daemon.is_alive(), daemon.log())
        time.sleep(0 if durability == "full" else LAZY)
        daemon.kill()
        daemon = self.start("--durability", durability)
        self.check_contents(daemon, answered | ({"after"} if durability == "full" else set()),
                            rejected | {"after"}, drained)
        self.client(daemon, timeout=60).call("PurgeQueue", QueueUrl="q")
        self.assertEqual(daemon.stop(), 0, daemon.log())

    def unless_full(self, call, action, **parameters):
        """Whether it was answered."""
        try:
            call(action, **parameters)
            return True
        except Refused as refusal:
            if refusal.status != 503:
                raise
            return False

    def try_to_send(self, client, body):
        return self.unless_full(client.call, "SendMessage", QueueUrl="q", MessageBody=body)

    def test_a_full_disk_stops_sends_alone(self):
        self.check_full_disk("full", 20_000)

    def test_a_full_disk_stops_sends_alone_also_if_others_take_the_rest(self):
        self.check_full_disk("full", 20_000, is_brimful=True)

    def test_a_full_disk_stops_sends_alone_when_relaxed(self):
        self.check_full_disk("relaxed", 20_000)

    def test_a_full_disk_takes_fifo_receives_and_purges(self):
        self.mount("64m")
        daemon = self.start()
        client = self.client(daemon, timeout=60)
        client.create("q")
        client.create("q.fifo", ContentBasedDeduplication="true")
        client.call("SendMessage", QueueUrl="q.fifo", MessageBody="m", MessageGroupId="g")
        self.fill(daemon, 200_000)
        self.fill_up()
        [message] = client.receive("q.fifo")
        client.call("ChangeMessageVisibility", QueueUrl="q.fifo", VisibilityTimeout=600,
                    ReceiptHandle=message["ReceiptHandle"])
        client.call("PurgeQueue", QueueUrl="q")
        self.assertTrue(until(lambda: self.try_to_send(client, "after"), 10, 0.1), daemon.log())
        # What is deleted goes back to the disk, until the reserve is there again.
        os.remove(self.data / "filler")
        self.assertTrue(until(lambda: (self.data / "squire.reserve").exists(), 20), daemon.log())
        daemon.kill()
        client = self.client(self.start())
        self.assertEqual(client.counts("q.fifo"), (0, 1, 0))
        self.assertEqual(client.bodies("q"), ["after"])

    def test_a_full_disk_keeps_room_for_the_log(self):
        """What is in the log can always be copied, or a killed daemon could write nothing any more."""
        self.mount("64m")
        daemon = self.start()
        client = self.client(daemon, timeout=60)
        client.create("q")
        self.fill(daemon, 30_000)
        for _ in range(4):  # what a few deletions free is taken again at once
            self.drain(client, 30)
            self.assertTrue(until(lambda: self.try_to_send(client, "x" * 30_000), 10, 0.02))
            self.fill(daemon, 30_000, clients=8)
        self.assertFalse((self.data / "squire.reserve").exists())
        self.assertGreater(shutil.disk_usage(self.data).free, 1 << 20)

    def test_a_kill_at_any_moment_of_a_full_disk_loses_nothing(self):
        chance = random.Random(SEED)
        print(f"\nfull disk: SQUIRE_SEED={SEED}", flush=True)
        self.mount("64m")
        daemon = self.start()
        self.client(daemon).create("q", VisibilityTimeout="1")
        answered, rejected, doomed, deleted = set(), set(), set(), set()
        for round_number in range(max(ROUNDS // 4, 3)):
            stop = threading.Event()

            def send(name, daemon=daemon, stop=stop, round_number=round_number):
                try:
                    with daemon.client(60) as client:
                        for number in itertools.count():
                            body = f"{round_number}-{name}-{number}-".ljust(30_000, "x")
                            rejected.add(body)  # until it is answered
                            if self.try_to_send(client, body):
                                answered.add(body)
                            elif stop.wait(0.01):
                                return
                except LOST:
                    pass

            def consume(daemon=daemon):
                try:
                    with daemon.client(60) as client:
                        while True:
                            messages = client.receive("q", 10)
                            doomed.update(message["Body"] for message in messages)
                            for message in messages:
                                try:
                                    client.call("DeleteMessage", QueueUrl="q",
                                                ReceiptHandle=message["ReceiptHandle"])
                                    deleted.add(message["Body"])
                                except Refused as refusal:
                                    if refusal.status != 503:
                                        raise
                            time.sleep(0.02)
                except LOST:
                    pass

            threads = [threading.Thread(target=send, args=(i,), daemon=True) for i in range(4)]
            threads.append(threading.Thread(target=consume, daemon=True))
            for thread in threads:
                thread.start()
            until(lambda daemon=daemon: "is full" in daemon.log(), 20)
            time.sleep(chance.uniform(0, 1.5))  # when the blow falls
            self.assertTrue(daemon.is_alive(), daemon.log())
            daemon.kill()
            stop.set()
            for thread in threads:
                thread.join(30)
            daemon = self.start()
            time.sleep(1.1)
            client = self.client(daemon, timeout=60)
            found = set()
            while messages := client.receive("q", VisibilityTimeout=60):
                found.update(message["Body"] for message in messages)
            self.assert_none(answered - doomed - found, "answered messages are lost")
            self.assert_none(found & deleted, "deleted messages are back")
            self.assert_none(found - rejected, "messages were sent by nobody")
            client.call("PurgeQueue", QueueUrl="q")
            answered.clear()

    def test_a_relaxed_daemon_that_cannot_store_all_when_stopped_says_so(self):
        self.mount("1m")
        daemon = self.start("--durability", "relaxed")
        client = self.client(daemon)
        client.create("q")
        body = "x" * 900_000
        for _ in range(3):
            client.send(json_request("SendMessage", {"QueueUrl": "q", "MessageBody": body}))
        # On a slow machine the disk may be found full before the last one is answered.
        statuses = [client.read_reply().status for _ in range(3)]
        self.assertEqual(statuses[0], 200)
        self.assertEqual(daemon.stop(), 1, "messages were lost, and it calls that success")

    def test_a_disk_that_is_full_from_the_start_is_refused(self):
        self.mount("16k")
        (self.data / "filler").write_bytes(bytes(8192))
        self.assert_refuses_to_start(self.launch(), self.data)

    def test_deletions_make_room_for_new_messages(self):
        self.mount("16m")
        daemon = self.start()
        client = self.client(daemon)
        client.create("q")
        for number in range(300):  # ten times the disk
            client.call("SendMessage", QueueUrl="q", MessageBody=f"{number}".ljust(500_000))
            [message] = client.receive("q")
            client.call("DeleteMessage", QueueUrl="q", ReceiptHandle=message["ReceiptHandle"])
        self.assertEqual(daemon.stop(), 0, daemon.log())


if __name__ == "__main__":
    unittest.main()
