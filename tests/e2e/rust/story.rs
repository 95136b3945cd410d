use std::collections::{BTreeSet, HashMap};
use std::env::var;
use std::fmt::Debug;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant, SystemTime};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{Config, Credentials, Region};
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::operation::create_queue::CreateQueueError;
use aws_sdk_sqs::operation::delete_message::DeleteMessageError;
use aws_sdk_sqs::operation::get_queue_attributes::GetQueueAttributesError;
use aws_sdk_sqs::operation::get_queue_url::GetQueueUrlError;
use aws_sdk_sqs::operation::receive_message::builders::ReceiveMessageFluentBuilder;
use aws_sdk_sqs::operation::send_message::{SendMessageError, SendMessageOutput};
use aws_sdk_sqs::operation::send_message_batch::SendMessageBatchError;
use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, Message, MessageAttributeValue,
    MessageSystemAttributeName as System, MessageSystemAttributeNameForSends, MessageSystemAttributeValue, QueueAttributeName as Queue,
    SendMessageBatchRequestEntry,
};

#[tokio::test]
async fn queues_are_created_with_attributes_and_tags() {
    let story = Story::new();
    let dead_letters = story.create("dead.fifo", &[(Queue::FifoQueue, "true")]).await;
    let policy = story.redrive_to(&dead_letters, 3).await;
    let name = story.name("orders.fifo");
    let created = story.sqs.create_queue().queue_name(&name).tags("team", "orders");
    let created = created.attributes(Queue::FifoQueue, "true").attributes(Queue::RedrivePolicy, &policy);
    let queue = created.send().await.unwrap().queue_url.unwrap();

    assert_eq!(story.sqs.get_queue_url().queue_name(&name).send().await.unwrap().queue_url.unwrap(), queue);
    let attributes = story.attributes(&queue, [Queue::FifoQueue, Queue::RedrivePolicy]).await;
    assert_eq!(attributes, HashMap::from([(Queue::FifoQueue, "true".into()), (Queue::RedrivePolicy, policy)]));
    assert_eq!(story.tags(&queue).await, HashMap::from([("team".into(), "orders".into())]));

    story.sqs.delete_queue().queue_url(&queue).send().await.unwrap();
    let gone = story.sqs.get_queue_url().queue_name(&name).send().await;
    fails(gone, GetQueueUrlError::is_queue_does_not_exist, "AWS.SimpleQueueService.NonExistentQueue");
}

#[tokio::test]
async fn queues_are_listed_by_prefix_in_pages() {
    let story = Story::new();
    let mut created = BTreeSet::from([story.create("a.fifo", &[(Queue::FifoQueue, "true")]).await]);
    for suffix in ["a", "b", "c", "d", "e"] {
        created.insert(story.create(suffix, &[]).await);
    }

    let list = || story.sqs.list_queues().queue_name_prefix(story.name(""));
    assert_eq!(BTreeSet::from_iter(list().send().await.unwrap().queue_urls.unwrap()), created);
    let mut pages = list().max_results(4).into_paginator().send();
    let mut listed = BTreeSet::new();
    for size in [4, 2] {
        let page = pages.next().await.unwrap().unwrap().queue_urls.unwrap();
        assert_eq!(page.len(), size);
        listed.extend(page);
    }
    assert!(pages.next().await.is_none());
    assert_eq!(listed, created);
}

#[tokio::test]
async fn attributes_are_changed_and_messages_counted() {
    let story = Story::new();
    let queue = story.create("q", &[]).await;
    story.sqs.set_queue_attributes().queue_url(&queue).attributes(Queue::VisibilityTimeout, "77").send().await.unwrap();
    let attributes = story.attributes(&queue, [Queue::VisibilityTimeout, Queue::DelaySeconds]).await;
    assert_eq!(attributes, HashMap::from([(Queue::VisibilityTimeout, "77".into()), (Queue::DelaySeconds, "0".into())]));

    story.send(&queue, &["one", "two", "three"]).await;
    story.sqs.send_message().queue_url(&queue).message_body("late").delay_seconds(900).send().await.unwrap();
    story.receive(&queue, |r| r.max_number_of_messages(1)).await;
    assert_eq!(story.counts(&queue).await, "2 1 1");
}

