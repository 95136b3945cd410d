package squire;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName.*;
import static software.amazon.awssdk.services.sqs.model.QueueAttributeName.*;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.*;

@Timeout(30)
@DisplayNameGeneration(ReplaceUnderscores.class)
class StoryTest {
    static final SqsClient sqs = SqsClient.create();
    // Names are new in every run, since a deleted queue's name rests for a minute.
    static final String run = Long.toString(System.nanoTime(), 36);
    String prefix;

    @BeforeEach
    void nameQueuesAfterTheTest(TestInfo test) {
        prefix = test.getTestMethod().get().getName() + "-" + run + "-";
    }

    @Test
    void queues_are_created_with_attributes_and_tags() {
        var deadLetters = create("dead.fifo", Map.of(FIFO_QUEUE, "true"));
        var attributes = Map.of(FIFO_QUEUE, "true", REDRIVE_POLICY, redriveTo(deadLetters, 3));
        var name = prefix + "orders.fifo";
        var queue = sqs.createQueue(q -> q.queueName(name).attributes(attributes).tags(Map.of("team", "orders"))).queueUrl();

        assertEquals(queue, sqs.getQueueUrl(q -> q.queueName(name)).queueUrl());
        assertEquals(attributes, attributes(queue, FIFO_QUEUE, REDRIVE_POLICY));
        assertEquals(Map.of("team", "orders"), sqs.listQueueTags(q -> q.queueUrl(queue)).tags());

        sqs.deleteQueue(q -> q.queueUrl(queue));
        fails(QueueDoesNotExistException.class, "AWS.SimpleQueueService.NonExistentQueue", () -> sqs.getQueueUrl(q -> q.queueName(name)));
    }

    @Test
    void queues_are_listed_by_prefix_in_pages() {
        var created = Stream.of("a", "b", "c", "d", "e").map(suffix -> create(suffix, Map.of())).collect(toSet());
        created.add(create("a.fifo", Map.of(FIFO_QUEUE, "true")));

        assertEquals(created, new HashSet<>(sqs.listQueues(q -> q.queueNamePrefix(prefix)).queueUrls()));
        var pages = sqs.listQueuesPaginator(q -> q.queueNamePrefix(prefix).maxResults(4));
        assertEquals(List.of(4, 2), pages.stream().map(page -> page.queueUrls().size()).toList());
        assertEquals(created, pages.queueUrls().stream().collect(toSet()));
    }

    @Test
    void attributes_are_changed_and_messages_counted() {
        var queue = create("q", Map.of());
        sqs.setQueueAttributes(q -> q.queueUrl(queue).attributes(Map.of(VISIBILITY_TIMEOUT, "77")));
        assertEquals(Map.of(VISIBILITY_TIMEOUT, "77", DELAY_SECONDS, "0"), attributes(queue, VISIBILITY_TIMEOUT, DELAY_SECONDS));

        send(queue, "one", "two", "three");
        sqs.sendMessage(m -> m.queueUrl(queue).messageBody("late").delaySeconds(900));
        receive(queue, r -> r.maxNumberOfMessages(1));
        assertEquals("2 1 1", counts(queue));
    }

    @Test
    void messages_keep_their_attributes_of_every_type() {
        var queue = create("q", Map.of());
        var body = "grüße ☃ <&>\r\n";
        var trace = "Root=1-5759e988-bd862e3fe1be46a994272793";
        var blob = SdkBytes.fromByteArray(new byte[] {0, 1, 2});
        var sent = sqs.sendMessage(m -> m.queueUrl(queue).messageBody(body)
            .messageAttributes(Map.of(
                "City", MessageAttributeValue.builder().dataType("String").stringValue("Any City").build(),
                "Num", MessageAttributeValue.builder().dataType("Number.int").stringValue("42").build(),
                "Blob", MessageAttributeValue.builder().dataType("Binary").binaryValue(blob).build()))
            .messageSystemAttributes(Map.of(MessageSystemAttributeNameForSends.AWS_TRACE_HEADER,
                MessageSystemAttributeValue.builder().dataType("String").stringValue(trace).build())));
        assertEquals("4d647fa812b2747c0a9b087ade7ebbe5", sent.md5OfMessageAttributes());
        assertEquals("62a56dd927315f2b2e12832b84617ea5", sent.md5OfMessageSystemAttributes());

        var got = receive(queue, r -> r.messageAttributeNames("City", "Blob", "Other")
            .messageSystemAttributeNames(APPROXIMATE_RECEIVE_COUNT, AWS_TRACE_HEADER)).get(0);
        assertEquals(sent.messageId(), got.messageId());
        assertEquals(body, got.body());
        assertEquals(Set.of("City", "Blob"), got.messageAttributes().keySet());
        assertEquals("Any City", got.messageAttributes().get("City").stringValue());
        assertArrayEquals(blob.asByteArray(), got.messageAttributes().get("Blob").binaryValue().asByteArray());
        assertEquals("0853068fbe966c82bf87c25d3e211f23", got.md5OfMessageAttributes());
        assertEquals(Map.of(APPROXIMATE_RECEIVE_COUNT, "1", AWS_TRACE_HEADER, trace), got.attributes());
    }

