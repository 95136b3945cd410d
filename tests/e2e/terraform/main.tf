# Queues and topics of both kinds with their policies, as an application declares them. The provider is told
# nothing: endpoint, region and keys are in the environment, and it asks STS who it is.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

provider "aws" {}

variable "is_changed" {
  type    = bool
  default = false
}

data "aws_caller_identity" "me" {}

# Standard: a queue with a dead-letter queue.

resource "aws_sqs_queue" "failed" {
  name                      = "orders-failed"
  message_retention_seconds = 1209600
}

resource "aws_sqs_queue_redrive_allow_policy" "failed" {
  queue_url = aws_sqs_queue.failed.id
  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.orders.arn]
  })
}

resource "aws_sqs_queue" "orders" {
  name                       = "orders"
  delay_seconds              = 5
  max_message_size           = var.is_changed ? 131072 : 65536
  message_retention_seconds  = 86400
  receive_wait_time_seconds  = 10
  visibility_timeout_seconds = var.is_changed ? 90 : 45
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.failed.arn
    maxReceiveCount     = var.is_changed ? 5 : 3
  })
  tags = var.is_changed ? { team = "shop", stage = "live" } : { team = "shop", owner = "nobody" }
}

resource "aws_sqs_queue_policy" "orders" {
  queue_url = aws_sqs_queue.orders.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "placed"
      Effect    = "Allow"
      Principal = { Service = "sns.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.orders.arn
      Condition = { ArnEquals = { "aws:SourceArn" = aws_sns_topic.placed.arn } }
    }]
  })
}

resource "aws_sns_topic" "placed" {
  name              = "orders-placed"
  display_name      = var.is_changed ? "Orders that were placed" : "Orders"
  kms_master_key_id = "alias/aws/sns"
  delivery_policy = jsonencode({
    http = {
      defaultHealthyRetryPolicy = {
        minDelayTarget     = 2
        maxDelayTarget     = 20
        numRetries         = var.is_changed ? 7 : 4
        numMaxDelayRetries = 0
        numNoDelayRetries  = 0
        numMinDelayRetries = 0
        backoffFunction    = "linear"
      }
      disableSubscriptionOverrides = false
    }
  })
  tags = { team = "shop" }
}

data "aws_iam_policy_document" "placed" {
  statement {
    sid       = "shops"
    actions   = var.is_changed ? ["sns:Publish", "sns:Subscribe"] : ["sns:Publish"]
    resources = [aws_sns_topic.placed.arn]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${data.aws_caller_identity.me.account_id}:root"]
    }
  }
}

resource "aws_sns_topic_policy" "placed" {
  arn    = aws_sns_topic.placed.arn
  policy = data.aws_iam_policy_document.placed.json
}

resource "aws_sns_topic_subscription" "orders" {
  topic_arn            = aws_sns_topic.placed.arn
  protocol             = "sqs"
  endpoint             = aws_sqs_queue.orders.arn
  raw_message_delivery = var.is_changed
  filter_policy_scope  = "MessageBody"
  filter_policy = jsonencode({
    region   = [{ prefix = "eu" }, { "anything-but" = ["us-east-1"] }]
    quantity = [{ numeric = [">=", var.is_changed ? 200 : 100] }]
  })
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.failed.arn })
}

# FIFO: a topic that fills a queue of high throughput.

resource "aws_sqs_queue" "ledger_failed" {
  name       = "ledger-failed.fifo"
  fifo_queue = true
}

resource "aws_sqs_queue" "ledger" {
  name                        = "ledger.fifo"
  fifo_queue                  = true
  content_based_deduplication = var.is_changed
  deduplication_scope         = "messageGroup"
  fifo_throughput_limit       = "perMessageGroupId"
  sqs_managed_sse_enabled     = true
}

resource "aws_sqs_queue_redrive_policy" "ledger" {
  queue_url = aws_sqs_queue.ledger.id
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.ledger_failed.arn
    maxReceiveCount     = 4
  })
}

resource "aws_sns_topic" "ledger" {
  name                        = "ledger.fifo"
  fifo_topic                  = true
  content_based_deduplication = !var.is_changed
}

resource "aws_sns_topic_subscription" "ledger" {
  topic_arn     = aws_sns_topic.ledger.arn
  protocol      = "sqs"
  endpoint      = aws_sqs_queue.ledger.arn
  filter_policy = jsonencode({ kind = var.is_changed ? ["placed", "paid"] : ["placed"] })
}

data "aws_sqs_queue" "orders" {
  name       = aws_sqs_queue.orders.name
  depends_on = [aws_sqs_queue.orders]
}

output "account" {
  value = data.aws_caller_identity.me.account_id
}

output "queue_url" {
  value = data.aws_sqs_queue.orders.url
}
