use std::collections::HashMap;
use std::env::var;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use aws_sdk_sns::config::{Config, Credentials, Region};
use aws_sdk_sns::operation::publish::PublishError;
use aws_sdk_sns::operation::subscribe::SubscribeError;
use aws_sdk_sns::types::{MessageAttributeValue, PublishBatchRequestEntry, Tag};
use aws_sdk_sqs::types::QueueAttributeName as Queue;

#[tokio::test]
async fn topics_have_attributes_and_tags() {
    let story = Story::new();
    let topic = story.create("topic", &[("DisplayName", "News")]).await;
    let tag = Tag::builder().key("team").value("red").build().unwrap();
    story.sns.tag_resource().resource_arn(&topic).tags(tag.clone()).send().await.unwrap();
    let attributes = story.sns.get_topic_attributes().topic_arn(&topic).send().await.unwrap().attributes.unwrap();
    assert_eq!(attributes["DisplayName"], "News");
    assert_eq!(story.sns.list_tags_for_resource().resource_arn(&topic).send().await.unwrap().tags.unwrap(), [tag]);
}

#[tokio::test]
async fn two_queues_with_different_filters_get_what_each_asked_for() {
    let story = Story::new();
    let topic = story.create("topic", &[]).await;
    let reds = story.subscribe(&topic, "reds", &[("FilterPolicy", r#"{"color":["red"]}"#)]).await;
    let by_size = [("FilterPolicyScope", "MessageBody"), ("FilterPolicy", r#"{"size":[{"numeric":[">=",100]}]}"#)];
    let large = story.subscribe(&topic, "large", &by_size).await;
    for (color, size) in [("red", 1), ("red", 100), ("blue", 200), ("blue", 2)] {
        let value = MessageAttributeValue::builder().data_type("String").string_value(color).build().unwrap();
        let message = format!(r#"{{"size":{size}}}"#);
        story.sns.publish().topic_arn(&topic).message(message).message_attributes("color", value).send().await.unwrap();
    }
    assert_eq!(story.bodies(&reds).await, [r#"{"size":100}"#, r#"{"size":1}"#]);
    assert_eq!(story.bodies(&large).await, [r#"{"size":100}"#, r#"{"size":200}"#]);
}

#[tokio::test]
async fn a_batch_with_a_bad_message_is_refused_whole() {
    let story = Story::new();
    let topic = story.create("topic", &[]).await;
    let queue = story.subscribe(&topic, "q", &[]).await;
    let good = PublishBatchRequestEntry::builder().id("a").message("one").build().unwrap();
    let bad = PublishBatchRequestEntry::builder().id("b").message("two").subject("x\ny").build().unwrap();
    let publish = story.sns.publish_batch().topic_arn(&topic);
    let refused = publish.publish_batch_request_entries(good).publish_batch_request_entries(bad).send().await;
    assert!(refused.unwrap_err().into_service_error().is_invalid_parameter_exception());
    assert!(story.bodies(&queue).await.is_empty());
}

#[tokio::test]
async fn a_fifo_topic_keeps_order_and_drops_duplicates() {
    let story = Story::new();
    let topic = story.create("topic.fifo", &[("FifoTopic", "true"), ("ContentBasedDeduplication", "true")]).await;
    let queue = story.subscribe(&topic, "q.fifo", &[]).await;
    for text in ["b", "a", "b", "c"] {
        story.sns.publish().topic_arn(&topic).message(text).message_group_id("g").send().await.unwrap();
    }
    assert_eq!(story.received(&queue).await, ["b", "a", "c"]);
}

#[tokio::test]
async fn subscriptions_are_listed_in_pages() {
    let story = Story::new();
    let topic = story.create("topic", &[]).await;
    for number in 0..101 {
        let phone = format!("+1555{number:07}");
        story.sns.subscribe().topic_arn(&topic).protocol("sms").endpoint(phone).send().await.unwrap();
    }
    let mut pages = story.sns.list_subscriptions_by_topic().topic_arn(&topic).into_paginator().send();
    for size in [100, 1] {
        assert_eq!(pages.next().await.unwrap().unwrap().subscriptions().len(), size);
    }
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn errors_have_types() {
    let story = Story::new();
    let topic = story.create("topic", &[]).await;
    let missing = story.sns.publish().topic_arn(format!("{topic}x")).message("m").send().await.unwrap_err().into_service_error();
    assert!(matches!(&missing, PublishError::NotFoundException(error) if error.message() == Some("Topic does not exist")));
    let bad = story.sns.subscribe().topic_arn(&topic).protocol("pigeon").endpoint("x").send().await;
    assert!(matches!(bad.unwrap_err().into_service_error(), SubscribeError::InvalidParameterException(_)));
}

struct Story {
    sns: aws_sdk_sns::Client,
    sqs: aws_sdk_sqs::Client,
    prefix: String,
}

impl Story {
    // Names are new in every test and run.
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis();
        let endpoint = var("AWS_ENDPOINT_URL").unwrap();
        let region = Region::new(var("AWS_REGION").unwrap());
        let (key, secret) = (var("AWS_ACCESS_KEY_ID").unwrap(), var("AWS_SECRET_ACCESS_KEY").unwrap());
        let credentials = Credentials::new(key, secret, None, None, "env");
        let http = || aws_smithy_http_client::Builder::new().build_http();
        let sns = Config::builder().endpoint_url(&endpoint).region(region.clone());
        let sns = sns.credentials_provider(credentials.clone()).http_client(http()).build();
        let sqs = aws_sdk_sqs::config::Config::builder().endpoint_url(&endpoint).region(region);
        let sqs = sqs.credentials_provider(credentials).http_client(http()).build();
        Self {
            sns: aws_sdk_sns::Client::from_conf(sns),
            sqs: aws_sdk_sqs::Client::from_conf(sqs),
            prefix: format!("topics-{now}-{}", NEXT.fetch_add(1, Ordering::Relaxed)),
        }
    }

    async fn create(&self, suffix: &str, attributes: &[(&str, &str)]) -> String {
        let attributes: HashMap<_, _> = attributes.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let create = self.sns.create_topic().name(format!("{}-{suffix}", self.prefix)).set_attributes(Some(attributes));
        create.send().await.unwrap().topic_arn.unwrap()
    }

    // A new queue that gets raw messages.
    async fn subscribe(&self, topic: &str, suffix: &str, attributes: &[(&str, &str)]) -> String {
        let create = self.sqs.create_queue().queue_name(format!("{}-{suffix}", self.prefix));
        let create = if suffix.ends_with(".fifo") { create.attributes(Queue::FifoQueue, "true") } else { create };
        let queue = create.send().await.unwrap().queue_url.unwrap();
        let get = self.sqs.get_queue_attributes().queue_url(&queue).attribute_names(Queue::QueueArn);
        let arn = get.send().await.unwrap().attributes.unwrap().remove(&Queue::QueueArn).unwrap();
        let mut subscribe = self.sns.subscribe().topic_arn(topic).protocol("sqs").endpoint(arn).attributes("RawMessageDelivery", "true");
        for (name, value) in attributes {
            subscribe = subscribe.attributes(*name, *value);
        }
        subscribe.send().await.unwrap();
        queue
    }

    async fn received(&self, queue: &str) -> Vec<String> {
        let receive = self.sqs.receive_message().queue_url(queue).max_number_of_messages(10);
        receive.send().await.unwrap().messages.unwrap_or_default().into_iter().map(|m| m.body.unwrap()).collect()
    }

    async fn bodies(&self, queue: &str) -> Vec<String> {
        let mut bodies = self.received(queue).await;
        bodies.sort();
        bodies
    }
}
