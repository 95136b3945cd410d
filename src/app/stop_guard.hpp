#pragma once

#include <atomic>
#include <optional>
#include <thread>

#include "squire/core/condition.hpp"
#include "squire/core/mutex.hpp"
#include "squire/engine/journal.hpp"

namespace squire::app {

// Ends the process if it does not end in time by itself: a thread that is stuck holds up nobody's
// stop. The log then says which threads stand where, the journal is flushed if it still can be, and
// the exit code is 1.
class StopGuard {
 public:
  // From the signal on; half a docker stop's ten seconds.
  static constexpr Milliseconds kStopTime{5000};

  // The step in which the journal writes what is left: as long as it goes on, it may take its time.
  static constexpr const char* kFlushing = "flushing the journal";

  // The journal lives until close_with().
  explicit StopGuard(engine::Journal& journal);
  ~StopGuard();
  StopGuard(const StopGuard&) = delete;
  StopGuard& operator=(const StopGuard&) = delete;

  // What the main thread does now, for the log; the text is there for good.
  void enter(const char* step) { step_ = step; }
  // All is flushed, and what is left is memory to free and a log to copy: if that takes too long,
  // the process ends with that exit code all the same.
  void close_with(int exit_code);

 private:
  void run();
  // False: the process has ended by itself.
  bool wait_until_overdue();
  void say_who_is_stuck() const;
  void flush();
  // Stops the main thread where it would touch what the guard looks at.
  void stay_if_overdue();

  engine::Journal& journal_;
  std::atomic<const char*> step_ = "stopping";
  Mutex mutex_{LockRank::Leaf};
  Condition changed_;
  bool is_over_ GUARDED_BY(mutex_) = false;
  std::optional<int> exit_code_ GUARDED_BY(mutex_);  // once all is flushed
  bool is_overdue_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace squire::app
