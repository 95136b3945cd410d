#pragma once

namespace squire {

// Whoever sleeps: a long poll, a thread's replies waiting for a commit.
// notify() may come from any thread, under any lock, and more often than needed. It must only
// schedule work, never do it: no blocking, no logging, no call back into the caller.
class Waiter {
 public:
  virtual ~Waiter() = default;
  virtual void notify() = 0;
};

}  // namespace squire
