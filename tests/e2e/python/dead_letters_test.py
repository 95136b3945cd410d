import json
import time

import pytest

from support import (PROTOCOL, arn, attribute, bodies, counts, eventually, needs, receive,
                     receive_one, refused, send_all)


def wear_out(sqs, queue, receives, messages=1):
    """Receives every message as often as it may be, and looks once more: that moves them."""
    for _ in range(receives):
        assert len(receive(sqs, queue, VisibilityTimeout=0)) == messages
    assert receive(sqs, queue) == []


def finished_task(sqs, source):
    def finished():
        [task, *_] = sqs.list_message_move_tasks(SourceArn=source).get("Results", [None])
        return task if task and task["Status"] not in ("RUNNING", "CANCELLING") else None
    return eventually(finished)


def test_a_message_received_too_often_moves_to_the_dead_letter_queue(sqs, pair):
    source, dead = pair(receives=2)
    [sent] = send_all(sqs, source, ["tough"], MessageAttributes={
        "kept": {"DataType": "String", "StringValue": "yes"}})
    wear_out(sqs, source, receives=2)
    message = receive_one(sqs, dead)
    assert (message["Body"], message["MessageId"]) == ("tough", sent["MessageId"])
    assert message["Attributes"]["DeadLetterQueueSourceArn"] == arn(sqs, source)
    assert message["Attributes"]["ApproximateReceiveCount"] == "3"
    assert message["MessageAttributes"]["kept"]["StringValue"] == "yes"
    assert counts(sqs, source) == (0, 0, 0)


def test_a_fifo_message_keeps_its_group_in_the_dead_letter_queue(sqs, pair):
    source, dead = pair(FifoQueue="true")
    for text in ("1", "2"):
        send_all(sqs, source, [text], MessageGroupId="g", MessageDeduplicationId=text)
    first = receive_one(sqs, source)
    sqs.change_message_visibility(
        QueueUrl=source, ReceiptHandle=first["ReceiptHandle"], VisibilityTimeout=0)
    assert bodies(receive(sqs, source)) == ["2"]
    message = receive_one(sqs, dead)
    assert message["Body"] == "1"
    assert message["Attributes"]["MessageGroupId"] == "g"


def test_a_number_of_receives_may_be_given_as_text(sqs, create, pair):
    _, dead = pair()
    source = create(RedrivePolicy=json.dumps(
        {"deadLetterTargetArn": arn(sqs, dead), "maxReceiveCount": "2"}))
    send_all(sqs, source, ["tough"])
    wear_out(sqs, source, receives=2)
    assert bodies(receive(sqs, dead)) == ["tough"]


def test_a_dead_letter_queue_may_have_one_of_its_own(sqs, create, pair):
    dead, buried = pair(receives=2)
    source = create(RedrivePolicy=json.dumps(
        {"deadLetterTargetArn": arn(sqs, dead), "maxReceiveCount": 1}))
    send_all(sqs, source, ["hopeless"])
    wear_out(sqs, source, receives=1)
    assert counts(sqs, dead) == (1, 0, 0)
    for _ in range(3):  # the count goes on in the second queue, how far is open
        receive(sqs, dead, VisibilityTimeout=0)
    message = receive_one(sqs, buried)
    assert message["Attributes"]["DeadLetterQueueSourceArn"] == arn(sqs, dead)


def test_a_dead_letter_queue_may_name_its_sources(sqs, create):
    def policy(dead):
        return json.dumps({"deadLetterTargetArn": arn(sqs, dead), "maxReceiveCount": 3})

    friend = create("friend")
    dead = create("dead", RedriveAllowPolicy=json.dumps(
        {"redrivePermission": "byQueue", "sourceQueueArns": [arn(sqs, friend)]}))
    sqs.set_queue_attributes(QueueUrl=friend, Attributes={"RedrivePolicy": policy(dead)})
    with refused("InvalidParameterValue"):
        create("stranger", RedrivePolicy=policy(dead))


