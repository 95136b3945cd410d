#!/bin/bash
# FIFO: a queue with a dead-letter queue, and a topic that fills it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

declare -A arns
create_queue() {
  local name=$1 url
  shift
  url=$(awslocal sqs create-queue --queue-name "$name" "$@" --query QueueUrl --output text)
  arns[$name]=$(awslocal sqs get-queue-attributes --queue-url "$url" --attribute-names QueueArn |
    jq -r .Attributes.QueueArn)
}

create_queue orders-dlq.fifo --attributes FifoQueue=true,ContentBasedDeduplication=true
jq --arg arn "${arns[orders-dlq.fifo]}" \
  '. + {RedrivePolicy: ({deadLetterTargetArn: $arn, maxReceiveCount: "3"} | tostring)}' \
  orders.json >/tmp/orders.json
create_queue orders.fifo --attributes file:///tmp/orders.json

topic=$(awslocal sns create-topic --name orders.fifo \
  --attributes FifoTopic=true,ContentBasedDeduplication=true --query TopicArn --output text)
awslocal sns subscribe --topic-arn "$topic" --protocol sqs --notification-endpoint "${arns[orders.fifo]}" \
  --attributes '{"RawMessageDelivery": "true", "FilterPolicy": "{\"kind\": [\"placed\"]}"}'
echo "made ${!arns[*]}"