#[tokio::test]
async fn messages_keep_their_attributes_of_every_type() {
    let (body, trace) = ("grüße ☃ <&>\r\n", "Root=1-5759e988-bd862e3fe1be46a994272793");
    let value = |kind: &str| MessageAttributeValue::builder().data_type(kind);
    let header = MessageSystemAttributeValue::builder().data_type("String").string_value(trace).build().unwrap();
    let story = Story::new();
    let queue = story.create("q", &[]).await;
    let message = story
        .sqs
        .send_message()
        .queue_url(&queue)
        .message_body(body)
        .message_attributes("City", value("String").string_value("Any City").build().unwrap())
        .message_attributes("Num", value("Number.int").string_value("42").build().unwrap())
        .message_attributes("Blob", value("Binary").binary_value(Blob::new([0, 1, 2])).build().unwrap())
        .message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, header);
    let sent = message.send().await.unwrap();
    assert_eq!(sent.md5_of_message_body.unwrap(), "f3930c0b4405cfc2abe6e486458a8d3d");
    assert_eq!(sent.md5_of_message_attributes.unwrap(), "4d647fa812b2747c0a9b087ade7ebbe5");
    assert_eq!(sent.md5_of_message_system_attributes.unwrap(), "62a56dd927315f2b2e12832b84617ea5");

    let got = story
        .receive(&queue, |r| {
            r.message_attribute_names("City")
                .message_attribute_names("Blob")
                .message_attribute_names("Other")
                .message_system_attribute_names(System::ApproximateReceiveCount)
                .message_system_attribute_names(System::AwsTraceHeader)
        })
        .await
        .remove(0);
    assert_eq!(got.message_id, sent.message_id);
    assert_eq!(got.body.unwrap(), body);
    let attributes = got.message_attributes.unwrap();
    assert_eq!(attributes.len(), 2);
    assert_eq!(attributes["City"].string_value(), Some("Any City"));
    assert_eq!(attributes["Blob"].binary_value().unwrap().as_ref(), [0, 1, 2]);
    assert_eq!(got.md5_of_message_attributes.unwrap(), "0853068fbe966c82bf87c25d3e211f23");
    let system = HashMap::from([(System::ApproximateReceiveCount, "1".into()), (System::AwsTraceHeader, trace.into())]);
    assert_eq!(got.attributes.unwrap(), system);
}

#[tokio::test]
async fn a_bad_entry_fails_alone_in_a_batch() {
    let story = Story::new();
    let queue = story.create("q", &[]).await;
    let entry = |id: &str, delay| SendMessageBatchRequestEntry::builder().id(id).message_body(id).set_delay_seconds(delay).build().unwrap();
    let batch = story.sqs.send_message_batch().queue_url(&queue);
    let batch = batch.entries(entry("good", None)).entries(entry("bad", Some(901))).entries(entry("fine", None));
    let out = batch.send().await.unwrap();
    assert_eq!(out.successful.iter().map(|e| &*e.id).collect::<Vec<_>>(), ["good", "fine"]);
    assert_eq!(out.failed.len(), 1);
    let failed = &out.failed[0];
    assert_eq!((&*failed.id, &*failed.code, failed.sender_fault), ("bad", "InvalidParameterValue", true));
    assert_eq!(BTreeSet::from_iter(story.bodies(&queue, |r| r).await), BTreeSet::from(["good".into(), "fine".into()]));
}

#[tokio::test]
async fn a_long_poll_is_woken_by_a_message() {
    let story = Story::new();
    let queue = story.create("q", &[]).await;
    let started = Instant::now();
    let (bodies, ()) = tokio::join!(story.bodies(&queue, |r| r.wait_time_seconds(10)), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        story.send(&queue, &["wake"]).await;
    });
    let waited = started.elapsed();
    assert_eq!(bodies, ["wake"]);
    assert!((0.25..3.0).contains(&waited.as_secs_f64()), "the poll took {waited:?}");
}

