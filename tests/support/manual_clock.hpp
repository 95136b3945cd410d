#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "squire/core/clock.hpp"
#include "squire/core/mutex.hpp"

namespace squire::test {

// A clock that stands still until a test moves it. Alarms that become due ring in order of
// their time, each with now() at exactly that time.
class ManualClock final : public Clock {
 public:
  static constexpr TimePoint kStart{Milliseconds(1'795'408'915'000)};

  TimePoint now() const override {
    Lock lock(mutex_);
    return now_;
  }

  void ring_at(TimePoint time, std::weak_ptr<Alarm> alarm) override {
    Lock lock(mutex_);
    alarms_.emplace(time, std::move(alarm));
  }

  void set_back(Milliseconds duration) {
    Lock lock(mutex_);
    now_ -= duration;
  }

  void advance(Milliseconds duration) {
    const TimePoint target = now() + duration;
    while (const auto alarm = take_due(target)) alarm->ring();
    Lock lock(mutex_);
    now_ = target;
  }

 private:
  std::shared_ptr<Alarm> take_due(TimePoint target) {
    Lock lock(mutex_);
    while (!alarms_.empty() && alarms_.begin()->first <= target) {
      const auto next = alarms_.extract(alarms_.begin());
      if (auto alarm = next.mapped().lock()) {
        now_ = std::max(now_, next.key());
        return alarm;
      }
    }
    return nullptr;
  }

  mutable Mutex mutex_{LockRank::Clock};
  TimePoint now_ GUARDED_BY(mutex_) = kStart;
  std::multimap<TimePoint, std::weak_ptr<Alarm>> alarms_ GUARDED_BY(mutex_);
};

}  // namespace squire::test
