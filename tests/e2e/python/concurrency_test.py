import collections
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ReadTimeoutError

from support import bodies, connect, counts, receive, send_all

MESSAGES = 600
THREADS = 12


def consume(sqs, queue, wait):
    """Receives and deletes until a long poll comes back empty; gives the bodies."""
    seen = []
    while messages := receive(sqs, queue, WaitTimeSeconds=wait):
        seen += bodies(messages)
        result = sqs.delete_message_batch(QueueUrl=queue, Entries=[
            {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
            for number, message in enumerate(messages)])
        assert not result.get("Failed")
    return seen


def produce(sqs, queue, numbers, **parameters):
    for start in range(0, len(numbers), 10):
        sqs.send_message_batch(QueueUrl=queue, Entries=[
            {"Id": str(number), "MessageBody": str(number), **parameters}
            for number in numbers[start:start + 10]])


def test_twelve_consumers_receive_each_message_exactly_once(sqs, queue):
    with ThreadPoolExecutor(THREADS + 3) as pool:
        consumers = [pool.submit(consume, sqs, queue, 2) for _ in range(THREADS)]
        producers = [pool.submit(produce, sqs, queue, range(first, MESSAGES, 3)) for first in range(3)]
        for producer in producers:
            producer.result()
        seen = [body for consumer in consumers for body in consumer.result()]
    assert collections.Counter(seen) == collections.Counter(map(str, range(MESSAGES)))
    assert counts(sqs, queue) == (0, 0, 0)


def test_four_consumers_of_a_fifo_queue_keep_every_group_in_order(sqs, create):
    url = create(FifoQueue="true", ContentBasedDeduplication="true")
    groups = [str(number) for number in range(6)]
    for group in groups:
        texts = [f"{group} {number:03}" for number in range(30)]
        for start in range(0, len(texts), 10):
            sqs.send_message_batch(QueueUrl=url, Entries=[
                {"Id": str(number), "MessageBody": text, "MessageGroupId": group}
                for number, text in enumerate(texts[start:start + 10])])

    order = collections.defaultdict(list)  # of a locked group, one consumer writes at a time

    def work():
        while messages := receive(sqs, url, MaxNumberOfMessages=4, WaitTimeSeconds=1):
            for message in messages:
                order[message["Attributes"]["MessageGroupId"]].append(message["Body"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    with ThreadPoolExecutor(4) as pool:
        for job in [pool.submit(work) for _ in range(4)]:
            job.result()
    assert order == {group: [f"{group} {number:03}" for number in range(30)] for group in groups}


def test_a_client_that_hangs_up_during_a_long_poll_takes_no_message_with_it(sqs, queue):
    impatient = connect(read_timeout=0.4)

    def hang_up():
        with pytest.raises(ReadTimeoutError):
            receive(impatient, queue, WaitTimeSeconds=20)

    with ThreadPoolExecutor(4) as pool:
        for job in [pool.submit(hang_up) for _ in range(4)]:
            job.result()
    send_all(sqs, queue, ["still here"])
    started = time.monotonic()
    assert bodies(receive(sqs, queue, WaitTimeSeconds=5)) == ["still here"]
    assert time.monotonic() - started < 2


def test_one_message_wakes_only_one_of_several_long_polls(sqs, queue):
    with ThreadPoolExecutor(4) as pool:
        polls = [pool.submit(receive, sqs, queue, WaitTimeSeconds=2) for _ in range(4)]
        threading.Timer(0.3, send_all, (sqs, queue, ["one"])).start()
        assert sorted(len(poll.result()) for poll in polls) == [0, 0, 0, 1]