#[tokio::test]
async fn visibility_is_changed_alone_and_in_a_batch() {
    let story = Story::new();
    let queue = story.create("q", &[]).await;
    story.send(&queue, &["one", "two", "three"]).await;
    let handles = story.handles(&queue).await;
    assert_eq!(handles.len(), 3);
    let change = story.sqs.change_message_visibility().queue_url(&queue);
    change.receipt_handle(&handles[0]).visibility_timeout(0).send().await.unwrap();
    assert_eq!(story.counts(&queue).await, "1 2 0");

    let entry = |id: &str, handle: &str, timeout| {
        ChangeMessageVisibilityBatchRequestEntry::builder().id(id).receipt_handle(handle).visibility_timeout(timeout).build().unwrap()
    };
    let batch = story.sqs.change_message_visibility_batch().queue_url(&queue);
    let batch = batch.entries(entry("one", &handles[1], 0)).entries(entry("two", &handles[2], 60)).entries(entry("bad", "garbage", 60));
    let out = batch.send().await.unwrap();
    assert_eq!(out.successful.iter().map(|e| &*e.id).collect::<Vec<_>>(), ["one", "two"]);
    assert_eq!(out.failed.iter().map(|e| (&*e.id, &*e.code)).collect::<Vec<_>>(), [("bad", "ReceiptHandleIsInvalid")]);
    assert_eq!(story.counts(&queue).await, "2 1 0");
}

#[tokio::test]
async fn messages_are_deleted_alone_and_in_a_batch() {
    let story = Story::new();
    let queue = story.create("q", &[]).await;
    story.send(&queue, &["one", "two", "three"]).await;
    let handles = story.handles(&queue).await;
    story.sqs.delete_message().queue_url(&queue).receipt_handle(&handles[0]).send().await.unwrap();
    let entry = |id: &str, handle: &str| DeleteMessageBatchRequestEntry::builder().id(id).receipt_handle(handle).build().unwrap();
    let batch = story.sqs.delete_message_batch().queue_url(&queue);
    let out = batch.entries(entry("one", &handles[1])).entries(entry("two", &handles[2])).send().await.unwrap();
    assert_eq!(out.successful.iter().map(|e| &*e.id).collect::<Vec<_>>(), ["one", "two"]);
    assert!(out.failed.is_empty());
    assert_eq!(story.counts(&queue).await, "0 0 0");
}

#[tokio::test]
async fn fifo_queues_keep_order_and_drop_duplicates() {
    let story = Story::new();
    let queue = story.create("q.fifo", &[(Queue::FifoQueue, "true")]).await;
    let first = story.send_to("a", &queue, "a1", "1").await;
    let second = story.send_to("a", &queue, "a2", "2").await;
    assert_eq!(story.send_to("a", &queue, "another body", "1").await.message_id, first.message_id);
    let third = story.send_to("b", &queue, "b1", "3").await;
    let numbers = [first, second, third].map(|sent| sent.sequence_number.unwrap());
    assert_eq!(numbers[0].len(), 20);
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");

    let head = story
        .receive(&queue, |r| {
            r.max_number_of_messages(1)
                .message_system_attribute_names(System::SequenceNumber)
                .message_system_attribute_names(System::MessageGroupId)
                .message_system_attribute_names(System::MessageDeduplicationId)
        })
        .await
        .remove(0);
    assert_eq!(head.body.unwrap(), "a1");
    let system = [(System::SequenceNumber, &*numbers[0]), (System::MessageGroupId, "a"), (System::MessageDeduplicationId, "1")];
    assert_eq!(head.attributes.unwrap(), system.map(|(name, value)| (name, value.to_owned())).into());
    assert_eq!(story.bodies(&queue, |r| r).await, ["b1"]);
    story.sqs.delete_message().queue_url(&queue).receipt_handle(head.receipt_handle.unwrap()).send().await.unwrap();
    assert_eq!(story.bodies(&queue, |r| r).await, ["a2"]);
}

#[tokio::test]
async fn dead_letters_are_moved_and_moved_back() {
    let story = Story::new();
    let dead_letters = story.create("dead", &[]).await;
    let policy = story.redrive_to(&dead_letters, 2).await;
    let source = story.create("source", &[(Queue::RedrivePolicy, &policy)]).await;
    let sources = story.sqs.list_dead_letter_source_queues().queue_url(&dead_letters).send().await.unwrap();
    assert_eq!(sources.queue_urls, [&*source]);

    story.send(&source, &["poison"]).await;
    for expected in [&["poison"][..], &["poison"], &[]] {
        assert_eq!(story.bodies(&source, |r| r.visibility_timeout(0)).await, expected);
    }
    let all = |r: ReceiveMessageFluentBuilder| r.visibility_timeout(0).message_system_attribute_names(System::All);
    let dead = story.receive(&dead_letters, all).await.remove(0);
    assert_eq!(dead.body.unwrap(), "poison");
    let system = dead.attributes.unwrap();
    assert_eq!(system[&System::DeadLetterQueueSourceArn], story.arn(&source).await);
    assert_eq!(system[&System::ApproximateReceiveCount], "3");

    let arn = story.arn(&dead_letters).await;
    story.sqs.start_message_move_task().source_arn(&arn).send().await.unwrap();
    let last = async || story.sqs.list_message_move_tasks().source_arn(&arn).send().await.unwrap().results.unwrap().remove(0);
    let mut task = last().await;
    for _ in 0..100 {
        if task.status() != Some("RUNNING") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        task = last().await;
    }
    assert_eq!((task.status(), task.source_arn(), task.task_handle()), (Some("COMPLETED"), Some(&*arn), None));
    assert_eq!(task.approximate_number_of_messages_moved, 1);
    assert_eq!(story.counts(&dead_letters).await, "0 0 0");
    assert_eq!(story.bodies(&source, |r| r).await, ["poison"]);
}

