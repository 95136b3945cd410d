"""What Terraform's AWS provider does: it sets everything, reads it all back, and calls a difference drift.

Where Terraform is at hand, ../terraform has it do so itself.
"""

import json

import boto3
import pytest

from support import ACCOUNT, ENDPOINT, arn

DOCUMENTS = ("Policy", "RedrivePolicy", "RedriveAllowPolicy", "DeliveryPolicy", "FilterPolicy")
STANDARD = {"DelaySeconds": "5", "MaximumMessageSize": "65536", "MessageRetentionPeriod": "86400",
            "ReceiveMessageWaitTimeSeconds": "10", "VisibilityTimeout": "45",
            "KmsMasterKeyId": "alias/aws/sqs", "KmsDataKeyReusePeriodSeconds": "600"}
FIFO = {"FifoQueue": "true", "ContentBasedDeduplication": "true", "DeduplicationScope": "messageGroup",
        "FifoThroughputLimit": "perMessageGroupId", "SqsManagedSseEnabled": "true",
        "MaximumMessageSize": "262144"}


def drift(wanted, got):
    """What did not come back as it was set; documents may be written differently, \"\" is absence."""
    def shape(name, value):
        return json.loads(value) if value and name in DOCUMENTS else value or ""

    return {name: (value, got.get(name)) for name, value in wanted.items()
            if shape(name, value) != shape(name, got.get(name))}


def allow(action, resource):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Sid": "declared", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
         "Action": action, "Resource": resource}]})


@pytest.fixture
def queue_drift(sqs):
    def of(queue, wanted):
        return drift(wanted, sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"])

    return of


@pytest.fixture
def topic_drift(sns):
    return lambda topic, wanted: drift(wanted, sns.get_topic_attributes(TopicArn=topic)["Attributes"])


def test_it_knows_who_asks():
    sts = boto3.client("sts", endpoint_url=ENDPOINT, region_name="us-east-1",
                       aws_access_key_id="test", aws_secret_access_key="test")
    identity = sts.get_caller_identity()
    assert identity["Account"] == ACCOUNT
    assert identity["Arn"].startswith(f"arn:aws:iam::{ACCOUNT}:")
    assert identity["UserId"]


@pytest.mark.parametrize("wanted", [STANDARD, FIFO], ids=["standard", "fifo"])
def test_a_queue_comes_back_as_it_was_made(sqs, create, queue_drift, wanted):
    tags = {"team": "shop", "empty": ""}
    queue = create(tags=tags, **wanted)
    assert queue_drift(queue, wanted) == {}
    assert sqs.list_queue_tags(QueueUrl=queue)["Tags"] == tags
    name = queue.rsplit("/")[-1]
    assert sqs.create_queue(QueueName=name, Attributes=wanted)["QueueUrl"] == queue


def test_a_queue_is_changed_in_place(sqs, create, queue_drift):
    queue = create(tags={"team": "shop", "stage": "test"}, **STANDARD)
    changed = {"VisibilityTimeout": "90", "DelaySeconds": "0", "MaximumMessageSize": "1048576",
               "KmsMasterKeyId": ""}
    sqs.set_queue_attributes(QueueUrl=queue, Attributes=changed)
    kept = {name: value for name, value in STANDARD.items() if name not in changed}
    kept.pop("KmsDataKeyReusePeriodSeconds")  # of a key that is there no more
    assert queue_drift(queue, {**kept, **changed}) == {}
    sqs.untag_queue(QueueUrl=queue, TagKeys=["stage"])
    sqs.tag_queue(QueueUrl=queue, Tags={"team": "till"})
    assert sqs.list_queue_tags(QueueUrl=queue)["Tags"] == {"team": "till"}


def test_policies_of_a_queue_are_set_and_taken_away(sqs, create, queue_drift):
    queue, dead = create(), create("dead")
    redrive = {"deadLetterTargetArn": arn(sqs, dead), "maxReceiveCount": 3}
    permission = {"redrivePermission": "byQueue", "sourceQueueArns": [arn(sqs, queue)]}
    for target, name, value in ((queue, "Policy", allow("sqs:SendMessage", arn(sqs, queue))),
                                (dead, "RedriveAllowPolicy", json.dumps(permission)),
                                (queue, "RedrivePolicy", json.dumps(redrive))):
        sqs.set_queue_attributes(QueueUrl=target, Attributes={name: value})
        assert queue_drift(target, {name: value}) == {}
        sqs.set_queue_attributes(QueueUrl=target, Attributes={name: ""})
        assert queue_drift(target, {name: ""}) == {}


def test_a_deleted_queue_is_gone_at_once(sqs, create):
    queue = create()
    sqs.delete_queue(QueueUrl=queue)
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])


