#pragma once

#include <string>
#include <string_view>

#include "squire/engine/broker.hpp"
#include "squire/service/call.hpp"

namespace squire::sns {

// A token for a confirmation link to a subscription of the topic; nobody can guess it
// (SNS API Reference, ConfirmSubscription).
std::string make_token(service::Call& call, const engine::Topic& topic);

// The topic for which the token was made; null if there is none.
std::shared_ptr<engine::Topic> find_topic_of_token(const service::Call& call,
                                                   std::string_view token);

// Sends the endpoint what asks it to visit the link with the subscription's token, over its own
// protocol; email goes to the outbox.
void send_confirmation(service::Call& call, const engine::Subscription& subscription,
                       std::string_view type);

}  // namespace squire::sns
