import hashlib
import threading
import time

import pytest

from support import (PROTOCOL, bodies, counts, needs, receive, receive_one,
                     refused, send_all)

CITY = {"DataType": "String", "StringValue": "Any City"}
BLOB = {"DataType": "Binary", "BinaryValue": b"\x00\x01\x02"}
ANSWER = {"DataType": "Number.int", "StringValue": "42"}


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


@pytest.mark.parametrize("text", [
    "This is a test message",
    "<xml attr=\"'\">&amp; ]]></xml>",
    "a line\r\nanother\n\ttabbed \r lone, trailing space ",
    "Größe 漢字 العربية 🐘 \u00a0\u2028\ufffd\U0010ffff\ud7ff\ue000",
    '{"json": "\\u0041 \\\\ \\" + %41 &x=y"}',
    " ",
    "e\u0301 is not \u00e9",
], ids=["plain", "markup", "whitespace", "unicode", "escapes", "space", "unnormalised"])
def test_a_body_comes_back_as_it_was_sent(sqs, queue, text):
    sent = sqs.send_message(QueueUrl=queue, MessageBody=text)
    message = receive_one(sqs, queue)
    assert message["Body"] == text
    assert message["MessageId"] == sent["MessageId"]
    assert message["MD5OfBody"] == sent["MD5OfMessageBody"] == md5(text)


@pytest.mark.parametrize("text", ["\x00", "a\x01b", "\x0b", "\x1f", "\ufffe", "\uffff"],
                         ids=lambda text: ascii(text))
def test_a_body_with_a_character_that_xml_forbids_is_rejected(sqs, queue, text):
    with refused("InvalidMessageContents", kind=sqs.exceptions.InvalidMessageContents):
        sqs.send_message(QueueUrl=queue, MessageBody=text)
    assert counts(sqs, queue) == (0, 0, 0)


@pytest.mark.skipif(PROTOCOL == "query", reason="cannot be written in a form")
def test_a_body_with_half_a_surrogate_pair_is_rejected(sqs, queue):
    with pytest.raises(sqs.exceptions.ClientError):
        sqs.send_message(QueueUrl=queue, MessageBody="half \ud83d of it")
    assert counts(sqs, queue) == (0, 0, 0)


@pytest.mark.parametrize("text", ["x" * 2**20, "é" * 2**19], ids=["one byte", "two bytes"])
def test_a_message_may_have_a_mebibyte(sqs, queue, text):
    sqs.send_message(QueueUrl=queue, MessageBody=text)
    assert receive_one(sqs, queue)["Body"] == text


def test_a_message_may_not_be_larger_than_its_queue_allows(sqs, queue, create):
    small = create(MaximumMessageSize="1024")
    sqs.send_message(QueueUrl=small, MessageBody="x" * 1024)
    for url, body, attributes in ((queue, "x" * (2**20 + 1), {}), (small, "x" * 1025, {}),
                                  (small, "x" * 1010, {"City": CITY})):
        with refused("InvalidParameterValue"):
            sqs.send_message(QueueUrl=url, MessageBody=body, MessageAttributes=attributes)


def test_message_attributes_come_back_with_their_digest(sqs, queue):
    attributes = {"City": CITY, "Blob": BLOB, "Num": ANSWER}
    sent = sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes=attributes)
    assert sent["MD5OfMessageAttributes"] == "4d647fa812b2747c0a9b087ade7ebbe5"
    message = receive_one(sqs, queue)
    assert message["MessageAttributes"] == attributes
    assert message["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]


def test_the_digest_covers_only_the_attributes_that_were_asked_for(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x",
                     MessageAttributes={"City": CITY, "Blob": BLOB, "Num": ANSWER})
    only = lambda *names: receive_one(sqs, queue, VisibilityTimeout=0, MessageAttributeNames=names)
    two = only("City", "Blob", "Unknown")
    assert two["MessageAttributes"] == {"City": CITY, "Blob": BLOB}
    assert two["MD5OfMessageAttributes"] == "0853068fbe966c82bf87c25d3e211f23"
    assert set(only(".*")["MessageAttributes"]) == {"City", "Blob", "Num"}
    for names in ((), ("Unknown",)):
        assert {"MessageAttributes", "MD5OfMessageAttributes"}.isdisjoint(only(*names))


def test_a_prefix_selects_message_attributes(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes={
        "trace.id": CITY, "trace.span": CITY, "City": CITY})
    message = receive_one(sqs, queue, MessageAttributeNames=["trace.*"])
    assert set(message["MessageAttributes"]) == {"trace.id", "trace.span"}


@pytest.mark.parametrize("name, value", [
    ("AWS.reserved", CITY),
    ("amazon.reserved", CITY),
    (".dot", CITY),
    ("two..dots", CITY),
    ("sp ace", CITY),
    ("n" * 257, CITY),
    ("type", {"DataType": "Text", "StringValue": "x"}),
    ("number", {"DataType": "Number", "StringValue": "forty-two"}),
    ("mismatch", {"DataType": "String", "BinaryValue": b"x"}),
    ("empty", {"DataType": "String", "StringValue": ""}),
])
def test_a_message_attribute_must_be_well_formed(sqs, queue, name, value):
    with refused("InvalidParameterValue"):
        sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes={name: value})


