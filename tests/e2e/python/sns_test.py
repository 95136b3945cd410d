"""Topics: what is published reaches who asked for it, and nobody else."""

import json

import pytest

from support import arn, bodies, receive, unique


def subscribe(sns, sqs, topic, queue, **attributes):
    attributes.setdefault("RawMessageDelivery", "true")
    return sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn(sqs, queue),
                         Attributes=attributes, ReturnSubscriptionArn=True)["SubscriptionArn"]


def test_a_topic_has_attributes_and_tags(sns, make_topic):
    topic = make_topic(tags={"team": "blue", "stage": "test"}, DisplayName="News")
    sns.set_topic_attributes(TopicArn=topic, AttributeName="DisplayName", AttributeValue="Olds")
    attributes = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert attributes["DisplayName"] == "Olds"
    assert attributes["TopicArn"] == topic
    sns.tag_resource(ResourceArn=topic, Tags=[{"Key": "team", "Value": "red"}])
    sns.untag_resource(ResourceArn=topic, TagKeys=["stage"])
    assert sns.list_tags_for_resource(ResourceArn=topic)["Tags"] == [{"Key": "team", "Value": "red"}]


def test_a_raw_queue_gets_the_message_and_its_attributes(sns, sqs, topic, queue):
    subscribe(sns, sqs, topic, queue)
    values = {"Color": {"DataType": "String", "StringValue": "grün"},
              "Size": {"DataType": "Number", "StringValue": "42"},
              "Data": {"DataType": "Binary", "BinaryValue": b"\x00\x01"}}
    sns.publish(TopicArn=topic, Message="Größe", MessageAttributes=values)
    [message] = receive(sqs, queue)
    assert message["Body"] == "Größe"
    assert message["MessageAttributes"] == values


def test_another_queue_gets_an_envelope(sns, sqs, topic, queue):
    subscription = subscribe(sns, sqs, topic, queue, RawMessageDelivery="false")
    sent = sns.publish(TopicArn=topic, Message="hello", Subject="Greetings", MessageAttributes={
        "store": {"DataType": "String", "StringValue": "x"}})["MessageId"]
    envelope = json.loads(bodies(receive(sqs, queue))[0])
    assert envelope["Type"] == "Notification"
    assert envelope["MessageId"] == sent
    assert envelope["TopicArn"] == topic
    assert envelope["Subject"] == "Greetings"
    assert envelope["Message"] == "hello"
    assert envelope["MessageAttributes"] == {"store": {"Type": "String", "Value": "x"}}
    assert envelope["UnsubscribeURL"].endswith(subscription)


def test_filters_choose_who_gets_what(sns, sqs, topic, create):
    reds, large = create("reds"), create("large")
    subscribe(sns, sqs, topic, reds, FilterPolicy=json.dumps({"color": ["red"]}))
    subscribe(sns, sqs, topic, large, FilterPolicyScope="MessageBody",
              FilterPolicy=json.dumps({"size": [{"numeric": [">=", 100]}]}))
    for color, size in (("red", 1), ("red", 100), ("blue", 200), ("blue", 2)):
        sns.publish(TopicArn=topic, Message=json.dumps({"size": size, "color": color}),
                    MessageAttributes={"color": {"DataType": "String", "StringValue": color}})

    def sizes(queue):
        return sorted(json.loads(body)["size"] for body in bodies(receive(sqs, queue)))
    assert sizes(reds) == [1, 100]
    assert sizes(large) == [100, 200]


def test_a_batch_with_a_bad_message_is_refused_whole(sns, sqs, topic, queue):
    subscribe(sns, sqs, topic, queue)
    with pytest.raises(sns.exceptions.InvalidParameterException):
        sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[
            {"Id": "good", "Message": "one"}, {"Id": "bad", "Message": "two", "Subject": "a\nb"},
            {"Id": "fine", "Message": "three"}])
    assert receive(sqs, queue) == []


