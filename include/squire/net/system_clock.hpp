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

// What the system's clock says, wherever it jumps: what the outside world signs and dates by. This
// file is the only place that asks the system for the time.
class WallClock final : public Clock {
 public:
  TimePoint now() const override;
  // Nobody waits by it.
  void ring_at(TimePoint, std::weak_ptr<Alarm>) override {}
};

// Real time, that never goes back: the wall clock at start plus a steady clock since, plus what it
// was advanced by. The steady clock stands still while the machine, or the virtual one, sleeps:
// follow() makes up for that. Alarms ring on the context's thread.
class SystemClock final : public Clock {
 public:
  using Wall = TimePoint (*)();

  // `wall` gives the wall clock's time; for tests.
  explicit SystemClock(
      boost::asio::io_context& context, Wall wall = [] { return WallClock().now(); });

  TimePoint now() const override;
  void ring_at(TimePoint time, std::weak_ptr<Alarm> alarm) override;

  // Time since the clock was made; nobody moves it.
  std::chrono::microseconds uptime() const;

  // From now on it is that much later; what became due rings.
  void advance(Milliseconds by);
  // It was never advanced.
  void reset();

  // Looks at the wall clock, once a second: if that is ahead, from now on it is that late here,
  // too, and what became due rings. Whether it was.
  bool follow();

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

  TimePoint real_time() const;
  void add(std::atomic<Milliseconds>& to, Milliseconds by);

  const Wall wall_;
  const TimePoint wall_start_;
  const std::chrono::steady_clock::time_point steady_start_;
  std::atomic<Milliseconds> slept_{Milliseconds(0)};
  std::atomic<Milliseconds> advanced_{Milliseconds(0)};
  boost::asio::io_context& context_;
  boost::asio::steady_timer timer_;  // the context's thread only

  mutable Mutex mutex_{LockRank::Clock};
  std::priority_queue<Entry> alarms_ GUARDED_BY(mutex_);
};

}  // namespace squire::net
