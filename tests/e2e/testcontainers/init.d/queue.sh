#!/bin/sh
# Late on purpose: who is told too early finds no queue.
sleep 1
python3 -c "import boto3, os; boto3.client('sqs', endpoint_url=os.environ['AWS_ENDPOINT_URL']).create_queue(
    QueueName='made-by-script')"
