// Amazon SQS (API version 2012-11-05): all 23 actions on one page, and the list of them.
// What each checks and in which order: its run(), in src/sqs/. Source of names, members and
// requiredness: the service model; of everything else: the SQS Developer Guide and API Reference,
// or as recorded from AWS.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "squire/service/action.hpp"
#include "squire/wire/field.hpp"

namespace squire::sqs {

using service::Call;
using wire::Blob;
using wire::field;
using wire::flat;
using wire::NoOutput;
using wire::required;

using Strings = std::vector<std::string>;
using StringMap = std::map<std::string, std::string, std::less<>>;

inline constexpr auto kAttributeSpelling = flat("Attribute");
inline constexpr auto kTagSpelling = flat("Tag", "Key", "Value");

// MessageAttributeValue and MessageSystemAttributeValue.
struct AttributeValue {
  std::optional<std::string> string_value;
  std::optional<Blob> binary_value;
  Strings string_list_values;
  std::vector<Blob> binary_list_values;
  std::string data_type;
  static constexpr auto fields() {
    using T = AttributeValue;
    return std::tuple{field("StringValue", &T::string_value),
                      field("BinaryValue", &T::binary_value),
                      field("StringListValues", &T::string_list_values, flat("StringListValue")),
                      field("BinaryListValues", &T::binary_list_values, flat("BinaryListValue")),
                      field("DataType", &T::data_type)};
  }
};

using AttributeValues = std::map<std::string, AttributeValue, std::less<>>;

// What SendMessage and an entry of SendMessageBatch have in common.
struct MessageInput {
  std::string message_body;
  std::optional<int> delay_seconds;
  AttributeValues message_attributes;
  AttributeValues message_system_attributes;
  std::optional<std::string> message_deduplication_id;
  std::optional<std::string> message_group_id;
  // In a batch a missing body fails its entry, not the request.
  static constexpr auto message_fields(bool is_body_required) {
    using T = MessageInput;
    return std::tuple{is_body_required ? required("MessageBody", &T::message_body)
                                       : field("MessageBody", &T::message_body),
                      field("DelaySeconds", &T::delay_seconds),
                      field("MessageAttributes", &T::message_attributes, flat("MessageAttribute")),
                      field("MessageSystemAttributes", &T::message_system_attributes,
                            flat("MessageSystemAttribute")),
                      field("MessageDeduplicationId", &T::message_deduplication_id),
                      field("MessageGroupId", &T::message_group_id)};
  }
};

struct SendResult {
  std::string md5_of_message_body;
  std::string md5_of_message_attributes;
  std::string md5_of_message_system_attributes;
  std::string message_id;
  std::string sequence_number;
  static constexpr auto fields() {
    using T = SendResult;
    return std::tuple{field("MD5OfMessageBody", &T::md5_of_message_body),
                      field("MD5OfMessageAttributes", &T::md5_of_message_attributes),
                      field("MD5OfMessageSystemAttributes", &T::md5_of_message_system_attributes),
                      field("MessageId", &T::message_id),
                      field("SequenceNumber", &T::sequence_number)};
  }
};

// An entry of a batch that failed.
struct BatchResultErrorEntry {
  std::string id;
  bool sender_fault = true;
  std::string code;
  std::string message;
  static constexpr auto fields() {
    using T = BatchResultErrorEntry;
    return std::tuple{field("Id", &T::id), field("Code", &T::code), field("Message", &T::message),
                      field("SenderFault", &T::sender_fault)};
  }
};

// An entry of a batch that succeeded and has nothing else to say.
struct BatchResultEntry {
  std::string id;
  static constexpr auto fields() { return std::tuple{field("Id", &BatchResultEntry::id)}; }
};

struct QueueUrlRequest {
  std::string queue_url;
  static constexpr auto fields() {
    return std::tuple{required("QueueUrl", &QueueUrlRequest::queue_url)};
  }
};

// ---- queues ----------------------------------------------------------------------------------

struct CreateQueue {
  static constexpr std::string_view name = "CreateQueue";
  struct Request {
    std::string queue_name;
    StringMap attributes;
    StringMap tags;
    std::string default_visibility_timeout;  // what VisibilityTimeout was called in 2008
    static constexpr auto fields() {
      return std::tuple{required("QueueName", &Request::queue_name),
                        field("Attributes", &Request::attributes, kAttributeSpelling),
                        field("tags", &Request::tags, kTagSpelling),
                        field("DefaultVisibilityTimeout", &Request::default_visibility_timeout)};
    }
  };
  struct Response {
    std::string queue_url;
    static constexpr auto fields() { return std::tuple{field("QueueUrl", &Response::queue_url)}; }
  };
  static Result<Response> run(Call& call, Request request);
};

struct DeleteQueue {
  static constexpr std::string_view name = "DeleteQueue";
  using Request = QueueUrlRequest;
  using Response = NoOutput;
  static Result<Response> run(Call& call, Request request);
};

struct GetQueueUrl {
  static constexpr std::string_view name = "GetQueueUrl";
  struct Request {
    std::string queue_name;
    std::string queue_owner_aws_account_id;
    static constexpr auto fields() {
      return std::tuple{required("QueueName", &Request::queue_name),
                        field("QueueOwnerAWSAccountId", &Request::queue_owner_aws_account_id)};
    }
  };
  using Response = CreateQueue::Response;
  static Result<Response> run(Call& call, Request request);
};

struct ListQueues {
  static constexpr std::string_view name = "ListQueues";
  struct Request {
    std::string queue_name_prefix;
    std::string next_token;
    std::optional<int> max_results;
    static constexpr auto fields() {
      return std::tuple{field("QueueNamePrefix", &Request::queue_name_prefix),
                        field("NextToken", &Request::next_token),
                        field("MaxResults", &Request::max_results)};
    }
  };
  struct Response {
    Strings queue_urls;
    std::string next_token;
    static constexpr auto fields() {
      return std::tuple{field("QueueUrls", &Response::queue_urls, flat("QueueUrl")),
                        field("NextToken", &Response::next_token)};
    }
  };
  static Result<Response> run(Call& call, Request request);
};

struct ListDeadLetterSourceQueues {
  static constexpr std::string_view name = "ListDeadLetterSourceQueues";
  struct Request {
    std::string queue_url;
    std::string next_token;
    std::optional<int> max_results;
    static constexpr auto fields() {
      return std::tuple{required("QueueUrl", &Request::queue_url),
                        field("NextToken", &Request::next_token),
                        field("MaxResults", &Request::max_results)};
    }
  };
  struct Response {
    Strings queue_urls;
    std::string next_token;
    static constexpr auto fields() {
      return std::tuple{required("queueUrls", &Response::queue_urls, flat("QueueUrl")),
                        field("NextToken", &Response::next_token)};
    }
  };
  static Result<Response> run(Call& call, Request request);
};

struct PurgeQueue {
  static constexpr std::string_view name = "PurgeQueue";
  using Request = QueueUrlRequest;
  using Response = NoOutput;
  static Result<Response> run(Call& call, Request request);
};

// ---- attributes, tags, permissions -----------------------------------------------------------

struct GetQueueAttributes {
  static constexpr std::string_view name = "GetQueueAttributes";
  struct Request {
    std::string queue_url;
    Strings attribute_names;
    static constexpr auto fields() {
      return std::tuple{required("QueueUrl", &Request::queue_url),
                        field("AttributeNames", &Request::attribute_names, flat("AttributeName"))};
    }
  };
  struct Response {
    StringMap attributes;
    static constexpr auto fields() {
      return std::tuple{field("Attributes", &Response::attributes, kAttributeSpelling)};
    }
  };
  static Result<Response> run(Call& call, Request request);
};

struct SetQueueAttributes {
  static constexpr std::string_view name = "SetQueueAttributes";
  struct Request {
    std::string queue_url;
    StringMap attributes;
    static constexpr auto fields() {
      return std::tuple{required("QueueUrl", &Request::queue_url),
                        field("Attributes", &Request::attributes, kAttributeSpelling)};
    }
  };
  using Response = NoOutput;
  static Result<Response> run(Call& call, Request request);
};

struct ListQueueTags {
  static constexpr std::string_view name = "ListQueueTags";
  using Request = QueueUrlRequest;
  struct Response {
    StringMap tags;
    static constexpr auto fields() {
      return std::tuple{field("Tags", &Response::tags, kTagSpelling)};
    }
  };
  static Result<Response> run(Call& call, Request request);
};

struct TagQueue {
  static constexpr std::string_view name = "TagQueue";
  struct Request {
    std::string queue_url;
    StringMap tags;
    static constexpr auto fields() {
      return std::tuple{required("QueueUrl", &Request::queue_url),
                        required("Tags", &Request::tags, kTagSpelling)};
    }
  };
  using Response = NoOutput;
  static Result<Response> run(Call& call, Request request);
};

struct UntagQueue {
  static constexpr std::string_view name = "UntagQueue";
  struct Request {
    std::string queue_url;
    Strings tag_keys;
    static constexpr auto fields() {
      return std::tuple{required("QueueUrl", &Request::queue_url),
                        required("TagKeys", &Request::tag_keys, flat("TagKey"))};
    }
  };
  using Response = NoOutput;
  static Result<Response> run(Call& call, Request request);
};

struct AddPermission {
  static constexpr std::string_view name = "AddPermission";
  struct Request {
    std::string queue_url;
    std::string label;
    Strings aws_account_ids;
    Strings actions;
    static constexpr auto fields() {
      return std::tuple{required("QueueUrl", &Request::queue_url),
                        required("Label", &Request::label),
                        required("AWSAccountIds", &Request::aws_account_ids, flat("AWSAccountId")),
                        required("Actions", &Request::actions, flat("ActionName"))};
    }
  };
  using Response = NoOutput;
  static Result<Response> run(Call& call, Request request);
};

struct RemovePermission {
  static constexpr std::string_view name = "RemovePermission";
  struct Request {
    std::string queue_url;
    std::string label;
    static constexpr auto fields() {
      return std::tuple{required("QueueUrl", &Request::queue_url),
                        required("Label", &Request::label)};
    }
  };
  using Response = NoOutput;
  static Result<Response> run(Call& call, Request request);
};

// ---- messages --------------------------------------------------------------------------------

struct SendMessage {
  static constexpr std::string_view name = "SendMessage";
  struct Request : MessageInput {
    std::string queue_url;
    static constexpr auto fields() {
      return std::tuple_cat(std::tuple{required("QueueUrl", &Request::queue_url)},
                            message_fields(true));
    }
  };
  using Response = SendResult;
  static Result<Response> run(Call& call, Request request);
};

struct SendMessageBatch {
  static constexpr std::string_view name = "SendMessageBatch";
  struct Entry : MessageInput {
    std::optional<std::string> id;  // one that is empty is bad, not missing
    static constexpr auto fields() {
      return std::tuple_cat(std::tuple{required("Id", &Entry::id)}, message_fields(false));
    }
  };
  struct Request {
    std::string queue_url;
    std::vector<Entry> entries;
    static constexpr auto fields() {
      return std::tuple{required("QueueUrl", &Request::queue_url),
                        field("Entries", &Request::entries, flat("SendMessageBatchRequestEntry"))};
    }
  };
  struct ResultEntry : SendResult {
    std::string id;
    static constexpr auto fields() {
      return std::tuple_cat(std::tuple{field("Id", &ResultEntry::id)}, SendResult::fields());
    }
  };
  struct Response {
    std::vector<ResultEntry> successful;
    std::vector<BatchResultErrorEntry> failed;
    static constexpr auto fields() {
      return std::tuple{
          field("Successful", &Response::successful, flat("SendMessageBatchResultEntry")),
          field("Failed", &Response::failed, flat("BatchResultErrorEntry"))};
    }
  };
  static Result<Response> run(Call& call, Request request);
};

struct ReceiveMessage {
  static constexpr std::string_view name = "ReceiveMessage";
  static constexpr bool answers_messages = true;
  struct Request {
    std::string queue_url;
    Strings attribute_names;
    Strings message_system_attribute_names;
    Strings message_attribute_names;
    std::optional<int> max_number_of_messages;
    std::optional<int> visibility_timeout;
    std::optional<int> wait_time_seconds;
    std::string receive_request_attempt_id;
    static constexpr auto fields() {
      using T = Request;
      return std::tuple{
          required("QueueUrl", &T::queue_url),
          field("AttributeNames", &T::attribute_names, flat("AttributeName")),
          field("MessageSystemAttributeNames", &T::message_system_attribute_names,
                flat("MessageSystemAttributeName")),
          field("MessageAttributeNames", &T::message_attribute_names, flat("MessageAttributeName")),
          field("MaxNumberOfMessages", &T::max_number_of_messages),
          field("VisibilityTimeout", &T::visibility_timeout),
          field("WaitTimeSeconds", &T::wait_time_seconds),
          field("ReceiveRequestAttemptId", &T::receive_request_attempt_id)};
    }
  };
  struct Message {
    std::string message_id;
    std::string receipt_handle;
    std::string md5_of_body;
    std::string body;
    StringMap attributes;
    std::string md5_of_message_attributes;
    AttributeValues message_attributes;
    static constexpr auto fields() {
      using T = Message;
      return std::tuple{
          field("MessageId", &T::message_id),
          field("ReceiptHandle", &T::receipt_handle),
          field("MD5OfBody", &T::md5_of_body),
          field("Body", &T::body),
          field("Attributes", &T::attributes, kAttributeSpelling),
          field("MD5OfMessageAttributes", &T::md5_of_message_attributes),
          field("MessageAttributes", &T::message_attributes, flat("MessageAttribute"))};
    }
  };
  struct Response {
    std::vector<Message> messages;
    static constexpr auto fields() {
      return std::tuple{field("Messages", &Response::messages, flat("Message"))};
    }
  };
  struct Waiting {
    Request request;
    Strings attribute_names;  // the system's that are wanted
    Milliseconds wait;
    std::shared_ptr<engine::Queue> queue;      // null: to be found, there may be another by now
    std::optional<engine::Received> received;  // from the queue, and only to be shown
  };
  static Result<Waiting> begin(Call& call, Request request);
  static Result<std::optional<Response>> look(Call& call, Waiting& waiting);
};

struct DeleteMessage {
  static constexpr std::string_view name = "DeleteMessage";
  struct Request {
    std::string queue_url;
    std::string receipt_handle;
    static constexpr auto fields() {
      return std::tuple{required("QueueUrl", &Request::queue_url),
                        required("ReceiptHandle", &Request::receipt_handle)};
    }
  };
  using Response = NoOutput;
  static Result<Response> run(Call& call, Request request);
};

struct DeleteMessageBatch {
  static constexpr std::string_view name = "DeleteMessageBatch";
  struct Entry {
    std::optional<std::string> id;  // one that is empty is bad, not missing
    std::string receipt_handle;
    static constexpr auto fields() {
      return std::tuple{required("Id", &Entry::id), field("ReceiptHandle", &Entry::receipt_handle)};
    }
  };
  struct Request {
    std::string queue_url;
    std::vector<Entry> entries;
    static constexpr auto fields() {
      return std::tuple{
          required("QueueUrl", &Request::queue_url),
          field("Entries", &Request::entries, flat("DeleteMessageBatchRequestEntry"))};
    }
  };
  struct Response {
    std::vector<BatchResultEntry> successful;
    std::vector<BatchResultErrorEntry> failed;
    static constexpr auto fields() {
      return std::tuple{
          field("Successful", &Response::successful, flat("DeleteMessageBatchResultEntry")),
          field("Failed", &Response::failed, flat("BatchResultErrorEntry"))};
    }
  };
  static Result<Response> run(Call& call, Request request);
};

struct ChangeMessageVisibility {
  static constexpr std::string_view name = "ChangeMessageVisibility";
  struct Request {
    std::string queue_url;
    std::string receipt_handle;
    std::optional<int> visibility_timeout;
    static constexpr auto fields() {
      return std::tuple{required("QueueUrl", &Request::queue_url),
                        required("ReceiptHandle", &Request::receipt_handle),
                        required("VisibilityTimeout", &Request::visibility_timeout)};
    }
  };
  using Response = NoOutput;
  static Result<Response> run(Call& call, Request request);
};

struct ChangeMessageVisibilityBatch {
  static constexpr std::string_view name = "ChangeMessageVisibilityBatch";
  struct Entry {
    std::optional<std::string> id;  // one that is empty is bad, not missing
    std::string receipt_handle;
    std::optional<int> visibility_timeout;
    static constexpr auto fields() {
      return std::tuple{required("Id", &Entry::id), field("ReceiptHandle", &Entry::receipt_handle),
                        field("VisibilityTimeout", &Entry::visibility_timeout)};
    }
  };
  struct Request {
    std::string queue_url;
    std::vector<Entry> entries;
    static constexpr auto fields() {
      return std::tuple{
          required("QueueUrl", &Request::queue_url),
          field("Entries", &Request::entries, flat("ChangeMessageVisibilityBatchRequestEntry"))};
    }
  };
  struct Response {
    std::vector<BatchResultEntry> successful;
    std::vector<BatchResultErrorEntry> failed;
    static constexpr auto fields() {
      return std::tuple{field("Successful", &Response::successful,
                              flat("ChangeMessageVisibilityBatchResultEntry")),
                        field("Failed", &Response::failed, flat("BatchResultErrorEntry"))};
    }
  };
  static Result<Response> run(Call& call, Request request);
};

// ---- message move tasks ----------------------------------------------------------------------

struct StartMessageMoveTask {
  static constexpr std::string_view name = "StartMessageMoveTask";
  struct Request {
    std::string source_arn;
    std::string destination_arn;
    std::optional<int> max_number_of_messages_per_second;
    static constexpr auto fields() {
      return std::tuple{
          required("SourceArn", &Request::source_arn),
          field("DestinationArn", &Request::destination_arn),
          field("MaxNumberOfMessagesPerSecond", &Request::max_number_of_messages_per_second)};
    }
  };
  struct Response {
    std::string task_handle;
    static constexpr auto fields() {
      return std::tuple{field("TaskHandle", &Response::task_handle)};
    }
  };
  static Result<Response> run(Call& call, Request request);
};

struct CancelMessageMoveTask {
  static constexpr std::string_view name = "CancelMessageMoveTask";
  struct Request {
    std::string task_handle;
    static constexpr auto fields() {
      return std::tuple{required("TaskHandle", &Request::task_handle)};
    }
  };
  struct Response {
    std::int64_t approximate_number_of_messages_moved = 0;
    static constexpr auto fields() {
      return std::tuple{field("ApproximateNumberOfMessagesMoved",
                              &Response::approximate_number_of_messages_moved)};
    }
  };
  static Result<Response> run(Call& call, Request request);
};

struct ListMessageMoveTasks {
  static constexpr std::string_view name = "ListMessageMoveTasks";
  struct Request {
    std::string source_arn;
    std::optional<int> max_results;
    static constexpr auto fields() {
      return std::tuple{required("SourceArn", &Request::source_arn),
                        field("MaxResults", &Request::max_results)};
    }
  };
  struct ResultEntry {
    std::string task_handle;
    std::string status;
    std::string source_arn;
    std::string destination_arn;
    std::optional<int> max_number_of_messages_per_second;
    std::int64_t approximate_number_of_messages_moved = 0;
    std::int64_t approximate_number_of_messages_to_move = 0;
    std::string failure_reason;
    std::int64_t started_timestamp = 0;
    static constexpr auto fields() {
      using T = ResultEntry;
      return std::tuple{
          field("TaskHandle", &T::task_handle),
          field("Status", &T::status),
          field("SourceArn", &T::source_arn),
          field("DestinationArn", &T::destination_arn),
          field("MaxNumberOfMessagesPerSecond", &T::max_number_of_messages_per_second),
          field("ApproximateNumberOfMessagesMoved", &T::approximate_number_of_messages_moved),
          field("ApproximateNumberOfMessagesToMove", &T::approximate_number_of_messages_to_move),
          field("FailureReason", &T::failure_reason),
          field("StartedTimestamp", &T::started_timestamp)};
    }
  };
  struct Response {
    std::vector<ResultEntry> results;
    static constexpr auto fields() {
      return std::tuple{
          field("Results", &Response::results, flat("ListMessageMoveTasksResultEntry"))};
    }
  };
  static Result<Response> run(Call& call, Request request);
};

// What the service can do.
using Actions =
    service::ActionList<AddPermission, CancelMessageMoveTask, ChangeMessageVisibility,
                        ChangeMessageVisibilityBatch, CreateQueue, DeleteMessage,
                        DeleteMessageBatch, DeleteQueue, GetQueueAttributes, GetQueueUrl,
                        ListDeadLetterSourceQueues, ListMessageMoveTasks, ListQueues, ListQueueTags,
                        PurgeQueue, ReceiveMessage, RemovePermission, SendMessage, SendMessageBatch,
                        SetQueueAttributes, StartMessageMoveTask, TagQueue, UntagQueue>;

// The service as the dispatcher knows it.
const service::Service& service();

}  // namespace squire::sqs
