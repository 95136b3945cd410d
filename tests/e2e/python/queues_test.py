import json
import urllib.request

import pytest

from support import (ACCOUNT, ENDPOINT, PROTOCOL, arn, attribute, bodies, connect, counts, receive,
                     refused, unique)


def test_the_client_speaks_the_protocol_this_suite_is_for(sqs):
    assert sqs.meta.service_model.metadata["protocol"] == PROTOCOL


def test_a_queue_url_leads_back_to_the_endpoint_the_client_used(sqs, create):
    assert create("home").startswith(f"{ENDPOINT}/{ACCOUNT}/home-")
    local = connect(endpoint=ENDPOINT.replace("127.0.0.1", "localhost"))
    url = local.create_queue(QueueName=unique("local"))["QueueUrl"]
    assert url.startswith(ENDPOINT.replace("127.0.0.1", "localhost"))
    sqs.delete_queue(QueueUrl=url)


def test_a_queue_is_found_by_its_name(sqs, queue):
    name = queue.rsplit("/", 1)[1]
    assert sqs.get_queue_url(QueueName=name)["QueueUrl"] == queue
    assert sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=ACCOUNT)["QueueUrl"] == queue


def test_only_the_path_of_a_queue_url_matters(sqs, queue):
    name = queue.rsplit("/", 1)[1]
    sqs.send_message(QueueUrl=f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/{name}", MessageBody="x")
    assert bodies(receive(sqs, queue)) == ["x"]


@pytest.mark.skipif(PROTOCOL == "json", reason="a presigned URL cannot carry a JSON request")
def test_a_presigned_url_works_in_a_browser(sqs, queue):
    url = sqs.generate_presigned_url("get_queue_url", {"QueueName": queue.rsplit("/", 1)[1]})
    with urllib.request.urlopen(url) as answer:
        assert answer.headers["Content-Type"].startswith("text/xml")
        assert f"<QueueUrl>{queue}</QueueUrl>" in answer.read().decode()


def test_creating_a_queue_again_gives_the_same_queue_unless_an_attribute_differs(sqs, create):
    url = create(VisibilityTimeout="40")
    name = url.rsplit("/", 1)[1]
    assert sqs.create_queue(QueueName=name)["QueueUrl"] == url
    assert sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "40"})["QueueUrl"] == url
    with refused("QueueAlreadyExists", kind=sqs.exceptions.QueueNameExists,
                 message="A queue already exists with the same name and a different value for "
                         "attribute VisibilityTimeout"):
        sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "41"})


def test_queues_are_listed_by_prefix_and_page_by_page(sqs, create):
    prefix = unique("listed")
    urls = sorted(create(f"{prefix}-{number}") for number in range(5))
    create("elsewhere")
    assert sorted(sqs.list_queues(QueueNamePrefix=prefix)["QueueUrls"]) == urls

    pages = list(sqs.get_paginator("list_queues").paginate(
        QueueNamePrefix=prefix, PaginationConfig={"PageSize": 2}))
    assert [len(page["QueueUrls"]) for page in pages] == [2, 2, 1]
    assert sorted(url for page in pages for url in page["QueueUrls"]) == urls
    assert "NextToken" not in sqs.list_queues(QueueNamePrefix=prefix, MaxResults=5)
    assert not sqs.list_queues(QueueNamePrefix=unique("none")).get("QueueUrls")


@pytest.mark.parametrize("limit", [0, 1001])
def test_a_page_has_between_1_and_1000_queues(sqs, limit):
    with refused("InvalidParameterValue"):
        sqs.list_queues(MaxResults=limit)


def test_a_new_standard_queue_has_the_default_attributes(sqs, queue):
    got = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    created = got.pop("CreatedTimestamp")
    assert created == got.pop("LastModifiedTimestamp") and len(created) == 10
    assert got == {
        "QueueArn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:{queue.rsplit('/', 1)[1]}",
        "ApproximateNumberOfMessages": "0",
        "ApproximateNumberOfMessagesNotVisible": "0",
        "ApproximateNumberOfMessagesDelayed": "0",
        "VisibilityTimeout": "30",
        "MaximumMessageSize": "1048576",
        "MessageRetentionPeriod": "345600",
        "DelaySeconds": "0",
        "ReceiveMessageWaitTimeSeconds": "0",
        "SqsManagedSseEnabled": "true",
    }


def test_a_new_fifo_queue_has_its_own_attributes_too(sqs, fifo):
    got = sqs.get_queue_attributes(QueueUrl=fifo, AttributeNames=["All"])["Attributes"]
    assert {name: got.get(name) for name in ("FifoQueue", "ContentBasedDeduplication",
                                             "DeduplicationScope", "FifoThroughputLimit")} == {
        "FifoQueue": "true", "ContentBasedDeduplication": "false",
        "DeduplicationScope": "queue", "FifoThroughputLimit": "perQueue"}


def test_attributes_are_set_and_read_by_name(sqs, create):
    url = create(DelaySeconds="5")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "7", "VisibilityTimeout": "9"})
    names = ["DelaySeconds", "VisibilityTimeout", "RedrivePolicy"]
    assert sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"] == {
        "DelaySeconds": "7", "VisibilityTimeout": "9"}
    assert "Attributes" not in sqs.get_queue_attributes(QueueUrl=url)


def test_one_bad_attribute_leaves_all_as_they_were(sqs, queue):
    with refused("InvalidAttributeValue", kind=sqs.exceptions.ClientError):
        sqs.set_queue_attributes(
            QueueUrl=queue, Attributes={"DelaySeconds": "3", "VisibilityTimeout": "43201"})
    assert attribute(sqs, queue, "DelaySeconds") == "0"


