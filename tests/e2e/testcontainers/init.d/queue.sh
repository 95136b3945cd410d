# Late on purpose: who is told too early finds no queue.
sleep 1
curl -fsS "$AWS_ENDPOINT_URL/?Action=CreateQueue&QueueName=made-by-script"
