package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"
)

func withAll(in *sqs.ReceiveMessageInput) {
	in.MessageAttributeNames = []string{"All"}
	in.MessageSystemAttributeNames = []types.MessageSystemAttributeName{"All"}
}

// The SDK leaves out a visibility timeout of zero when it receives, but sends it when it is changed.
func show(t *testing.T, queue *string, messages ...types.Message) {
	t.Helper()
	for _, message := range messages {
		must(client.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{QueueUrl: queue, ReceiptHandle: message.ReceiptHandle}))(t)
	}
}

func TestQueuesAreCreatedFoundListedAndDeleted(t *testing.T) {
	urls := []string{}
	for _, suffix := range []string{"0", "1", "2"} {
		urls = append(urls, *create(t, suffix, nil))
		equal(t, *must(client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String(nameOf(t, suffix))}))(t).QueueUrl, urls[len(urls)-1])
	}
	equal(t, strings.HasPrefix(urls[0], os.Getenv("AWS_ENDPOINT_URL")+"/"), true)

	listed, sizes := []string{}, []int{}
	prefix := aws.String(nameOf(t, ""))
	for pages := sqs.NewListQueuesPaginator(client, &sqs.ListQueuesInput{QueueNamePrefix: prefix, MaxResults: aws.Int32(2)}); pages.HasMorePages(); {
		page := must(pages.NextPage(ctx))(t)
		listed, sizes = append(listed, page.QueueUrls...), append(sizes, len(page.QueueUrls))
	}
	equal(t, sorted(listed), urls)
	equal(t, sizes, []int{2, 1})

	for _, url := range urls {
		must(client.DeleteQueue(ctx, &sqs.DeleteQueueInput{QueueUrl: &url}))(t)
	}
	equal(t, len(must(client.ListQueues(ctx, &sqs.ListQueuesInput{QueueNamePrefix: prefix}))(t).QueueUrls), 0)
}

func TestAQueueIsCreatedWithDeadLettersAndTags(t *testing.T) {
	name, policy := nameOf(t, "queue.fifo"), redriveTo(arnOf(t, create(t, "dead.fifo", map[string]string{"FifoQueue": "true"})), 3)
	queue := must(client.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: &name, Tags: map[string]string{"team": "red"},
		Attributes: map[string]string{"FifoQueue": "true", "RedrivePolicy": policy}}))(t).QueueUrl
	equal(t, attributes(t, queue, "FifoQueue", "RedrivePolicy"), map[string]string{"FifoQueue": "true", "RedrivePolicy": policy})
	equal(t, must(client.ListQueueTags(ctx, &sqs.ListQueueTagsInput{QueueUrl: queue}))(t).Tags, map[string]string{"team": "red"})
	must(client.DeleteQueue(ctx, &sqs.DeleteQueueInput{QueueUrl: queue}))(t)
}

func TestMessagesAreCountedByTheirState(t *testing.T) {
	queue := create(t, "queue", nil)
	send(t, queue, "one", "two", "three")
	must(client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: queue, MessageBody: aws.String("late"), DelaySeconds: 900}))(t)
	receive(t, queue, func(in *sqs.ReceiveMessageInput) { in.MaxNumberOfMessages = 1 })
	equal(t, counts(t, queue), "2 1 1")
}

func TestAttributesAndTagsAreGivenChangedAndRead(t *testing.T) {
	queue := create(t, "queue", map[string]string{"DelaySeconds": "5"})
	must(client.SetQueueAttributes(ctx, &sqs.SetQueueAttributesInput{QueueUrl: queue, Attributes: map[string]string{"VisibilityTimeout": "9"}}))(t)
	equal(t, attributes(t, queue, "DelaySeconds", "VisibilityTimeout"), map[string]string{"DelaySeconds": "5", "VisibilityTimeout": "9"})

	must(client.TagQueue(ctx, &sqs.TagQueueInput{QueueUrl: queue, Tags: map[string]string{"team": "red", "stage": "test"}}))(t)
	must(client.UntagQueue(ctx, &sqs.UntagQueueInput{QueueUrl: queue, TagKeys: []string{"stage"}}))(t)
	equal(t, must(client.ListQueueTags(ctx, &sqs.ListQueueTagsInput{QueueUrl: queue}))(t).Tags, map[string]string{"team": "red"})
}

