"""Export and import of the whole state: nothing is missing, nothing is half, whatever happens meanwhile.

SQUIRE_KILL_ROUNDS (20) is how often an import ends in `kill -9`; SQUIRE_SEED repeats a run's choices.
"""

import json
import os
import pathlib
import random
import sqlite3
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

from sns_support import QUEUE, SnsTest, sns, visit
from support import Wire, in_parallel, until

ROUNDS = int(os.environ.get("SQUIRE_KILL_ROUNDS", "20"))
SEED = int(os.environ.get("SQUIRE_SEED", str(int(time.time()))))
MODES = ("full", "relaxed", "memory")
URL = "http://x/000000000000/"
# What is counted since the start, or says where the daemon is.
FLEETING = ("sent", "received", "deleted", "sentPerSecond", "receivedPerSecond", "deletedPerSecond",
            "url", "receiver", "oldestAgeSeconds")


class StateTest(SnsTest):
    def in_mode(self, mode, name="data", *flags):
        return self.start("--durability", mode, *flags, data=self.directory / name)

    def ask(self, daemon, path, method="GET", body=None, headers=None):
        request = urllib.request.Request(f"http://127.0.0.1:{daemon.port}{path}", method=method,
                                         data=body, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def get(self, daemon, path):
        status, body = self.ask(daemon, path)
        self.assertEqual(status, 200, body)
        return json.loads(body)

    def export(self, daemon):
        status, body = self.ask(daemon, "/_squire/export")
        self.assertEqual(status, 200, body[:200])
        return body

    def import_file(self, daemon, state, **options):
        status, body = self.ask(daemon, "/_squire/import", "PUT", state, **options)
        return status, json.loads(body)

    def imported(self, daemon, state):
        status, counts = self.import_file(daemon, state)
        self.assertEqual(status, 200, counts)
        return counts

    def picture(self, daemon):
        """All that can be seen of the state."""
        client = self.client(daemon)
        picture = {"queues": {}, "topics": {}}
        for queue in self.get(daemon, "/_squire/queues")["queues"]:
            path = "/_squire/queues/" + queue["name"]
            messages = self.get(daemon, path + "/messages?limit=1000")["messages"]
            picture["queues"][queue["name"]] = (self.get(daemon, path), messages)
        for topic in self.get(daemon, "/_squire/topics")["topics"]:
            path = "/_squire/topics/" + topic["name"]
            picture["topics"][topic["name"]] = (
                self.get(daemon, path), self.get(daemon, path + "/subscriptions")["subscriptions"])
        picture["outbox"] = self.get(daemon, "/_squire/outbox")["entries"]
        for action in ("ListPlatformApplications", "GetSMSAttributes", "ListSMSSandboxPhoneNumbers"):
            answer = sns(client, action)
            picture[action] = [element.text for element in answer[0].iter()]
        if "dead" in picture["queues"]:
            picture["tasks"] = [
                {name: task[name] for name in ("Status", "SourceArn", "StartedTimestamp")}
                for task in client.call("ListMessageMoveTasks", SourceArn=QUEUE + "dead")["Results"]]
        return json.loads(json.dumps(picture), object_hook=lambda thing: {
            name: value for name, value in thing.items() if name not in FLEETING})

    def fill(self, daemon):
        """One of everything. Messages in all states; those in flight stay so for ten minutes."""
        client = self.client(daemon)
        dead = client.create("dead")
        orders = client.create("orders", tags={"team": "é"}, VisibilityTimeout="600", RedrivePolicy=json.dumps(
            {"deadLetterTargetArn": QUEUE + "dead", "maxReceiveCount": 2}))
        client.call("SendMessage", QueueUrl=orders, MessageBody="in flight", MessageAttributes={
            "Text": {"DataType": "String", "StringValue": "<é>"}})
        client.receive(orders)
        client.call("SendMessage", QueueUrl=orders, MessageBody="dead letter")
        for _ in range(3):
            client.receive(orders, VisibilityTimeout=0)
        client.call("SendMessage", QueueUrl=orders, MessageBody="received twice")
        for _ in range(2):
            client.receive(orders, VisibilityTimeout=0)
        client.call("SendMessage", QueueUrl=orders, MessageBody="delayed", DelaySeconds=900)
        client.call("SendMessage", QueueUrl=orders, MessageBody="visible")
        client.call("StartMessageMoveTask", SourceArn=QUEUE + "dead")
        until(lambda: client.counts(dead)[0] == 0)
        steps = client.create("steps.fifo")
        for number in range(3):
            client.call("SendMessage", QueueUrl=steps, MessageBody=f"step {number}",
                        MessageGroupId="g", MessageDeduplicationId=f"id-{number}")
        client.receive(steps, count=1, VisibilityTimeout=600)
        topic = self.create_topic(client, "placed", DisplayName="Placed")
        self.subscribe_queue(client, topic, "orders", FilterPolicy='{"color": ["red"]}')
        self.subscribe(client, topic, "email", "somebody@example.com")
        self.publish(client, topic, "nobody wants it")
        archive = self.create_topic(client, "archive.fifo", ArchivePolicy=json.dumps(
            {"MessageRetentionPeriod": "30"}))
        for number in range(5):
            self.publish(client, archive, f"archived {number}", MessageGroupId="g",
                         MessageDeduplicationId=f"id-{number}")
        sns(client, "Publish", PhoneNumber="+15551234567", Message="by SMS")
        sns(client, "SetSMSAttributes", attributes={"DefaultSenderID": "squire"})
        sns(client, "CreatePlatformApplication", Name="app", Platform="GCM",
            Attributes={"PlatformCredential": "secret"})

    # ---- round trips ---------------------------------------------------------------------------

    def test_everything_comes_back_in_every_durability(self):
        for source in MODES:
            daemon = self.in_mode(source, f"from-{source}")
            self.fill(daemon)
            wanted = self.picture(daemon)
            state = self.export(daemon)
            for target in MODES:
                with self.subTest(source=source, target=target):
                    other = self.in_mode(target, f"{source}-{target}")
                    self.client(other).create("replaced")
                    counts = self.imported(other, state)
                    self.assertEqual(counts, {"queues": 3, "messages": 8, "topics": 2,
                                              "subscriptions": 2, "pendingDeliveries": 0,
                                              "archivedMessages": 5})
                    self.assertEqual(self.picture(other), wanted)
                    other.kill()
                    if target != "memory":
                        other = self.in_mode(target, f"{source}-{target}")
                        self.assertEqual(self.picture(other), wanted)
                        self.assertEqual(self.files(f"{source}-{target}"), [])
                        other.destroy()

    def files(self, name="data"):
        """What is in the data directory and does not belong there."""
        return sorted(path.name for path in (self.directory / name).iterdir()
                      if path.name not in ("squire.db", "squire.db-wal", "squire.lock",
                                           "squire.reserve"))

    def test_an_import_of_what_was_exported_last_changes_nothing_but_the_place(self):
        daemon = self.in_mode("full")
        self.fill(daemon)
        wanted = self.picture(daemon)
        for _ in range(3):
            self.imported(daemon, self.export(daemon))
        self.assertEqual(self.picture(daemon), wanted)

    def test_curl_does_both(self):
        daemon = self.in_mode("memory")
        self.fill(daemon)
        wanted = self.picture(daemon)
        url = f"http://127.0.0.1:{daemon.port}/_squire/"
        state = self.directory / "state.squire"
        curl = ["curl", "-sS", "--fail-with-body"]
        subprocess.run([*curl, "-o", state, url + "export"], check=True)
        self.ask(daemon, "/_squire/reset", "POST")
        subprocess.run([*curl, "-T", state, url + "import"], check=True, capture_output=True)
        self.assertEqual(self.picture(daemon), wanted)
        self.ask(daemon, "/_squire/reset", "POST")
        subprocess.run([*curl, "--data-binary", f"@{state}", url + "import"], check=True,
                       capture_output=True)
        self.assertEqual(self.picture(daemon), wanted)

    def test_an_export_holds_nothing_deleted(self):
        for durability in ("full", "relaxed", "memory"):
            with self.subTest(durability=durability):
                daemon = self.start("--durability", durability, data=self.directory / durability)
                client = self.client(daemon)
                client.create("q")
                for number in range(300):
                    client.call("SendMessage", QueueUrl="q", MessageBody="secret" * 5000)
                full = self.export(daemon)
                self.assertIn(b"secret", full)
                client.call("PurgeQueue", QueueUrl="q")
                purged = self.export(daemon)
                self.assertNotIn(b"secret", purged)
                self.assertLess(len(purged), len(full) / 10)
                client.call("SendMessage", QueueUrl="q", MessageBody="secret" * 5000)
                self.ask(daemon, "/_squire/reset", "POST")
                empty = self.export(daemon)
                self.assertNotIn(b"secret", empty)
                self.assertLess(len(empty), 300_000)
                self.imported(daemon, full)
                self.assertEqual(self.client(daemon).counts("q"), (300, 0, 0))

    def test_files_are_their_owners_alone(self):
        daemon = self.start()
        client = self.client(daemon)
        client.create("q")
        client.call("SendMessage", QueueUrl="q", MessageBody="m")
        seen = {}

        def look():
            for path in self.data.iterdir():
                try:
                    seen[path.name] = path.stat().st_mode & 0o777
                except FileNotFoundError:
                    pass

        stop = threading.Event()
        watcher = threading.Thread(target=lambda: [look() for _ in iter(stop.is_set, True)],
                                   daemon=True)
        watcher.start()
        for _ in range(5):
            self.imported(daemon, self.export(daemon))
        stop.set()
        watcher.join()
        look()
        self.assertIn("squire.db", seen)
        self.assertTrue(any(name.startswith("squire-temporary") for name in seen), seen)
        self.assertEqual(set(seen.values()), {0o600}, seen)

    def test_an_export_is_a_database_for_a_data_directory(self):
        for mode in ("full", "memory"):
            daemon = self.in_mode(mode)
            self.fill(daemon)
            wanted = self.picture(daemon)
            made = self.directory / f"made-{mode}"
            made.mkdir()
            (made / "squire.db").write_bytes(self.export(daemon))
            daemon.kill()
            self.assertEqual(self.picture(self.in_mode("full", f"made-{mode}")), wanted)

    def test_handles_and_deduplication_windows_go_with_the_state(self):
        for mode in MODES:
            with self.subTest(mode=mode):
                daemon = self.in_mode(mode, f"a-{mode}")
                client = self.client(daemon)
                orders, steps = client.create("orders"), client.create("steps.fifo")
                client.call("SendMessage", QueueUrl=orders, MessageBody="hello")
                handle = client.receive(orders)[0]["ReceiptHandle"]
                step = {"QueueUrl": steps, "MessageBody": "x", "MessageGroupId": "g",
                        "MessageDeduplicationId": "once"}
                first = client.call("SendMessage", **step)
                state = self.export(daemon)
                other = self.client(self.in_mode(mode, f"b-{mode}"))
                for _ in range(2):  # a fixture, before each test
                    other.send(f"PUT /_squire/import HTTP/1.1\r\nContent-Length: {len(state)}\r\n\r\n"
                               .encode() + state)
                    self.assertEqual(other.read_reply().status, 200)
                    self.assertEqual(other.call("SendMessage", **step)["MessageId"],
                                     first["MessageId"])
                    self.assertEqual(other.counts(steps), (1, 0, 0))
                    other.call("ChangeMessageVisibility", QueueUrl=orders, ReceiptHandle=handle,
                               VisibilityTimeout=60)
                    other.call("DeleteMessage", QueueUrl=orders, ReceiptHandle=handle)
                    self.assertEqual(other.counts(orders), (0, 0, 0))

    def test_an_archive_is_replayed_after_the_import(self):
        for mode in ("full", "memory"):
            daemon = self.in_mode(mode, f"a-{mode}")
            self.fill(daemon)
            other = self.in_mode(mode, f"b-{mode}")
            self.imported(other, self.export(daemon))
            client = self.client(other)
            queue = client.create("replayed.fifo")
            self.subscribe_queue(client, "arn:aws:sns:us-east-1:000000000000:archive.fifo",
                                 "replayed.fifo", ReplayPolicy=json.dumps(
                                     {"PointType": "Timestamp",
                                      "StartingPoint": "2020-01-01T00:00:00.000Z"}))
            until(lambda: client.counts(queue)[0] == 5)
            self.assertEqual(client.bodies(queue), [f"archived {number}" for number in range(5)])

    # ---- who waits -----------------------------------------------------------------------------

    def test_a_poll_that_waits_gets_an_imported_message(self):
        for mode in MODES:
            daemon = self.in_mode(mode, mode)
            client, other = self.client(daemon), self.client(daemon, 30)
            url = client.create("orders")
            client.call("SendMessage", QueueUrl=url, MessageBody="hello")
            state = self.export(daemon)
            client.call("PurgeQueue", QueueUrl=url)
            got = []
            poll = threading.Thread(target=lambda: got.append(
                other.receive(url, WaitTimeSeconds=20)))
            poll.start()
            time.sleep(0.3)  # the poll should wait, though it need not for this to pass
            begin = time.monotonic()
            self.imported(daemon, state)
            poll.join()
            self.assertLess(time.monotonic() - begin, 10)
            self.assertEqual([message["Body"] for message in got[0]], ["hello"])

    def test_a_wait_sees_the_imported_queue(self):
        daemon = self.in_mode("memory", "data", "--testing", "true")
        client = self.client(daemon)
        url = client.create("orders")
        client.call("SendMessage", QueueUrl=url, MessageBody="hello")
        state = self.export(daemon)
        client.call("PurgeQueue", QueueUrl=url)
        answers = []
        wait = threading.Thread(target=lambda: answers.append(self.get(
            daemon, "/_squire/wait?queue=orders&until=total==2&timeout=20s")))
        wait.start()
        time.sleep(0.3)
        self.imported(daemon, state)
        client.call("SendMessage", QueueUrl=url, MessageBody="another")
        wait.join()
        self.assertTrue(answers[0]["met"])

    def test_couriers_begin_and_end_with_the_import(self):
        old, new = self.endpoint(), self.endpoint()
        policy = json.dumps({"healthyRetryPolicy": {
            "minDelayTarget": 1, "maxDelayTarget": 1, "numRetries": 50, "numNoDelayRetries": 0,
            "numMinDelayRetries": 0, "numMaxDelayRetries": 0, "backoffFunction": "linear"}})
        source = self.in_mode("memory")
        client = self.client(source)
        topic = self.create_topic(client, "placed")
        self.subscribe_endpoint(client, topic, new, DeliveryPolicy=policy)
        new.script = [500] * 1000
        self.publish(client, topic, "pending")
        new.wait_for(1)
        state = self.export(source)
        source.kill()

        daemon = self.in_mode("full")
        client = self.client(daemon)
        topic = self.create_topic(client, "others")
        self.subscribe_endpoint(client, topic, old, DeliveryPolicy=policy)
        old.script = [500] * 1000
        self.publish(client, topic, "replaced")
        old.wait_for(1)
        new.script, new.requests[:] = [], []
        for _ in range(2):  # the second one finds the couriers of the first
            self.imported(daemon, state)
            until(lambda: len(new.requests) >= 1)
            self.assertEqual([json.loads(body)["Message"] for body in new.bodies()], ["pending"])
            new.requests.clear()
        self.publish(client, TOPIC_PLACED, "live")
        live = json.loads(new.wait_for(1)[0][2])
        self.assertEqual(live["Message"], "live")
        # Signed with the key that came with the state.
        self.assertIn("BEGIN CERTIFICATE", visit(live["SigningCertURL"]))
        count = len(old.requests)
        time.sleep(2.5)  # two retries' worth
        self.assertEqual(len(old.requests), count)

    # ---- refused -------------------------------------------------------------------------------

    def altered(self, state, sql):
        path = self.directory / "altered"
        path.write_bytes(state)
        with sqlite3.connect(path) as database:
            database.executescript(sql)
        database.close()
        return path.read_bytes()

    def test_what_is_no_state_is_refused_and_changes_nothing(self):
        for mode in ("full", "memory"):
            daemon = self.in_mode(mode, mode)
            self.fill(daemon)
            wanted, state = self.picture(daemon), self.export(daemon)
            foreign = self.directory / f"foreign-{mode}"
            sqlite3.connect(foreign).execute("CREATE TABLE t (x)").connection.close()
            page = bytes(4096)
            cases = {
                "not a squire database": [b"", b"hello", b"SQLite format 3\0"],
                "another program": [foreign.read_bytes(),
                                    self.altered(state, "PRAGMA application_id = 5")],
                "newer squire (schema 99": [self.altered(state, "PRAGMA user_version = 99")],
                "": [state[:len(state) // 2], state[:-4096], state[:8192] + page + state[12288:],
                     os.urandom(100_000), state[:4096] + os.urandom(len(state) - 4096)],
                "tables": [self.altered(state, "CREATE TRIGGER t AFTER DELETE ON message BEGIN "
                                               "DELETE FROM queue; END"),
                           self.altered(state, "ALTER TABLE queue ADD COLUMN more"),
                           self.altered(state, "DROP TABLE outbox")],
                "damaged": [self.altered(state, "UPDATE queue SET attributes = x'39393a61'"),
                            self.altered(state, "UPDATE message SET id = 'short'"),
                            self.altered(state, "UPDATE move_task SET source = 'nonsense'")],
                "no squire has written": [
                    self.altered(state, "UPDATE subscription SET protocol = 77"),
                    self.altered(state, "UPDATE topic SET number = (SELECT min(number) FROM queue) WHERE name = 'placed'"),
                    self.altered(state, "UPDATE queue SET account = 'me'"),
                    self.altered(state, "UPDATE message SET key = (SELECT number FROM topic) << 40"
                                        " WHERE key = (SELECT min(key) FROM message)"),
                    self.altered(state, "UPDATE message SET sent_at = 9223372036854775807"),
                    self.altered(state, "UPDATE message SET group_id = NULL"),
                    self.altered(state, "REPLACE INTO sequence SELECT number, 1 FROM queue"),
                    self.altered(state, "REPLACE INTO registry VALUES (5, '', x'')")],
            }
            for words, files in cases.items():
                for number, file in enumerate(files):
                    with self.subTest(mode=mode, words=words, number=number):
                        status, answer = self.import_file(daemon, file)
                        self.assertEqual(status, 400, answer)
                        self.assertIn("Nothing was imported: ", answer["message"])
                        self.assertIn(words, answer["message"])
            self.assertEqual(self.picture(daemon), wanted)
            if mode != "memory":
                until(lambda: not self.files(mode))
                self.assertEqual(self.files(mode), [])

    def test_a_random_byte_changed_is_refused_or_harmless(self):
        chance = random.Random(SEED)
        daemon = self.in_mode("memory")
        self.fill(daemon)
        state = self.export(daemon)
        for _ in range(150):
            damaged = bytearray(state)
            for _ in range(chance.choice((1, 1, 5, 50))):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            status, answer = self.import_file(daemon, bytes(damaged))
            self.assertIn(status, (200, 400), f"seed {SEED}: {answer}")
            self.assertTrue(daemon.is_alive(), f"seed {SEED}")
        self.imported(daemon, state)

    def test_what_is_too_big_is_refused_before_it_is_taken(self):
        daemon = self.in_mode("full", "data", "--import-bytes-max", 100_000)
        with Wire(daemon.port) as wire:
            wire.send(b"PUT /_squire/import HTTP/1.1\r\nHost: x\r\nContent-Length: 100001\r\n"
                      b"Expect: 100-continue\r\n\r\n")
            reply = wire.read_reply()
            self.assertEqual(reply.status, 413)
            self.assertIn("import_bytes_max", reply.json()["message"])
        with Wire(daemon.port) as wire:
            wire.send(b"PUT /_squire/import HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in range(3):
                wire.send(b"c350\r\n" + bytes(50_000) + b"\r\n")
            self.assertEqual(wire.read_reply().status, 413)
        until(lambda: not self.files())
        self.assertEqual(self.files(), [])
        status, _ = self.ask(daemon, "/", "POST", b"Action=SendMessage&MessageBody=" + b"x" * 200_000)
        self.assertNotEqual(status, 413, "body_bytes_max is for the others")

    def test_a_client_that_goes_away_leaves_no_file(self):
        daemon = self.in_mode("full")
        with Wire(daemon.port) as wire:
            wire.send(b"PUT /_squire/import HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\n"
                      + bytes(50_000))
            until(self.files)
            self.assertNotEqual(self.files(), [])
        until(lambda: not self.files())
        self.assertEqual(self.files(), [])

    def test_with_a_token_only_for_who_has_it(self):
        keys = self.directory / "keys.json"
        keys.write_text(json.dumps([{"access_key": "K", "secret": "s", "account": "0" * 12}]))
        daemon = self.in_mode("full", "data", "--auth", "sigv4", "--keys-file", keys,
                              "--admin-token", "secret")
        self.assertEqual(self.ask(daemon, "/_squire/export")[0], 401)
        self.assertEqual(self.ask(daemon, "/_squire/import", "PUT", b"x" * 100_000)[0], 401)
        token = {"Authorization": "Bearer secret"}
        status, state = self.ask(daemon, "/_squire/export", headers=token)
        self.assertEqual(status, 200)
        self.assertEqual(self.import_file(daemon, state, headers=token)[0], 200)
        with Wire(daemon.port) as wire:
            wire.send(b"PUT /_squire/import HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\n"
                      + bytes(50_000))
            time.sleep(0.3)
            self.assertEqual(self.files(), [], "nothing is spooled for strangers")

    # ---- crashes and load ----------------------------------------------------------------------

    def test_a_kill_in_the_middle_leaves_the_old_or_the_new(self):
        chance = random.Random(SEED)
        def bulk(name, count):
            source = self.in_mode("memory", name)
            client = self.client(source)
            url = client.create(name)
            for _ in range(count):
                client.call("SendMessageBatch", QueueUrl=url, Entries=[
                    {"Id": str(i), "MessageBody": name * 100} for i in range(10)])
            state = self.export(source)
            source.kill()
            return state
        states = {"red": bulk("red", 1000), "blue": bulk("blue", 1500)}
        counts = {"red": 10_000, "blue": 15_000}
        daemon = self.in_mode("full")
        self.imported(daemon, states["red"])
        begin = time.monotonic()
        self.imported(daemon, states["blue"])
        duration = time.monotonic() - begin
        seen, now = set(), "blue"
        for _ in range(ROUNDS):
            wanted = "red" if now == "blue" else "blue"
            answers = []
            def replace():
                try:
                    answers.append(self.import_file(daemon, states[wanted])[0])
                except (OSError, ConnectionError):
                    pass
            thread = threading.Thread(target=replace)
            thread.start()
            time.sleep(chance.uniform(0, duration * 1.3))
            daemon.kill()
            thread.join()
            daemon = self.in_mode("full")
            queues = self.get(daemon, "/_squire/queues")["queues"]
            found = [(queue["name"], queue["visible"]) for queue in queues]
            self.assertEqual(len(found), 1, f"seed {SEED}: {found}")
            self.assertEqual(found[0][1], counts[found[0][0]], f"seed {SEED}: {found}")
            if answers == [200]:
                self.assertEqual(found[0][0], wanted, f"seed {SEED}: answered, and lost")
            seen.add(found[0][0] == wanted)
            now = found[0][0]
            self.assertEqual(self.files(), [], "leftovers go at the start")

    def test_what_a_crash_left_goes_at_the_start(self):
        self.data.mkdir()
        (self.data / "squire-temporary-3").write_text("x")
        (self.data / "squire-temporary-3-wal").write_text("x")
        dead = subprocess.Popen(["true"])
        dead.wait()
        left = pathlib.Path(tempfile.gettempdir()) / f"squire-state-{dead.pid}-abcdef"
        alive = pathlib.Path(tempfile.gettempdir()) / f"squire-state-{os.getpid()}-abcdef"
        for directory in (left, alive):
            directory.mkdir()
            self.addCleanup(lambda path=directory: path.exists() and path.rmdir())
        self.in_mode("full").kill()
        self.assertEqual(self.files(), [])
        self.in_mode("memory")
        self.assertFalse(left.exists())
        self.assertTrue(alive.exists(), "of a daemon that still runs")

    def test_nothing_answered_after_an_import_is_lost(self):
        for mode in MODES:
            with self.subTest(mode=mode):
                daemon = self.in_mode(mode, mode)
                client = self.client(daemon)
                client.create("orders")
                state = self.export(daemon)
                answered, stop, last = [], threading.Event(), [0.0]
                def send(number):
                    with daemon.client(30) as client:
                        while not stop.is_set():
                            begin = time.monotonic()
                            body = f"{number}-{begin}"
                            client.call("SendMessage", QueueUrl=URL + "orders", MessageBody=body)
                            answered.append((begin, body))
                threads = [threading.Thread(target=send, args=(number,)) for number in range(4)]
                for thread in threads:
                    thread.start()
                for _ in range(10):
                    self.imported(daemon, state)
                    last[0] = time.monotonic()
                    time.sleep(0.1)
                stop.set()
                for thread in threads:
                    thread.join()
                wanted = {body for begin, body in answered if begin > last[0]}
                self.assertGreater(len(wanted), 10)
                if mode == "full":
                    daemon.kill()
                    daemon = self.in_mode(mode, mode)
                    client = self.client(daemon)
                found = client.bodies(URL + "orders")
                self.assertEqual(len(found), len(set(found)))
                self.assert_none(wanted - set(found), "messages answered and lost")

    def test_an_export_under_load_has_what_was_answered_and_whole_publishes(self):
        for mode in MODES:
            with self.subTest(mode=mode):
                daemon = self.in_mode(mode, mode)
                client = self.client(daemon)
                topic = self.create_topic(client, "placed")
                names = [f"q{number}" for number in range(8)]
                for name in names:
                    client.create(name)
                    self.subscribe_queue(client, topic, name)
                answered, stop = [], threading.Event()
                def publish(number):
                    with daemon.client(30) as client:
                        step = 0
                        while not stop.is_set():
                            step += 1
                            self.publish(client, topic, f"{number}-{step}")
                            answered.append(f"{number}-{step}")
                threads = [threading.Thread(target=publish, args=(number,)) for number in range(4)]
                for thread in threads:
                    thread.start()
                exports = []
                for _ in range(8):
                    before = set(answered)
                    exports.append((before, self.export(daemon)))
                    time.sleep(0.05)
                stop.set()
                for thread in threads:
                    thread.join()
                for before, state in exports:
                    path = self.directory / "exported"
                    path.write_bytes(state)
                    database = sqlite3.connect(path)
                    found = {name: set() for name in names}
                    for name, body in database.execute("SELECT queue, body FROM readable_message"):
                        found[name].add(body)
                    database.close()
                    for name in names:
                        self.assertEqual(found[name], found["q0"], "a publish in some queues only")
                    self.assert_none(before - found["q0"], "publishes answered before and not there")

    def test_a_big_state_takes_little_memory(self):
        def resident(daemon, which="VmHWM"):
            status = pathlib.Path(f"/proc/{daemon.process.pid}/status").read_text()
            return int(status.split(which + ":")[1].split()[0]) // 1024
        for mode in ("full", "memory"):
            with self.subTest(mode=mode):
                daemon = self.in_mode(mode, mode)
                client = self.client(daemon, 60)
                url = client.create("orders")
                for _ in range(600):
                    client.call("SendMessageBatch", QueueUrl=url, Entries=[
                        {"Id": str(i), "MessageBody": "x" * 20_000} for i in range(10)])
                before = resident(daemon)
                path = self.directory / "state"
                address = f"http://127.0.0.1:{daemon.port}/_squire/"
                subprocess.run(["curl", "-sS", "-o", path, address + "export"], check=True)
                self.assertGreater(path.stat().st_size, 120_000_000)
                self.assertLess(resident(daemon) - before, 40, "MB for an export of 120")
                daemon.kill()
                daemon = self.in_mode(mode, f"other-{mode}")
                subprocess.run(["curl", "-sS", "-T", path, f"http://127.0.0.1:{daemon.port}/_squire/import"],
                               check=True, capture_output=True)
                self.assertLess(resident(daemon), before + 60, "MB for an import of 120")


TOPIC_PLACED = "arn:aws:sns:us-east-1:000000000000:placed"
