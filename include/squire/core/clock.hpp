#pragma once

#include <chrono>
#include <memory>

#include "squire/core/waiter.hpp"

namespace squire {

using Milliseconds = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;

// Every time in Squire: milliseconds since the Unix epoch, the resolution of SQS timestamps.
using TimePoint = std::chrono::sys_time<Milliseconds>;

// The only source of time. Implementations: SystemClock (net), ManualClock (tests).
// Thread-safe. wake_at() is a leaf: it may be called under a queue's lock.
class Clock {
 public:
  virtual ~Clock() = default;

  virtual TimePoint now() const = 0;

  // Notifies `waiter`, if it still lives, once now() >= time. There is no cancel: a late or useless
  // alarm does no harm, since every waiter looks at the state again.
  virtual void wake_at(TimePoint time, std::weak_ptr<Waiter> waiter) = 0;
};

}  // namespace squire
