"""What a user tests his own code with: faults, a clock that moves, a wait."""

import json
import threading
import urllib.request

import boto3
import botocore.exceptions
import pytest
from botocore.config import Config

from support import ENDPOINT, bodies, receive, receive_one


def ask(method, path, body=None):
    request = urllib.request.Request(ENDPOINT + "/_squire/" + path, method=method,
                                     data=body if body is None else json.dumps(body).encode())
    with urllib.request.urlopen(request, timeout=40) as answer:
        return json.load(answer)


@pytest.fixture
def fault():
    """Adds faults, and ends them with the test."""
    yield lambda **rule: ask("POST", "faults", rule)
    ask("DELETE", "faults")


def retrying(attempts):
    config = Config(retries={"mode": "standard", "total_max_attempts": attempts})
    return boto3.client("sqs", endpoint_url=ENDPOINT, region_name="us-east-1", config=config,
                        aws_access_key_id="test", aws_secret_access_key="test")


def name_of(queue):
    return queue.rsplit("/", 1)[1]


@pytest.mark.parametrize("effect", ["error", "throttle", "dropBefore"])
def test_retries_survive_what_passes(sqs, queue, fault, effect):
    rule = fault(effect=effect, action="SendMessage", queue=name_of(queue), count=2)
    retrying(3).send_message(QueueUrl=queue, MessageBody="at last")
    assert bodies(receive(sqs, queue)) == ["at last"]
    assert ask("GET", "faults")["faults"][0]["hits"] == 2
    assert ask("DELETE", f"faults/{rule['id']}")["faults"] == []


def test_a_lost_answer_makes_a_retry_send_twice(sqs, queue, fault):
    fault(effect="dropAfter", action="SendMessage", queue=name_of(queue), count=1)
    retrying(2).send_message(QueueUrl=queue, MessageBody="twice")
    assert bodies(receive(sqs, queue)) == ["twice", "twice"]


def test_without_retries_a_fault_is_an_error(sqs, queue, fault):
    fault(effect="throttle", action="SendMessage", queue=name_of(queue))
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        sqs.send_message(QueueUrl=queue, MessageBody="never")
    assert "RequestThrottled" in refused.value.response["Error"]["Code"]


def test_a_message_can_come_twice(sqs, queue, fault):
    sqs.send_message(QueueUrl=queue, MessageBody="again")
    fault(effect="duplicate", action="ReceiveMessage", queue=name_of(queue), count=1)
    assert bodies(receive(sqs, queue)) == ["again"]
    assert bodies(receive(sqs, queue)) == ["again"]
    assert receive(sqs, queue) == []


def test_a_batch_can_fail_in_part(sqs, queue, fault):
    fault(effect="partial", action="SendMessageBatch", queue=name_of(queue))
    entries = [{"Id": str(n), "MessageBody": str(n)} for n in range(10)]
    answer = sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    assert answer["Failed"]
    assert len(answer["Failed"]) + len(answer.get("Successful", [])) == 10


def test_the_clock_brings_a_message_back(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="later")
    assert receive_one(sqs, queue, VisibilityTimeout=6 * 3600)["Body"] == "later"
    assert receive(sqs, queue) == []
    ask("POST", "clock", {"advance": "6h"})
    assert bodies(receive(sqs, queue)) == ["later"]


def test_a_wait_ends_when_a_consumer_is_done(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="work")
    answers = []
    waiting = threading.Thread(target=lambda: answers.append(
        ask("GET", f"wait?queue={name_of(queue)}&until=total==0,deleted==1&timeout=30s")))
    waiting.start()
    message = receive_one(sqs, queue)
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    waiting.join(10)
    assert answers and answers[0]["met"]