func TestPermissionsShowInThePolicy(t *testing.T) {
	queue := create(t, "queue", nil)
	must(client.AddPermission(ctx, &sqs.AddPermissionInput{QueueUrl: queue, Label: aws.String("partner"),
		AWSAccountIds: []string{"111122223333"}, Actions: []string{"SendMessage"}}))(t)
	var policy struct {
		Statement []struct{ Sid, Action string }
	}
	if err := json.Unmarshal([]byte(attributes(t, queue, "Policy")["Policy"]), &policy); err != nil {
		t.Fatal(err)
	}
	equal(t, fmt.Sprint(policy.Statement), "[{partner SQS:SendMessage}]")
	must(client.RemovePermission(ctx, &sqs.RemovePermissionInput{QueueUrl: queue, Label: aws.String("partner")}))(t)
	equal(t, attributes(t, queue, "Policy")["Policy"], "")
}

func TestMessagesKeepTheirBodyAndAttributes(t *testing.T) {
	queue := create(t, "queue", nil)
	body, trace := "Größe 漢字 🐘 <&>\"\r\n\t", "Root=1-5759e988-bd862e3fe1be46a994272793"
	sent := must(client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: queue, MessageBody: &body,
		MessageAttributes: map[string]types.MessageAttributeValue{
			"City": {DataType: aws.String("String"), StringValue: aws.String("Any City")},
			"Num":  {DataType: aws.String("Number.int"), StringValue: aws.String("42")},
			"Blob": {DataType: aws.String("Binary"), BinaryValue: []byte{0, 1, 2}},
		},
		MessageSystemAttributes: map[string]types.MessageSystemAttributeValue{
			"AWSTraceHeader": {DataType: aws.String("String"), StringValue: &trace},
		}}))(t)
	equal(t, *sent.MD5OfMessageAttributes, "4d647fa812b2747c0a9b087ade7ebbe5")
	equal(t, *sent.MD5OfMessageSystemAttributes, "62a56dd927315f2b2e12832b84617ea5")

	partial := receive(t, queue, func(in *sqs.ReceiveMessageInput) { in.MessageAttributeNames = []string{"City"} })
	equal(t, *partial[0].MD5OfMessageAttributes, "0c32cb5c844c01fbd5b6b434b52cf670")
	show(t, queue, partial...)

	message := receive(t, queue, withAll)[0]
	equal(t, *message.Body, body)
	equal(t, *message.MessageId, *sent.MessageId)
	equal(t, message.MessageAttributes["Blob"].BinaryValue, []byte{0, 1, 2})
	equal(t, *message.MessageAttributes["Num"].DataType, "Number.int")
	equal(t, message.Attributes["ApproximateReceiveCount"], "2")
	equal(t, message.Attributes["AWSTraceHeader"], trace)
	milliseconds, _ := strconv.ParseInt(message.Attributes["SentTimestamp"], 10, 64)
	equal(t, time.Since(time.UnixMilli(milliseconds)).Abs() < time.Minute, true)
}

func TestABadEntryFailsAloneInABatch(t *testing.T) {
	queue := create(t, "queue", nil)
	output := must(client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: queue, Entries: []types.SendMessageBatchRequestEntry{
		{Id: aws.String("good"), MessageBody: aws.String("one")},
		{Id: aws.String("late"), MessageBody: aws.String("two"), DelaySeconds: 901},
		{Id: aws.String("also-good"), MessageBody: aws.String("three")},
	}}))(t)
	equal(t, len(output.Failed), 1)
	failed := output.Failed[0]
	equal(t, fmt.Sprint(*failed.Id, " ", *failed.Code, " ", failed.SenderFault), "late InvalidParameterValue true")
	equal(t, []string{*output.Successful[0].Id, *output.Successful[1].Id}, []string{"good", "also-good"})
	equal(t, sorted(bodies(receive(t, queue))), []string{"one", "three"})
}

func TestALongPollIsWokenByAMessage(t *testing.T) {
	queue := create(t, "queue", nil)
	started := time.Now()
	time.AfterFunc(300*time.Millisecond, func() {
		client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: queue, MessageBody: aws.String("wake up")})
	})
	equal(t, bodies(receive(t, queue, func(in *sqs.ReceiveMessageInput) { in.WaitTimeSeconds = 10 })), []string{"wake up"})
	waited := time.Since(started)
	equal(t, 250*time.Millisecond < waited && waited < 3*time.Second, true)
}

