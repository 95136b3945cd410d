"""What the tests say often: connect, receive, count, be refused."""

import contextlib
import os
import time
import uuid

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
ACCOUNT = "000000000000"
PROTOCOL = os.environ["PROTOCOL"]  # what this boto3 is expected to speak: json or query


def connect(account="test", region="us-east-1", endpoint=ENDPOINT, **settings):
    # No retries: they would hide an answer that was wrong the first time.
    config = Config(retries={"max_attempts": 0}, max_pool_connections=32, **settings)
    return boto3.client("sqs", endpoint_url=endpoint, region_name=region, config=config,
                        aws_access_key_id=account, aws_secret_access_key="test")


def unique(prefix):
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


def needs(operation, member=None):
    """Skips a test where the SDK is older than what it is about."""
    model = connect().meta.service_model
    known = operation in model.operation_names and (
        member is None or member in model.operation_model(operation).input_shape.members)
    return pytest.mark.skipif(not known, reason=f"this boto3 has no {member or operation}")


def receive(sqs, queue, **parameters):
    """Up to ten messages with all they have. AttributeNames is deprecated, but every SDK has it."""
    wanted = {"MaxNumberOfMessages": 10, "AttributeNames": ["All"], "MessageAttributeNames": ["All"]}
    return sqs.receive_message(QueueUrl=queue, **{**wanted, **parameters}).get("Messages", [])


def receive_one(sqs, queue, **parameters):
    [message] = receive(sqs, queue, MaxNumberOfMessages=1, **parameters)
    return message


def bodies(messages):
    return [message["Body"] for message in messages]


def send_all(sqs, queue, texts, **parameters):
    return [sqs.send_message(QueueUrl=queue, MessageBody=text, **parameters) for text in texts]


def attribute(sqs, queue, name):
    answer = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=[name])
    return answer.get("Attributes", {}).get(name)


def arn(sqs, queue):
    return attribute(sqs, queue, "QueueArn")


def counts(sqs, queue):
    """How many messages are visible, in flight, delayed."""
    got = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    return tuple(int(got["ApproximateNumberOfMessages" + state])
                 for state in ("", "NotVisible", "Delayed"))


@contextlib.contextmanager
def refused(code, *, kind=ClientError, status=400, message=""):
    """The call within fails with this Error.Code, this class of exception, this HTTP status."""
    with pytest.raises(ClientError) as caught:
        yield
    answer = caught.value.response
    assert answer["Error"]["Code"] == code, answer
    assert isinstance(caught.value, kind), f"{type(caught.value)} is not {kind}"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == status, answer
    assert message in answer["Error"]["Message"]


def eventually(condition, patience=10):
    deadline = time.monotonic() + patience
    while not (result := condition()):
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)
    return result
