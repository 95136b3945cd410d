// What notifications say to their readers: links to visit, and why (SNS Developer
// Guide, "Parsing message formats").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "squire/engine/topic/subscription.hpp"

namespace squire::sns {

inline constexpr std::string_view kNotification = "Notification";
inline constexpr std::string_view kSubscriptionConfirmation = "SubscriptionConfirmation";
inline constexpr std::string_view kUnsubscribeConfirmation = "UnsubscribeConfirmation";

// The attribute that carries the subject of an email on its way to the mail server.
inline constexpr std::string_view kMailSubject = "Subject";

std::string unsubscribe_url(const std::string& endpoint, const engine::Subscription& subscription);
// For the subscription's token.
std::string confirm_url(const std::string& endpoint, const engine::Subscription& subscription);
std::string confirmation_text(std::string_view type, const engine::Subscription& subscription);

// 20 digits, rising within a topic: "10000000000000003000".
std::string sequence_number(std::uint64_t sequence);

}  // namespace squire::sns
