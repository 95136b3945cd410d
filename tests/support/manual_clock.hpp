#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "squire/core/clock.hpp"
#include "squire/core/mutex.hpp"

namespace squire::test {

// A clock that stands still until a test moves it. Alarms that become due are notified in order of
// their time, each with now() at exactly that time.
class ManualClock final : public Clock {
 public:
  TimePoint now() const override {
    Lock lock(mutex_);
    return now_;
  }

  void wake_at(TimePoint time, std::weak_ptr<Waiter> waiter) override {
    Lock lock(mutex_);
    alarms_.emplace(time, std::move(waiter));
  }

  void advance(Milliseconds duration) {
    const TimePoint target = now() + duration;
    while (const auto waiter = take_due(target)) waiter->notify();
    Lock lock(mutex_);
    now_ = target;
  }

 private:
  std::shared_ptr<Waiter> take_due(TimePoint target) {
    Lock lock(mutex_);
    while (!alarms_.empty() && alarms_.begin()->first <= target) {
      const auto alarm = alarms_.extract(alarms_.begin());
      if (auto waiter = alarm.mapped().lock()) {
        now_ = std::max(now_, alarm.key());
        return waiter;
      }
    }
    return nullptr;
  }

  mutable Mutex mutex_;
  TimePoint now_ GUARDED_BY(mutex_) = TimePoint(Milliseconds(1'795'408'915'000));
  std::multimap<TimePoint, std::weak_ptr<Waiter>> alarms_ GUARDED_BY(mutex_);
};

}  // namespace squire::test
