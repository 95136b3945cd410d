"""Requests that are dangerous together: each mix is what one client does in a row, while others are
at the same, or the opposite.
"""

import json

from storm_actions import LONG_AGO, fifo_message, queue_message, set_subscription, set_topic
from storm_world import (APPLICATIONS, ARCHIVE, FIFO, LABELS, OTHER_ACCOUNT, SANDBOX, STANDARD,
                         TOPICS, application_arn, found, queue_arn, topic_arn)


def redrive(target, count=2):
    return {"RedrivePolicy": json.dumps({"deadLetterTargetArn": queue_arn(target),
                                         "maxReceiveCount": count})}


def a_queue_is_its_own_dead_letter_queue(client, chance):
    name = chance.choice(STANDARD)
    client.act("sqs", "SetQueueAttributes", {"QueueUrl": name, "Attributes": redrive(name, 1)})
    client.act("sqs", "SendMessage", {"QueueUrl": name, "MessageBody": "round and round"})
    for _ in range(3):
        client.act("sqs", "ReceiveMessage", {"QueueUrl": name, "VisibilityTimeout": 0,
                                             "WaitTimeSeconds": 0})


def two_queues_are_each_others(client, chance):
    name, other = chance.choice(((0, 1), (1, 0)))
    for _ in range(5):
        client.act("sqs", "SetQueueAttributes", {
            "QueueUrl": STANDARD[name], "Attributes": redrive(STANDARD[other])})


def a_queue_is_set_and_deleted(client, chance):
    name, other = STANDARD[:2]
    if chance.random() < 0.7:
        for _ in range(10):
            client.act("sqs", "SetQueueAttributes", {"QueueUrl": name,
                                                     "Attributes": redrive(other)})
        return
    for _ in range(3):
        client.act("sqs", "DeleteQueue", {"QueueUrl": name})
        client.act("sqs", "CreateQueue", {"QueueName": name})


def a_topic_is_set_and_deleted(client, chance):
    name = chance.choice(TOPICS)
    if chance.random() < 0.7:
        for _ in range(5):
            client.act("sns", "SetTopicAttributes", set_topic(chance))
            client.act("sns", "SetSubscriptionAttributes", set_subscription(client.world, chance))
        return
    client.act("sns", "DeleteTopic", {"TopicArn": topic_arn(name)})
    client.act("sns", "CreateTopic", {"Name": name})
    client.act("sns", "Subscribe", {"TopicArn": topic_arn(name), "Protocol": "sqs",
                                    "Endpoint": queue_arn(chance.choice(STANDARD))})


def an_archive_with_a_gap_is_replayed(client, chance):
    def publish():
        for _ in range(3):
            client.act("sns", "Publish", {"TopicArn": topic_arn(ARCHIVE), "Message": "kept",
                                          **fifo_message(chance)})

    def keep(policy):
        client.act("sns", "SetTopicAttributes", {"TopicArn": topic_arn(ARCHIVE),
                                                 "AttributeName": "ArchivePolicy",
                                                 "AttributeValue": policy})

    client.act("sns", "CreateTopic", {"Name": ARCHIVE, "Attributes": {"FifoTopic": "true"}})
    publish()
    keep('{"MessageRetentionPeriod":"1"}')
    publish()
    queue = chance.choice(FIFO)
    client.act("sqs", "CreateQueue", {"QueueName": queue, "Attributes": {"FifoQueue": "true"}})
    client.act("sns", "Subscribe", {
        "TopicArn": topic_arn(ARCHIVE), "Protocol": "sqs", "Endpoint": queue_arn(queue),
        "ReturnSubscriptionArn": "true", "Attributes": {"ReplayPolicy": json.dumps({
            "PointType": "Timestamp", "StartingPoint": LONG_AGO})}})
    publish()
    if chance.random() < 0.5:
        keep("{}")
        client.act("sns", "DeleteTopic", {"TopicArn": topic_arn(ARCHIVE)})


def messages_are_held_and_deleted(client, chance):
    name = chance.choice(STANDARD + FIFO)
    is_fifo = name.endswith(".fifo")
    client.act("sqs", "CreateQueue", {"QueueName": name,
                                      "Attributes": {"FifoQueue": "true"} if is_fifo else {}})
    client.act("sqs", "SendMessageBatch", {"QueueUrl": name, "Entries": [
        {"Id": str(i), **queue_message(chance, is_fifo)} for i in range(10)]})
    received, _ = client.act("sqs", "ReceiveMessage", {
        "QueueUrl": name, "MaxNumberOfMessages": 10, "VisibilityTimeout": 60, "WaitTimeSeconds": 0})
    handles = found(received or b"", "ReceiptHandle")
    for first, second in zip(handles[::2], handles[1::2]):
        for action, more in (("ChangeMessageVisibility", {"VisibilityTimeout": 30}),
                             ("DeleteMessage", {})):
            client.act("sqs", action, {"QueueUrl": name, "ReceiptHandle": first, **more})
            client.act("sqs", action + "Batch", {"QueueUrl": name, "Entries": [
                {"Id": "one", "ReceiptHandle": second, **more}]})


