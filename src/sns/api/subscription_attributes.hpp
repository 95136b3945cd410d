#pragma once

#include <string>
#include <string_view>

#include "squire/engine/broker.hpp"
#include "squire/sns/topic_actions.hpp"

// The attributes of subscriptions: which there are, what they may say, how they are shown (SNS
// API Reference, SetSubscriptionAttributes).
namespace squire::sns {

// Sets one attribute of the row, which is a subscription to `topic`; InvalidParameter if it is
// none, or not with that value. The FilterPolicy is judged by the row's FilterPolicyScope.
Result<void> set_subscription_attribute(engine::SubscriptionRow& row, const engine::Topic& topic,
                                        std::string_view name, const std::string& value);

// Sets them all, the scope before the policy. Errors read as Subscribe's do.
Result<void> set_subscription_attributes(engine::SubscriptionRow& row, const engine::Topic& topic,
                                         const StringMap& attributes);

// Whether two values of an attribute say the same: policies as JSON.
bool is_same_attribute(std::string_view name, std::string_view a, std::string_view b);

// FilterPolicyLimitExceeded if the topic has all the filter policies it may have.
Result<void> check_filter_policy_count(engine::Broker& broker, const engine::Topic& topic);

// What GetSubscriptionAttributes shows.
StringMap show_subscription_attributes(engine::Broker& broker,
                                       const engine::Subscription& subscription);

}  // namespace squire::sns
