#pragma once

#include <chrono>
#include <memory>

namespace squire {

using Milliseconds = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;

// Every time in Squire: milliseconds since the Unix epoch, the resolution of SQS timestamps.
using TimePoint = std::chrono::sys_time<Milliseconds>;

// Something that is due at a time: the clock rings it, with no lock held.
class Alarm {
 public:
  virtual ~Alarm() = default;
  virtual void ring() = 0;
};

// The only source of time. Implementations: SystemClock (net), ManualClock (tests).
// Thread-safe. ring_at() is a leaf: it may be called under a queue's lock.
class Clock {
 public:
  virtual ~Clock() = default;

  virtual TimePoint now() const = 0;

  // Rings the alarm, if it still lives, once now() >= time. There is no cancel: a late or useless
  // ring does no harm, since whoever is woken looks at the state again.
  virtual void ring_at(TimePoint time, std::weak_ptr<Alarm> alarm) = 0;
};

}  // namespace squire