def messages_move_and_the_queue_goes(client, chance):
    source, dead = chance.sample(STANDARD, 2)
    for name in (dead, source):
        client.act("sqs", "CreateQueue", {"QueueName": name})
    client.act("sqs", "SetQueueAttributes", {"QueueUrl": source, "Attributes": redrive(dead)})
    client.act("sqs", "SendMessageBatch", {"QueueUrl": dead, "Entries": [
        {"Id": str(i), **queue_message(chance, False)} for i in range(10)]})
    client.act("sqs", "StartMessageMoveTask", {
        "SourceArn": queue_arn(dead), "DestinationArn": queue_arn(source),
        "MaxNumberOfMessagesPerSecond": chance.choice((1, 1, 1, 500))})
    # Another client's task may be the one that runs.
    listed, _ = client.act("sqs", "ListMessageMoveTasks", {"SourceArn": queue_arn(dead)})
    if chance.random() < 0.3:
        client.act("sqs", "DeleteQueue", {"QueueUrl": chance.choice((source, dead))})
    for handle in found(listed or b"", "TaskHandle"):
        client.act("sqs", "CancelMessageMoveTask", {"TaskHandle": handle})


def a_subscription_is_confirmed_and_ended(client, chance):
    topic = chance.choice(TOPICS)
    client.act("sns", "CreateTopic", {"Name": topic})
    made, _ = client.act("sns", "Subscribe", {
        "TopicArn": topic_arn(topic), "Protocol": "email", "ReturnSubscriptionArn": "true",
        "Endpoint": f"somebody{chance.randrange(5)}@example.com"})
    if not made:
        return
    [arn] = found(made, "SubscriptionArn")
    page = client.visit("GET /_aws/sns/subscription-tokens/{arn}", "GET",
                        f"/_aws/sns/subscription-tokens/{arn}")
    if page:
        client.act("sns", "ConfirmSubscription", {
            "TopicArn": topic_arn(topic), "Token": json.loads(page)["subscription_token"]})
        client.act("sns", "GetSubscriptionAttributes", {"SubscriptionArn": arn})
    client.act("sns", "Unsubscribe", {"SubscriptionArn": arn})


def a_permission_is_given_and_taken(client, chance):
    name, topic, label = chance.choice(STANDARD), chance.choice(TOPICS), chance.choice(LABELS)
    client.act("sqs", "CreateQueue", {"QueueName": name})
    client.act("sqs", "AddPermission", {"QueueUrl": name, "Label": label, "Actions": ["*"],
                                        "AWSAccountIds": [OTHER_ACCOUNT]})
    client.act("sqs", "RemovePermission", {"QueueUrl": name, "Label": label})
    client.act("sns", "AddPermission", {"TopicArn": topic_arn(topic), "Label": label,
                                        "AWSAccountId": [OTHER_ACCOUNT], "ActionName": ["Publish"]})
    client.act("sns", "RemovePermission", {"TopicArn": topic_arn(topic), "Label": label})


def a_device_is_told_something(client, chance):
    application = chance.choice(APPLICATIONS)
    client.act("sns", "CreatePlatformApplication", {
        "Name": application, "Platform": "GCM", "Attributes": {"PlatformCredential": "secret"}})
    made, _ = client.act("sns", "CreatePlatformEndpoint", {
        "PlatformApplicationArn": application_arn(application),
        "Token": f"token{chance.randrange(4)}"})
    if not made:
        return
    [arn] = found(made, "EndpointArn")
    client.act("sns", "SetEndpointAttributes", {"EndpointArn": arn,
                                                "Attributes": {"Enabled": "true"}})
    client.act("sns", "GetEndpointAttributes", {"EndpointArn": arn})
    client.act("sns", "Publish", {"TargetArn": arn, "Message": "hello"})


def a_telephone_is_verified(client, chance):
    number = chance.choice(SANDBOX)
    client.act("sns", "CreateSMSSandboxPhoneNumber", {"PhoneNumber": number})
    client.visit("GET /_squire/outbox", "GET",
                 f"/_squire/outbox?protocol=sms&endpoint=%2B{number[1:]}&limit=1000")
    if password := client.world.passwords.get(number):
        client.act("sns", "VerifySMSSandboxPhoneNumber", {"PhoneNumber": number,
                                                          "OneTimePassword": password})


MIXES = (a_queue_is_its_own_dead_letter_queue, two_queues_are_each_others,
         a_queue_is_set_and_deleted, a_topic_is_set_and_deleted, an_archive_with_a_gap_is_replayed,
         messages_are_held_and_deleted, messages_move_and_the_queue_goes,
         a_subscription_is_confirmed_and_ended, a_permission_is_given_and_taken,
         a_device_is_told_something, a_telephone_is_verified)
