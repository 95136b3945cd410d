#pragma once

namespace squire::engine {

class Queue;
class Subscription;

// Says whether a topic may put messages into a queue. Thread-safe; called under a FIFO topic's
// lock.
class DeliveryGuard {
 public:
  virtual ~DeliveryGuard() = default;

  virtual bool allows(const Subscription& subscription, const Queue& queue) const = 0;
};

}  // namespace squire::engine
