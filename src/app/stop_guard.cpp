#include "app/stop_guard.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <future>
#include <string_view>
#include <utility>

#include "squire/core/heartbeat.hpp"

namespace squire::app {
namespace {

constexpr Milliseconds kLook{250};
// What does not come round for that long, while the daemon should stop, is told.
constexpr Milliseconds kSilence{2000};
// A disk may take its time for the end of a large commit.
constexpr Milliseconds kJournalSilence{5000};
// For the log and the journal, once the daemon is overdue; and as long as the journal goes on.
constexpr Milliseconds kLastTime{2500};
constexpr int kLastTimesMax = 20;

bool is_journal_stuck() {
  const auto silent = heartbeats().silent(kJournalSilence);
  return std::any_of(silent.begin(), silent.end(),
                     [](const Pulse& pulse) { return pulse.name == "journal"; });
}

// Calls f() on a thread that may get stuck as well.
template <typename F>
std::future<void> begin(F f) {
  std::packaged_task<void()> task(std::move(f));
  auto done = task.get_future();
  std::thread(std::move(task)).detach();
  return done;
}

}  // namespace

StopGuard::StopGuard(engine::Journal& journal) : journal_(journal), thread_([this] { run(); }) {}

StopGuard::~StopGuard() {
  {
    Lock lock(mutex_);
    is_over_ = true;
  }
  stay_if_overdue();
  changed_.notify();
  thread_.join();
}

void StopGuard::close_with(int exit_code) {
  {
    Lock lock(mutex_);
    exit_code_ = exit_code;
  }
  stay_if_overdue();
  enter("closing");
}

void StopGuard::stay_if_overdue() {
  const auto is_overdue = [this] {
    Lock lock(mutex_);
    return is_overdue_;
  };
  while (is_overdue()) ::pause();
}

bool StopGuard::wait_until_overdue() {
  for (Milliseconds waited{0};; waited += kLook) {
    // A journal that has much to write, and writes, is waited for; what comes then has time, too.
    const bool is_writing = std::string_view(step_.load()) == kFlushing && !is_journal_stuck();
    if (is_writing) waited = Milliseconds(0);
    Lock lock(mutex_);
    if (!is_over_) changed_.wait_for(mutex_, kLook);
    if (is_over_) return false;
    is_overdue_ = waited >= kStopTime;
    if (is_overdue_) return true;
  }
}

void StopGuard::say_who_is_stuck() const {
  for (const auto& pulse : heartbeats().silent(kSilence)) {
    spdlog::error("{} has not come round for {} ms; what it began last: {}", pulse.name,
                  pulse.silent_for.count(), pulse.doing.empty() ? "nothing" : pulse.doing);
  }
  spdlog::error("the daemon does not stop ({}), and is ended", step_.load());
}

void StopGuard::flush() {
  journal_.flush();
  spdlog::info("the journal is flushed: what was answered is safe");
}

void StopGuard::run() {
  if (!wait_until_overdue()) return;
  const auto exit_code = [this] {
    Lock lock(mutex_);
    return exit_code_;
  }();
  if (exit_code) ::_exit(*exit_code);
  const auto told = begin([this] { say_who_is_stuck(); });
  const auto flushed = begin([this] { flush(); });
  told.wait_for(kLastTime);
  for (int i = 0; i < kLastTimesMax && flushed.wait_for(kLastTime) != std::future_status::ready;
       ++i) {
    if (is_journal_stuck()) break;
  }
  ::_exit(1);
}

}  // namespace squire::app
