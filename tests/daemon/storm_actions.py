"""For each action what a client of the storm asks of it: (World, Random) -> parameters.

Requests are right often enough to matter, and wrong whenever others were faster: the names are few.
"""

import json

from sns_support import ACCOUNT
from storm_world import (ALL_TOPICS, APPLICATIONS, ARCHIVE, FIFO, LABELS, OTHER_ACCOUNT, PHONES,
                         QUEUES, SANDBOX, STANDARD, TAGS, TOPICS, application_arn, queue_arn,
                         topic_arn)

GONE = "gone"  # what is named in place of what nobody has been told of yet
LONG_AGO = "2020-01-01T00:00:00.000Z"

# Actions that are asked for more, or less, often than others.
WEIGHTS = {
    "sqs": {"SendMessage": 4, "SendMessageBatch": 3, "ReceiveMessage": 5, "CreateQueue": 2,
            "DeleteMessage": 2, "DeleteQueue": 0.4, "PurgeQueue": 0.4, "SetQueueAttributes": 2},
    "sns": {"Publish": 3, "PublishBatch": 2, "Subscribe": 2, "CreateTopic": 2, "DeleteTopic": 0.5,
            "DeletePlatformApplication": 0.4, "SetTopicAttributes": 2, "Unsubscribe": 0.5,
            "SetSubscriptionAttributes": 2, "VerifySMSSandboxPhoneNumber": 0.5},
}


def queue_url(chance, names=QUEUES):
    name = chance.choice(names)
    return chance.choice((name, f"http://localhost/{ACCOUNT}/{name}"))


def one_of(chance, known):
    known = tuple(known)
    return chance.choice(known) if known else GONE


def body(chance):
    return chance.choice(("a", "é€<&>", "{\"color\": \"red\", \"size\": 7}", "x" * 900,
                          "y" * 20_000 if chance.random() < 0.1 else "y"))


def message_attributes(chance):
    if chance.random() < 0.5:
        return {}
    return {"color": {"DataType": "String", "StringValue": chance.choice(("red", "blue"))},
            "size": {"DataType": "Number", "StringValue": str(chance.randrange(100))}}


def fifo_message(chance):
    return {"MessageGroupId": f"g{chance.randrange(3)}",
            "MessageDeduplicationId": str(chance.randrange(10**9))}


def queue_message(chance, is_fifo):
    message = {"MessageBody": body(chance)}
    if attributes := message_attributes(chance):
        message["MessageAttributes"] = attributes
    if is_fifo:
        return {**message, **fifo_message(chance)}
    if chance.random() < 0.2:
        message["DelaySeconds"] = chance.choice((0, 1, 900))
    if chance.random() < 0.2:
        message["MessageGroupId"] = f"tenant{chance.randrange(3)}"
    return message


def send(chance):
    url = queue_url(chance)
    return {"QueueUrl": url, **queue_message(chance, url.endswith(".fifo"))}


def send_batch(chance):
    url = queue_url(chance)
    return {"QueueUrl": url, "Entries": [
        {"Id": str(i), **queue_message(chance, url.endswith(".fifo"))}
        for i in range(chance.randint(1, 10))]}


def receive(chance):
    request = {"QueueUrl": queue_url(chance), "MaxNumberOfMessages": chance.randint(1, 10),
               "VisibilityTimeout": chance.choice((0, 1, 30, 600, 600, 600))}
    if chance.random() < 0.7:
        request["WaitTimeSeconds"] = chance.choice((0, 0, 0, 1, 2))
    if chance.random() < 0.5:
        request["AttributeNames"] = ["All"]
        request["MessageAttributeNames"] = ["All"]
    return request


def held(world, chance):
    """A queue and the handle of a message that was received from it."""
    full = [name for name in QUEUES if world.handles[name]]
    name = chance.choice(full or QUEUES)
    return name, one_of(chance, world.handles[name])


def held_batch(world, chance, **more):
    name, _ = held(world, chance)
    return {"QueueUrl": name, "Entries": [
        {"Id": str(i), "ReceiptHandle": one_of(chance, world.handles[name]), **more}
        for i in range(chance.randint(1, 10))]}


def redrive_policy(chance, name):
    """To any queue of the type: itself, and one that names this one, are among them."""
    target = chance.choice(FIFO if name.endswith(".fifo") else STANDARD)
    return json.dumps({"deadLetterTargetArn": queue_arn(target),
                       "maxReceiveCount": chance.choice((1, 2, 3, "5"))})


