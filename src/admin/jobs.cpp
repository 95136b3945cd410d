#include "admin/jobs.hpp"

#include "admin/desk.hpp"

namespace squire::admin {

struct Jobs::Order {
  Order(std::string what, Job job, std::shared_ptr<Waiter> waiter)
      : what(std::move(what)), job(std::move(job)), waiter(std::move(waiter)) {}

  const std::string what;
  const Job job;
  const std::shared_ptr<Waiter> waiter;
  Mutex mutex{LockRank::Leaf};
  std::optional<SiteReply> reply GUARDED_BY(mutex);
};

class Jobs::Visit final : public service::Visit {
 public:
  explicit Visit(std::shared_ptr<Order> order) : order_(std::move(order)) {}

  std::optional<SiteReply> run(bool may_wait) override {
    Lock lock(order_->mutex);
    if (order_->reply || may_wait) return std::exchange(order_->reply, std::nullopt);
    return refuse(503, "The daemon stops; what was begun may still be done");
  }

 private:
  const std::shared_ptr<Order> order_;
};

std::unique_ptr<service::Visit> Jobs::start(std::string what, Job job,
                                            std::shared_ptr<Waiter> waiter) {
  auto order = std::make_shared<Order>(std::move(what), std::move(job), std::move(waiter));
  {
    Lock lock(mutex_);
    orders_.push_back(order);
    if (!thread_.joinable() && !is_stopping_) thread_ = std::thread([this] { run(); });
  }
  changed_.notify();
  return std::make_unique<Visit>(std::move(order));
}

void Jobs::stop() {
  std::thread thread;
  {
    Lock lock(mutex_);
    is_stopping_ = true;
    thread = std::move(thread_);
  }
  changed_.notify();
  if (thread.joinable()) thread.join();
}

std::shared_ptr<Jobs::Order> Jobs::next(Heart& heart) {
  Lock lock(mutex_);
  for (;;) {
    if (is_stopping_) return nullptr;
    if (orders_.empty()) {
      heart.rest("nothing");
      changed_.wait(mutex_);
      continue;
    }
    auto order = orders_.front().lock();
    orders_.pop_front();
    if (order) return order;
  }
}

void Jobs::run() {
  Heart heart("jobs");
  while (const auto order = next(heart)) {
    heart.rest(order->what);
    SiteReply reply;
    try {
      reply = order->job();
    } catch (const std::exception& error) {
      reply = refuse(503, error.what());
    }
    {
      Lock lock(order->mutex);
      order->reply = std::move(reply);
    }
    if (order->waiter) order->waiter->notify();
  }
}

}  // namespace squire::admin