def test_a_key_takes_the_place_of_the_default_encryption(sqs, create):
    url = create(KmsMasterKeyId="alias/aws/sqs")
    assert attribute(sqs, url, "KmsMasterKeyId") == "alias/aws/sqs"
    assert attribute(sqs, url, "SqsManagedSseEnabled") == "false"


def test_an_empty_policy_clears_the_policy(sqs, create):
    url = create()
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn(sqs, url)}]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    assert json.loads(attribute(sqs, url, "Policy")) == json.loads(policy)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    assert attribute(sqs, url, "Policy") is None


def test_tags_are_given_changed_and_taken_away(sqs, create):
    url = create(tags={"team": "blue", "stage": "test"})
    sqs.tag_queue(QueueUrl=url, Tags={"team": "red", "cost centre": "a/b=c+d@e"})
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {
        "team": "red", "stage": "test", "cost centre": "a/b=c+d@e"}
    sqs.untag_queue(QueueUrl=url, TagKeys=["team", "stage", "cost centre", "unknown"])
    assert not sqs.list_queue_tags(QueueUrl=url).get("Tags")


def test_a_permission_is_a_statement_of_the_policy_until_it_is_removed(sqs, queue):
    sqs.add_permission(QueueUrl=queue, Label="partner", AWSAccountIds=["111122223333"],
                       Actions=["SendMessage"])
    [statement] = json.loads(attribute(sqs, queue, "Policy"))["Statement"]
    assert statement == {
        "Sid": "partner", "Effect": "Allow", "Action": "SQS:SendMessage",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Resource": arn(sqs, queue)}
    with refused("InvalidParameterValue", message="Already exists"):
        sqs.add_permission(QueueUrl=queue, Label="partner", AWSAccountIds=["111122223333"],
                           Actions=["ReceiveMessage"])

    sqs.add_permission(QueueUrl=queue, Label="more", AWSAccountIds=["111122223333", "444455556666"],
                       Actions=["ReceiveMessage", "DeleteMessage"])
    [_, more] = json.loads(attribute(sqs, queue, "Policy"))["Statement"]
    assert sorted(more["Action"]) == ["SQS:DeleteMessage", "SQS:ReceiveMessage"]
    assert len(more["Principal"]["AWS"]) == 2

    for label in ("partner", "more"):
        sqs.remove_permission(QueueUrl=queue, Label=label)
    assert attribute(sqs, queue, "Policy") is None


def test_a_purge_leaves_no_message_and_may_not_be_repeated_at_once(sqs, queue):
    for delay in (0, 0, 900):
        sqs.send_message(QueueUrl=queue, MessageBody="gone", DelaySeconds=delay)
    receive(sqs, queue, MaxNumberOfMessages=1)
    assert sum(counts(sqs, queue)) == 3
    sqs.purge_queue(QueueUrl=queue)
    assert counts(sqs, queue) == (0, 0, 0)
    with refused("AWS.SimpleQueueService.PurgeQueueInProgress", status=403,
                 kind=sqs.exceptions.PurgeQueueInProgress):
        sqs.purge_queue(QueueUrl=queue)


def test_a_deleted_queue_is_gone_with_its_messages(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="gone")
    sqs.delete_queue(QueueUrl=queue)
    name = queue.rsplit("/", 1)[1]
    for call in (lambda: sqs.get_queue_url(QueueName=name), lambda: receive(sqs, queue)):
        with refused("AWS.SimpleQueueService.NonExistentQueue",
                     kind=sqs.exceptions.QueueDoesNotExist):
            call()


def test_a_deleted_queue_is_not_created_again_within_60_seconds(sqs, queue):
    sqs.delete_queue(QueueUrl=queue)
    with refused("AWS.SimpleQueueService.QueueDeletedRecently",
                 kind=sqs.exceptions.QueueDeletedRecently):
        sqs.create_queue(QueueName=queue.rsplit("/", 1)[1])


def test_accounts_do_not_see_each_other(sqs):
    name = unique("shared-name")
    mine, theirs = connect(account="111111111111"), connect(account="222222222222")
    first = mine.create_queue(QueueName=name)["QueueUrl"]
    second = theirs.create_queue(QueueName=name)["QueueUrl"]
    assert (first, second) == (f"{ENDPOINT}/111111111111/{name}", f"{ENDPOINT}/222222222222/{name}")
    assert arn(theirs, second) == f"arn:aws:sqs:us-east-1:222222222222:{name}"
    mine.send_message(QueueUrl=first, MessageBody="mine")
    assert receive(theirs, second) == []
    assert bodies(receive(mine, first)) == ["mine"]
    assert theirs.list_queues(QueueNamePrefix=name)["QueueUrls"] == [second]
    mine.delete_queue(QueueUrl=first)
    assert theirs.get_queue_url(QueueName=name)["QueueUrl"] == second
    theirs.delete_queue(QueueUrl=second)


def test_regions_do_not_see_each_other(sqs):
    name = unique("shared-name")
    here, there = connect(region="us-east-1"), connect(region="eu-west-1")
    urls = [client.create_queue(QueueName=name)["QueueUrl"] for client in (here, there)]
    assert [arn(client, url).split(":")[3] for client, url in zip((here, there), urls)] == [
        "us-east-1", "eu-west-1"]
    here.send_message(QueueUrl=urls[0], MessageBody="here")
    assert receive(there, urls[1]) == []
    assert bodies(receive(here, urls[0])) == ["here"]
    here.delete_queue(QueueUrl=urls[0])
    assert there.get_queue_url(QueueName=name)["QueueUrl"] == urls[1]
    there.delete_queue(QueueUrl=urls[1])