def queue_attributes(chance, name):
    is_fifo = name.endswith(".fifo")
    kind = chance.randrange(10)
    if kind < 3:
        return {"RedrivePolicy": chance.choice((redrive_policy(chance, name),) * 4 + ("",))}
    if kind == 3:
        return {"RedriveAllowPolicy": chance.choice((
            "", '{"redrivePermission":"allowAll"}', '{"redrivePermission":"denyAll"}',
            json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [queue_arn(name)]})))}
    if kind == 4:
        return {"Policy": chance.choice(("", json.dumps({
            "Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*",
                                                   "Action": "sqs:*", "Resource": "*"}})))}
    if kind == 5:
        return {"ReceiveMessageWaitTimeSeconds": str(chance.randrange(3)),
                "MaximumMessageSize": chance.choice(("1024", "1048576", "1048576"))}
    if kind == 6 and is_fifo:
        scope, limit = chance.choice((("queue", "perQueue"), ("messageGroup", "perMessageGroupId")))
        return {"DeduplicationScope": scope, "FifoThroughputLimit": limit,
                "ContentBasedDeduplication": chance.choice(("true", "false"))}
    return {"VisibilityTimeout": chance.choice(("0", "1", "30")),
            "DelaySeconds": chance.choice(("0", "0", "1")),
            "MessageRetentionPeriod": chance.choice(("60", "345600", "345600"))}


def create_queue(chance):
    name = chance.choice(QUEUES)
    attributes = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
    if chance.random() < 0.3:
        attributes["RedrivePolicy"] = redrive_policy(chance, name)
    tags = {"tags": {"team": "shop"}} if chance.random() < 0.2 else {}
    return {"QueueName": name, "Attributes": attributes, **tags}


def set_queue_attributes(chance):
    url = queue_url(chance)
    return {"QueueUrl": url, "Attributes": queue_attributes(chance, url.rsplit("/", 1)[-1])}


def start_move(chance):
    request = {"SourceArn": queue_arn(chance.choice(STANDARD))}
    if chance.random() < 0.5:
        request["DestinationArn"] = queue_arn(chance.choice(STANDARD))
    if chance.random() < 0.7:
        request["MaxNumberOfMessagesPerSecond"] = chance.choice((1, 1, 500))
    return request


QUEUE_ACTIONS = {
    "AddPermission": lambda world, chance: {
        "QueueUrl": queue_url(chance), "Label": chance.choice(LABELS),
        "AWSAccountIds": [OTHER_ACCOUNT], "Actions": ["SendMessage", "ReceiveMessage"]},
    "CancelMessageMoveTask": lambda world, chance: {"TaskHandle": one_of(chance, world.tasks)},
    "ChangeMessageVisibility": lambda world, chance: {
        **dict(zip(("QueueUrl", "ReceiptHandle"), held(world, chance))),
        "VisibilityTimeout": chance.choice((0, 1, 30, 43200))},
    "ChangeMessageVisibilityBatch": lambda world, chance: held_batch(
        world, chance, VisibilityTimeout=chance.choice((0, 1, 30))),
    "CreateQueue": lambda world, chance: create_queue(chance),
    "DeleteMessage": lambda world, chance: dict(
        zip(("QueueUrl", "ReceiptHandle"), held(world, chance))),
    "DeleteMessageBatch": held_batch,
    "DeleteQueue": lambda world, chance: {"QueueUrl": queue_url(chance)},
    "GetQueueAttributes": lambda world, chance: {"QueueUrl": queue_url(chance),
                                                 "AttributeNames": ["All"]},
    "GetQueueUrl": lambda world, chance: {"QueueName": chance.choice(QUEUES)},
    "ListDeadLetterSourceQueues": lambda world, chance: {"QueueUrl": queue_url(chance)},
    "ListMessageMoveTasks": lambda world, chance: {
        "SourceArn": queue_arn(chance.choice(STANDARD)), "MaxResults": chance.randint(1, 10)},
    "ListQueues": lambda world, chance: {"QueueNamePrefix": chance.choice(("q", "f"))},
    "ListQueueTags": lambda world, chance: {"QueueUrl": queue_url(chance)},
    "PurgeQueue": lambda world, chance: {"QueueUrl": queue_url(chance)},
    "ReceiveMessage": lambda world, chance: receive(chance),
    "RemovePermission": lambda world, chance: {"QueueUrl": queue_url(chance),
                                               "Label": chance.choice(LABELS)},
    "SendMessage": lambda world, chance: send(chance),
    "SendMessageBatch": lambda world, chance: send_batch(chance),
    "SetQueueAttributes": lambda world, chance: set_queue_attributes(chance),
    "StartMessageMoveTask": lambda world, chance: start_move(chance),
    "TagQueue": lambda world, chance: {"QueueUrl": queue_url(chance),
                                       "Tags": {chance.choice(TAGS): "v"}},
    "UntagQueue": lambda world, chance: {"QueueUrl": queue_url(chance),
                                         "TagKeys": [chance.choice(TAGS)]},
}


