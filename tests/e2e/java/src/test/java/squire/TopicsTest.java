package squire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static software.amazon.awssdk.services.sqs.model.QueueAttributeName.*;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sns.model.*;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

@Timeout(30)
@DisplayNameGeneration(ReplaceUnderscores.class)
class TopicsTest {
    static final SnsClient sns = SnsClient.create();
    static final SqsClient sqs = SqsClient.create();
    static final String run = Long.toString(System.nanoTime(), 36);
    String prefix;

    @BeforeEach
    void nameTopicsAfterTheTest(TestInfo test) {
        prefix = test.getTestMethod().get().getName() + "-" + run + "-";
    }

    @Test
    void topics_have_attributes_and_tags() {
        var topic = create("topic", Map.of("DisplayName", "News"));
        sns.tagResource(t -> t.resourceArn(topic).tags(Tag.builder().key("team").value("red").build()));
        assertEquals("News", sns.getTopicAttributes(t -> t.topicArn(topic)).attributes().get("DisplayName"));
        assertEquals("red", sns.listTagsForResource(t -> t.resourceArn(topic)).tags().get(0).value());
    }

    @Test
    void two_queues_with_different_filters_get_what_each_asked_for() {
        var topic = create("topic", Map.of());
        var reds = subscribe(topic, "reds", Map.of("FilterPolicy", "{\"color\":[\"red\"]}"));
        var large = subscribe(topic, "large", Map.of("FilterPolicyScope", "MessageBody", "FilterPolicy", "{\"size\":[{\"numeric\":[\">=\",100]}]}"));
        publish(topic, "red", 1);
        publish(topic, "red", 100);
        publish(topic, "blue", 200);
        publish(topic, "blue", 2);
        assertEquals(List.of("{\"size\":100}", "{\"size\":1}"), bodies(reds).stream().sorted().toList());
        assertEquals(List.of("{\"size\":100}", "{\"size\":200}"), bodies(large).stream().sorted().toList());
    }

    @Test
    void a_batch_with_a_bad_message_is_refused_whole() {
        var topic = create("topic", Map.of());
        var queue = subscribe(topic, "q", Map.of());
        assertThrows(InvalidParameterException.class,
            () -> sns.publishBatch(p -> p.topicArn(topic).publishBatchRequestEntries(
                PublishBatchRequestEntry.builder().id("a").message("one").build(),
                PublishBatchRequestEntry.builder().id("b").message("two").subject("x\ny").build())));
        assertEquals(List.of(), bodies(queue));
    }

    @Test
    void a_fifo_topic_keeps_order_and_drops_duplicates() {
        var topic = create("topic.fifo", Map.of("FifoTopic", "true", "ContentBasedDeduplication", "true"));
        var queue = subscribe(topic, "q.fifo", Map.of());
        var ids = new ArrayList<String>();
        for (var text : List.of("a", "b", "a", "c"))
            ids.add(sns.publish(p -> p.topicArn(topic).message(text).messageGroupId("g")).messageId());
        assertEquals(ids.get(0), ids.get(2));
        assertEquals(List.of("a", "b", "c"), bodies(queue));
    }

    @Test
    void subscriptions_are_listed_in_pages() {
        var topic = create("topic", Map.of());
        for (int i = 0; i < 101; ++i) {
            var number = "+1555%07d".formatted(i);
            sns.subscribe(s -> s.topicArn(topic).protocol("sms").endpoint(number));
        }
        var pages = sns.listSubscriptionsByTopicPaginator(s -> s.topicArn(topic));
        assertEquals(List.of(100, 1), pages.stream().map(page -> page.subscriptions().size()).toList());
    }

    @Test
    void errors_have_types() {
        var topic = create("topic", Map.of());
        var missing = assertThrows(NotFoundException.class, () -> sns.publish(p -> p.topicArn(topic + "x").message("m")));
        assertEquals("Topic does not exist", missing.awsErrorDetails().errorMessage());
        assertEquals(404, missing.statusCode());
        assertThrows(InvalidParameterException.class, () -> sns.publish(p -> p.topicArn(topic).message("")));
        assertThrows(InvalidParameterException.class, () -> sns.subscribe(s -> s.topicArn(topic).protocol("pigeon").endpoint("x")));
        assertThrows(ResourceNotFoundException.class, () -> sns.listTagsForResource(t -> t.resourceArn(topic + "x")));
    }

    String create(String suffix, Map<String, String> attributes) {
        return sns.createTopic(t -> t.name(prefix + suffix).attributes(attributes)).topicArn();
    }

    String subscribe(String topic, String suffix, Map<String, String> attributes) {
        Map<QueueAttributeName, String> kind = suffix.endsWith(".fifo") ? Map.of(FIFO_QUEUE, "true") : Map.of();
        var queue = sqs.createQueue(q -> q.queueName(prefix + suffix).attributes(kind)).queueUrl();
        var arn = sqs.getQueueAttributes(q -> q.queueUrl(queue).attributeNames(QUEUE_ARN)).attributes().get(QUEUE_ARN);
        var all = new HashMap<>(attributes);
        all.put("RawMessageDelivery", "true");
        sns.subscribe(s -> s.topicArn(topic).protocol("sqs").endpoint(arn).attributes(all));
        return queue;
    }

    static void publish(String topic, String color, int size) {
        var value = MessageAttributeValue.builder().dataType("String").stringValue(color).build();
        sns.publish(p -> p.topicArn(topic).message("{\"size\":" + size + "}").messageAttributes(Map.of("color", value)));
    }

    static List<String> bodies(String queue) {
        return sqs.receiveMessage(r -> r.queueUrl(queue).maxNumberOfMessages(10)).messages().stream().map(Message::body).toList();
    }
}