func TestVisibilityIsChangedAndMessagesAreDeletedAloneAndInABatch(t *testing.T) {
	queue := create(t, "queue", nil)
	send(t, queue, "one", "two", "three")
	messages := receive(t, queue)
	equal(t, counts(t, queue), "0 3 0")

	show(t, queue, messages[0])
	equal(t, counts(t, queue), "1 2 0")
	changed := must(client.ChangeMessageVisibilityBatch(ctx, &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: queue,
		Entries: []types.ChangeMessageVisibilityBatchRequestEntry{
			{Id: aws.String("good"), ReceiptHandle: messages[1].ReceiptHandle},
			{Id: aws.String("bad"), ReceiptHandle: aws.String("rubbish")},
		}}))(t)
	equal(t, *changed.Successful[0].Id, "good")
	equal(t, *changed.Failed[0].Code, "ReceiptHandleIsInvalid")

	must(client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: queue, ReceiptHandle: messages[2].ReceiptHandle}))(t)
	entries := []types.DeleteMessageBatchRequestEntry{}
	for number, message := range receive(t, queue) {
		entries = append(entries, types.DeleteMessageBatchRequestEntry{Id: aws.String(fmt.Sprint(number)), ReceiptHandle: message.ReceiptHandle})
	}
	deleted := must(client.DeleteMessageBatch(ctx, &sqs.DeleteMessageBatchInput{QueueUrl: queue, Entries: entries}))(t)
	equal(t, len(deleted.Successful), 2)
	equal(t, counts(t, queue), "0 0 0")
}

func TestFifoQueuesKeepOrderLockGroupsAndDropDuplicates(t *testing.T) {
	queue := create(t, "queue.fifo", map[string]string{"FifoQueue": "true", "ContentBasedDeduplication": "true"})
	sendTo := func(group, body string, id *string) *sqs.SendMessageOutput {
		return must(client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: queue, MessageBody: &body, MessageGroupId: &group, MessageDeduplicationId: id}))(t)
	}
	numbers := []string{}
	for _, body := range []string{"a1", "a2", "b1"} {
		numbers = append(numbers, *sendTo(body[:1], body, nil).SequenceNumber)
	}
	once := sendTo("a", "a3", aws.String("once"))
	equal(t, slices.IsSorted(append(numbers, *once.SequenceNumber)), true)
	sendTo("a", "a1", nil)
	equal(t, *sendTo("a", "another body", aws.String("once")).MessageId, *once.MessageId)

	first := receive(t, queue, withAll, func(in *sqs.ReceiveMessageInput) { in.MaxNumberOfMessages = 1 })[0]
	equal(t, *first.Body, "a1")
	equal(t, first.Attributes["SequenceNumber"], numbers[0])
	equal(t, bodies(receive(t, queue)), []string{"b1"})
	equal(t, len(receive(t, queue)), 0)
	must(client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: queue, ReceiptHandle: first.ReceiptHandle}))(t)
	equal(t, bodies(receive(t, queue)), []string{"a2", "a3"})
}

func TestDeadLettersAreMovedAndMovedBack(t *testing.T) {
	dead := create(t, "dead", nil)
	queue := create(t, "queue", map[string]string{"RedrivePolicy": redriveTo(arnOf(t, dead), 2)})
	equal(t, must(client.ListDeadLetterSourceQueues(ctx, &sqs.ListDeadLetterSourceQueuesInput{QueueUrl: dead}))(t).QueueUrls, []string{*queue})

	send(t, queue, "tough")
	original := ""
	for range 2 {
		messages := receive(t, queue)
		original = *messages[0].MessageId
		show(t, queue, messages...)
	}
	equal(t, len(receive(t, queue)), 0)
	letters := receive(t, dead, withAll)
	equal(t, *letters[0].MessageId, original)
	equal(t, letters[0].Attributes["DeadLetterQueueSourceArn"], arnOf(t, queue))
	equal(t, letters[0].Attributes["ApproximateReceiveCount"], "3")
	show(t, dead, letters...)

	source := aws.String(arnOf(t, dead))
	must(client.StartMessageMoveTask(ctx, &sqs.StartMessageMoveTaskInput{SourceArn: source}))(t)
	status, moved, deadline := "RUNNING", int64(0), time.Now().Add(10*time.Second)
	for status == "RUNNING" && time.Now().Before(deadline) {
		time.Sleep(50 * time.Millisecond)
		task := must(client.ListMessageMoveTasks(ctx, &sqs.ListMessageMoveTasksInput{SourceArn: source}))(t).Results[0]
		status, moved = *task.Status, task.ApproximateNumberOfMessagesMoved
	}
	equal(t, fmt.Sprint(status, " ", moved), "COMPLETED 1")
	back := receive(t, queue, func(in *sqs.ReceiveMessageInput) { in.WaitTimeSeconds = 5 })
	equal(t, bodies(back), []string{"tough"})
	equal(t, *back[0].MessageId != original, true)
}

