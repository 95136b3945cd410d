"""An answered Publish has reached every subscribed queue, whatever ends the daemon.

SQUIRE_KILL_ROUNDS (20) is how often the publishers are interrupted by `kill -9`.
"""

import itertools
import json
import os
import random
import threading
import time

from sns_support import SnsTest, sns
from support import until

ROUNDS = int(os.environ.get("SQUIRE_KILL_ROUNDS", "20"))
SEED = int(os.environ.get("SQUIRE_SEED", str(int(time.time()))))
LOST = (OSError, ConnectionError)  # what a client sees of a killed daemon
URL = "http://x/000000000000/"


class Publishers:
    """Clients that publish until the daemon is gone. Messages differ."""

    def __init__(self, daemon, job, count):
        self.answered, self.tried = [], set()
        self.lock = threading.Lock()
        self.failures = []
        self.threads = [threading.Thread(target=self.run, args=(daemon, job, number), daemon=True)
                        for number in range(count)]
        for thread in self.threads:
            thread.start()

    def run(self, daemon, job, number):
        try:
            with daemon.client() as client:
                for step in itertools.count():
                    message, parameters = job(number, step)
                    with self.lock:
                        self.tried.add(message)
                    answer = sns(client, "Publish", Message=message, **parameters)
                    with self.lock:
                        self.answered.append((message, answer.findtext(".//SequenceNumber")))
        except LOST:
            pass
        except Exception as failure:  # for join() to raise
            self.failures.append(failure)

    def join(self):
        for thread in self.threads:
            thread.join(30)
        if self.failures:
            raise self.failures[0]