def test_a_batch_is_filtered_entry_by_entry(sns, sqs, topic, create):
    reds, others = create("reds"), create("others")
    subscribe(sns, sqs, topic, reds, FilterPolicy=json.dumps({"color": ["red"]}))
    subscribe(sns, sqs, topic, others, FilterPolicy=json.dumps({"color": [{"anything-but": "red"}]}))
    sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[
        {"Id": text, "Message": text, "MessageAttributes": {
            "color": {"DataType": "String", "StringValue": color}}}
        for text, color in (("rose", "red"), ("sky", "blue"), ("blood", "red"))]
        + [{"Id": "air", "Message": "air"}])
    assert sorted(bodies(receive(sqs, reds))) == ["blood", "rose"]
    assert bodies(receive(sqs, others)) == ["sky"]


def test_an_array_matches_by_each_of_its_elements(sns, sqs, topic, queue):
    subscribe(sns, sqs, topic, queue, FilterPolicy=json.dumps({"sizes": ["L", 42]}))
    for text, sizes in (("letter", ["S", "L"]), ("number", [42]), ("none", ["M", 41])):
        sns.publish(TopicArn=topic, Message=text, MessageAttributes={
            "sizes": {"DataType": "String.Array", "StringValue": json.dumps(sizes)}})
    assert sorted(bodies(receive(sqs, queue))) == ["letter", "number"]


def test_what_cannot_be_delivered_is_a_dead_letter(sns, sqs, topic, create):
    dead, gone = create("dead"), create("gone")
    subscribe(sns, sqs, topic, gone,
              RedrivePolicy=json.dumps({"deadLetterTargetArn": arn(sqs, dead)}))
    sqs.delete_queue(QueueUrl=gone)
    sns.publish(TopicArn=topic, Message="lost")
    assert bodies(receive(sqs, dead)) == ["lost"]


def test_each_protocol_may_have_its_text(sns, sqs, topic, queue):
    subscribe(sns, sqs, topic, queue)
    sns.publish(TopicArn=topic, MessageStructure="json",
                Message=json.dumps({"default": "all", "sqs": "queues"}))
    assert bodies(receive(sqs, queue)) == ["queues"]


def test_a_fifo_topic_keeps_order_and_drops_duplicates(sns, sqs, make_topic, fifo):
    topic = make_topic(FifoTopic="true")
    subscribe(sns, sqs, topic, fifo)
    sent = [sns.publish(TopicArn=topic, Message=text, MessageGroupId="g",
                        MessageDeduplicationId=text) for text in ("a", "b", "a", "c")]
    assert sent[0]["MessageId"] == sent[2]["MessageId"]
    numbers = [int(sent[index]["SequenceNumber"]) for index in (0, 1, 3)]
    assert numbers == sorted(set(numbers))
    messages = receive(sqs, fifo)
    assert bodies(messages) == ["a", "b", "c"]
    assert messages[0]["Attributes"]["MessageGroupId"] == "g"


def test_a_fifo_batch_reaches_queues_of_both_kinds_in_order(sns, sqs, make_topic, fifo, queue):
    topic = make_topic(FifoTopic="true", ContentBasedDeduplication="true")
    subscribe(sns, sqs, topic, fifo, FilterPolicy=json.dumps({"n": ["odd"]}))
    subscribe(sns, sqs, topic, queue)
    sent = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[
        {"Id": str(n), "Message": str(n), "MessageGroupId": "g", "MessageAttributes": {
            "n": {"DataType": "String", "StringValue": "odd" if n % 2 else "even"}}}
        for n in range(6)])["Successful"]
    numbers = [int(entry["SequenceNumber"]) for entry in sent]
    assert numbers == sorted(set(numbers))
    assert bodies(receive(sqs, fifo)) == ["1", "3", "5"]
    assert sorted(bodies(receive(sqs, queue))) == ["0", "1", "2", "3", "4", "5"]


