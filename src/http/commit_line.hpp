#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <memory>
#include <utility>

#include "squire/engine/journal.hpp"

namespace squire::http {

// The replies of one context that wait for a commit. The journal's thread wakes the context once
// per commit, not once per reply. Used on its context's thread, but for notify().
class CommitLine final : public Waiter, public std::enable_shared_from_this<CommitLine> {
 public:
  CommitLine(boost::asio::io_context& context, const engine::Journal& journal)
      : context_(context), journal_(journal) {}

  // Returns once the ticket is durable, or will not be soon: the journal has failed or has no room.
  // Tickets of one context rise,
  // since its requests run one after the other.
  boost::asio::awaitable<void> wait(engine::Ticket ticket) {
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
        [this, ticket](auto handler) {
          line_.emplace_back(ticket,
                             std::make_unique<ResumptionOf<decltype(handler)>>(std::move(handler)));
          // The commit may have come between the caller's look and this line.
          if (is_over(ticket)) notify();
        },
        boost::asio::use_awaitable);
  }

  // Drops those who still wait, and with them their connections; after the context's thread ended.
  void clear() { line_.clear(); }

  void notify() override {
    if (is_scheduled_.exchange(true)) return;
    boost::asio::post(context_, [self = shared_from_this()] { self->resume_due(); });
  }

 private:
  struct Resumption {
    virtual ~Resumption() = default;
    virtual void resume() = 0;
  };

  template <typename Handler>
  struct ResumptionOf final : Resumption {
    explicit ResumptionOf(Handler&& handler) : handler(std::move(handler)) {}
    void resume() override { std::move(handler)(); }
    Handler handler;
  };

  bool is_over(engine::Ticket ticket) const {
    return journal_.is_durable(ticket) || journal_.has_failed() ||
           journal_.room() == engine::Room::None;
  }

  void resume_due() {
    is_scheduled_ = false;
    while (!line_.empty() && is_over(line_.front().first)) {
      const auto next = std::move(line_.front().second);
      line_.pop_front();
      next->resume();
    }
  }

  boost::asio::io_context& context_;
  const engine::Journal& journal_;
  std::atomic<bool> is_scheduled_ = false;
  std::deque<std::pair<engine::Ticket, std::unique_ptr<Resumption>>> line_;
};

}  // namespace squire::http
