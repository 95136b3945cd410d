"""The object-oriented half of boto3, which most tutorials use."""

import boto3
import pytest

from support import ENDPOINT, refused, unique


@pytest.fixture(scope="module")
def sqs():
    return boto3.resource("sqs", endpoint_url=ENDPOINT, region_name="us-east-1")


def test_a_queue_is_an_object_with_messages(sqs):
    name = unique("object")
    queue = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "40"})
    assert sqs.get_queue_by_name(QueueName=name) == queue
    assert queue in sqs.queues.filter(QueueNamePrefix=name)
    assert queue.attributes["VisibilityTimeout"] == "40"

    colour = {"colour": {"DataType": "String", "StringValue": "blue"}}
    queue.send_message(MessageBody="one", MessageAttributes=colour)
    queue.send_messages(Entries=[{"Id": "a", "MessageBody": "two"}, {"Id": "b", "MessageBody": "three"}])
    messages = queue.receive_messages(MaxNumberOfMessages=10, MessageAttributeNames=["All"])
    assert sorted(message.body for message in messages) == ["one", "three", "two"]
    assert [message.message_attributes for message in messages if message.body == "one"] == [colour]

    first, second, third = messages
    first.change_visibility(VisibilityTimeout=0)
    second.delete()
    queue.delete_messages(Entries=[{"Id": "a", "ReceiptHandle": third.receipt_handle}])
    assert [message.body for message in queue.receive_messages()] == [first.body]

    queue.delete()
    with refused("AWS.SimpleQueueService.NonExistentQueue",
                 kind=sqs.meta.client.exceptions.QueueDoesNotExist):
        queue.load()