def any_topic(chance):
    return {"TopicArn": topic_arn(chance.choice(ALL_TOPICS))}


def topic_message(chance, name):
    message = {"Message": body(chance)}
    if attributes := message_attributes(chance):
        message["MessageAttributes"] = attributes
    return {**message, **fifo_message(chance)} if name == ARCHIVE else message


def publish(world, chance):
    kind = chance.random()
    if kind < 0.1:
        return {"PhoneNumber": chance.choice(PHONES), "Message": body(chance)}
    if kind < 0.2:
        return {"TargetArn": one_of(chance, world.endpoints), "Message": body(chance)}
    name = chance.choice(ALL_TOPICS)
    return {"TopicArn": topic_arn(name), **topic_message(chance, name)}


def publish_batch(chance):
    name = chance.choice(ALL_TOPICS)
    return {"TopicArn": topic_arn(name), "PublishBatchRequestEntries": [
        {"Id": str(i), **topic_message(chance, name)} for i in range(chance.randint(1, 10))]}


def create_topic(chance):
    name = chance.choice(ALL_TOPICS)
    attributes = {"FifoTopic": "true"} if name == ARCHIVE else {}
    if name == ARCHIVE and chance.random() < 0.3:
        attributes["ArchivePolicy"] = '{"MessageRetentionPeriod":"1"}'
    return {"Name": name, "Attributes": attributes}


def filter_policy(chance):
    return chance.choice(('{"color":["red"]}', '{"size":[{"numeric":[">",50]}]}', "{}",
                          '{"color":[{"anything-but":"red"}]}', '{"color":[{"exists":false}]}'))


