#pragma once

#include <deque>
#include <functional>
#include <utility>

#include "squire/core/executor.hpp"

namespace squire::test {

// A thread that a test turns by hand.
class HandExecutor final : public Executor {
 public:
  void post(std::function<void()> task) override { tasks_.push_back(std::move(task)); }

  // All tasks, and those that come of them.
  void run() {
    while (!tasks_.empty()) {
      const auto task = std::move(tasks_.front());
      tasks_.pop_front();
      task();
    }
  }

 private:
  std::deque<std::function<void()>> tasks_;
};

}  // namespace squire::test