func TestAPurgedQueueIsEmptyAndNotPurgedAgainAtOnce(t *testing.T) {
	queue := create(t, "queue", nil)
	send(t, queue, "gone")
	must(client.PurgeQueue(ctx, &sqs.PurgeQueueInput{QueueUrl: queue}))(t)
	equal(t, counts(t, queue), "0 0 0")
	_, err := client.PurgeQueue(ctx, &sqs.PurgeQueueInput{QueueUrl: queue})
	fails[*types.PurgeQueueInProgress](t, err, "AWS.SimpleQueueService.PurgeQueueInProgress")
}

func TestErrorsHaveTheTypesOfTheSdk(t *testing.T) {
	queue := create(t, "queue", map[string]string{"DelaySeconds": "5"})
	sendBatch := func(ids ...string) error {
		entries := []types.SendMessageBatchRequestEntry{}
		for _, id := range ids {
			entries = append(entries, types.SendMessageBatchRequestEntry{Id: &id, MessageBody: aws.String("x")})
		}
		_, err := client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: queue, Entries: entries})
		return err
	}
	fails[*types.EmptyBatchRequest](t, sendBatch(), "AWS.SimpleQueueService.EmptyBatchRequest")
	fails[*types.BatchEntryIdsNotDistinct](t, sendBatch("same", "same"), "AWS.SimpleQueueService.BatchEntryIdsNotDistinct")
	fails[*types.InvalidBatchEntryId](t, sendBatch("not good!"), "AWS.SimpleQueueService.InvalidBatchEntryId")
	fails[*types.TooManyEntriesInBatchRequest](t, sendBatch(strings.Split("abcdefghijk", "")...), "AWS.SimpleQueueService.TooManyEntriesInBatchRequest")

	_, err := client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String("nowhere")})
	fails[*types.QueueDoesNotExist](t, err, "AWS.SimpleQueueService.NonExistentQueue")
	_, err = client.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: aws.String(nameOf(t, "queue")), Attributes: map[string]string{"DelaySeconds": "6"}})
	fails[*types.QueueNameExists](t, err, "QueueAlreadyExists")
	_, err = client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: queue, ReceiptHandle: aws.String("rubbish")})
	fails[*types.ReceiptHandleIsInvalid](t, err, "ReceiptHandleIsInvalid")
	_, err = client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: queue, AttributeNames: []types.QueueAttributeName{"Colour"}})
	fails[*types.InvalidAttributeName](t, err, "InvalidAttributeName")
	_, err = client.SetQueueAttributes(ctx, &sqs.SetQueueAttributesInput{QueueUrl: queue, Attributes: map[string]string{"DelaySeconds": "901"}})
	fails[*types.InvalidAttributeValue](t, err, "InvalidAttributeValue")
	_, err = client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: queue, MessageBody: aws.String("\x01")})
	fails[*types.InvalidMessageContents](t, err, "InvalidMessageContents")
	_, err = client.StartMessageMoveTask(ctx, &sqs.StartMessageMoveTaskInput{SourceArn: aws.String("arn:aws:sqs:us-east-1:000000000000:nowhere")})
	fails[*types.ResourceNotFoundException](t, err, "ResourceNotFoundException")
	_, err = client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: queue, MaxNumberOfMessages: 11})
	fails[smithy.APIError](t, err, "InvalidParameterValue")
}
