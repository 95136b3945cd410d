#pragma once

#include <atomic>
#include <mutex>
#include <shared_mutex>

#include "squire/core/mutex.hpp"
#include "squire/core/sharded.hpp"

namespace squire::engine {

// What everybody passes who changes the broker, for as long as one change takes: a request, an
// alarm, a courier's step. Whoever closes the gate finds no change half made, such as a publish
// that has reached the first of two queues, and keeps the next ones waiting. Thread-safe. Comes
// before every lock of the engine. A thread that is inside must not enter again.
class Gate {
 public:
  class Pass {
   public:
    explicit Pass(Gate& gate) : inside_(gate.inside_.mine()) {
      lock_order::enter(LockRank::Gate);
      // A std::shared_mutex may let those in who come for ever, while somebody waits to close.
      if (gate.is_closing_.load(std::memory_order_acquire)) std::lock_guard wait(gate.door_);
      inside_.lock_shared();
    }
    ~Pass() {
      inside_.unlock_shared();
      lock_order::leave(LockRank::Gate);
    }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;

   private:
    std::shared_mutex& inside_;
  };

  class Closed {
   public:
    explicit Closed(Gate& gate) : gate_(gate) {
      lock_order::enter(LockRank::Gate);
      gate.door_.lock();
      gate.is_closing_.store(true, std::memory_order_release);
      for (auto& inside : gate.inside_) inside.value.lock();
    }
    ~Closed() {
      for (auto& inside : gate_.inside_) inside.value.unlock();
      gate_.is_closing_.store(false, std::memory_order_release);
      gate_.door_.unlock();
      lock_order::leave(LockRank::Gate);
    }
    Closed(const Closed&) = delete;
    Closed& operator=(const Closed&) = delete;

   private:
    Gate& gate_;
  };

 private:
  std::atomic<bool> is_closing_ = false;
  std::mutex door_;
  Sharded<std::shared_mutex> inside_;  // together one lock, of rank Gate
};

}  // namespace squire::engine
