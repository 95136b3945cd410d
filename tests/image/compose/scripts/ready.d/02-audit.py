#!/usr/bin/env python3
import os

import boto3

here = {"endpoint_url": "http://localhost:4566", "region_name": os.environ["AWS_DEFAULT_REGION"],
        "aws_access_key_id": "test", "aws_secret_access_key": "test"}
sqs, sns = boto3.client("sqs", **here), boto3.client("sns", **here)

url = sqs.create_queue(QueueName="audit")["QueueUrl"]
arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
topic = sns.create_topic(Name="events")["TopicArn"]
sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
