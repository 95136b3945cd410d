#!/bin/sh
# Waits as long as the test wants it to, to be seen at work.
until awslocal sqs list-queues --queue-name-prefix go-on --output text | grep -q go-on; do sleep 0.1; done
awslocal sqs create-queue --queue-name jobs --attributes VisibilityTimeout=120
