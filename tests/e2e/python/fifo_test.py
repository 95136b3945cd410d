import hashlib
import threading
import time

import pytest

from support import arn, bodies, counts, receive, receive_one, refused


def send(sqs, queue, text, group="g", **more):
    """Sends a message that is a duplicate of none, unless it says so."""
    parameters = {"MessageGroupId": group, "MessageDeduplicationId": f"{group}-{text}", **more}
    return sqs.send_message(QueueUrl=queue, MessageBody=text, **parameters)


def test_a_group_is_received_in_the_order_it_was_sent(sqs, fifo):
    for text in ("1", "2", "3", "4", "5"):
        send(sqs, fifo, text, group="a")
        send(sqs, fifo, text, group="b")
    messages = receive(sqs, fifo)
    for group in ("a", "b"):
        texts = [message["Body"] for message in messages
                 if message["Attributes"]["MessageGroupId"] == group]
        assert texts == ["1", "2", "3", "4", "5"]


def test_a_group_is_locked_while_one_of_its_messages_is_in_flight(sqs, fifo):
    send(sqs, fifo, "a1", group="a")
    send(sqs, fifo, "a2", group="a")
    send(sqs, fifo, "b1", group="b")
    first = receive_one(sqs, fifo)
    assert first["Body"] == "a1"
    assert bodies(receive(sqs, fifo)) == ["b1"]
    assert receive(sqs, fifo) == []
    sqs.delete_message(QueueUrl=fifo, ReceiptHandle=first["ReceiptHandle"])
    assert bodies(receive(sqs, fifo)) == ["a2"]


def test_a_long_poll_is_woken_when_its_group_is_unlocked(sqs, fifo):
    send(sqs, fifo, "1")
    send(sqs, fifo, "2")
    first = receive_one(sqs, fifo)
    release = threading.Timer(0.3, sqs.delete_message, kwargs={
        "QueueUrl": fifo, "ReceiptHandle": first["ReceiptHandle"]})
    started = time.monotonic()
    release.start()
    assert bodies(receive(sqs, fifo, WaitTimeSeconds=10)) == ["2"]
    assert 0.25 < time.monotonic() - started < 2
    release.join()


def test_a_message_made_visible_again_is_the_next_of_its_group(sqs, fifo):
    for text in ("1", "2", "3"):
        send(sqs, fifo, text)
    first = receive_one(sqs, fifo)
    sqs.change_message_visibility(
        QueueUrl=fifo, ReceiptHandle=first["ReceiptHandle"], VisibilityTimeout=0)
    assert bodies(receive(sqs, fifo)) == ["1", "2", "3"]


def test_a_locked_group_counts_as_visible(sqs, fifo):
    send(sqs, fifo, "1")
    send(sqs, fifo, "2")
    receive_one(sqs, fifo)
    assert counts(sqs, fifo) == (1, 1, 0)


def test_an_id_that_was_used_is_a_duplicate_even_after_its_message_was_deleted(sqs, fifo):
    sent = send(sqs, fifo, "first", MessageDeduplicationId="once")
    again = send(sqs, fifo, "second", MessageDeduplicationId="once")
    assert again["MessageId"] == sent["MessageId"]
    assert again["MD5OfMessageBody"] == hashlib.md5(b"second").hexdigest()  # SDKs check their own body
    message = receive_one(sqs, fifo)
    assert message["Body"] == "first"
    assert message["Attributes"]["MessageDeduplicationId"] == "once"
    sqs.delete_message(QueueUrl=fifo, ReceiptHandle=message["ReceiptHandle"])
    send(sqs, fifo, "third", MessageDeduplicationId="once")
    assert receive(sqs, fifo) == []


def test_equal_content_is_a_duplicate_where_the_queue_says_so(sqs, create):
    url = create(FifoQueue="true", ContentBasedDeduplication="true")
    for text in ("This is a test message", "another", "This is a test message"):
        sqs.send_message(QueueUrl=url, MessageBody=text, MessageGroupId="g")
    messages = receive(sqs, url)
    assert bodies(messages) == ["This is a test message", "another"]
    assert messages[0]["Attributes"]["MessageDeduplicationId"] == (
        "6f3438001129a90c5b1637928bf38bf26e39e57c6e9511005682048bedbef906")
    send(sqs, url, "another", MessageDeduplicationId="explicit ids win".replace(" ", "-"))
    assert counts(sqs, url) == (1, 2, 0)


def test_groups_have_ids_of_their_own_where_the_queue_says_so(sqs, create):
    url = create(FifoQueue="true", DeduplicationScope="messageGroup",
                 FifoThroughputLimit="perMessageGroupId")
    for group in ("a", "b", "a"):
        send(sqs, url, group, group=group, MessageDeduplicationId="same")
    assert sorted(bodies(receive(sqs, url))) == ["a", "b"]


