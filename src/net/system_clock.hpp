#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <queue>
#include <vector>

#include "squire/core/clock.hpp"
#include "squire/core/mutex.hpp"

namespace squire::net {

// Real time, that never jumps by itself: the wall clock at start plus a steady clock since, plus
// what it was advanced by. Alarms ring on the context's thread. The only place that asks the system
// for the time.
class SystemClock final : public Clock {
 public:
  explicit SystemClock(boost::asio::io_context& context);

  TimePoint now() const override;
  void ring_at(TimePoint time, std::weak_ptr<Alarm> alarm) override;

  // Time since the clock was made; nobody moves it.
  std::chrono::microseconds uptime() const;

  // From now on it is that much later; what became due rings.
  void advance(Milliseconds by);
  // It was never advanced.
  void reset();

  // No more alarms; on the context's thread, or after it ended.
  void stop() { timer_.cancel(); }

 private:
  struct Entry {
    TimePoint time;
    std::weak_ptr<Alarm> alarm;
    bool operator<(const Entry& other) const { return time > other.time; }  // earliest on top
  };

  void arm();
  void ring_due();

  const std::chrono::system_clock::time_point wall_start_;
  const std::chrono::steady_clock::time_point steady_start_;
  std::atomic<Milliseconds> advanced_{Milliseconds(0)};
  boost::asio::io_context& context_;
  boost::asio::steady_timer timer_;  // the context's thread only

  mutable Mutex mutex_{LockRank::Clock};
  std::priority_queue<Entry> alarms_ GUARDED_BY(mutex_);
};

}  // namespace squire::net