def test_a_dead_letter_queue_knows_its_sources(sqs, create, pair):
    source, dead = pair()
    policy = attribute(sqs, source, "RedrivePolicy")
    assert json.loads(policy) == {"deadLetterTargetArn": arn(sqs, dead), "maxReceiveCount": 1}
    sources = sorted([source, create("second", RedrivePolicy=policy), create("third", RedrivePolicy=policy)])
    assert sorted(sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"]) == sources
    pages = list(sqs.get_paginator("list_dead_letter_source_queues").paginate(
        QueueUrl=dead, PaginationConfig={"PageSize": 2}))
    assert [len(page["queueUrls"]) for page in pages] == [2, 1]
    none = sqs.list_dead_letter_source_queues(QueueUrl=source)
    assert none.get("queueUrls", [] if PROTOCOL == "query" else None) == []  # in JSON always there


def test_an_empty_redrive_policy_ends_the_redrive(sqs, pair):
    source, dead = pair()
    sqs.set_queue_attributes(QueueUrl=source, Attributes={"RedrivePolicy": ""})
    send_all(sqs, source, ["x"])
    for _ in range(4):
        assert bodies(receive(sqs, source, VisibilityTimeout=0)) == ["x"]
    assert counts(sqs, dead) == (0, 0, 0)


@pytest.mark.parametrize("policy", [
    "no json",
    "[]",
    '{"maxReceiveCount": 1}',
    '{"deadLetterTargetArn": "THE DLQ"}',
    '{"deadLetterTargetArn": "THE DLQ", "maxReceiveCount": 0}',
    '{"deadLetterTargetArn": "THE DLQ", "maxReceiveCount": 1001}',
    '{"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:nowhere", "maxReceiveCount": 1}',
])
def test_a_redrive_policy_must_make_sense(sqs, create, policy):
    dead = create("dead")
    with refused("InvalidParameterValue"):
        create(RedrivePolicy=policy.replace("THE DLQ", arn(sqs, dead)))


def test_a_dead_letter_queue_is_of_the_same_type_as_its_source(sqs, create, fifo):
    with refused("InvalidParameterValue"):
        create(RedrivePolicy=json.dumps({"deadLetterTargetArn": arn(sqs, fifo), "maxReceiveCount": 3}))


def test_a_queue_may_decide_for_whom_it_takes_dead_letters(sqs, create):
    dead = create("dead", RedriveAllowPolicy='{"redrivePermission": "denyAll"}')
    policy = json.dumps({"deadLetterTargetArn": arn(sqs, dead), "maxReceiveCount": 3})
    with refused("InvalidParameterValue"):
        create(RedrivePolicy=policy)
    sqs.set_queue_attributes(
        QueueUrl=dead, Attributes={"RedriveAllowPolicy": '{"redrivePermission": "allowAll"}'})
    create(RedrivePolicy=policy)


@needs("StartMessageMoveTask")
def test_dead_letters_are_moved_back_as_new_messages(sqs, pair):
    source, dead = pair()
    [sent] = send_all(sqs, source, ["back again"], MessageAttributes={
        "kept": {"DataType": "String", "StringValue": "yes"}})
    wear_out(sqs, source, receives=1)
    before = int(time.time() * 1000)
    assert sqs.start_message_move_task(SourceArn=arn(sqs, dead))["TaskHandle"]
    task = finished_task(sqs, arn(sqs, dead))
    assert task["Status"] == "COMPLETED"
    assert task["SourceArn"] == arn(sqs, dead)
    assert task["ApproximateNumberOfMessagesMoved"] == 1
    assert task["ApproximateNumberOfMessagesToMove"] == 1
    assert before - 1000 <= task["StartedTimestamp"] <= before + 60_000
    assert {"TaskHandle", "DestinationArn", "MaxNumberOfMessagesPerSecond",
            "FailureReason"}.isdisjoint(task)

    message = receive_one(sqs, source, WaitTimeSeconds=5)
    assert message["Body"] == "back again" and message["MessageId"] != sent["MessageId"]
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"
    assert message["MessageAttributes"]["kept"]["StringValue"] == "yes"
    assert counts(sqs, dead) == (0, 0, 0)


@needs("StartMessageMoveTask")
def test_dead_letters_are_moved_to_another_queue_if_asked(sqs, create, pair):
    source, dead = pair()
    other = create("other")
    send_all(sqs, source, ["moved"])
    wear_out(sqs, source, receives=1)
    sqs.start_message_move_task(SourceArn=arn(sqs, dead), DestinationArn=arn(sqs, other),
                                MaxNumberOfMessagesPerSecond=500)
    task = finished_task(sqs, arn(sqs, dead))
    assert (task["Status"], task["DestinationArn"], task["MaxNumberOfMessagesPerSecond"]) == (
        "COMPLETED", arn(sqs, other), 500)
    assert bodies(receive(sqs, other, WaitTimeSeconds=5)) == ["moved"]


@needs("CancelMessageMoveTask")
def test_a_slow_move_can_be_cancelled_and_is_the_only_one_of_its_queue(sqs, pair):
    source, dead = pair()
    send_all(sqs, source, [str(number) for number in range(10)])
    wear_out(sqs, source, receives=1, messages=10)
    task = sqs.start_message_move_task(SourceArn=arn(sqs, dead), MaxNumberOfMessagesPerSecond=1)
    [running] = sqs.list_message_move_tasks(SourceArn=arn(sqs, dead), MaxResults=10)["Results"]
    assert (running["Status"], running["TaskHandle"]) == ("RUNNING", task["TaskHandle"])
    with pytest.raises(sqs.exceptions.ClientError):
        sqs.start_message_move_task(SourceArn=arn(sqs, dead))

    moved = sqs.cancel_message_move_task(TaskHandle=task["TaskHandle"])["ApproximateNumberOfMessagesMoved"]
    assert 0 <= moved < 10
    assert finished_task(sqs, arn(sqs, dead))["Status"] == "CANCELLED"
    assert counts(sqs, dead)[0] + counts(sqs, source)[0] == 10
    with pytest.raises(sqs.exceptions.ClientError):
        sqs.cancel_message_move_task(TaskHandle=task["TaskHandle"])


@needs("StartMessageMoveTask")
def test_only_a_dead_letter_queue_that_exists_can_be_moved_from(sqs, queue):
    with refused("InvalidParameterValue"):
        sqs.start_message_move_task(SourceArn=arn(sqs, queue))
    with refused("ResourceNotFoundException", status=404,
                 kind=sqs.exceptions.ResourceNotFoundException):
        sqs.start_message_move_task(SourceArn="arn:aws:sqs:us-east-1:000000000000:nowhere")
