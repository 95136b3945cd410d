#include "sns/api/subscription_attributes.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "sns/delivery/delivery_policy.hpp"
#include "squire/core/text.hpp"
#include "squire/filter/policy.hpp"
#include "squire/service/policy_document.hpp"
#include "squire/sns/errors.hpp"

namespace squire::sns {
namespace {

using engine::DeliveryProtocol;
using engine::SubscriptionRow;

constexpr std::size_t kPolicyBytesMax = 30'720;
constexpr std::string_view kScopeComplaint = "Filter policy scope ";
constexpr std::string_view kScopes[] = {"MessageAttributes", "MessageBody"};

std::string_view get(const StringMap& attributes, std::string_view name) {
  const auto at = attributes.find(name);
  return at == attributes.end() ? std::string_view() : std::string_view(at->second);
}

Error invalid_value(std::string_view name, const std::string& value, std::string_view rule) {
  return errors::invalid_parameter(std::string(name) + ": Invalid value [" + value + "]. " +
                                   std::string(rule));
}

bool takes_raw_messages(DeliveryProtocol protocol) {
  return protocol == DeliveryProtocol::Sqs || protocol == DeliveryProtocol::Http ||
         protocol == DeliveryProtocol::Https || protocol == DeliveryProtocol::Firehose;
}

Result<void> check_filter_policy(const SubscriptionRow& row, const std::string& value) {
  const auto scope = get(row.attributes, "FilterPolicyScope") == kScopes[1]
                         ? filter::Scope::MessageBody
                         : filter::Scope::MessageAttributes;
  const auto compiled = filter::Policy::compile(value, scope);
  if (compiled.has_value()) return {};
  const auto& reason = compiled.error().message;
  const bool is_about_scope = reason.starts_with(kScopeComplaint);
  return errors::invalid_parameter((is_about_scope ? "" : "FilterPolicy: ") + reason);
}

// `is_fifo`: both the topic and the queue subscribed to it are.
Result<void> check_redrive_policy(const engine::Topic& topic, bool is_fifo,
                                  const std::string& value) {
  if (value.empty() || value == "{}") return {};
  const auto invalid = [](const std::string& reason) {
    return errors::invalid_parameter("RedrivePolicy: " + reason);
  };
  const auto document = service::parse_document(value, kPolicyBytesMax);
  if (const auto complaint = filter::json_complaint(value)) return invalid(*complaint);
  if (!document.is_object()) return invalid("failed to parse JSON.");
  if (!document.contains("deadLetterTargetArn")) return invalid("deadLetterTargetArn is required");
  const auto target = engine::parse_dead_letter_target(value);
  if (!target) return invalid("deadLetterTargetArn is an invalid arn");
  if (target->region != topic.name().region || target->account != topic.name().account) {
    return invalid("deadLetterTargetArn must be in the same account and region as the topic");
  }
  if (is_fifo != target->name.ends_with(".fifo")) {
    return invalid(is_fifo ? "must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic."
                           : "must use a standard queue as DLQ for a standard Subscription.");
  }
  return {};
}

Result<void> check_replay_policy(const engine::Topic& topic, const std::string& value) {
  if (value.empty() || value == "{}") return {};
  if (!topic.is_fifo() || !topic.settings()->archive_retention) {
    return errors::invalid_parameter(
        "ReplayPolicy: the topic must be a FIFO topic with an ArchivePolicy");
  }
  const auto range = engine::parse_replay_policy(value);
  if (range && (!range->until || *range->until >= range->from)) return {};
  return errors::invalid_parameter(
      "ReplayPolicy: PointType must be Timestamp, StartingPoint and EndingPoint ISO 8601 times in "
      "their order");
}

// Whether the value, which was checked, is what the attribute is without one.
bool says_nothing(std::string_view name, std::string_view value) {
  return value.empty() || (name.ends_with("Policy") && value == "{}") ||
         (name == "RawMessageDelivery" && parse_boolean(value) == false) ||
         (name == "FilterPolicyScope" && value == kScopes[0]);
}

std::string_view to_text(engine::ReplayRow::Status status) {
  static constexpr std::array<std::string_view, 4> kTexts = {"Pending", "In progress", "Completed",
                                                             "Failed"};
  return kTexts[static_cast<std::size_t>(status)];
}

}  // namespace

bool is_same_attribute(std::string_view name, std::string_view a, std::string_view b) {
  return name.ends_with("Policy") ? service::is_same_json(a, b, kPolicyBytesMax) : a == b;
}

Result<void> set_subscription_attribute(SubscriptionRow& row, const engine::Topic& topic,
                                        std::string_view name, const std::string& value) {
  if (name == "RawMessageDelivery") {
    const auto boolean = parse_boolean(value);
    if (!boolean) return invalid_value(name, value, "Must be true or false.");
    if (*boolean && !takes_raw_messages(row.protocol)) {
      return errors::invalid_parameter("Delivery protocol [" +
                                       std::string(engine::protocol_name(row.protocol)) +
                                       "] does not support raw message delivery.");
    }
  } else if (name == "FilterPolicyScope") {
    if (value != kScopes[0] && value != kScopes[1]) {
      return invalid_value(name, value, "Please use either MessageBody or MessageAttributes");
    }
    SubscriptionRow changed = row;
    changed.attributes.insert_or_assign("FilterPolicyScope", value);
    SQUIRE_CHECK(check_filter_policy(changed, std::string(get(row.attributes, "FilterPolicy"))));
  } else if (name == "FilterPolicy") {
    SQUIRE_CHECK(check_filter_policy(row, value));
  } else if (name == "DeliveryPolicy") {
    SQUIRE_CHECK(check_subscription_delivery_policy(value));
  } else if (name == "RedrivePolicy") {
    const bool is_fifo = topic.is_fifo() && row.endpoint.ends_with(".fifo");
    SQUIRE_CHECK(check_redrive_policy(topic, is_fifo, value));
  } else if (name == "ReplayPolicy") {
    SQUIRE_CHECK(check_replay_policy(topic, value));
  } else if (name != "SubscriptionRoleArn") {
    return errors::invalid_parameter("AttributeName");
  }
  if (says_nothing(name, value)) {
    row.attributes.erase(std::string(name));
  } else {
    row.attributes.insert_or_assign(std::string(name),
                                    name == "RawMessageDelivery" ? "true" : value);
  }
  return {};
}

Result<void> set_subscription_attributes(SubscriptionRow& row, const engine::Topic& topic,
                                         const StringMap& attributes) {
  const auto set = [&](std::string_view name, const std::string& value) -> Result<void> {
    auto result = set_subscription_attribute(row, topic, name, value);
    if (result.has_value()) return {};
    constexpr std::string_view kPrefix = "Invalid parameter: ";
    const std::string message = result.error().message;
    if (message == "Invalid parameter: AttributeName") {
      return errors::invalid_parameter("Attributes", "Unknown attribute: " + std::string(name));
    }
    constexpr std::string_view kToldOfAttributes[] = {
        "FilterPolicy: ", "FilterPolicyScope: ", "RawMessageDelivery: "};
    const auto what = std::string_view(message).substr(kPrefix.size());
    if (what.starts_with(kScopeComplaint)) {
      return errors::invalid_parameter("Attributes", "FilterPolicy: " + std::string(what));
    }
    if (std::any_of(std::begin(kToldOfAttributes), std::end(kToldOfAttributes),
                    [&](std::string_view begin) { return what.starts_with(begin); })) {
      return errors::invalid_parameter("Attributes", what);
    }
    return result;
  };
  const auto scope = attributes.find("FilterPolicyScope");
  if (scope != attributes.end()) SQUIRE_CHECK(set(scope->first, scope->second));
  for (const auto& [name, value] : attributes) {
    if (name != "FilterPolicyScope") SQUIRE_CHECK(set(name, value));
  }
  return {};
}

Result<void> check_filter_policy_count(engine::Broker& broker, const engine::Topic& topic) {
  const auto max = broker.rules().filter_policies_max;
  if (max == 0 || topic.filter_policy_count() < max) return {};
  return Error{errors::kFilterPolicyLimitExceeded,
               "Filter policy limit exceeded: a topic can have at most " + std::to_string(max)};
}

StringMap show_subscription_attributes(engine::Broker& broker,
                                       const engine::Subscription& subscription) {
  const auto& row = subscription.row();
  const auto to_text_of = [](bool value) { return value ? "true" : "false"; };
  StringMap shown = row.attributes;
  shown["SubscriptionArn"] = subscription.arn();
  shown["TopicArn"] = to_arn("sns", subscription.topic());
  shown["Owner"] = row.owner;
  shown["Protocol"] = engine::protocol_name(row.protocol);
  shown["Endpoint"] = row.endpoint;
  shown["PendingConfirmation"] = to_text_of(!subscription.is_confirmed());
  shown["ConfirmationWasAuthenticated"] = to_text_of(row.was_authenticated);
  shown["SubscriptionPrincipal"] = "arn:aws:iam::" + row.owner + ":root";
  shown.try_emplace("RawMessageDelivery", "false");
  if (shown.contains("FilterPolicy")) {
    shown.try_emplace("FilterPolicyScope", kScopes[0]);
  } else {
    shown.erase("FilterPolicyScope");
  }
  if (const auto policy = shown.find("DeliveryPolicy"); policy != shown.end()) {
    policy->second = show_subscription_delivery_policy(policy->second);
  }
  if (row.protocol == DeliveryProtocol::Http || row.protocol == DeliveryProtocol::Https) {
    const auto topic = broker.topics().find(subscription.topic());
    const auto topic_attributes = topic ? topic->row().attributes : StringMap();
    shown["EffectiveDeliveryPolicy"] = print_effective_subscription_policy(
        get(topic_attributes, "DeliveryPolicy"), get(row.attributes, "DeliveryPolicy"));
  }
  if (const auto status = broker.topics().replays().status(row.id))
    shown["ReplayStatus"] = to_text(*status);
  return shown;
}

}  // namespace squire::sns