def test_a_batch_is_deduplicated_within_itself(sqs, fifo):
    result = sqs.send_message_batch(QueueUrl=fifo, Entries=[
        {"Id": f"entry{number}", "MessageBody": str(number), "MessageGroupId": "g",
         "MessageDeduplicationId": dedup_id} for number, dedup_id in enumerate("xyx")])
    assert len(result["Successful"]) == 3
    assert bodies(receive(sqs, fifo)) == ["0", "1"]


def test_sequence_numbers_rise(sqs, fifo):
    numbers = [send(sqs, fifo, str(number))["SequenceNumber"] for number in range(5)]
    assert all(len(number) == 20 and number.isdigit() for number in numbers)
    assert numbers == sorted(set(numbers))
    assert [message["Attributes"]["SequenceNumber"] for message in receive(sqs, fifo)] == numbers


@pytest.mark.parametrize("lacking, code, message", [
    ("MessageGroupId", "MissingParameter", "The request must contain the parameter MessageGroupId."),
    ("MessageDeduplicationId", "InvalidParameterValue",
     "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId "
     "provided explicitly"),
])
def test_a_fifo_message_has_a_group_and_an_id(sqs, fifo, lacking, code, message):
    parameters = {"MessageGroupId": "g", "MessageDeduplicationId": "d"}
    del parameters[lacking]
    with refused(code, message=message):
        sqs.send_message(QueueUrl=fifo, MessageBody="x", **parameters)


@pytest.mark.parametrize("parameters", [
    {"MessageGroupId": "with space"}, {"MessageGroupId": "x" * 129}, {"MessageGroupId": "ü"},
    {"MessageDeduplicationId": "with space"}, {"DelaySeconds": 5}], ids=str)
def test_a_fifo_message_is_refused_for(sqs, fifo, parameters):
    with refused("InvalidParameterValue"):
        send(sqs, fifo, "x", **parameters)


def test_a_standard_queue_takes_no_deduplication_id(sqs, queue):
    with refused("InvalidParameterValue"):
        sqs.send_message(QueueUrl=queue, MessageBody="x", MessageDeduplicationId="d")


def test_a_standard_queue_takes_no_receive_attempt_id(sqs, queue):
    with refused("InvalidParameterValue"):
        receive(sqs, queue, ReceiveRequestAttemptId="attempt")


def test_a_queue_is_fifo_from_birth_or_never(sqs, create, fifo):
    with refused("InvalidAttributeName", kind=sqs.exceptions.InvalidAttributeName):
        sqs.set_queue_attributes(QueueUrl=create(), Attributes={"FifoQueue": "true"})
    sqs.set_queue_attributes(QueueUrl=fifo, Attributes={"FifoQueue": "true"})  # as it is
    with refused("InvalidAttributeValue", message="Modifying queue type is not supported."):
        sqs.set_queue_attributes(QueueUrl=fifo, Attributes={"FifoQueue": "false"})


def test_a_handle_dies_with_its_visibility_timeout(sqs, fifo):
    send(sqs, fifo, "x")
    handle = receive_one(sqs, fifo, VisibilityTimeout=0)["ReceiptHandle"]
    with refused("InvalidParameterValue", message="Reason: The receipt handle has expired."):
        sqs.delete_message(QueueUrl=fifo, ReceiptHandle=handle)
    [failed] = sqs.delete_message_batch(
        QueueUrl=fifo, Entries=[{"Id": "late", "ReceiptHandle": handle}])["Failed"]
    assert (failed["Code"], failed["Message"], failed["SenderFault"]) == (
        "ReceiptHandleIsInvalid", "The receipt handle has expired", True)
    assert bodies(receive(sqs, fifo)) == ["x"]


def test_a_receive_that_got_lost_can_be_tried_again(sqs, fifo):
    send(sqs, fifo, "1")
    send(sqs, fifo, "2")
    lost = receive(sqs, fifo, ReceiveRequestAttemptId="attempt")
    again = receive(sqs, fifo, ReceiveRequestAttemptId="attempt")
    assert bodies(again) == ["1", "2"]
    handles = [message["ReceiptHandle"] for message in lost]
    assert [message["ReceiptHandle"] for message in again] == handles
    sqs.delete_message(QueueUrl=fifo, ReceiptHandle=handles[0])
    with refused("InvalidParameterValue", message="the receive call is not retryable"):
        receive(sqs, fifo, ReceiveRequestAttemptId="attempt")


def test_the_name_and_the_attribute_of_a_fifo_queue_go_together(sqs):
    for name, attributes in (("plain", {"FifoQueue": "true"}), ("lonely.fifo", {})):
        with refused("InvalidParameterValue"):
            sqs.create_queue(QueueName=name, Attributes=attributes)


def test_a_fifo_arn_ends_like_the_name(sqs, fifo):
    assert arn(sqs, fifo).endswith(".fifo")
