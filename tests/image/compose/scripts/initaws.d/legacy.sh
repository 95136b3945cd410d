#!/usr/bin/env bash
set -x
aws --endpoint-url=http://localhost:4566 sqs create-queue --queue-name legacy
# The account's identity is what many a script asks for first.
[[ $(awslocal sts get-caller-identity | jq -r .Account) == 000000000000 ]]
