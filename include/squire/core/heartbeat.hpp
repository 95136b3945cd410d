// Whether the threads of the daemon get on: each that has work to do for others says so again and
// again, and what it is about to do.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "squire/core/clock.hpp"
#include "squire/core/mutex.hpp"

namespace squire {

// Real time without a heartbeat after which a thread counts as stuck. An idle thread beats, too.
inline constexpr Milliseconds kStuckAfter{5000};

// One thread's, on that thread and for as long as it runs; the thread gets its name (at most 15
// bytes). Beating takes some 50 ns and no lock.
class Heart {
 public:
  explicit Heart(const std::string& name);
  ~Heart();
  Heart(const Heart&) = delete;
  Heart& operator=(const Heart&) = delete;

  // The thread has come round.
  void beat() noexcept;
  // And is about to do that: an action and a request id, say. Their beginnings are kept.
  void beat(std::string_view what, std::string_view id = {}) noexcept;
  // It is about to do what may take any time: silence is no fault until the next beat.
  void rest(std::string_view what) noexcept;

  // From any thread.
  const std::string& name() const { return name_; }
  Milliseconds silent_for() const noexcept;  // 0 while it rests
  std::string doing() const;                 // what it did last; perhaps garbled if it just changes

 private:
  static constexpr std::int64_t kResting = -1;

  void note(std::string_view what, std::string_view id) noexcept;

  const std::string name_;
  std::atomic<std::int64_t> beat_at_ = 0;  // milliseconds of the steady clock; kResting
  // A text, zeros behind it. Words, so that whoever looks meanwhile needs no lock that a stuck
  // thread might hold.
  std::array<std::atomic<std::uint64_t>, 14> text_{};
};

// What is to be told of one thread.
struct Pulse {
  std::string name;
  Milliseconds silent_for{0};
  std::string doing;
};

// The hearts of all threads. Thread-safe; its mutex is a leaf, held for looking only.
class Heartbeats {
 public:
  // Of all whose silence has lasted so long.
  std::vector<Pulse> silent(Milliseconds at_least) const;
  std::vector<Pulse> stuck() const { return silent(kStuckAfter); }

 private:
  friend class Heart;

  void add(const Heart* heart);
  void remove(const Heart* heart);

  mutable Mutex mutex_{LockRank::Leaf};
  std::vector<const Heart*> hearts_ GUARDED_BY(mutex_);
};

// The process's own.
Heartbeats& heartbeats();

}  // namespace squire