def test_a_topic_comes_back_as_it_was_made(sns, make_topic, topic_drift):
    made = {"FifoTopic": "true", "ContentBasedDeduplication": "true"}
    fifo = make_topic(tags={"team": "shop"}, **made)
    assert topic_drift(fifo, made) == {}
    assert sns.list_tags_for_resource(ResourceArn=fifo)["Tags"] == [{"Key": "team", "Value": "shop"}]
    topic = make_topic()
    retries = {"http": {"defaultHealthyRetryPolicy": {
        "minDelayTarget": 2, "maxDelayTarget": 20, "numRetries": 4, "numMaxDelayRetries": 0,
        "numNoDelayRetries": 0, "numMinDelayRetries": 0, "backoffFunction": "linear"},
        "disableSubscriptionOverrides": False}}
    wanted = {"DisplayName": "Orders", "KmsMasterKeyId": "alias/aws/sns", "SignatureVersion": "2",
              "TracingConfig": "Active", "HTTPSuccessFeedbackSampleRate": "50",
              "HTTPFailureFeedbackRoleArn": f"arn:aws:iam::{ACCOUNT}:role/log",
              "DeliveryPolicy": json.dumps(retries), "Policy": allow("sns:Publish", topic)}
    for name, value in wanted.items():
        sns.set_topic_attributes(TopicArn=topic, AttributeName=name, AttributeValue=value)
    assert topic_drift(topic, wanted) == {}
    for name in ("DisplayName", "KmsMasterKeyId", "DeliveryPolicy"):
        sns.set_topic_attributes(TopicArn=topic, AttributeName=name, AttributeValue="")
        assert topic_drift(topic, {name: ""}) == {}


def test_a_subscription_comes_back_as_it_was_made(sns, sqs, create, topic):
    queue, dead = create(), create("dead")
    wanted = {"RawMessageDelivery": "true", "FilterPolicyScope": "MessageBody",
              "FilterPolicy": json.dumps({"region": [{"prefix": "eu"}], "size": [{"numeric": [">=", 1.50]}]}),
              "RedrivePolicy": json.dumps({"deadLetterTargetArn": arn(sqs, dead)})}
    made = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn(sqs, queue), Attributes=wanted,
                         ReturnSubscriptionArn=True)["SubscriptionArn"]
    got = sns.get_subscription_attributes(SubscriptionArn=made)["Attributes"]
    assert drift({**wanted, "TopicArn": topic, "Protocol": "sqs", "Endpoint": arn(sqs, queue),
                  "Owner": ACCOUNT, "PendingConfirmation": "false",
                  "ConfirmationWasAuthenticated": "true"}, got) == {}
    changed = {"FilterPolicyScope": "MessageAttributes", "FilterPolicy": json.dumps({"kind": ["placed"]}),
               "RawMessageDelivery": "false"}
    for name, value in changed.items():
        sns.set_subscription_attributes(SubscriptionArn=made, AttributeName=name, AttributeValue=value)
    got = sns.get_subscription_attributes(SubscriptionArn=made)["Attributes"]
    assert drift({**wanted, **changed}, got) == {}
    sns.set_subscription_attributes(SubscriptionArn=made, AttributeName="RedrivePolicy", AttributeValue="")
    assert "RedrivePolicy" not in sns.get_subscription_attributes(SubscriptionArn=made)["Attributes"]


def test_what_is_gone_is_not_found(sns, topic):
    with pytest.raises(sns.exceptions.NotFoundException):
        sns.get_topic_attributes(TopicArn=topic + "-no")
    with pytest.raises(sns.exceptions.NotFoundException):
        sns.get_subscription_attributes(SubscriptionArn=f"{topic}:{'0' * 8}-0000-4000-8000-{'0' * 12}")
