#include "squire/sns/delivery_guard.hpp"

namespace squire::sns {

bool DeliveryGuard::allows(const engine::Subscription& subscription,
                           const engine::Queue& queue) const {
  static const auto kPrincipal = access::Principal::service("sns.amazonaws.com");
  const auto& topic = subscription.topic();
  return access_.allows(kPrincipal, "sqs:SendMessage", {to_arn("sns", topic), topic.account},
                        queue);
}

}  // namespace squire::sns
