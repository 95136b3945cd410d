#include "sns/delivery/links.hpp"

namespace squire::sns {

std::string unsubscribe_url(const std::string& endpoint, const engine::Subscription& subscription) {
  return endpoint + "/?Action=Unsubscribe&SubscriptionArn=" + subscription.arn();
}

std::string confirm_url(const std::string& endpoint, const engine::Subscription& subscription) {
  return endpoint + "/?Action=ConfirmSubscription&TopicArn=" + to_arn("sns", subscription.topic()) +
         "&Token=" + subscription.row().token;
}

std::string confirmation_text(std::string_view type, const engine::Subscription& subscription) {
  if (type == kSubscriptionConfirmation) {
    return "You have chosen to subscribe to the topic " + to_arn("sns", subscription.topic()) +
           ".\nTo confirm the subscription, visit the SubscribeURL included in this message.";
  }
  return "You have chosen to deactivate subscription " + subscription.arn() +
         ".\nTo cancel this operation and restore the subscription, visit the SubscribeURL "
         "included in this message.";
}

std::string sequence_number(std::uint64_t sequence) {
  const auto digits = std::to_string(sequence);
  return "1" + std::string(16 - std::min<std::size_t>(digits.size(), 16), '0') + digits + "000";
}

}  // namespace squire::sns
