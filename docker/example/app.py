"""Publishes orders to a topic, and handles them as they arrive in the queue that subscribed to it."""

import os
import signal
import sys
import threading

import boto3

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
# Older versions of boto3 do not take these from the environment.
settings = {"endpoint_url": os.environ["AWS_ENDPOINT_URL"], "region_name": os.environ["AWS_REGION"]}
topic = boto3.resource("sns", **settings).create_topic(Name="orders-placed")
queue = boto3.resource("sqs", **settings).get_queue_by_name(QueueName="orders")


def produce():
    for number in range(1, 11):
        topic.publish(Message=f"order {number}")


threading.Thread(target=produce, daemon=True).start()
while True:
    for message in queue.receive_messages(MaxNumberOfMessages=10, WaitTimeSeconds=20):
        print("handled", message.body)
        message.delete()
