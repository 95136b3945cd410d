#include "sns/api/topic_attributes.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "sns/delivery/delivery_policy.hpp"
#include "squire/core/iso_time.hpp"
#include "squire/core/text.hpp"
#include "squire/service/policy_document.hpp"
#include "squire/sns/errors.hpp"

namespace squire::sns {
namespace {

using service::Json;

constexpr std::size_t kDisplayNameMax = 100;
constexpr std::size_t kStatementsMax = 100;

// Whether it is one of {HTTP|SQS|Lambda|Firehose|Application}{SuccessFeedbackRoleArn|…}.
bool is_feedback_attribute(std::string_view name) {
  for (const std::string_view protocol : {"HTTP", "SQS", "Lambda", "Firehose", "Application"}) {
    if (!name.starts_with(protocol)) continue;
    const auto kind = name.substr(protocol.size());
    return kind == "SuccessFeedbackRoleArn" || kind == "SuccessFeedbackSampleRate" ||
           kind == "FailureFeedbackRoleArn";
  }
  return false;
}

Error invalid_value(std::string_view name, const std::string& value, const std::string& rule) {
  return errors::invalid_parameter("Attributes",
                                   std::string(name) + ": Invalid value [" + value + "]. " + rule);
}

Result<void> check_one_of(std::string_view name, const std::string& value, std::string_view first,
                          std::string_view second) {
  if (value == first || value == second) return {};
  return invalid_value(name, value,
                       "Must be " + std::string(first) + " or " + std::string(second) + ".");
}

Result<void> check_boolean(std::string_view name, const std::string& value) {
  if (parse_boolean(value)) return {};
  return invalid_value(name, value, "Must be true or false.");
}

Result<void> check_policy(const std::string& value) {
  const auto document = service::parse_document(value, kPolicyBytesMax);
  if (!document.is_object()) return errors::invalid_parameter("Policy failed to parse");
  const auto statements = document.find("Statement");
  if (statements != document.end() && statements->is_array() &&
      statements->size() > kStatementsMax) {
    return errors::invalid_parameter("Policy", "Too many statements");
  }
  return {};
}

Result<void> check_archive_policy(const std::string& value, bool is_fifo) {
  if (value.empty()) return {};
  if (!is_fifo) {
    return errors::invalid_parameter("ArchivePolicy", "is only supported for FIFO topics");
  }
  const auto document = service::parse_document(value, kPolicyBytesMax);
  if (!document.is_object()) {
    return errors::invalid_parameter("ArchivePolicy: failed to parse JSON.");
  }
  if (document.empty() || engine::parse_archive_policy(value)) return {};
  return errors::invalid_parameter(
      "ArchivePolicy: MessageRetentionPeriod must be between 1 and 365 days");
}

}  // namespace

Result<void> check_topic_attribute(std::string_view name, const std::string& value, bool is_fifo,
                                   AttributeUse use) {
  if (name == "FifoTopic" && use == AttributeUse::Create) {
    return check_boolean(name, value);
  }
  if (name == "DisplayName") {
    return is_single_line(value, kDisplayNameMax) ? Result<void>()
                                                  : errors::invalid_parameter("DisplayName");
  }
  if (name == "KmsMasterKeyId") return {};
  if (name == "TracingConfig" && is_fifo) {
    return errors::invalid_parameter("Attributes",
                                     "TracingConfig can only be set for standard topics");
  }
  if (value.empty() && use == AttributeUse::Set && name != "Policy") {
    // Taken back, if it is an attribute at all.
  } else if (name == "Policy") {
    return check_policy(value);
  } else if (name == "DeliveryPolicy") {
    return check_topic_delivery_policy(value);
  } else if (name == "TracingConfig") {
    return check_one_of(name, value, "PassThrough", "Active");
  } else if (name == "SignatureVersion") {
    return check_one_of(name, value, "1", "2");
  }
  if (name == "ContentBasedDeduplication") {
    if (!is_fifo) {
      return errors::invalid_parameter(
          "Attributes", "Content-based deduplication can only be set for FIFO topics");
    }
    return value.empty() ? Result<void>() : check_boolean(name, value);
  }
  if (name == "FifoThroughputScope") {
    if (!is_fifo) {
      return errors::invalid_parameter("Attributes",
                                       "FifoThroughputScope can only be set for FIFO topics");
    }
    return value.empty() ? Result<void>() : check_one_of(name, value, "Topic", "MessageGroup");
  }
  if (name == "ArchivePolicy") return check_archive_policy(value, is_fifo);
  if (is_feedback_attribute(name)) {
    if (!name.ends_with("SampleRate") || value.empty()) return {};
    const auto rate = parse_integer(value);
    if (rate && *rate >= 0 && *rate <= 100) return {};
    return invalid_value(name, value, "Must be between 0 and 100.");
  }
  static constexpr std::array<std::string_view, 4> kClearable = {
      "DeliveryPolicy", "TracingConfig", "SignatureVersion", "KmsMasterKeyId"};
  if (std::find(kClearable.begin(), kClearable.end(), name) != kClearable.end()) return {};
  if (use == AttributeUse::Set) return errors::invalid_parameter("AttributeName");
  return errors::invalid_parameter("Attributes", "Unknown attribute: " + std::string(name));
}

void set_topic_attribute(engine::TopicRow& row, std::string_view name, std::string value,
                         TimePoint now) {
  if (name == "ArchivePolicy" && engine::parse_archive_policy(value)) {
    const auto before = row.attributes.find(name);
    if (before == row.attributes.end()) row.archived_since = now;
  }
  if (name == "FifoTopic" || name == "ContentBasedDeduplication") {
    value = parse_boolean(value) == true ? "true" : "false";
  }
  const bool says_nothing =
      value.empty() || ((name == "DeliveryPolicy" || name == "ArchivePolicy") && value == "{}") ||
      (name == "FifoTopic" && value == "false");
  if (says_nothing) {
    row.attributes.erase(std::string(name));
  } else {
    row.attributes.insert_or_assign(std::string(name), std::move(value));
  }
}

std::string first_difference(const StringMap& attributes, const engine::TopicRow& row) {
  for (const auto& [name, value] : attributes) {
    engine::TopicRow wanted;
    set_topic_attribute(wanted, name, value, {});
    const auto wants = wanted.attributes.find(name);
    const auto has = row.attributes.find(name);
    const std::string_view a =
        wants == wanted.attributes.end() ? "" : std::string_view(wants->second);
    const std::string_view b = has == row.attributes.end() ? "" : std::string_view(has->second);
    const bool is_document = name.ends_with("Policy");
    if (is_document ? !service::is_same_json(a, b, kPolicyBytesMax) : a != b) return name;
  }
  return {};
}

std::string default_policy(const ResourceName& topic) {
  const Json actions = {"SNS:GetTopicAttributes",
                        "SNS:SetTopicAttributes",
                        "SNS:AddPermission",
                        "SNS:RemovePermission",
                        "SNS:DeleteTopic",
                        "SNS:Subscribe",
                        "SNS:ListSubscriptionsByTopic",
                        "SNS:Publish"};
  return Json{
      {"Version", "2008-10-17"},
      {"Id", "__default_policy_ID"},
      {"Statement", Json::array({Json{
                        {"Sid", "__default_statement_ID"},
                        {"Effect", "Allow"},
                        {"Principal", {{"AWS", "*"}}},
                        {"Action", actions},
                        {"Resource", to_arn("sns", topic)},
                        {"Condition", {{"StringEquals", {{"AWS:SourceOwner", topic.account}}}}}}})}}
      .dump();
}

StringMap show_topic_attributes(const engine::Topic& topic, TimePoint now) {
  const auto row = topic.row();
  const auto counts = topic.counts();
  StringMap shown = row.attributes;
  shown["TopicArn"] = topic.arn();
  shown["Owner"] = row.name.account;
  shown.try_emplace("DisplayName", "");
  shown.try_emplace("Policy", default_policy(row.name));
  shown["SubscriptionsConfirmed"] = std::to_string(counts.confirmed);
  shown["SubscriptionsPending"] = std::to_string(counts.pending);
  shown["SubscriptionsDeleted"] = std::to_string(counts.deleted);
  if (const auto policy = shown.find("DeliveryPolicy"); policy != shown.end()) {
    policy->second = show_topic_delivery_policy(policy->second);
  }
  const auto delivery = row.attributes.find("DeliveryPolicy");
  shown["EffectiveDeliveryPolicy"] = print_effective_topic_policy(
      delivery == row.attributes.end() ? std::string_view() : std::string_view(delivery->second));
  if (topic.is_fifo()) {
    shown.try_emplace("ContentBasedDeduplication", "false");
    if (const auto retention = topic.settings()->archive_retention) {
      shown["BeginningArchiveTime"] = to_iso_time(std::max(row.archived_since, now - *retention));
    }
  }
  return shown;
}

}  // namespace squire::sns
