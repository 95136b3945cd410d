#include "squire/engine/topic/subscription.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace squire::engine {
namespace {

// In the order of DeliveryProtocol.
constexpr std::array<std::string_view, 9> kProtocolNames = {
    "http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose"};

std::string_view get(const StringMap& attributes, std::string_view name) {
  const auto at = attributes.find(name);
  return at == attributes.end() ? std::string_view() : std::string_view(at->second);
}

std::shared_ptr<const filter::Policy> compile_filter(const StringMap& attributes) {
  const auto scope = get(attributes, "FilterPolicyScope") == "MessageBody"
                         ? filter::Scope::MessageBody
                         : filter::Scope::MessageAttributes;
  auto compiled = filter::Policy::compile(get(attributes, "FilterPolicy"), scope);
  return compiled.has_value() ? *std::move(compiled) : nullptr;
}

}  // namespace

std::string_view protocol_name(DeliveryProtocol protocol) {
  return kProtocolNames[static_cast<std::size_t>(protocol)];
}

std::optional<DeliveryProtocol> parse_protocol(std::string_view name) {
  const auto at = std::find(kProtocolNames.begin(), kProtocolNames.end(), name);
  if (at == kProtocolNames.end()) return std::nullopt;
  return static_cast<DeliveryProtocol>(at - kProtocolNames.begin());
}

bool has_delivery_queue(DeliveryProtocol protocol, bool sends_email) {
  const bool is_email =
      protocol == DeliveryProtocol::Email || protocol == DeliveryProtocol::EmailJson;
  return (is_email && sends_email) || protocol == DeliveryProtocol::Http ||
         protocol == DeliveryProtocol::Https || protocol == DeliveryProtocol::Lambda;
}

bool goes_to_outbox(DeliveryProtocol protocol) {
  return protocol != DeliveryProtocol::Sqs && !has_delivery_queue(protocol, false);
}

std::optional<ResourceName> parse_dead_letter_target(std::string_view redrive_policy) {
  const auto policy = nlohmann::json::parse(redrive_policy, nullptr, false);
  if (!policy.is_object()) return std::nullopt;
  const auto arn = policy.find("deadLetterTargetArn");
  if (arn == policy.end() || !arn->is_string()) return std::nullopt;
  return parse_arn("sqs", arn->get_ref<const std::string&>());
}

Subscription::Subscription(SubscriptionRow row, const ResourceName& topic)
    : row_(std::move(row)),
      topic_(topic),
      arn_(to_arn("sns", topic) + ':' + to_string(row_.id)),
      is_raw_(get(row_.attributes, "RawMessageDelivery") == "true"),
      filter_(compile_filter(row_.attributes)),
      dead_letter_queue_(parse_dead_letter_target(get(row_.attributes, "RedrivePolicy"))) {
  if (row_.protocol == DeliveryProtocol::Sqs) queue_ = parse_arn("sqs", row_.endpoint);
}

}  // namespace squire::engine