def test_a_message_has_at_most_ten_attributes(sqs, queue):
    attributes = {f"name{number}": CITY for number in range(10)}
    sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes=attributes)
    with refused("InvalidParameterValue"):
        sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes={**attributes, "more": CITY})


def test_system_attributes_tell_a_messages_life(sqs, queue):
    before = int(time.time() * 1000)
    header = "Root=1-5759e988-bd862e3fe1be46a994272793"
    sent = sqs.send_message(QueueUrl=queue, MessageBody="x", MessageSystemAttributes={
        "AWSTraceHeader": {"DataType": "String", "StringValue": header}})
    assert sent["MD5OfMessageSystemAttributes"] == "62a56dd927315f2b2e12832b84617ea5"
    first = receive_one(sqs, queue, VisibilityTimeout=0)["Attributes"]
    second = receive_one(sqs, queue, VisibilityTimeout=0)["Attributes"]
    assert (first["ApproximateReceiveCount"], second["ApproximateReceiveCount"]) == ("1", "2")
    assert first["AWSTraceHeader"] == header and first["SenderId"]
    assert before - 1000 <= int(first["SentTimestamp"]) <= int(time.time() * 1000) + 1000
    assert int(first["SentTimestamp"]) <= int(first["ApproximateFirstReceiveTimestamp"])
    for name in ("SentTimestamp", "ApproximateFirstReceiveTimestamp", "SenderId"):
        assert first[name] == second[name]
    assert set(first) == {"AWSTraceHeader", "SenderId", "SentTimestamp", "ApproximateReceiveCount",
                          "ApproximateFirstReceiveTimestamp"}


def test_only_the_system_attributes_that_were_asked_for_are_returned(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    message = receive_one(sqs, queue, VisibilityTimeout=0, AttributeNames=["SentTimestamp"])
    assert set(message["Attributes"]) == {"SentTimestamp"}
    assert "Attributes" not in receive_one(sqs, queue, AttributeNames=[])


@needs("ReceiveMessage", "MessageSystemAttributeNames")
def test_the_new_name_of_the_system_attribute_filter_adds_to_the_old(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    message = receive_one(sqs, queue, AttributeNames=["SentTimestamp"],
                          MessageSystemAttributeNames=["ApproximateReceiveCount"])
    assert set(message["Attributes"]) == {"SentTimestamp", "ApproximateReceiveCount"}


def test_a_batch_reports_the_entries_that_failed(sqs, queue):
    result = sqs.send_message_batch(QueueUrl=queue, Entries=[
        {"Id": "good", "MessageBody": "one", "MessageAttributes": {"City": CITY}},
        {"Id": "late", "MessageBody": "two", "DelaySeconds": 901},
        {"Id": "ugly", "MessageBody": "\x01"},
        {"Id": "also-good", "MessageBody": "three"},
    ])
    assert [entry["Id"] for entry in result["Successful"]] == ["good", "also-good"]
    assert result["Successful"][0]["MD5OfMessageAttributes"] == "0c32cb5c844c01fbd5b6b434b52cf670"
    assert [entry["MD5OfMessageBody"] for entry in result["Successful"]] == [md5("one"), md5("three")]
    assert {entry["Id"]: (entry["Code"], entry["SenderFault"]) for entry in result["Failed"]} == {
        "late": ("InvalidParameterValue", True), "ugly": ("InvalidMessageContents", True)}
    assert sorted(bodies(receive(sqs, queue))) == ["one", "three"]


def test_a_batch_has_at_most_a_mebibyte_in_all(sqs, queue):
    half = "x" * 2**19
    sqs.send_message_batch(QueueUrl=queue, Entries=[
        {"Id": "a", "MessageBody": half}, {"Id": "b", "MessageBody": half}])
    with refused("AWS.SimpleQueueService.BatchRequestTooLong",
                 kind=sqs.exceptions.BatchRequestTooLong):
        sqs.send_message_batch(QueueUrl=queue, Entries=[
            {"Id": "a", "MessageBody": half}, {"Id": "b", "MessageBody": half + "x"}])


def test_counters_follow_a_message_through_its_states(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="now")
    sqs.send_message(QueueUrl=queue, MessageBody="later", DelaySeconds=900)
    assert counts(sqs, queue) == (1, 0, 1)
    message = receive_one(sqs, queue)
    assert counts(sqs, queue) == (0, 1, 1)
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    assert counts(sqs, queue) == (0, 0, 1)


def test_a_delayed_message_is_not_received_before_its_time(sqs, create):
    url = create(DelaySeconds="1")
    send_all(sqs, url, ["delayed by the queue"])
    sqs.send_message(QueueUrl=url, MessageBody="not delayed", DelaySeconds=0)
    assert bodies(receive(sqs, url)) == ["not delayed"]
    started = time.monotonic()
    assert bodies(receive(sqs, url, WaitTimeSeconds=5)) == ["delayed by the queue"]
    assert time.monotonic() - started < 3


def test_a_long_poll_is_woken_by_a_message(sqs, queue):
    sender = threading.Timer(0.3, send_all, (sqs, queue, ["wake up"]))
    started = time.monotonic()
    sender.start()
    assert bodies(receive(sqs, queue, WaitTimeSeconds=10)) == ["wake up"]
    assert 0.25 < time.monotonic() - started < 2
    sender.join()


def test_a_long_poll_ends_empty_after_its_wait(sqs, create):
    url = create(ReceiveMessageWaitTimeSeconds="1")
    started = time.monotonic()
    assert receive(sqs, url) == []
    assert 0.9 < time.monotonic() - started < 3
    started = time.monotonic()
    assert receive(sqs, url, WaitTimeSeconds=0) == []
    assert time.monotonic() - started < 0.9  # not the queue's second


def test_a_received_message_is_hidden_until_its_visibility_timeout(sqs, create):
    url = create(VisibilityTimeout="1")
    send_all(sqs, url, ["again"])
    first = receive_one(sqs, url)
    assert receive(sqs, url) == []
    again = receive_one(sqs, url, WaitTimeSeconds=5)
    assert again["MessageId"] == first["MessageId"]
    assert again["ReceiptHandle"] != first["ReceiptHandle"]
    assert again["Attributes"]["ApproximateReceiveCount"] == "2"


def test_the_visibility_timeout_of_a_message_can_be_changed(sqs, queue):
    send_all(sqs, queue, ["x"])
    handle = receive_one(sqs, queue, VisibilityTimeout=1)["ReceiptHandle"]
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=600)
    time.sleep(1.2)
    assert receive(sqs, queue) == []
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=0)
    assert bodies(receive(sqs, queue)) == ["x"]