def subscribe(world, chance):
    name = chance.choice(ALL_TOPICS)
    attributes = {}
    if name == ARCHIVE:
        protocol, endpoint = "sqs", queue_arn(chance.choice(QUEUES))
        if chance.random() < 0.4:
            attributes["ReplayPolicy"] = replay_policy()
    else:
        protocol, endpoint = chance.choice((
            ("sqs", queue_arn(chance.choice(STANDARD))), ("sqs", queue_arn(chance.choice(STANDARD))),
            ("email", f"somebody{chance.randrange(3)}@example.com"), ("http", world.url),
            ("sms", chance.choice(PHONES)), ("application", one_of(chance, world.endpoints)),
            ("lambda", f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:caught")))
    if chance.random() < 0.3:
        attributes["FilterPolicy"] = filter_policy(chance)
    return {"TopicArn": topic_arn(name), "Protocol": protocol, "Endpoint": endpoint,
            "Attributes": attributes, "ReturnSubscriptionArn": "true"}


def replay_policy():
    return json.dumps({"PointType": "Timestamp", "StartingPoint": LONG_AGO})


def set_subscription(world, chance):
    name, value = chance.choice((
        ("RawMessageDelivery", "true"), ("RawMessageDelivery", "false"),
        ("FilterPolicy", filter_policy(chance)), ("FilterPolicy", ""),
        ("FilterPolicyScope", chance.choice(("MessageBody", "MessageAttributes"))),
        ("RedrivePolicy", json.dumps({"deadLetterTargetArn": queue_arn(chance.choice(QUEUES))})),
        ("RedrivePolicy", ""), ("ReplayPolicy", replay_policy()), ("ReplayPolicy", "")))
    return {"SubscriptionArn": one_of(chance, world.subscriptions), "AttributeName": name,
            "AttributeValue": value}


def set_topic(chance):
    name = chance.choice(ALL_TOPICS)
    if name == ARCHIVE:
        attribute, value = chance.choice((
            ("ArchivePolicy", '{"MessageRetentionPeriod":"1"}'), ("ArchivePolicy", "{}"),
            ("ContentBasedDeduplication", "true"), ("FifoThroughputScope", "MessageGroup"),
            ("DisplayName", "archive")))
    else:
        attribute, value = chance.choice((
            ("DisplayName", "d"), ("SignatureVersion", "2"), ("TracingConfig", "Active"), (
                "DeliveryPolicy", '{"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":1,'
                '"maxDelayTarget":1,"numRetries":3}}}'), ("DeliveryPolicy", "")))
    return {"TopicArn": topic_arn(name), "AttributeName": attribute, "AttributeValue": value}


def protection_policy():
    return json.dumps({"Name": "p", "Version": "2021-06-01", "Statement": [{
        "DataDirection": "Inbound", "Principal": ["*"], "Operation": {"Deny": {}},
        "DataIdentifier": ["arn:aws:dataprotection::aws:data-identifier/EmailAddress"]}]})


def any_resource(chance):
    return {"ResourceArn": topic_arn(chance.choice(ALL_TOPICS))}


def any_application(chance):
    return {"PlatformApplicationArn": application_arn(chance.choice(APPLICATIONS))}


def confirm(world, chance):
    topic, token = one_of(chance, world.tokens) if world.tokens else (topic_arn(TOPICS[0]), GONE)
    return {"TopicArn": topic, "Token": token}


def verify(world, chance):
    number = one_of(chance, list(world.passwords)) if world.passwords else chance.choice(SANDBOX)
    return {"PhoneNumber": number, "OneTimePassword": world.passwords.get(number, "000000")}


TOPIC_ACTIONS = {
    "AddPermission": lambda world, chance: {
        **any_topic(chance), "Label": chance.choice(LABELS), "AWSAccountId": [OTHER_ACCOUNT],
        "ActionName": ["Publish", "Subscribe"]},
    "CheckIfPhoneNumberIsOptedOut": lambda world, chance: {"phoneNumber": chance.choice(PHONES)},
    "ConfirmSubscription": confirm,
    "CreatePlatformApplication": lambda world, chance: {
        "Name": chance.choice(APPLICATIONS), "Platform": "GCM",
        "Attributes": {"PlatformCredential": "secret"}},
    "CreatePlatformEndpoint": lambda world, chance: {
        **any_application(chance), "Token": f"token{chance.randrange(4)}"},
    "CreateSMSSandboxPhoneNumber": lambda world, chance: {"PhoneNumber": chance.choice(SANDBOX)},
    "CreateTopic": lambda world, chance: create_topic(chance),
    "DeleteEndpoint": lambda world, chance: {"EndpointArn": one_of(chance, world.endpoints)},
    "DeletePlatformApplication": lambda world, chance: any_application(chance),
    "DeleteSMSSandboxPhoneNumber": lambda world, chance: {"PhoneNumber": chance.choice(SANDBOX)},
    "DeleteTopic": lambda world, chance: any_topic(chance),
    "GetDataProtectionPolicy": lambda world, chance: any_resource(chance),
    "GetEndpointAttributes": lambda world, chance: {
        "EndpointArn": one_of(chance, world.endpoints)},
    "GetPlatformApplicationAttributes": lambda world, chance: any_application(chance),
    "GetSMSAttributes": lambda world, chance: {},
    "GetSMSSandboxAccountStatus": lambda world, chance: {},
    "GetSubscriptionAttributes": lambda world, chance: {
        "SubscriptionArn": one_of(chance, world.subscriptions)},
    "GetTopicAttributes": lambda world, chance: any_topic(chance),
    "ListEndpointsByPlatformApplication": lambda world, chance: any_application(chance),
    "ListOriginationNumbers": lambda world, chance: {},
    "ListPhoneNumbersOptedOut": lambda world, chance: {},
    "ListPlatformApplications": lambda world, chance: {},
    "ListSMSSandboxPhoneNumbers": lambda world, chance: {},
    "ListSubscriptions": lambda world, chance: {},
    "ListSubscriptionsByTopic": lambda world, chance: any_topic(chance),
    "ListTagsForResource": lambda world, chance: any_resource(chance),
    "ListTopics": lambda world, chance: {},
    "OptInPhoneNumber": lambda world, chance: {"phoneNumber": chance.choice(PHONES)},
    "Publish": publish,
    "PublishBatch": lambda world, chance: publish_batch(chance),
    "PutDataProtectionPolicy": lambda world, chance: {
        **any_resource(chance), "DataProtectionPolicy": chance.choice((protection_policy(), "{}"))},
    "RemovePermission": lambda world, chance: {**any_topic(chance), "Label": chance.choice(LABELS)},
    "SetEndpointAttributes": lambda world, chance: {
        "EndpointArn": one_of(chance, world.endpoints),
        "Attributes": {"Enabled": chance.choice(("true", "true", "false"))}},
    "SetPlatformApplicationAttributes": lambda world, chance: {
        **any_application(chance), "Attributes": {"Enabled": "true"}},
    "SetSMSAttributes": lambda world, chance: {
        "attributes": {"DefaultSMSType": chance.choice(("Promotional", "Transactional"))}},
    "SetSubscriptionAttributes": set_subscription,
    "SetTopicAttributes": lambda world, chance: set_topic(chance),
    "Subscribe": subscribe,
    "TagResource": lambda world, chance: {**any_resource(chance),
                                          "Tags": [{"Key": chance.choice(TAGS), "Value": "v"}]},
    "Unsubscribe": lambda world, chance: {"SubscriptionArn": one_of(chance, world.subscriptions)},
    "UntagResource": lambda world, chance: {**any_resource(chance),
                                            "TagKeys": [chance.choice(TAGS)]},
    "VerifySMSSandboxPhoneNumber": verify,
}

GENERATORS = {"sqs": QUEUE_ACTIONS, "sns": TOPIC_ACTIONS}
