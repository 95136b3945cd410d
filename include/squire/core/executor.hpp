#pragma once

#include <functional>

namespace squire {

// A thread that does what it is given, one task after the other. Thread-safe.
class Executor {
 public:
  virtual ~Executor() = default;

  // Calls task() soon, never inside of this call.
  virtual void post(std::function<void()> task) = 0;
};

}  // namespace squire
