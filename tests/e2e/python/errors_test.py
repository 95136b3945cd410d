"""Each error has its code, its HTTP status and, where the SDK knows one, its class."""

import time

import pytest

from support import ACCOUNT, ENDPOINT, arn, needs, receive, refused

NOWHERE = f"{ENDPOINT}/{ACCOUNT}/nowhere"
AWS = "AWS.SimpleQueueService."


def entries(*ids):
    return [{"Id": name, "MessageBody": "x"} for name in ids]


@pytest.mark.parametrize("call", [
    lambda sqs: sqs.get_queue_url(QueueName="nowhere"),
    lambda sqs: sqs.get_queue_attributes(QueueUrl=NOWHERE, AttributeNames=["All"]),
    lambda sqs: sqs.set_queue_attributes(QueueUrl=NOWHERE, Attributes={"DelaySeconds": "1"}),
    lambda sqs: sqs.send_message(QueueUrl=NOWHERE, MessageBody="x"),
    lambda sqs: sqs.send_message_batch(QueueUrl=NOWHERE, Entries=entries("a")),
    lambda sqs: sqs.receive_message(QueueUrl=NOWHERE),
    lambda sqs: sqs.purge_queue(QueueUrl=NOWHERE),
    lambda sqs: sqs.delete_queue(QueueUrl=NOWHERE),
    lambda sqs: sqs.list_queue_tags(QueueUrl=NOWHERE),
    lambda sqs: sqs.tag_queue(QueueUrl=NOWHERE, Tags={"a": "b"}),
    lambda sqs: sqs.list_dead_letter_source_queues(QueueUrl=NOWHERE),
    lambda sqs: sqs.remove_permission(QueueUrl=NOWHERE, Label="x"),
])
def test_a_queue_that_does_not_exist(sqs, call):
    with refused(AWS + "NonExistentQueue", kind=sqs.exceptions.QueueDoesNotExist,
                 message="The specified queue does not exist"):
        call(sqs)


@pytest.mark.parametrize("code, kind, batch", [
    (AWS + "EmptyBatchRequest", "EmptyBatchRequest", []),
    (AWS + "TooManyEntriesInBatchRequest", "TooManyEntriesInBatchRequest",
     entries(*(f"entry{number}" for number in range(11)))),
    (AWS + "InvalidBatchEntryId", "InvalidBatchEntryId", entries("not good!")),
    (AWS + "InvalidBatchEntryId", "InvalidBatchEntryId", entries("x" * 81)),
    (AWS + "BatchEntryIdsNotDistinct", "BatchEntryIdsNotDistinct", entries("same", "same")),
])
def test_a_batch_that_is_wrong_as_a_whole(sqs, queue, code, kind, batch):
    with refused(code, kind=getattr(sqs.exceptions, kind)):
        sqs.send_message_batch(QueueUrl=queue, Entries=batch)
    assert receive(sqs, queue) == []


@pytest.mark.parametrize("action", ["delete_message_batch", "change_message_visibility_batch"])
@pytest.mark.parametrize("kind, ids", [
    ("EmptyBatchRequest", []),
    ("TooManyEntriesInBatchRequest", [f"entry{number}" for number in range(11)]),
    ("InvalidBatchEntryId", ["not good!"]),
    ("BatchEntryIdsNotDistinct", ["same", "same"]),
])
def test_every_batch_has_one_to_ten_entries_with_ids_of_their_own(sqs, queue, action, kind, ids):
    more = {} if action == "delete_message_batch" else {"VisibilityTimeout": 0}
    with refused(AWS + kind, kind=getattr(sqs.exceptions, kind)):
        getattr(sqs, action)(QueueUrl=queue, Entries=[
            {"Id": name, "ReceiptHandle": "x", **more} for name in ids])


@pytest.mark.parametrize("handle", ["rubbish", "AQEBrubbish==", "ü"])
def test_a_receipt_handle_that_never_was_one(sqs, queue, handle):
    for call in (lambda: sqs.delete_message(QueueUrl=queue, ReceiptHandle=handle),
                 lambda: sqs.change_message_visibility(
                     QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=1)):
        with refused("ReceiptHandleIsInvalid", status=404, kind=sqs.exceptions.ReceiptHandleIsInvalid):
            call()


def test_an_attribute_name_that_does_not_exist(sqs, queue):
    for call in (lambda: sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["Colour"]),
                 lambda: sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Colour": "red"}),
                 lambda: sqs.create_queue(QueueName="colourful", Attributes={"Colour": "red"}),
                 lambda: sqs.receive_message(QueueUrl=queue, AttributeNames=["Colour"])):
        with refused("InvalidAttributeName", kind=sqs.exceptions.InvalidAttributeName,
                     message="Unknown Attribute Colour."):
            call()


def test_an_attribute_that_only_a_fifo_queue_has(sqs, queue):
    with refused("InvalidAttributeName", kind=sqs.exceptions.InvalidAttributeName):
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"ContentBasedDeduplication": "true"})