def test_lists_come_in_pages(sns, make_topic):
    made = {make_topic("page") for _ in range(101)}
    pages = list(sns.get_paginator("list_topics").paginate())
    assert len(pages) > 1 and len(pages[0]["Topics"]) == 100
    assert made <= {topic["TopicArn"] for page in pages for topic in page["Topics"]}
    topic = next(iter(made))
    for number in range(101):
        sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint=f"+1555{number:07}")
    pages = list(sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic))
    assert [len(page["Subscriptions"]) for page in pages] == [100, 1]


def test_subscriptions_have_attributes_and_end(sns, sqs, topic, queue):
    subscription = subscribe(sns, sqs, topic, queue)
    assert subscribe(sns, sqs, topic, queue) == subscription
    sns.set_subscription_attributes(SubscriptionArn=subscription, AttributeName="FilterPolicy",
                                    AttributeValue='{"a":["b"]}')
    attributes = sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]
    assert attributes["FilterPolicy"] == '{"a":["b"]}'
    assert attributes["Protocol"] == "sqs"
    sns.unsubscribe(SubscriptionArn=subscription)
    with pytest.raises(sns.exceptions.NotFoundException):
        sns.get_subscription_attributes(SubscriptionArn=subscription)
    sns.publish(TopicArn=topic, Message="nobody")
    assert receive(sqs, queue) == []


def test_errors_are_typed(sns, topic):
    with pytest.raises(sns.exceptions.NotFoundException) as caught:
        sns.publish(TopicArn=topic + "x", Message="m")
    assert caught.value.response["Error"]["Message"] == "Topic does not exist"
    with pytest.raises(sns.exceptions.InvalidParameterException):
        sns.publish(TopicArn=topic, Message="")
    with pytest.raises(sns.exceptions.InvalidParameterException):
        sns.subscribe(TopicArn=topic, Protocol="pigeon", Endpoint="roof")
    with pytest.raises(sns.exceptions.InvalidParameterValueException):
        sns.publish(TopicArn=topic, Message="m", MessageAttributes={
            "a": {"DataType": "Number", "StringValue": "many"}})
    with pytest.raises(sns.exceptions.InvalidParameterException):
        sns.set_topic_attributes(TopicArn=topic, AttributeName="Colour", AttributeValue="red")
    with pytest.raises(sns.exceptions.NotFoundException):
        sns.get_topic_attributes(TopicArn=topic + "x")
    with pytest.raises(sns.exceptions.EmptyBatchRequestException):
        sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[])
    with pytest.raises(sns.exceptions.BatchRequestTooLongException):
        sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[
            {"Id": id, "Message": "x" * 131073} for id in "ab"])
    with pytest.raises(sns.exceptions.InvalidBatchEntryIdException):
        sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[{"Id": "a b", "Message": "m"}])
    with pytest.raises(sns.exceptions.ResourceNotFoundException):
        sns.list_tags_for_resource(ResourceArn=topic + "x")
    with pytest.raises(sns.exceptions.TooManyEntriesInBatchRequestException):
        sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[
            {"Id": str(number), "Message": "m"} for number in range(11)])
    with pytest.raises(sns.exceptions.BatchEntryIdsNotDistinctException):
        sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[
            {"Id": "same", "Message": "m"}] * 2)


def test_a_device_and_a_phone_can_be_published_to(sns):
    application = sns.create_platform_application(
        Name=unique("shop"), Platform="GCM", Attributes={"PlatformCredential": "key"})
    endpoint = sns.create_platform_endpoint(
        PlatformApplicationArn=application["PlatformApplicationArn"], Token="t")["EndpointArn"]
    assert sns.publish(TargetArn=endpoint, Message="hello")["MessageId"]
    assert sns.publish(PhoneNumber="+15551234567", Message="hello")["MessageId"]
    sns.set_endpoint_attributes(EndpointArn=endpoint, Attributes={"Enabled": "false"})
    with pytest.raises(sns.exceptions.EndpointDisabledException):
        sns.publish(TargetArn=endpoint, Message="hello")
