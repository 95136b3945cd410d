#include "squire/engine/queue/settings.hpp"

#include <nlohmann/json.hpp>

#include "squire/core/text.hpp"

namespace squire::engine {
namespace {

std::string_view get(const StringMap& attributes, std::string_view name) {
  const auto at = attributes.find(name);
  return at == attributes.end() ? std::string_view() : std::string_view(at->second);
}

}  // namespace

std::optional<RedrivePolicy> parse_redrive_policy(std::string_view json) {
  const auto policy = nlohmann::json::parse(json, nullptr, false);
  if (!policy.is_object()) return std::nullopt;
  const auto arn = policy.find("deadLetterTargetArn");
  const auto count = policy.find("maxReceiveCount");
  if (arn == policy.end() || !arn->is_string() || count == policy.end()) return std::nullopt;
  auto name = parse_arn("sqs", arn->get_ref<const std::string&>());
  // Clients send the count as a number or as a string of digits.
  const auto limit = count->is_string() ? parse_integer(count->get_ref<const std::string&>())
                     : count->is_number_integer() ? std::optional(count->get<std::int64_t>())
                                                  : std::nullopt;
  if (!name || !limit || *limit < 1 || *limit > 1000) return std::nullopt;
  return RedrivePolicy{std::move(*name), static_cast<std::uint32_t>(*limit)};
}

QueueSettings::QueueSettings(const StringMap& attributes) {
  const auto seconds = [&](std::string_view name, Seconds& out) {
    if (const auto value = parse_integer(get(attributes, name))) out = Seconds(*value);
  };
  seconds("DelaySeconds", delay);
  seconds("VisibilityTimeout", visibility_timeout);
  seconds("MessageRetentionPeriod", retention);
  seconds("ReceiveMessageWaitTimeSeconds", receive_wait);
  if (const auto value = parse_integer(get(attributes, "MaximumMessageSize"))) {
    message_bytes_max = *value;
  }
  deduplicates_by_content = get(attributes, "ContentBasedDeduplication") == "true";
  deduplicates_by_group = get(attributes, "DeduplicationScope") == "messageGroup";
  redrive = parse_redrive_policy(get(attributes, "RedrivePolicy"));
  const auto text = get(attributes, "Policy");
  if (!text.empty()) policy = std::make_shared<const std::string>(text);
}

}  // namespace squire::engine
