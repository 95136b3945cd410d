"""Latency and rate of receives from a FIFO queue, each answered behind its commit.
Usage: fifo_receive.py PORT [CONNECTIONS]"""
import http.client
import json
import statistics
import sys
import threading
import time

port = int(sys.argv[1])
connections = int(sys.argv[2]) if len(sys.argv) > 2 else 32
RECEIVES = 2000  # alone, and then by each connection


class Client:
    def __init__(self):
        self.connection = http.client.HTTPConnection("127.0.0.1", port)

    def call(self, action, **members):
        self.connection.request("POST", "/", json.dumps(members),
                                {"X-Amz-Target": f"AmazonSQS.{action}"})
        return json.loads(self.connection.getresponse().read() or "{}")


def fill(client, queue, groups):
    client.call("CreateQueue", QueueName=queue, Attributes={"FifoQueue": "true"})
    for group in range(groups):
        client.call("SendMessage", QueueUrl=queue, MessageBody="x" * 100,
                    MessageGroupId=str(group), MessageDeduplicationId=str(group))


def receive(client, queue):
    """Gives the message back at once, so that the next receive finds one."""
    assert client.call("ReceiveMessage", QueueUrl=queue, VisibilityTimeout=0)["Messages"]


def run(queue):
    client = Client()
    for _ in range(RECEIVES // 4):
        receive(client, queue)


one = Client()
fill(one, "fifo-bench.fifo", connections)
times = []
for _ in range(RECEIVES):
    began = time.perf_counter()
    receive(one, "fifo-bench.fifo")
    times.append(time.perf_counter() - began)
times.sort()
threads = [threading.Thread(target=run, args=("fifo-bench.fifo",)) for _ in range(connections)]
began = time.perf_counter()
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
rate = connections * (RECEIVES // 4) / (time.perf_counter() - began)
print(f"receive from a FIFO queue: {statistics.median(times) * 1e6:.0f} us, "
      f"99 of 100 within {times[len(times) * 99 // 100] * 1e6:.0f} us; "
      f"{connections} connections: {rate:.0f} a second")