#[tokio::test]
async fn a_purged_queue_is_empty() {
    let story = Story::new();
    let queue = story.create("q", &[]).await;
    story.send(&queue, &["one", "two"]).await;
    story.receive(&queue, |r| r.max_number_of_messages(1)).await;
    story.sqs.purge_queue().queue_url(&queue).send().await.unwrap();
    assert_eq!(story.counts(&queue).await, "0 0 0");
}

#[tokio::test]
async fn tags_are_added_and_removed() {
    let story = Story::new();
    let queue = story.create("q", &[]).await;
    story.sqs.tag_queue().queue_url(&queue).tags("team", "orders").tags("tier", "gold").send().await.unwrap();
    story.sqs.untag_queue().queue_url(&queue).tag_keys("tier").tag_keys("unknown").send().await.unwrap();
    assert_eq!(story.tags(&queue).await, HashMap::from([("team".into(), "orders".into())]));
}

#[tokio::test]
async fn permissions_show_in_the_policy() {
    let story = Story::new();
    let queue = story.create("q", &[]).await;
    let add = story.sqs.add_permission().queue_url(&queue).label("senders");
    add.aws_account_ids("111122223333").actions("SendMessage").send().await.unwrap();
    let policy = &story.attributes(&queue, [Queue::Policy]).await[&Queue::Policy];
    let arn = story.arn(&queue).await;
    for part in [r#""Sid":"senders""#, r#""Action":"SQS:SendMessage""#, "arn:aws:iam::111122223333:root", &arn] {
        assert!(policy.contains(part), "{part} is not in {policy}");
    }

    story.sqs.remove_permission().queue_url(&queue).label("senders").send().await.unwrap();
    assert_eq!(story.attributes(&queue, [Queue::Policy]).await, HashMap::new());
}

#[tokio::test]
async fn errors_have_the_types_of_the_sdk() {
    let story = Story::new();
    let queue = story.create("q", &[]).await;
    let batch = async |ids: &[&str]| {
        let entry = |id: &&str| SendMessageBatchRequestEntry::builder().id(*id).message_body("x").build().unwrap();
        let entries = ids.iter().map(entry).collect();
        story.sqs.send_message_batch().queue_url(&queue).set_entries(Some(entries)).send().await
    };
    let eleven = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"];
    fails(batch(&[]).await, SendMessageBatchError::is_empty_batch_request, "AWS.SimpleQueueService.EmptyBatchRequest");
    fails(
        batch(&["a", "a"]).await,
        SendMessageBatchError::is_batch_entry_ids_not_distinct,
        "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
    );
    fails(
        batch(&eleven).await,
        SendMessageBatchError::is_too_many_entries_in_batch_request,
        "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
    );

    let sent = story.sqs.send_message().queue_url(format!("{queue}-gone")).message_body("x").send().await;
    fails(sent, SendMessageError::is_queue_does_not_exist, "AWS.SimpleQueueService.NonExistentQueue");
    let created = story.sqs.create_queue().queue_name(story.name("q")).attributes(Queue::VisibilityTimeout, "31").send().await;
    fails(created, CreateQueueError::is_queue_name_exists, "QueueAlreadyExists");
    let deleted = story.sqs.delete_message().queue_url(&queue).receipt_handle("garbage").send().await;
    fails(deleted, DeleteMessageError::is_receipt_handle_is_invalid, "ReceiptHandleIsInvalid");
    let got = story.sqs.get_queue_attributes().queue_url(&queue).attribute_names("Colour".into()).send().await;
    fails(got, GetQueueAttributesError::is_invalid_attribute_name, "InvalidAttributeName");
}