@pytest.mark.parametrize("name, value", [
    ("VisibilityTimeout", "43201"), ("VisibilityTimeout", "-1"), ("VisibilityTimeout", "soon"),
    ("DelaySeconds", "901"), ("ReceiveMessageWaitTimeSeconds", "21"), ("MaximumMessageSize", "1023"),
    ("MaximumMessageSize", "1048577"), ("MessageRetentionPeriod", "59"),
    ("MessageRetentionPeriod", "1209601"), ("SqsManagedSseEnabled", "maybe"), ("Policy", "no json"),
])
def test_an_attribute_value_out_of_range(sqs, queue, name, value):
    # Older SDKs do not know the class, every SDK sees the code.
    kind = getattr(sqs.exceptions, "InvalidAttributeValue", sqs.exceptions.ClientError)
    for call in (lambda: sqs.set_queue_attributes(QueueUrl=queue, Attributes={name: value}),
                 lambda: sqs.create_queue(QueueName="extreme", Attributes={name: value})):
        with refused("InvalidAttributeValue", kind=kind, message=name):
            call()


@pytest.mark.parametrize("name", ["", "with space", "x" * 81, "dot.ted", "ü", "a/b"])
def test_a_queue_name_that_is_none(sqs, name):
    with refused("InvalidParameterValue" if name else "MissingParameter"):
        sqs.create_queue(QueueName=name)


@pytest.mark.parametrize("parameters", [
    {"MaxNumberOfMessages": 0}, {"MaxNumberOfMessages": 11}, {"WaitTimeSeconds": -1},
    {"WaitTimeSeconds": 21}, {"VisibilityTimeout": -1}, {"VisibilityTimeout": 43201}], ids=str)
def test_a_receive_out_of_range(sqs, queue, parameters):
    with refused("InvalidParameterValue", message=f"parameter {[*parameters][0]} is invalid"):
        sqs.receive_message(QueueUrl=queue, **parameters)


@pytest.mark.parametrize("delay", [-1, 901])
def test_a_delay_out_of_range(sqs, queue, delay):
    with refused("InvalidParameterValue", message="parameter DelaySeconds is invalid"):
        sqs.send_message(QueueUrl=queue, MessageBody="x", DelaySeconds=delay)


def test_a_message_without_a_body(sqs, queue):
    with refused("MissingParameter", message="The request must contain the parameter MessageBody."):
        sqs.send_message(QueueUrl=queue, MessageBody="")


def test_a_permission_for_an_action_that_does_not_exist(sqs, queue):
    with refused("InvalidParameterValue"):
        sqs.add_permission(QueueUrl=queue, Label="x", AWSAccountIds=["111122223333"], Actions=["Dance"])
    with refused("InvalidParameterValue"):
        sqs.remove_permission(QueueUrl=queue, Label="never given")


def test_a_permission_for_more_than_seven_actions(sqs, queue):
    actions = ["SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility",
               "GetQueueAttributes", "GetQueueUrl", "PurgeQueue", "ListDeadLetterSourceQueues"]
    with refused("OverLimit", status=403, kind=sqs.exceptions.OverLimit,
                 message="8 Actions were found, maximum allowed is 7."):
        sqs.add_permission(QueueUrl=queue, Label="x", AWSAccountIds=["111122223333"], Actions=actions)


def test_a_handle_of_another_queue(sqs, queue, create):
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    [message] = receive(sqs, queue)
    with pytest.raises(sqs.exceptions.ClientError):
        sqs.delete_message(QueueUrl=create(), ReceiptHandle=message["ReceiptHandle"])


def test_a_visibility_timeout_beyond_twelve_hours_from_the_receive(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    [message] = receive(sqs, queue)
    time.sleep(0.01)  # what is left of the twelve hours is less than twelve hours
    with refused("InvalidParameterValue", message="is beyond the limit [43200 seconds]"):
        sqs.change_message_visibility(
            QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=43200)


def test_a_message_attribute_that_is_a_list(sqs, queue):
    with refused(AWS + "UnsupportedOperation", kind=sqs.exceptions.UnsupportedOperation):
        sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes={
            "list": {"DataType": "String", "StringListValues": ["x"]}})


def test_a_message_system_attribute_that_is_not_the_trace_header(sqs, queue):
    with refused("InvalidParameterValue"):
        sqs.send_message(QueueUrl=queue, MessageBody="x", MessageSystemAttributes={
            "Other": {"DataType": "String", "StringValue": "x"}})


def test_a_page_token_that_was_never_given(sqs):
    with refused("InvalidParameterValue"):
        sqs.list_queues(MaxResults=2, NextToken="rubbish")


def test_a_read_only_attribute(sqs, queue):
    with refused("InvalidAttributeName", kind=sqs.exceptions.InvalidAttributeName):
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"ApproximateNumberOfMessages": "5"})


def test_a_queue_url_that_leads_nowhere(sqs):
    with refused("AWS.SimpleQueueService.NonExistentQueue", kind=sqs.exceptions.QueueDoesNotExist):
        sqs.receive_message(QueueUrl="http://example.com/neither/an/account/nor/a/queue")


def test_two_kinds_of_encryption_at_once(sqs, queue):
    with refused("InvalidAttributeName", kind=sqs.exceptions.InvalidAttributeName):
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={
            "KmsMasterKeyId": "alias/aws/sqs", "SqsManagedSseEnabled": "true"})


@needs("CancelMessageMoveTask")
def test_a_move_task_that_makes_no_sense(sqs, queue):
    source = arn(sqs, queue)
    with refused("InvalidParameterValue"):
        sqs.cancel_message_move_task(TaskHandle="rubbish")
    with refused("InvalidParameterValue"):
        sqs.start_message_move_task(SourceArn=source, MaxNumberOfMessagesPerSecond=501)
    with refused("InvalidParameterValue"):
        sqs.list_message_move_tasks(SourceArn=source, MaxResults=11)
