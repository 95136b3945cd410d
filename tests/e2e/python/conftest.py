import json

import boto3
import pytest
from botocore.config import Config

from support import ENDPOINT, arn, connect, unique


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


@pytest.fixture(scope="session")
def sns():
    return boto3.client("sns", endpoint_url=ENDPOINT, region_name="us-east-1",
                        config=Config(retries={"max_attempts": 0}),
                        aws_access_key_id="test", aws_secret_access_key="test")


@pytest.fixture
def make_topic(sns):
    """Creates topics under names that nobody else has, and deletes them after the test."""
    arns = []

    def make(name="topic", tags=None, **attributes):
        name = unique(name) + (".fifo" if attributes.get("FifoTopic") else "")
        tags = [{"Key": key, "Value": value} for key, value in (tags or {}).items()]
        arns.append(sns.create_topic(Name=name, Attributes=attributes, Tags=tags)["TopicArn"])
        return arns[-1]

    yield make
    for topic in arns:
        sns.delete_topic(TopicArn=topic)


@pytest.fixture
def topic(make_topic):
    return make_topic()