// ---- the words of the story ----

// The SDK answers with the code of the query protocol.
fn fails<T: Debug, E: ProvideErrorMetadata + Debug>(result: Result<T, SdkError<E>>, has_type: fn(&E) -> bool, code: &str) {
    let error = result.unwrap_err();
    let error = error.as_service_error().unwrap();
    assert!(has_type(error), "{error:?}");
    assert_eq!(error.code(), Some(code));
}

struct Story {
    sqs: Client,
    prefix: String,
}

impl Story {
    // Names are new in every test and run, since a deleted queue's name rests for a minute.
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis();
        let config = Config::builder()
            .endpoint_url(var("AWS_ENDPOINT_URL").unwrap())
            .region(Region::new(var("AWS_REGION").unwrap()))
            .credentials_provider(Credentials::new(
                var("AWS_ACCESS_KEY_ID").unwrap(),
                var("AWS_SECRET_ACCESS_KEY").unwrap(),
                None,
                None,
                "env",
            ))
            .http_client(aws_smithy_http_client::Builder::new().build_http());
        Self { sqs: Client::from_conf(config.build()), prefix: format!("{now}-{}", NEXT.fetch_add(1, Ordering::Relaxed)) }
    }

    fn name(&self, suffix: &str) -> String {
        format!("{}-{suffix}", self.prefix)
    }

    async fn create(&self, suffix: &str, attributes: &[(Queue, &str)]) -> String {
        let attributes = attributes.iter().map(|(name, value)| (name.clone(), value.to_string())).collect();
        self.sqs.create_queue().queue_name(self.name(suffix)).set_attributes(Some(attributes)).send().await.unwrap().queue_url.unwrap()
    }

    async fn attributes<const N: usize>(&self, queue: &str, names: [Queue; N]) -> HashMap<Queue, String> {
        let get = self.sqs.get_queue_attributes().queue_url(queue).set_attribute_names(Some(names.into()));
        get.send().await.unwrap().attributes.unwrap_or_default()
    }

    async fn arn(&self, queue: &str) -> String {
        self.attributes(queue, [Queue::QueueArn]).await.remove(&Queue::QueueArn).unwrap()
    }

    async fn redrive_to(&self, dead_letters: &str, receives: u32) -> String {
        format!(r#"{{"deadLetterTargetArn":"{}","maxReceiveCount":{receives}}}"#, self.arn(dead_letters).await)
    }

    async fn tags(&self, queue: &str) -> HashMap<String, String> {
        self.sqs.list_queue_tags().queue_url(queue).send().await.unwrap().tags.unwrap_or_default()
    }

    // Messages that are waiting, in flight and delayed.
    async fn counts(&self, queue: &str) -> String {
        let all = self.attributes(queue, [Queue::All]).await;
        let names =
            [Queue::ApproximateNumberOfMessages, Queue::ApproximateNumberOfMessagesNotVisible, Queue::ApproximateNumberOfMessagesDelayed];
        names.map(|name| all[&name].clone()).join(" ")
    }

    async fn send(&self, queue: &str, bodies: &[&str]) {
        for body in bodies {
            self.sqs.send_message().queue_url(queue).message_body(*body).send().await.unwrap();
        }
    }

    async fn send_to(&self, group: &str, queue: &str, body: &str, id: &str) -> SendMessageOutput {
        let message = self.sqs.send_message().queue_url(queue).message_body(body);
        message.message_group_id(group).message_deduplication_id(id).send().await.unwrap()
    }

    async fn receive(&self, queue: &str, options: impl Fn(ReceiveMessageFluentBuilder) -> ReceiveMessageFluentBuilder) -> Vec<Message> {
        options(self.sqs.receive_message().queue_url(queue).max_number_of_messages(10)).send().await.unwrap().messages.unwrap_or_default()
    }

    async fn bodies(&self, queue: &str, options: impl Fn(ReceiveMessageFluentBuilder) -> ReceiveMessageFluentBuilder) -> Vec<String> {
        self.receive(queue, options).await.into_iter().map(|m| m.body.unwrap()).collect()
    }

    async fn handles(&self, queue: &str) -> Vec<String> {
        self.receive(queue, |r| r).await.into_iter().map(|m| m.receipt_handle.unwrap()).collect()
    }
}
