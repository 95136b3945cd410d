// How often and when a delivery is tried again (SNS Developer Guide, "Message delivery retries").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "squire/core/clock.hpp"
#include "squire/core/error.hpp"
#include "squire/engine/topic/subscription.hpp"

namespace squire::sns {

// The four phases of retries: at once, at the shortest delay, with growing delays, at the longest.
struct RetryPolicy {
  enum class Backoff : std::uint8_t { Linear, Arithmetic, Geometric, Exponential };

  int min_delay_seconds = 20;
  int max_delay_seconds = 20;
  int retries = 3;  // of all phases
  int no_delay_retries = 0;
  int min_delay_retries = 0;
  int max_delay_retries = 0;
  Backoff backoff = Backoff::Linear;

  // How long after the failure of attempt `attempt` (the first is 1) the next one is due; nothing
  // if there is none.
  std::optional<Milliseconds> delay_after(std::uint32_t attempt) const;
};

// How deliveries to one endpoint are made.
struct DeliveryPolicy {
  RetryPolicy retry;
  std::optional<int> receives_per_second_max;  // throttlePolicy
  std::string content_type = "text/plain; charset=UTF-8";
};

// The policy in force: HTTP and HTTPS by what topic and subscription say (either may be empty), all
// others fixed (SNS Developer Guide, "Message delivery retries").
DeliveryPolicy effective_policy(engine::DeliveryProtocol protocol, std::string_view topic_policy,
                                std::string_view subscription_policy);

// InvalidParameter with the reason if the text is no such policy. Empty and "{}" are none.
Result<void> check_topic_delivery_policy(std::string_view json);
Result<void> check_subscription_delivery_policy(std::string_view json);

// EffectiveDeliveryPolicy, as GetTopicAttributes and GetSubscriptionAttributes show it.
// As they are shown, once they were checked: the topic's with disableSubscriptionOverrides and
// without members that are null; the subscription's with all its members, null for those that were
// not set.
std::string show_topic_delivery_policy(const std::string& json);
std::string show_subscription_delivery_policy(const std::string& json);

std::string print_effective_topic_policy(std::string_view topic_policy);
std::string print_effective_subscription_policy(std::string_view topic_policy,
                                                std::string_view subscription_policy);

}  // namespace squire::sns
