#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

namespace squire {

using Milliseconds = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;

// Every time in Squire: milliseconds since the Unix epoch, the resolution of SQS timestamps.
using TimePoint = std::chrono::sys_time<Milliseconds>;

// Times are added to, and printed with four digits of a year.
constexpr bool is_possible(TimePoint time) {
  constexpr TimePoint kEnd{std::chrono::sys_days{std::chrono::year(9999) / 1 / 1}};
  return time >= TimePoint() && time <= kEnd;
}

// A time that somebody else has told, in a file or a request.
constexpr std::optional<TimePoint> to_time(std::int64_t milliseconds) {
  const TimePoint time{Milliseconds(milliseconds)};
  return is_possible(time) ? std::optional(time) : std::nullopt;
}

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
