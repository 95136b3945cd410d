"""Compares a receive from the deep queue `bench` with one from a queue of ten.
Usage: receive_latency.py PORT DEPTH"""
import http.client
import json
import statistics
import sys
import time

port, depth = map(int, sys.argv[1:])
connection = http.client.HTTPConnection("127.0.0.1", port)


def call(action, **members):
    connection.request("POST", "/", json.dumps(members), {"X-Amz-Target": f"AmazonSQS.{action}"})
    return json.loads(connection.getresponse().read() or "{}")


call("CreateQueue", QueueName="ten")
for number in range(10):
    call("SendMessage", QueueUrl="ten", MessageBody="x" * 100)
times = {"ten": [], "bench": []}
for _ in range(5000):
    for queue, samples in times.items():
        began = time.perf_counter()
        call("ReceiveMessage", QueueUrl=queue, VisibilityTimeout=0)
        samples.append(time.perf_counter() - began)
medians = {queue: statistics.median(samples) * 1e6 for queue, samples in times.items()}
print(f"receive from a queue of {depth}: {medians['bench']:.0f} us; of 10: {medians['ten']:.0f} us; "
      f"ratio {medians['bench'] / medians['ten']:.2f}")
