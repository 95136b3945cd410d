#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "squire/core/mutex.hpp"

namespace squire {

// std::condition_variable for squire::Mutex: the caller holds the mutex before and after a wait.
class Condition {
 public:
  using Time = std::chrono::steady_clock::time_point;

  void notify() { condition_.notify_one(); }

  void wait(Mutex& mutex) REQUIRES(mutex) {
    std::unique_lock lock(mutex.native(), std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }

  void wait_for(Mutex& mutex, std::chrono::milliseconds time) REQUIRES(mutex) {
    std::unique_lock lock(mutex.native(), std::adopt_lock);
    condition_.wait_for(lock, time);
    lock.release();
  }

  void wait_until(Mutex& mutex, Time time) REQUIRES(mutex) {
    std::unique_lock lock(mutex.native(), std::adopt_lock);
    condition_.wait_until(lock, time);
    lock.release();
  }

 private:
  std::condition_variable condition_;
};

}  // namespace squire
