#pragma once

#include "squire/engine/topic/delivery_guard.hpp"
#include "squire/service/access_control.hpp"

namespace squire::sns {

// Lets a topic send to the queues whose policies allow it: as AWS, not as its owner. Thread-safe.
class DeliveryGuard final : public engine::DeliveryGuard {
 public:
  // `access` outlives the guard.
  explicit DeliveryGuard(const service::AccessControl& access) : access_(access) {}

  bool allows(const engine::Subscription& subscription, const engine::Queue& queue) const override;

 private:
  const service::AccessControl& access_;
};

}  // namespace squire::sns
