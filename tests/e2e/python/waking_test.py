"""What ends a long poll: everything that makes a message visible, and the end of its queue."""

import threading
import time

import pytest

from support import arn, attribute, bodies, needs, receive, receive_one, send_all


@pytest.fixture
def poll_while(sqs):
    """Polls while something happens a moment later; gives the messages, which must come at once."""

    def poll(queue, action, **parameters):
        later = threading.Timer(0.3, action, kwargs=parameters)
        started = time.monotonic()
        later.start()
        messages = receive(sqs, queue, WaitTimeSeconds=10)
        assert 0.25 < time.monotonic() - started < 2
        later.join()
        return messages

    return poll


def test_a_batch_wakes_a_poll_with_at_least_one_of_its_messages(sqs, queue, poll_while):
    entries = [{"Id": name, "MessageBody": name} for name in ("one", "two")]
    first = poll_while(queue, sqs.send_message_batch, QueueUrl=queue, Entries=entries)
    rest = receive(sqs, queue)
    assert first and sorted(bodies(first + rest)) == ["one", "two"]


def test_a_message_given_back_wakes_a_poll(sqs, queue, poll_while):
    send_all(sqs, queue, ["again"])
    handle = receive_one(sqs, queue)["ReceiptHandle"]
    assert bodies(poll_while(queue, sqs.change_message_visibility, QueueUrl=queue,
                             ReceiptHandle=handle, VisibilityTimeout=0)) == ["again"]


def test_a_batch_of_messages_given_back_wakes_a_poll(sqs, queue, poll_while):
    send_all(sqs, queue, ["again"])
    handle = receive_one(sqs, queue)["ReceiptHandle"]
    entries = [{"Id": "a", "ReceiptHandle": handle, "VisibilityTimeout": 0}]
    assert bodies(poll_while(queue, sqs.change_message_visibility_batch, QueueUrl=queue,
                             Entries=entries)) == ["again"]


def test_a_dead_letter_wakes_a_poll_of_the_dead_letter_queue(sqs, pair, poll_while):
    source, dead = pair()
    send_all(sqs, source, ["tough"])
    receive(sqs, source, VisibilityTimeout=0)
    assert bodies(poll_while(dead, sqs.receive_message, QueueUrl=source)) == ["tough"]


@needs("StartMessageMoveTask")
def test_a_dead_letter_moved_back_wakes_a_poll_of_its_source(sqs, pair, poll_while):
    source, dead = pair()
    send_all(sqs, source, ["tough"])
    receive(sqs, source, VisibilityTimeout=0)
    receive(sqs, source)
    assert bodies(poll_while(source, sqs.start_message_move_task, SourceArn=arn(sqs, dead))) == ["tough"]


def test_a_poll_ends_with_its_queue(sqs, queue):
    later = threading.Timer(0.3, sqs.delete_queue, kwargs={"QueueUrl": queue})
    started = time.monotonic()
    later.start()
    try:
        assert receive(sqs, queue, WaitTimeSeconds=10) == []
    except sqs.exceptions.QueueDoesNotExist:
        pass  # either tells the truth
    assert time.monotonic() - started < 2
    later.join()


def test_a_shorter_delay_of_a_fifo_queue_counts_for_messages_already_sent(sqs, create, poll_while):
    url = create(FifoQueue="true", ContentBasedDeduplication="true", DelaySeconds="900")
    send_all(sqs, url, ["late"], MessageGroupId="g")
    assert bodies(poll_while(url, sqs.set_queue_attributes, QueueUrl=url,
                             Attributes={"DelaySeconds": "0"})) == ["late"]


def test_a_shorter_delay_of_a_standard_queue_counts_only_for_later_messages(sqs, create):
    url = create(DelaySeconds="900")
    send_all(sqs, url, ["late"])
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "0"})
    send_all(sqs, url, ["soon"])
    assert bodies(receive(sqs, url, WaitTimeSeconds=1)) == ["soon"]
    assert attribute(sqs, url, "ApproximateNumberOfMessagesDelayed") == "1"
