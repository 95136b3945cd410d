#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>
#include <vector>

#include "squire/core/mutex.hpp"

namespace squire::net {

// Threads for what takes long, so that it holds up no worker's connections. They begin with the
// first of it: most daemons never need them. Thread-safe.
class LongWork {
 public:
  LongWork() = default;
  ~LongWork() { stop(); }
  LongWork(const LongWork&) = delete;
  LongWork& operator=(const LongWork&) = delete;

  // On which it may be run.
  boost::asio::io_context& context();
  // Returns when what runs is done. Nothing is begun any more.
  void stop();

 private:
  // So that of two long requests none waits for the other.
  static constexpr int kThreads = 2;

  void run(int number);

  boost::asio::io_context context_{kThreads};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{
      context_.get_executor()};
  Mutex mutex_{LockRank::Leaf};
  std::vector<std::thread> threads_ GUARDED_BY(mutex_);
  bool is_stopping_ GUARDED_BY(mutex_) = false;
};

}  // namespace squire::net
