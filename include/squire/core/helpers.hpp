#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "squire/core/executor.hpp"
#include "squire/core/mutex.hpp"

namespace squire {

// Threads for what others should not wait for: a request that takes long, a signature. They begin
// with the first of it: most daemons never need them. Thread-safe.
class Helpers final : public Executor {
 public:
  // So that of two long tasks none waits for the other.
  static constexpr std::size_t kThreads = 2;

  // The names of its threads in the log, with a number behind, and what they do.
  Helpers(std::string name, std::string work) : name_(std::move(name)), work_(std::move(work)) {}
  ~Helpers() override { stop(); }
  Helpers(const Helpers&) = delete;
  Helpers& operator=(const Helpers&) = delete;

  // Tasks run on either thread, in no order. None may throw.
  void post(std::function<void()> task) override;
  // On which coroutines may run.
  boost::asio::io_context& context();
  // Returns when what runs is done. Nothing is begun any more.
  void stop();

 private:
  void run(std::size_t number);

  const std::string name_;
  const std::string work_;
  boost::asio::io_context context_{kThreads};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{
      context_.get_executor()};
  Mutex mutex_{LockRank::Leaf};
  std::vector<std::thread> threads_ GUARDED_BY(mutex_);
  bool is_stopping_ GUARDED_BY(mutex_) = false;
};

}  // namespace squire
