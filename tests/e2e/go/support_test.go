package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"
)

var (
	ctx    = context.Background()
	client = sqs.New(sqs.Options{
		BaseEndpoint: aws.String(os.Getenv("AWS_ENDPOINT_URL")),
		Region:       os.Getenv("AWS_REGION"),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: os.Getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY")}, nil
		}),
	})
	// Names are new in every run, since a deleted queue's name rests for a minute.
	run = strconv.FormatInt(time.Now().UnixNano(), 36)
)

func must[T any](value T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func equal(t *testing.T, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}

// The error must be the SDK's type E, which answers with the code of the query protocol.
func fails[E smithy.APIError](t *testing.T, err error, code string) {
	t.Helper()
	var typed E
	if !errors.As(err, &typed) {
		t.Fatalf("got %v, want %T", err, typed)
	}
	equal(t, typed.ErrorCode(), code)
}

func nameOf(t *testing.T, suffix string) string {
	return fmt.Sprintf("%s-%s-%s", t.Name(), run, suffix)
}

func create(t *testing.T, suffix string, attributes map[string]string) *string {
	t.Helper()
	queue := must(client.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: aws.String(nameOf(t, suffix)), Attributes: attributes}))(t).QueueUrl
	t.Cleanup(func() { client.DeleteQueue(ctx, &sqs.DeleteQueueInput{QueueUrl: queue}) })
	return queue
}

func attributes(t *testing.T, queue *string, names ...types.QueueAttributeName) map[string]string {
	t.Helper()
	return must(client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: queue, AttributeNames: names}))(t).Attributes
}

func arnOf(t *testing.T, queue *string) string {
	t.Helper()
	return attributes(t, queue, "QueueArn")["QueueArn"]
}

// Messages that are waiting, in flight and delayed.
func counts(t *testing.T, queue *string) string {
	t.Helper()
	a := attributes(t, queue, "All")
	return a["ApproximateNumberOfMessages"] + " " + a["ApproximateNumberOfMessagesNotVisible"] + " " + a["ApproximateNumberOfMessagesDelayed"]
}

func redriveTo(deadLetters string, receives int) string {
	policy, _ := json.Marshal(map[string]any{"deadLetterTargetArn": deadLetters, "maxReceiveCount": receives})
	return string(policy)
}

func send(t *testing.T, queue *string, bodies ...string) {
	t.Helper()
	for _, body := range bodies {
		must(client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: queue, MessageBody: aws.String(body)}))(t)
	}
}

func receive(t *testing.T, queue *string, options ...func(*sqs.ReceiveMessageInput)) []types.Message {
	t.Helper()
	in := &sqs.ReceiveMessageInput{QueueUrl: queue, MaxNumberOfMessages: 10}
	for _, option := range options {
		option(in)
	}
	return must(client.ReceiveMessage(ctx, in))(t).Messages
}

func bodies(messages []types.Message) (found []string) {
	for _, m := range messages {
		found = append(found, *m.Body)
	}
	return
}

func sorted(texts []string) []string { return slices.Sorted(slices.Values(texts)) }
