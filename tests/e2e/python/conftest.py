import json

import pytest

from support import arn, connect, unique


@pytest.fixture(scope="session")
def sqs():
    return connect()


@pytest.fixture
def create(sqs):
    """Creates queues under names that nobody else has, and deletes them after the test."""
    urls = []

    def create_queue(name="queue", tags=None, **attributes):
        if attributes.get("FifoQueue"):
            name = unique(name) + ".fifo"
        else:
            name = unique(name)
        more = {"tags": tags} if tags else {}
        url = sqs.create_queue(QueueName=name, Attributes=attributes, **more)["QueueUrl"]
        urls.append(url)
        return url

    yield create_queue
    for url in urls:
        try:
            sqs.delete_queue(QueueUrl=url)
        except sqs.exceptions.QueueDoesNotExist:
            pass  # deleted by the test


@pytest.fixture
def queue(create):
    return create()


@pytest.fixture
def fifo(create):
    return create("fifo", FifoQueue="true")


@pytest.fixture
def pair(sqs, create):
    """Creates a queue and its dead-letter queue."""

    def create_pair(receives=1, **attributes):
        dead = create("dead", **attributes)
        policy = {"deadLetterTargetArn": arn(sqs, dead), "maxReceiveCount": receives}
        return create("source", RedrivePolicy=json.dumps(policy), **attributes), dead

    return create_pair
