#include "net/system_clock.hpp"

#include <boost/asio/post.hpp>
#include <utility>

#include "squire/core/internal_errors.hpp"

namespace squire::net {

SystemClock::SystemClock(boost::asio::io_context& context)
    : wall_start_(std::chrono::system_clock::now()),
      steady_start_(std::chrono::steady_clock::now()),
      context_(context),
      timer_(context) {}

TimePoint SystemClock::now() const {
  return std::chrono::floor<Milliseconds>(
             wall_start_ + std::chrono::duration_cast<std::chrono::system_clock::duration>(
                               std::chrono::steady_clock::now() - steady_start_)) +
         advanced_.load(std::memory_order_relaxed);
}

std::chrono::microseconds SystemClock::uptime() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                               steady_start_);
}

void SystemClock::advance(Milliseconds by) {
  Milliseconds advanced = advanced_;
  while (!advanced_.compare_exchange_weak(advanced, advanced + by)) {
  }
  boost::asio::post(context_, [this] { arm(); });
}

void SystemClock::reset() {
  advanced_ = Milliseconds(0);
  boost::asio::post(context_, [this] { arm(); });
}

void SystemClock::ring_at(TimePoint time, std::weak_ptr<Alarm> alarm) {
  bool is_earliest = false;
  {
    Lock lock(mutex_);
    is_earliest = alarms_.empty() || time < alarms_.top().time;
    alarms_.push({time, std::move(alarm)});
  }
  if (is_earliest) boost::asio::post(context_, [this] { arm(); });
}

void SystemClock::arm() {
  TimePoint next;
  {
    Lock lock(mutex_);
    if (alarms_.empty()) return;
    next = alarms_.top().time;
  }
  timer_.expires_after(std::max(next - now(), Milliseconds(0)));
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) ring_due();
  });
}

void SystemClock::ring_due() {
  std::vector<std::weak_ptr<Alarm>> due;
  const TimePoint time = now();
  {
    Lock lock(mutex_);
    for (; !alarms_.empty() && alarms_.top().time <= time; alarms_.pop()) {
      due.push_back(alarms_.top().alarm);
    }
  }
  for (const auto& weak : due) {
    if (const auto alarm = weak.lock()) guarded(Border::Alarm, "alarm", [&] { alarm->ring(); });
  }
  arm();
}

}  // namespace squire::net
