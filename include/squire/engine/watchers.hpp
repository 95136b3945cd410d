#pragma once

#include <memory>
#include <vector>

#include "squire/core/waiter.hpp"

namespace squire::engine {

// Who wants to be told of the next change, once. Guarded by its owner.
class Watchers {
 public:
  bool empty() const { return waiters_.empty(); }

  void add(std::weak_ptr<Waiter> waiter) {
    const auto is_useless = [&](const std::weak_ptr<Waiter>& other) {
      return other.expired() || (!other.owner_before(waiter) && !waiter.owner_before(other));
    };
    std::erase_if(waiters_, is_useless);
    waiters_.push_back(std::move(waiter));
  }

  void tell() {
    for (const auto& weak : waiters_) {
      if (const auto waiter = weak.lock()) waiter->notify();
    }
    waiters_.clear();
  }

 private:
  std::vector<std::weak_ptr<Waiter>> waiters_;
};

}  // namespace squire::engine
