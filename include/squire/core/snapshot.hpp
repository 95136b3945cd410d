#pragma once

#include <memory>
#include <utility>

#include "squire/core/mutex.hpp"

namespace squire {

// What many threads read and few replace, always whole. It has a lock of its own, held for no
// longer than it takes to copy a pointer: who only reads does not wait behind what else the owner
// does under its lock.
template <typename T>
class Snapshot {
 public:
  explicit Snapshot(std::shared_ptr<const T> value) : value_(std::move(value)) {}

  // Never null. From any thread.
  std::shared_ptr<const T> get() const {
    Lock lock(mutex_);
    return value_;
  }

  // By one thread at a time: whoever holds the owner's lock.
  void set(std::shared_ptr<const T> value) {
    Lock lock(mutex_);
    value_.swap(value);
  }
  // For the same, good until it lets go of that lock.
  const T* operator->() const NO_THREAD_SAFETY_ANALYSIS { return value_.get(); }
  const T& operator*() const NO_THREAD_SAFETY_ANALYSIS { return *value_; }

 private:
  mutable Mutex mutex_{LockRank::Leaf};
  std::shared_ptr<const T> value_ GUARDED_BY(mutex_);
};

}  // namespace squire