def test_the_visibility_of_a_message_that_is_deleted_cannot_be_changed(sqs, queue):
    send_all(sqs, queue, ["x"])
    handle = receive_one(sqs, queue, VisibilityTimeout=0)["ReceiptHandle"]
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=5)
    assert receive(sqs, queue) == []
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=handle)
    with refused("InvalidParameterValue", message="Message does not exist or is not available for "
                                                  "visibility timeout change."):
        sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=5)


def test_visibility_is_changed_in_batches(sqs, queue):
    send_all(sqs, queue, ["one", "two"])
    handles = [message["ReceiptHandle"] for message in receive(sqs, queue)]
    result = sqs.change_message_visibility_batch(QueueUrl=queue, Entries=[
        {"Id": "first", "ReceiptHandle": handles[0], "VisibilityTimeout": 0},
        {"Id": "second", "ReceiptHandle": handles[1], "VisibilityTimeout": 0},
        {"Id": "far", "ReceiptHandle": handles[1], "VisibilityTimeout": 43201},
        {"Id": "bad", "ReceiptHandle": "rubbish", "VisibilityTimeout": 0},
    ])
    assert [entry["Id"] for entry in result["Successful"]] == ["first", "second"]
    assert {entry["Id"]: entry["Code"] for entry in result["Failed"]} == {
        "far": "InvalidParameterValue", "bad": "ReceiptHandleIsInvalid"}
    assert counts(sqs, queue) == (2, 0, 0)


def test_messages_are_deleted_in_batches(sqs, queue):
    send_all(sqs, queue, ["one", "two"])
    handles = [message["ReceiptHandle"] for message in receive(sqs, queue)]
    result = sqs.delete_message_batch(QueueUrl=queue, Entries=[
        {"Id": "first", "ReceiptHandle": handles[0]},
        {"Id": "bad", "ReceiptHandle": "rubbish"},
        {"Id": "second", "ReceiptHandle": handles[1]},
    ])
    assert [entry["Id"] for entry in result["Successful"]] == ["first", "second"]
    [failed] = result["Failed"]
    assert (failed["Id"], failed["Code"], failed["SenderFault"]) == ("bad", "ReceiptHandleIsInvalid", True)
    assert counts(sqs, queue) == (0, 0, 0)


def test_deleting_is_idempotent_and_outlives_the_visibility_timeout(sqs, queue):
    send_all(sqs, queue, ["x"])
    old = receive_one(sqs, queue, VisibilityTimeout=0)["ReceiptHandle"]
    latest = receive_one(sqs, queue, VisibilityTimeout=0)["ReceiptHandle"]
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=old)  # succeeds; whether it deletes is open
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=latest)
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=latest)
    assert counts(sqs, queue) == (0, 0, 0)


def test_a_standard_queue_takes_message_groups_for_fairness(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x", MessageGroupId="tenant")
    sqs.send_message(QueueUrl=queue, MessageBody="y", MessageGroupId="tenant")
    messages = receive(sqs, queue) + receive(sqs, queue)
    assert sorted(bodies(messages)) == ["x", "y"]
    assert {message["Attributes"]["MessageGroupId"] for message in messages} == {"tenant"}
