#include "squire/net/long_work.hpp"

#include <string>
#include <utility>

#include "squire/core/heartbeat.hpp"

namespace squire::net {

boost::asio::io_context& LongWork::context() {
  Lock lock(mutex_);
  if (threads_.empty() && !is_stopping_) {
    for (int i = 0; i < kThreads; ++i) threads_.emplace_back([this, i] { run(i); });
  }
  return context_;
}

void LongWork::stop() {
  context_.stop();
  std::vector<std::thread> threads;
  {
    Lock lock(mutex_);
    is_stopping_ = true;
    threads = std::exchange(threads_, {});
  }
  for (auto& thread : threads) thread.join();
}

void LongWork::run(int number) {
  Heart heart("long " + std::to_string(number));
  heart.rest("what takes long");
  context_.run();
}

}  // namespace squire::net
