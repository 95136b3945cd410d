// std::mutex with the annotations that let clang check who guards what (-Wthread-safety), and with
// a rank that says in which order a thread may take several.
#pragma once

#include <mutex>
#include <shared_mutex>

#include "squire/core/lock_rank.hpp"

#if defined(__clang__)
#define SQUIRE_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define SQUIRE_THREAD_ANNOTATION(x)
#endif

#define CAPABILITY(x) SQUIRE_THREAD_ANNOTATION(capability(x))
#define SCOPED_CAPABILITY SQUIRE_THREAD_ANNOTATION(scoped_lockable)
#define GUARDED_BY(x) SQUIRE_THREAD_ANNOTATION(guarded_by(x))
#define REQUIRES(...) SQUIRE_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) SQUIRE_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))
#define ACQUIRE(...) SQUIRE_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define ACQUIRE_SHARED(...) SQUIRE_THREAD_ANNOTATION(acquire_shared_capability(__VA_ARGS__))
#define RELEASE(...) SQUIRE_THREAD_ANNOTATION(release_capability(__VA_ARGS__))
#define NO_THREAD_SAFETY_ANALYSIS SQUIRE_THREAD_ANNOTATION(no_thread_safety_analysis)

namespace squire {

class CAPABILITY("mutex") Mutex {
 public:
  explicit Mutex(LockRank rank) : rank_(rank) {}

  void lock() ACQUIRE() {
    lock_order::enter(rank_);
    // Whoever holds it lets go within a microsecond or so: sleeping would take longer.
    for (int i = 0; i < kSpins; ++i) {
      if (mutex_.try_lock()) return;
      pause();
    }
    mutex_.lock();
  }
  void unlock() RELEASE() {
    mutex_.unlock();
    lock_order::leave(rank_);
  }
  // For Condition only.
  std::mutex& native() { return mutex_; }

 private:
  static constexpr int kSpins = 50;

  static void pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

  const LockRank rank_;
  std::mutex mutex_;
};

class SCOPED_CAPABILITY Lock {
 public:
  explicit Lock(Mutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~Lock() RELEASE() { mutex_.unlock(); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  Mutex& mutex_;
};

class CAPABILITY("mutex") SharedMutex {
 public:
  explicit SharedMutex(LockRank rank) : rank_(rank) {}

  void lock() ACQUIRE() {
    lock_order::enter(rank_);
    mutex_.lock();
  }
  void unlock() RELEASE() {
    mutex_.unlock();
    lock_order::leave(rank_);
  }
  void lock_shared() ACQUIRE_SHARED() {
    lock_order::enter(rank_);
    mutex_.lock_shared();
  }
  void unlock_shared() RELEASE() {
    mutex_.unlock_shared();
    lock_order::leave(rank_);
  }

 private:
  const LockRank rank_;
  std::shared_mutex mutex_;
};

class SCOPED_CAPABILITY WriteLock {
 public:
  explicit WriteLock(SharedMutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~WriteLock() RELEASE() { mutex_.unlock(); }
  WriteLock(const WriteLock&) = delete;
  WriteLock& operator=(const WriteLock&) = delete;

 private:
  SharedMutex& mutex_;
};

class SCOPED_CAPABILITY ReadLock {
 public:
  explicit ReadLock(SharedMutex& mutex) ACQUIRE_SHARED(mutex) : mutex_(mutex) {
    mutex_.lock_shared();
  }
  ~ReadLock() RELEASE() { mutex_.unlock_shared(); }
  ReadLock(const ReadLock&) = delete;
  ReadLock& operator=(const ReadLock&) = delete;

 private:
  SharedMutex& mutex_;
};

}  // namespace squire