class FanOutTest(SnsTest):
    def setUp(self):
        super().setUp()
        self.chance = random.Random(SEED)

    def drain(self, client, name):
        """All bodies in the queue, in the order in which they are received; deletes them."""
        bodies = []
        while messages := client.receive(URL + name):
            bodies += [message["Body"] for message in messages]
            client.call("DeleteMessageBatch", QueueUrl=URL + name, Entries=[
                {"Id": str(i), "ReceiptHandle": message["ReceiptHandle"]}
                for i, message in enumerate(messages)])
        return bodies

    def test_an_answered_publish_is_in_all_of_twenty_queues_once(self):
        names = [f"q{i}" for i in range(20)]
        daemon = self.start()
        client = self.client(daemon)
        topic = self.create_topic(client, "news")
        for name in names:
            client.create(name)
            self.subscribe_queue(client, topic, name)
        total = 0
        for number in range(ROUNDS):
            publishers = Publishers(
                daemon, lambda who, step: (f"{number}-{who}-{step}", {"TopicArn": topic}), 4)
            time.sleep(self.chance.uniform(0.05, 0.4))
            daemon.kill()
            publishers.join()
            daemon = self.start()
            client = self.client(daemon)
            answered = {message for message, _ in publishers.answered}
            total += len(answered)
            for name in names:
                got = self.drain(client, name)
                self.assertEqual(len(got), len(set(got)), f"{name}: twice (seed {SEED})")
                self.assert_none(answered - set(got), f"answered messages are not in {name}")
                self.assert_none(set(got) - publishers.tried, f"strange messages in {name}")
        self.assertGreater(total, ROUNDS, "too few to say anything")

    def test_a_fifo_topic_keeps_its_order_in_every_queue(self):
        names = [f"q{i}.fifo" for i in range(5)]
        daemon = self.start()
        client = self.client(daemon)
        topic = self.create_topic(client, "news.fifo")
        for name in names:
            client.create(name)
            self.subscribe_queue(client, topic, name)
        last_sequence = 0
        for number in range(ROUNDS):
            def job(who, step):
                message = f"{number}-{who}-{step}"
                return message, {"TopicArn": topic, "MessageGroupId": f"{number}-{who}",
                                 "MessageDeduplicationId": message}
            publishers = Publishers(daemon, job, 4)
            time.sleep(self.chance.uniform(0.05, 0.4))
            daemon.kill()
            publishers.join()
            daemon = self.start()
            client = self.client(daemon)
            answered = {message for message, _ in publishers.answered}
            sequences = [int(sequence) for _, sequence in publishers.answered]
            if sequences:
                self.assertEqual(len(sequences), len(set(sequences)))
                self.assertGreater(min(sequences), last_sequence)
                last_sequence = max(sequences)
            # Who got no answer publishes again: that is a duplicate, or arrives now.
            for message in sorted(publishers.tried - answered):
                sns(client, "Publish", TopicArn=topic, Message=message,
                    MessageGroupId=message.rsplit("-", 1)[0], MessageDeduplicationId=message)
            for name in names:
                got = self.drain(client, name)
                self.assertEqual(len(got), len(set(got)), f"{name}: twice (seed {SEED})")
                self.assertEqual(set(got), publishers.tried, name)
                for who in range(4):
                    steps = [int(body.rsplit("-", 1)[1]) for body in got
                             if body.startswith(f"{number}-{who}-")]
                    self.assertEqual(steps, sorted(steps), f"{name}: order (seed {SEED})")

    def test_subscriptions_and_their_attributes_survive(self):
        daemon = self.start()
        client = self.client(daemon)
        topic = self.create_topic(client, "news", DisplayName="News")
        client.create("q")
        arn = self.subscribe_queue(client, topic, "q", FilterPolicy='{"a":["x"]}')
        gone = self.subscribe_queue(client, topic, "gone")
        sns(client, "Unsubscribe", SubscriptionArn=gone)
        daemon.kill()
        client = self.client(self.start())
        shown = sns(client, "GetSubscriptionAttributes", SubscriptionArn=arn)
        values = {entry.findtext("key"): entry.findtext("value") for entry in shown.iter("entry")}
        self.assertEqual(values["FilterPolicy"], '{"a":["x"]}')
        self.assertEqual(values["RawMessageDelivery"], "true")
        with self.refused("NotFound", 404):
            sns(client, "GetSubscriptionAttributes", SubscriptionArn=gone)
        self.publish(client, topic, "no")
        self.assertEqual(client.bodies(URL + "q"), [])

    def test_pending_deliveries_go_on_with_their_back_off(self):
        listener = self.endpoint()
        daemon = self.start()
        client = self.client(daemon)
        topic = self.create_topic(client, "news")
        policy = {"healthyRetryPolicy": {"numRetries": 10, "minDelayTarget": 2,
                                         "maxDelayTarget": 2}}
        self.subscribe_endpoint(client, topic, listener, RawMessageDelivery="true",
                                DeliveryPolicy=json.dumps(policy))
        listener.script = [500] * 5
        for number in range(5):
            self.publish(client, topic, str(number))
        listener.wait_for(5)
        time.sleep(0.5)  # until the back-off is stored
        daemon.kill()
        failed_at = time.monotonic()
        self.start()
        listener.wait_for(10)
        self.assertGreater(time.monotonic() - failed_at, 1, "not before the back-off is over")
        self.assertEqual(sorted(listener.bodies()[5:]), [str(i) for i in range(5)])

    def test_an_archive_is_replayed_after_a_restart(self):
        daemon = self.start()
        client = self.client(daemon)
        topic = self.create_topic(client, "log.fifo", ContentBasedDeduplication="true",
                                  ArchivePolicy='{"MessageRetentionPeriod":"30"}')
        for number in range(1500):
            self.publish(client, topic, str(number), MessageGroupId="g")
        daemon.kill()
        client = self.client(self.start())
        client.create("q.fifo")
        arn = self.subscribe_queue(
            client, topic, "q.fifo", ReplayPolicy=json.dumps(
                {"PointType": "Timestamp", "StartingPoint": "2020-01-01T00:00:00.000Z"}))
        self.publish(client, topic, "live", MessageGroupId="g")

        def status():
            shown = sns(client, "GetSubscriptionAttributes", SubscriptionArn=arn)
            return [entry.findtext("value") for entry in shown.iter("entry")
                    if entry.findtext("key") == "ReplayStatus"]
        self.assertEqual(until(lambda: status() == ["Completed"] and status()), ["Completed"])
        self.assertEqual(self.drain(client, "q.fifo"), [str(i) for i in range(1500)] + ["live"])
        with self.refused("InvalidState"):
            sns(client, "DeleteTopic", TopicArn=topic)

    def test_an_archive_with_gaps_is_replayed(self):
        daemon = self.start()
        client = self.client(daemon)
        topic = self.create_topic(client, "gaps.fifo", ContentBasedDeduplication="true")
        archive = {"TopicArn": topic, "AttributeName": "ArchivePolicy",
                   "AttributeValue": '{"MessageRetentionPeriod":"30"}'}
        for number in range(3):
            self.publish(client, topic, f"not archived {number}", MessageGroupId="g")
        sns(client, "SetTopicAttributes", **archive)
        for number in range(3):
            self.publish(client, topic, str(number), MessageGroupId="g")
        self.assertEqual(daemon.stop(), 0)  # another gap
        client = self.client(self.start())
        for number in range(3, 6):
            self.publish(client, topic, str(number), MessageGroupId="g")
        client.create("q.fifo")
        hour_ago = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() - 3600))
        self.subscribe_queue(client, topic, "q.fifo", ReplayPolicy=json.dumps(
            {"PointType": "Timestamp", "StartingPoint": hour_ago}))
        found = []
        until(lambda: found.extend(self.drain(client, "q.fifo")) or len(found) >= 6)
        self.assertEqual(found, [str(i) for i in range(6)])
        self.publish(client, topic, "live", MessageGroupId="g")
        self.assertEqual(until(lambda: self.drain(client, "q.fifo")), ["live"])
