#include "squire/core/helpers.hpp"

#include <boost/asio/post.hpp>
#include <utility>

#include "squire/core/heartbeat.hpp"

namespace squire {

void Helpers::post(std::function<void()> task) {
  boost::asio::post(context(), std::move(task));
}

boost::asio::io_context& Helpers::context() {
  Lock lock(mutex_);
  if (threads_.empty() && !is_stopping_) {
    for (std::size_t i = 0; i < kThreads; ++i) threads_.emplace_back([this, i] { run(i); });
  }
  return context_;
}

void Helpers::stop() {
  context_.stop();
  std::vector<std::thread> threads;
  {
    Lock lock(mutex_);
    is_stopping_ = true;
    threads = std::exchange(threads_, {});
  }
  for (auto& thread : threads) thread.join();
}

void Helpers::run(std::size_t number) {
  Heart heart(name_ + " " + std::to_string(number));
  heart.rest(work_);
  context_.run();
}

}  // namespace squire