    @Test
    void a_bad_entry_fails_alone_in_a_batch() {
        var queue = create("q", Map.of());
        var out = sqs.sendMessageBatch(b -> b.queueUrl(queue).entries(
            e -> e.id("good").messageBody("good"),
            e -> e.id("bad").messageBody("bad").delaySeconds(901),
            e -> e.id("fine").messageBody("fine")));
        assertEquals(List.of("good", "fine"), out.successful().stream().map(SendMessageBatchResultEntry::id).toList());
        assertEquals(1, out.failed().size());
        var failed = out.failed().get(0);
        assertEquals(List.of("bad", "InvalidParameterValue", true), List.of(failed.id(), failed.code(), failed.senderFault()));
        assertEquals(Set.of("good", "fine"), Set.copyOf(bodies(queue)));
    }

    @Test
    void a_long_poll_is_woken_by_a_message() {
        var queue = create("q", Map.of());
        var later = CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS);
        var sent = CompletableFuture.runAsync(() -> send(queue, "wake"), later);
        var started = System.nanoTime();
        assertEquals(List.of("wake"), bodies(queue, r -> r.waitTimeSeconds(10)));
        var waited = Duration.ofNanos(System.nanoTime() - started).toMillis();
        sent.join();
        assertTrue(waited > 250 && waited < 3000, () -> "the poll took " + waited + " ms");
    }

    @Test
    void visibility_is_changed_alone_and_in_a_batch() {
        var queue = create("q", Map.of());
        send(queue, "one", "two", "three");
        var handles = handles(queue);
        assertEquals(3, handles.size());
        sqs.changeMessageVisibility(c -> c.queueUrl(queue).receiptHandle(handles.get(0)).visibilityTimeout(0));
        assertEquals("1 2 0", counts(queue));

        var out = sqs.changeMessageVisibilityBatch(b -> b.queueUrl(queue).entries(
            e -> e.id("one").receiptHandle(handles.get(1)).visibilityTimeout(0),
            e -> e.id("two").receiptHandle(handles.get(2)).visibilityTimeout(60),
            e -> e.id("bad").receiptHandle("garbage").visibilityTimeout(60)));
        assertEquals(List.of("one", "two"), out.successful().stream().map(ChangeMessageVisibilityBatchResultEntry::id).toList());
        assertEquals(List.of("bad ReceiptHandleIsInvalid"), out.failed().stream().map(e -> e.id() + " " + e.code()).toList());
        assertEquals("2 1 0", counts(queue));
    }

    @Test
    void messages_are_deleted_alone_and_in_a_batch() {
        var queue = create("q", Map.of());
        send(queue, "one", "two", "three");
        var handles = handles(queue);
        sqs.deleteMessage(d -> d.queueUrl(queue).receiptHandle(handles.get(0)));
        var out = sqs.deleteMessageBatch(b -> b.queueUrl(queue).entries(
            e -> e.id("one").receiptHandle(handles.get(1)),
            e -> e.id("two").receiptHandle(handles.get(2))));
        assertEquals(List.of("one", "two"), out.successful().stream().map(DeleteMessageBatchResultEntry::id).toList());
        assertTrue(out.failed().isEmpty());
        assertEquals("0 0 0", counts(queue));
    }

    @Test
    void fifo_queues_keep_order_and_drop_duplicates() {
        var queue = create("q.fifo", Map.of(FIFO_QUEUE, "true"));
        var first = sendTo("a", queue, "a1", "1");
        var second = sendTo("a", queue, "a2", "2");
        assertEquals(first.messageId(), sendTo("a", queue, "another body", "1").messageId());
        var third = sendTo("b", queue, "b1", "3");
        assertEquals(20, first.sequenceNumber().length());
        assertTrue(first.sequenceNumber().compareTo(second.sequenceNumber()) < 0);
        assertTrue(second.sequenceNumber().compareTo(third.sequenceNumber()) < 0);

        var head = receive(queue, r -> r.maxNumberOfMessages(1)
            .messageSystemAttributeNames(SEQUENCE_NUMBER, MESSAGE_GROUP_ID, MESSAGE_DEDUPLICATION_ID)).get(0);
        assertEquals("a1", head.body());
        assertEquals(Map.of(SEQUENCE_NUMBER, first.sequenceNumber(), MESSAGE_GROUP_ID, "a", MESSAGE_DEDUPLICATION_ID, "1"), head.attributes());
        assertEquals(List.of("b1"), bodies(queue));
        sqs.deleteMessage(d -> d.queueUrl(queue).receiptHandle(head.receiptHandle()));
        assertEquals(List.of("a2"), bodies(queue));
    }

    @Test
    void dead_letters_are_moved_and_moved_back() throws InterruptedException {
        var deadLetters = create("dead", Map.of());
        var source = create("source", Map.of(REDRIVE_POLICY, redriveTo(deadLetters, 2)));
        assertEquals(List.of(source), sqs.listDeadLetterSourceQueuesPaginator(q -> q.queueUrl(deadLetters)).queueUrls().stream().toList());

        send(source, "poison");
        for (var expected : List.of(List.of("poison"), List.of("poison"), List.of()))
            assertEquals(expected, bodies(source, r -> r.visibilityTimeout(0)));
        var dead = receive(deadLetters, r -> r.visibilityTimeout(0).messageSystemAttributeNames(MessageSystemAttributeName.ALL)).get(0);
        assertEquals("poison", dead.body());
        assertEquals(arn(source), dead.attributes().get(DEAD_LETTER_QUEUE_SOURCE_ARN));
        assertEquals("3", dead.attributes().get(APPROXIMATE_RECEIVE_COUNT));

        var arn = arn(deadLetters);
        sqs.startMessageMoveTask(t -> t.sourceArn(arn));
        var task = lastTask(arn);
        for (int i = 0; i < 100 && task.status().equals("RUNNING"); ++i, task = lastTask(arn))
            Thread.sleep(100);
        assertEquals("COMPLETED", task.status());
        assertEquals(arn, task.sourceArn());
        assertEquals(1, task.approximateNumberOfMessagesMoved());
        assertNull(task.taskHandle());
        assertEquals("0 0 0", counts(deadLetters));
        assertEquals(List.of("poison"), bodies(source));
    }

    @Test
    void a_purged_queue_is_empty() {
        var queue = create("q", Map.of());
        send(queue, "one", "two");
        receive(queue, r -> r.maxNumberOfMessages(1));
        sqs.purgeQueue(q -> q.queueUrl(queue));
        assertEquals("0 0 0", counts(queue));
    }

    @Test
    void tags_are_added_and_removed() {
        var queue = create("q", Map.of());
        sqs.tagQueue(q -> q.queueUrl(queue).tags(Map.of("team", "orders", "tier", "gold")));
        sqs.untagQueue(q -> q.queueUrl(queue).tagKeys("tier", "unknown"));
        assertEquals(Map.of("team", "orders"), sqs.listQueueTags(q -> q.queueUrl(queue)).tags());
    }

    @Test
    void permissions_show_in_the_policy() {
        var queue = create("q", Map.of());
        sqs.addPermission(p -> p.queueUrl(queue).label("senders").awsAccountIds("111122223333").actions("SendMessage"));
        var policy = attributes(queue, POLICY).get(POLICY);
        for (var part : List.of("\"Sid\":\"senders\"", "\"Action\":\"SQS:SendMessage\"", "arn:aws:iam::111122223333:root", arn(queue)))
            assertTrue(policy.contains(part), () -> part + " is not in " + policy);

        sqs.removePermission(p -> p.queueUrl(queue).label("senders"));
        assertEquals(Map.of(), attributes(queue, POLICY));
    }

    @Test
    void errors_have_the_types_of_the_sdk() {
        var queue = create("q", Map.of());
        fails(EmptyBatchRequestException.class, "AWS.SimpleQueueService.EmptyBatchRequest", batch(queue));
        fails(BatchEntryIdsNotDistinctException.class, "AWS.SimpleQueueService.BatchEntryIdsNotDistinct", batch(queue, "a", "a"));
        fails(TooManyEntriesInBatchRequestException.class, "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
            batch(queue, IntStream.range(0, 11).mapToObj(Integer::toString).toArray(String[]::new)));
        fails(QueueDoesNotExistException.class, "AWS.SimpleQueueService.NonExistentQueue", () -> send(queue + "-gone", "x"));
        fails(QueueNameExistsException.class, "QueueAlreadyExists", () -> create("q", Map.of(VISIBILITY_TIMEOUT, "31")));
        fails(ReceiptHandleIsInvalidException.class, "ReceiptHandleIsInvalid",
            () -> sqs.deleteMessage(d -> d.queueUrl(queue).receiptHandle("garbage")));
        fails(InvalidAttributeNameException.class, "InvalidAttributeName",
            () -> sqs.getQueueAttributes(q -> q.queueUrl(queue).attributeNamesWithStrings("Colour")));
    }

    // ---- the words of the story ----

    // The SDK answers with the code of the query protocol.
    static void fails(Class<? extends AwsServiceException> type, String code, Executable call) {
        assertEquals(code, assertThrows(type, call).awsErrorDetails().errorCode());
    }

    static Executable batch(String queue, String... ids) {
        var entries = Stream.of(ids).map(id -> SendMessageBatchRequestEntry.builder().id(id).messageBody("x").build()).toList();
        return () -> sqs.sendMessageBatch(b -> b.queueUrl(queue).entries(entries));
    }

    String create(String suffix, Map<QueueAttributeName, String> attributes) {
        return sqs.createQueue(q -> q.queueName(prefix + suffix).attributes(attributes)).queueUrl();
    }

    static Map<QueueAttributeName, String> attributes(String queue, QueueAttributeName... names) {
        return sqs.getQueueAttributes(q -> q.queueUrl(queue).attributeNames(names)).attributes();
    }

    static String arn(String queue) {
        return attributes(queue, QUEUE_ARN).get(QUEUE_ARN);
    }

    static String redriveTo(String deadLetters, int receives) {
        return "{\"deadLetterTargetArn\":\"%s\",\"maxReceiveCount\":%d}".formatted(arn(deadLetters), receives);
    }

    // Messages that are waiting, in flight and delayed.
    static String counts(String queue) {
        var all = attributes(queue, QueueAttributeName.ALL);
        return all.get(APPROXIMATE_NUMBER_OF_MESSAGES) + " " + all.get(APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE) + " "
            + all.get(APPROXIMATE_NUMBER_OF_MESSAGES_DELAYED);
    }

    static void send(String queue, String... bodies) {
        for (var body : bodies)
            sqs.sendMessage(m -> m.queueUrl(queue).messageBody(body));
    }

    static SendMessageResponse sendTo(String group, String queue, String body, String id) {
        return sqs.sendMessage(m -> m.queueUrl(queue).messageBody(body).messageGroupId(group).messageDeduplicationId(id));
    }

    static List<Message> receive(String queue, Consumer<ReceiveMessageRequest.Builder> options) {
        return sqs.receiveMessage(r -> options.accept(r.queueUrl(queue).maxNumberOfMessages(10))).messages();
    }

    static List<String> bodies(String queue) {
        return bodies(queue, r -> {});
    }

    static List<String> bodies(String queue, Consumer<ReceiveMessageRequest.Builder> options) {
        return receive(queue, options).stream().map(Message::body).toList();
    }

    static List<String> handles(String queue) {
        return receive(queue, r -> {}).stream().map(Message::receiptHandle).toList();
    }

    static ListMessageMoveTasksResultEntry lastTask(String sourceArn) {
        return sqs.listMessageMoveTasks(t -> t.sourceArn(sourceArn)).results().get(0);
    }
}
