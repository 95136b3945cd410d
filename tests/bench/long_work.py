"""How long a small request waits while the broker does something large, and how long that takes.
Usage: long_work.py BINARY [QUEUES [SUBSCRIPTIONS [MESSAGES]]]     defaults 100000 100000 1500000"""
import http.client
import json
import re
import subprocess
import sys
import threading
import time
import urllib.parse

binary = sys.argv[1]
QUEUES, SUBSCRIPTIONS, MESSAGES = [
    int(sys.argv[i]) if len(sys.argv) > i else default
    for i, default in ((2, 100_000), (3, 100_000), (4, 1_500_000))]
THREADS = 1  # of the daemon: nobody may hope for another worker


class Client:
    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port)

    def get(self, path):
        self.connection.request("GET", path)
        return self.connection.getresponse().read()

    def post(self, path, body):
        self.connection.request("POST", path, body)
        return self.connection.getresponse().read()

    def call(self, action, **members):
        self.connection.request("POST", "/", json.dumps(members),
                                {"X-Amz-Target": f"AmazonSQS.{action}"})
        return json.loads(self.connection.getresponse().read() or "{}")

    def sns(self, action, **members):
        body = urllib.parse.urlencode({"Action": action, "Version": "2010-03-31", **members})
        self.connection.request("POST", "/", body,
                                {"Content-Type": "application/x-www-form-urlencoded"})
        return self.connection.getresponse().read().decode()


class Beside:
    """Small requests on a connection of their own, one after the other, while the block lasts."""

    def __init__(self, what, port):
        self.what, self.client, self.is_over, self.worst = what, Client(port), False, 0.0
        self.thread = threading.Thread(target=self.ask)

    def ask(self):
        while not self.is_over:
            began = time.perf_counter()
            self.client.call("GetQueueUrl", QueueName="q0")
            self.worst = max(self.worst, time.perf_counter() - began)
            time.sleep(0.0005)

    def __enter__(self):
        self.thread.start()
        time.sleep(0.2)
        self.worst = 0.0
        self.began = time.perf_counter()
        return self

    def __exit__(self, *_):
        took = time.perf_counter() - self.began
        self.is_over = True
        self.thread.join()
        print(f"{self.what:<58} {took * 1000:8.1f} ms, {self.worst * 1000:6.1f} ms for others",
              flush=True)


daemon = subprocess.Popen([binary, "--port", "0", "--durability", "memory", "--testing", "true",
                           "--threads", str(THREADS)], stderr=subprocess.PIPE, text=True)
for line in daemon.stderr:
    if found := re.search(r"listening on http://\S+:(\d+)", line):
        port = int(found.group(1))
        break
threading.Thread(target=daemon.stderr.read, daemon=True).start()
try:
    one = Client(port)
    for number in range(QUEUES):
        one.call("CreateQueue", QueueName=f"q{number}")
    with Beside("nothing", port):
        time.sleep(1)
    with Beside(f"GET /metrics, {QUEUES} queues", port):
        one.get("/metrics")
    with Beside(f"ListQueues of 10, {QUEUES} queues", port):
        one.call("ListQueues", MaxResults=10)
    with Beside(f"ListDeadLetterSourceQueues, {QUEUES} queues", port):
        one.call("ListDeadLetterSourceQueues", QueueUrl="q0")
    topic = re.search(r"arn:\S+?(?=<)", one.sns("CreateTopic", Name="t")).group()
    for number in range(SUBSCRIPTIONS):
        one.sns("Subscribe", TopicArn=topic, Protocol="sqs",
                Endpoint=f"arn:aws:sqs:us-east-1:000000000000:q{number}")
    for which in ("first", "second"):  # the first makes the list of all subscriptions
        with Beside(f"a publish to {SUBSCRIPTIONS} subscriptions, the {which}", port):
            one.sns("Publish", TopicArn=topic, Message="m")
    with Beside("ListSubscriptionsByTopic, the first hundred", port):
        one.sns("ListSubscriptionsByTopic", TopicArn=topic)
    entries = [{"Id": str(i), "MessageBody": "m"} for i in range(10)]
    one.call("CreateQueue", QueueName="many")
    one.call("CreateQueue", QueueName="late", Attributes={"DelaySeconds": "900"})
    for queue in ("many", "late"):
        for _ in range(MESSAGES // 10):
            one.call("SendMessageBatch", QueueUrl=queue, Entries=entries)

    def count(queue):
        return int(one.call("GetQueueAttributes", QueueUrl=queue, AttributeNames=["All"])
                   ["Attributes"]["ApproximateNumberOfMessages"])

    with Beside(f"{MESSAGES} delayed messages become visible at once", port):
        one.post("/_squire/clock", '{"advance": "1h"}')
        while count("late") < MESSAGES:
            time.sleep(0.01)
    with Beside(f"{2 * MESSAGES} messages expire at once", port):
        one.post("/_squire/clock", '{"advance": "5d"}')
        while count("many") + count("late") > 0:
            time.sleep(0.01)
    for _ in range(MESSAGES // 10):
        one.call("SendMessageBatch", QueueUrl="many", Entries=entries)
    with Beside(f"PurgeQueue of {MESSAGES} messages", port):
        one.call("PurgeQueue", QueueUrl="many")
    with Beside(f"reset of {QUEUES} queues", port):
        one.post("/_squire/reset", "")
finally:
    daemon.kill()
