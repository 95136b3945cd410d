#pragma once

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>

#include "squire/core/clock.hpp"
#include "squire/core/waiter.hpp"

namespace squire::net {

// What a connection sleeps on during a long poll. notify() from any thread; the rest on the
// context's. A notification before wait() is not lost.
class Wakeup final : public Waiter, public std::enable_shared_from_this<Wakeup> {
 public:
  explicit Wakeup(boost::asio::io_context& context) : context_(context), timer_(context) {}

  void notify() override {
    boost::asio::post(context_, [self = shared_from_this()] { self->fire(); });
  }

  void fire() {
    is_fired_ = true;
    timer_.cancel();
  }

  // Returns when fired, or after `duration`.
  boost::asio::awaitable<void> wait(Milliseconds duration) {
    if (!std::exchange(is_fired_, false)) {
      boost::system::error_code ignored;
      // The timer counts nanoseconds: for ever would overflow.
      timer_.expires_after(std::min<Milliseconds>(duration, std::chrono::hours(24)));
      co_await timer_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
      is_fired_ = false;
    }
  }

 private:
  boost::asio::io_context& context_;
  boost::asio::steady_timer timer_;
  bool is_fired_ = false;
};

}  // namespace squire::net
