// The actions of topics, subscriptions and publishing; actions.hpp lists them all.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "squire/service/action.hpp"
#include "squire/wire/field.hpp"

namespace squire::sns {

using service::Call;
using wire::Blob;
using wire::entry;
using wire::field;
using wire::NoOutput;
using wire::required;

using Strings = std::vector<std::string>;
using StringMap = std::map<std::string, std::string, std::less<>>;

// The answer of an action that has an output without members: an empty <XResult/>.
struct EmptyOutput {
  static constexpr auto fields() { return std::tuple{}; }
};

// The request of an action that asks nothing.
struct NoInput {
  static constexpr auto fields() { return std::tuple{}; }
};

// MessageAttributeValue.
struct AttributeValue {
  std::string data_type;
  std::optional<std::string> string_value;
  std::optional<Blob> binary_value;
  static constexpr auto fields() {
    using T = AttributeValue;
    return std::tuple{required("DataType", &T::data_type), field("StringValue", &T::string_value),
                      field("BinaryValue", &T::binary_value)};
  }
};

using AttributeValues = std::map<std::string, AttributeValue, std::less<>>;

struct Tag {
  std::string key;
  std::string value;
  static constexpr auto fields() {
    return std::tuple{required("Key", &Tag::key), required("Value", &Tag::value)};
  }
};

using Tags = std::vector<Tag>;

// What Publish and an entry of PublishBatch have in common.
struct MessageInput {
  std::string message;
  std::optional<std::string> subject;
  std::optional<std::string> message_structure;
  AttributeValues message_attributes;
  std::optional<std::string> message_deduplication_id;
  std::optional<std::string> message_group_id;
  static constexpr auto message_fields() {
    using T = MessageInput;
    return std::tuple{required("Message", &T::message),
                      field("Subject", &T::subject),
                      field("MessageStructure", &T::message_structure),
                      field("MessageAttributes", &T::message_attributes, entry("Name", "Value")),
                      field("MessageDeduplicationId", &T::message_deduplication_id),
                      field("MessageGroupId", &T::message_group_id)};
  }
};

// An entry of a batch that failed.
struct BatchResultErrorEntry {
  std::string id;
  std::string code;
  std::string message;
  bool sender_fault = true;
  static constexpr auto fields() {
    using T = BatchResultErrorEntry;
    return std::tuple{field("Id", &T::id), field("Code", &T::code), field("Message", &T::message),
                      field("SenderFault", &T::sender_fault)};
  }
};

struct TopicArnRequest {
  std::string topic_arn;
  static constexpr auto fields() {
    return std::tuple{required("TopicArn", &TopicArnRequest::topic_arn)};
  }
};

struct ResourceArnRequest {
  std::string resource_arn;
  static constexpr auto fields() {
    return std::tuple{required("ResourceArn", &ResourceArnRequest::resource_arn)};
  }
};

struct SubscriptionArnRequest {
  std::string subscription_arn;
  static constexpr auto fields() {
    return std::tuple{required("SubscriptionArn", &SubscriptionArnRequest::subscription_arn)};
  }
};

struct SubscriptionArnResponse {
  std::string subscription_arn;
  static constexpr auto fields() {
    return std::tuple{field("SubscriptionArn", &SubscriptionArnResponse::subscription_arn)};
  }
};

struct AttributesResponse {
  StringMap attributes;
  static constexpr auto fields() {
    return std::tuple{required("Attributes", &AttributesResponse::attributes)};
  }
};

struct NextTokenRequest {
  std::string next_token;
  static constexpr auto fields() {
    return std::tuple{field("NextToken", &NextTokenRequest::next_token)};
  }
};

// ---- topics ------------------------------------------------------------------------------------

struct CreateTopic {
  static constexpr std::string_view name = "CreateTopic";
  struct Request {
    std::string name;
    StringMap attributes;
    Tags tags;
    std::optional<std::string> data_protection_policy;
    static constexpr auto fields() {
      using T = Request;
      return std::tuple{required("Name", &T::name), field("Attributes", &T::attributes),
                        field("Tags", &T::tags),
                        field("DataProtectionPolicy", &T::data_protection_policy)};
    }
  };
  struct Response {
    std::string topic_arn;
    static constexpr auto fields() { return std::tuple{field("TopicArn", &Response::topic_arn)}; }
  };
  static Result<Response> run(Call& call, Request request);
};

struct DeleteTopic {
  static constexpr std::string_view name = "DeleteTopic";
  using Request = TopicArnRequest;
  static Result<NoOutput> run(Call& call, Request request);
};

struct GetTopicAttributes {
  static constexpr std::string_view name = "GetTopicAttributes";
  using Request = TopicArnRequest;
  using Response = AttributesResponse;
  static Result<Response> run(Call& call, Request request);
};

struct SetTopicAttributes {
  static constexpr std::string_view name = "SetTopicAttributes";
  struct Request {
    std::string topic_arn;
    std::string attribute_name;
    std::string attribute_value;
    static constexpr auto fields() {
      using T = Request;
      return std::tuple{required("TopicArn", &T::topic_arn),
                        required("AttributeName", &T::attribute_name),
                        field("AttributeValue", &T::attribute_value)};
    }
  };
  static Result<NoOutput> run(Call& call, Request request);
};

struct ListTopics {
  static constexpr std::string_view name = "ListTopics";
  using Request = NextTokenRequest;
  struct Topic {
    std::string topic_arn;
    static constexpr auto fields() { return std::tuple{field("TopicArn", &Topic::topic_arn)}; }
  };
  struct Response {
    std::vector<Topic> topics;
    std::string next_token;
    static constexpr auto fields() {
      return std::tuple{required("Topics", &Response::topics),
                        field("NextToken", &Response::next_token)};
    }
  };
  static Result<Response> run(Call& call, Request request);
};

struct AddPermission {
  static constexpr std::string_view name = "AddPermission";
  struct Request {
    std::string topic_arn;
    std::string label;
    Strings aws_account_ids;
    Strings action_names;
    static constexpr auto fields() {
      using T = Request;
      return std::tuple{required("TopicArn", &T::topic_arn), required("Label", &T::label),
                        required("AWSAccountId", &T::aws_account_ids),
                        required("ActionName", &T::action_names)};
    }
  };
  static Result<NoOutput> run(Call& call, Request request);
};

struct RemovePermission {
  static constexpr std::string_view name = "RemovePermission";
  struct Request {
    std::string topic_arn;
    std::string label;
    static constexpr auto fields() {
      return std::tuple{required("TopicArn", &Request::topic_arn),
                        required("Label", &Request::label)};
    }
  };
  static Result<NoOutput> run(Call& call, Request request);
};

struct TagResource {
  static constexpr std::string_view name = "TagResource";
  struct Request {
    std::string resource_arn;
    Tags tags;
    static constexpr auto fields() {
      return std::tuple{required("ResourceArn", &Request::resource_arn),
                        required("Tags", &Request::tags)};
    }
  };
  static Result<EmptyOutput> run(Call& call, Request request);
};

struct UntagResource {
  static constexpr std::string_view name = "UntagResource";
  struct Request {
    std::string resource_arn;
    Strings tag_keys;
    static constexpr auto fields() {
      return std::tuple{required("ResourceArn", &Request::resource_arn),
                        required("TagKeys", &Request::tag_keys)};
    }
  };
  static Result<EmptyOutput> run(Call& call, Request request);
};

struct ListTagsForResource {
  static constexpr std::string_view name = "ListTagsForResource";
  using Request = ResourceArnRequest;
  struct Response {
    Tags tags;
    static constexpr auto fields() { return std::tuple{required("Tags", &Response::tags)}; }
  };
  static Result<Response> run(Call& call, Request request);
};

struct PutDataProtectionPolicy {
  static constexpr std::string_view name = "PutDataProtectionPolicy";
  struct Request {
    std::string resource_arn;
    std::string data_protection_policy;
    static constexpr auto fields() {
      return std::tuple{required("ResourceArn", &Request::resource_arn),
                        required("DataProtectionPolicy", &Request::data_protection_policy)};
    }
  };
  static Result<NoOutput> run(Call& call, Request request);
};

struct GetDataProtectionPolicy {
  static constexpr std::string_view name = "GetDataProtectionPolicy";
  using Request = ResourceArnRequest;
  struct Response {
    std::string data_protection_policy;
    static constexpr auto fields() {
      return std::tuple{field("DataProtectionPolicy", &Response::data_protection_policy)};
    }
  };
  static Result<Response> run(Call& call, Request request);
};

// ---- subscriptions -----------------------------------------------------------------------------

struct Subscribe {
  static constexpr std::string_view name = "Subscribe";
  struct Request {
    std::string topic_arn;
    std::string protocol;
    std::string endpoint;
    StringMap attributes;
    bool return_subscription_arn = false;
    static constexpr auto fields() {
      using T = Request;
      return std::tuple{required("TopicArn", &T::topic_arn), required("Protocol", &T::protocol),
                        field("Endpoint", &T::endpoint), field("Attributes", &T::attributes),
                        field("ReturnSubscriptionArn", &T::return_subscription_arn)};
    }
  };
  using Response = SubscriptionArnResponse;
  static Result<Response> run(Call& call, Request request);
};

struct ConfirmSubscription {
  static constexpr std::string_view name = "ConfirmSubscription";
  static constexpr bool is_open = true;  // whoever has the token
  struct Request {
    std::string topic_arn;
    std::string token;
    std::string authenticate_on_unsubscribe;
    static constexpr auto fields() {
      using T = Request;
      return std::tuple{required("TopicArn", &T::topic_arn), required("Token", &T::token),
                        field("AuthenticateOnUnsubscribe", &T::authenticate_on_unsubscribe)};
    }
  };
  using Response = SubscriptionArnResponse;
  static Result<Response> run(Call& call, Request request);
};

struct Unsubscribe {
  static constexpr std::string_view name = "Unsubscribe";
  static constexpr bool is_open = true;  // the link in every message
  struct Request {
    std::optional<std::string> subscription_arn;
    static constexpr auto fields() {
      return std::tuple{field("SubscriptionArn", &Request::subscription_arn)};
    }
  };
  static Result<NoOutput> run(Call& call, Request request);
};

struct GetSubscriptionAttributes {
  static constexpr std::string_view name = "GetSubscriptionAttributes";
  using Request = SubscriptionArnRequest;
  using Response = AttributesResponse;
  static Result<Response> run(Call& call, Request request);
};

struct SetSubscriptionAttributes {
  static constexpr std::string_view name = "SetSubscriptionAttributes";
  struct Request {
    std::string subscription_arn;
    std::string attribute_name;
    std::string attribute_value;
    static constexpr auto fields() {
      using T = Request;
      return std::tuple{required("SubscriptionArn", &T::subscription_arn),
                        required("AttributeName", &T::attribute_name),
                        field("AttributeValue", &T::attribute_value)};
    }
  };
  static Result<NoOutput> run(Call& call, Request request);
};

struct SubscriptionListResponse {
  struct Subscription {
    std::string subscription_arn;
    std::string owner;
    std::string protocol;
    std::string endpoint;
    std::string topic_arn;
    static constexpr auto fields() {
      using T = Subscription;
      return std::tuple{required("SubscriptionArn", &T::subscription_arn),
                        required("Owner", &T::owner), required("Protocol", &T::protocol),
                        required("Endpoint", &T::endpoint), required("TopicArn", &T::topic_arn)};
    }
  };
  std::vector<Subscription> subscriptions;
  std::string next_token;
  static constexpr auto fields() {
    using T = SubscriptionListResponse;
    return std::tuple{required("Subscriptions", &T::subscriptions),
                      field("NextToken", &T::next_token)};
  }
};

struct ListSubscriptions {
  static constexpr std::string_view name = "ListSubscriptions";
  using Request = NextTokenRequest;
  using Response = SubscriptionListResponse;
  static Result<Response> run(Call& call, Request request);
};

struct ListSubscriptionsByTopic {
  static constexpr std::string_view name = "ListSubscriptionsByTopic";
  struct Request {
    std::string topic_arn;
    std::string next_token;
    static constexpr auto fields() {
      return std::tuple{required("TopicArn", &Request::topic_arn),
                        field("NextToken", &Request::next_token)};
    }
  };
  using Response = SubscriptionListResponse;
  static Result<Response> run(Call& call, Request request);
};

// ---- publishing --------------------------------------------------------------------------------

struct Publish {
  static constexpr std::string_view name = "Publish";
  struct Request : MessageInput {
    std::string topic_arn;
    std::string target_arn;
    std::string phone_number;
    static constexpr auto fields() {
      return std::tuple_cat(std::tuple{field("TopicArn", &Request::topic_arn),
                                       field("TargetArn", &Request::target_arn),
                                       field("PhoneNumber", &Request::phone_number)},
                            message_fields());
    }
  };
  struct Response {
    std::string message_id;
    std::string sequence_number;
    static constexpr auto fields() {
      return std::tuple{field("MessageId", &Response::message_id),
                        field("SequenceNumber", &Response::sequence_number)};
    }
  };
  static Result<Response> run(Call& call, Request request);
};

struct PublishBatch {
  static constexpr std::string_view name = "PublishBatch";
  struct Entry : MessageInput {
    std::string id;
    static constexpr auto fields() {
      return std::tuple_cat(std::tuple{required("Id", &Entry::id)}, message_fields());
    }
  };
  struct Request {
    std::string topic_arn;
    std::vector<Entry> entries;
    static constexpr auto fields() {
      return std::tuple{required("TopicArn", &Request::topic_arn),
                        required("PublishBatchRequestEntries", &Request::entries)};
    }
  };
  struct ResultEntry {
    std::string id;
    std::string message_id;
    std::string sequence_number;
    static constexpr auto fields() {
      using T = ResultEntry;
      return std::tuple{field("Id", &T::id), field("MessageId", &T::message_id),
                        field("SequenceNumber", &T::sequence_number)};
    }
  };
  struct Response {
    std::vector<BatchResultErrorEntry> failed;
    std::vector<ResultEntry> successful;
    static constexpr auto fields() {
      return std::tuple{required("Failed", &Response::failed),
                        required("Successful", &Response::successful)};
    }
  };
  static Result<Response> run(Call& call, Request request);
};

}  // namespace squire::sns
