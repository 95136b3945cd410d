package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	snstypes "github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

var topics = sns.New(sns.Options{
	BaseEndpoint: aws.String(os.Getenv("AWS_ENDPOINT_URL")),
	Region:       os.Getenv("AWS_REGION"),
	Credentials:  client.Options().Credentials,
})

func createTopic(t *testing.T, suffix string, attributes map[string]string) *string {
	t.Helper()
	topic := must(topics.CreateTopic(ctx, &sns.CreateTopicInput{Name: aws.String(nameOf(t, suffix)), Attributes: attributes,
		Tags: []snstypes.Tag{{Key: aws.String("team"), Value: aws.String("red")}}}))(t).TopicArn
	t.Cleanup(func() { topics.DeleteTopic(ctx, &sns.DeleteTopicInput{TopicArn: topic}) })
	return topic
}

func subscribe(t *testing.T, topic, queue *string, attributes map[string]string) {
	t.Helper()
	attributes["RawMessageDelivery"] = "true"
	must(topics.Subscribe(ctx, &sns.SubscribeInput{TopicArn: topic, Protocol: aws.String("sqs"), Endpoint: aws.String(arnOf(t, queue)), Attributes: attributes}))(t)
}

func bodiesOf(t *testing.T, queue *string) []string {
	t.Helper()
	bodies := []string{}
	for _, message := range must(client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: queue, MaxNumberOfMessages: 10}))(t).Messages {
		bodies = append(bodies, *message.Body)
	}
	return bodies
}

func TestATopicHasAttributesAndTags(t *testing.T) {
	topic := createTopic(t, "topic", map[string]string{"DisplayName": "News"})
	equal(t, must(topics.GetTopicAttributes(ctx, &sns.GetTopicAttributesInput{TopicArn: topic}))(t).Attributes["DisplayName"], "News")
	tags := must(topics.ListTagsForResource(ctx, &sns.ListTagsForResourceInput{ResourceArn: topic}))(t).Tags
	equal(t, *tags[0].Value, "red")
}

func TestTwoQueuesWithDifferentFiltersGetWhatEachAskedFor(t *testing.T) {
	topic, reds, large := createTopic(t, "topic", nil), create(t, "reds", nil), create(t, "large", nil)
	subscribe(t, topic, reds, map[string]string{"FilterPolicy": `{"color":["red"]}`})
	subscribe(t, topic, large, map[string]string{"FilterPolicyScope": "MessageBody", "FilterPolicy": `{"size":[{"numeric":[">=",100]}]}`})
	for _, order := range []struct {
		color string
		size  int
	}{{"red", 1}, {"red", 100}, {"blue", 200}, {"blue", 2}} {
		must(topics.Publish(ctx, &sns.PublishInput{TopicArn: topic, Message: aws.String(fmt.Sprintf(`{"size":%d}`, order.size)),
			MessageAttributes: map[string]snstypes.MessageAttributeValue{"color": {DataType: aws.String("String"), StringValue: &order.color}}}))(t)
	}
	equal(t, sorted(bodiesOf(t, reds)), []string{`{"size":100}`, `{"size":1}`})
	equal(t, sorted(bodiesOf(t, large)), []string{`{"size":100}`, `{"size":200}`})
}

func TestAnEnvelopeTellsWhereAMessageComesFrom(t *testing.T) {
	topic, queue := createTopic(t, "topic", nil), create(t, "q", nil)
	must(topics.Subscribe(ctx, &sns.SubscribeInput{TopicArn: topic, Protocol: aws.String("sqs"), Endpoint: aws.String(arnOf(t, queue))}))(t)
	sent := must(topics.Publish(ctx, &sns.PublishInput{TopicArn: topic, Message: aws.String("grüße"), Subject: aws.String("s")}))(t)
	var envelope map[string]any
	must(0, json.Unmarshal([]byte(bodiesOf(t, queue)[0]), &envelope))(t)
	equal(t, envelope["MessageId"], any(*sent.MessageId))
	equal(t, envelope["TopicArn"], any(*topic))
	equal(t, envelope["Message"], any("grüße"))
}

func TestABatchWithABadMessageIsRefusedWhole(t *testing.T) {
	topic, queue := createTopic(t, "topic", nil), create(t, "q", nil)
	subscribe(t, topic, queue, map[string]string{})
	_, err := topics.PublishBatch(ctx, &sns.PublishBatchInput{TopicArn: topic, PublishBatchRequestEntries: []snstypes.PublishBatchRequestEntry{
		{Id: aws.String("a"), Message: aws.String("one")}, {Id: aws.String("b"), Message: aws.String("two"), Subject: aws.String("x\ny")}}})
	var refused *snstypes.InvalidParameterException
	equal(t, errors.As(err, &refused), true)
	equal(t, len(bodiesOf(t, queue)), 0)
}

func TestAFifoTopicKeepsOrderAndDropsDuplicates(t *testing.T) {
	topic := createTopic(t, "topic.fifo", map[string]string{"FifoTopic": "true", "ContentBasedDeduplication": "true"})
	queue := create(t, "q.fifo", map[string]string{"FifoQueue": "true"})
	subscribe(t, topic, queue, map[string]string{})
	for _, text := range []string{"a", "b", "a", "c"} {
		must(topics.Publish(ctx, &sns.PublishInput{TopicArn: topic, Message: &text, MessageGroupId: aws.String("g")}))(t)
	}
	equal(t, bodiesOf(t, queue), []string{"a", "b", "c"})
}

func TestSubscriptionsAreListedInPages(t *testing.T) {
	topic := createTopic(t, "topic", nil)
	for number := range 101 {
		must(topics.Subscribe(ctx, &sns.SubscribeInput{TopicArn: topic, Protocol: aws.String("sms"), Endpoint: aws.String(fmt.Sprintf("+1555%07d", number))}))(t)
	}
	sizes := []int{}
	for pages := sns.NewListSubscriptionsByTopicPaginator(topics, &sns.ListSubscriptionsByTopicInput{TopicArn: topic}); pages.HasMorePages(); {
		sizes = append(sizes, len(must(pages.NextPage(ctx))(t).Subscriptions))
	}
	equal(t, sizes, []int{100, 1})
}

func TestErrorsOfTopicsHaveTypes(t *testing.T) {
	topic := createTopic(t, "topic", nil)
	_, err := topics.Publish(ctx, &sns.PublishInput{TopicArn: aws.String(*topic + "x"), Message: aws.String("m")})
	var missing *snstypes.NotFoundException
	equal(t, errors.As(err, &missing), true)
	equal(t, strings.Contains(missing.ErrorMessage(), "Topic does not exist"), true)
	_, err = topics.Subscribe(ctx, &sns.SubscribeInput{TopicArn: topic, Protocol: aws.String("pigeon"), Endpoint: aws.String("x")})
	var invalid *snstypes.InvalidParameterException
	equal(t, errors.As(err, &invalid), true)
}
