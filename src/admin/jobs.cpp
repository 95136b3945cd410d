#include "admin/jobs.hpp"

#include "admin/admin_request.hpp"

namespace squire::admin {

struct Jobs::Entry {
  Entry(std::string what, Job job, std::shared_ptr<Waiter> waiter)
      : what(std::move(what)), job(std::move(job)), waiter(std::move(waiter)) {}

  const std::string what;
  const Job job;
  const std::shared_ptr<Waiter> waiter;
  Mutex mutex{LockRank::Leaf};
  std::optional<SiteReply> reply GUARDED_BY(mutex);
};

class Jobs::AdminExchange final : public service::AdminExchange {
 public:
  explicit AdminExchange(std::shared_ptr<Entry> entry) : entry_(std::move(entry)) {}

  std::optional<SiteReply> run(bool may_wait) override {
    Lock lock(entry_->mutex);
    if (entry_->reply || may_wait) return std::exchange(entry_->reply, std::nullopt);
    return refuse(503, "The daemon stops; what was begun may still be done");
  }

 private:
  const std::shared_ptr<Entry> entry_;
};

std::unique_ptr<service::AdminExchange> Jobs::start(std::string what, Job job,
                                                    std::shared_ptr<Waiter> waiter) {
  auto entry = std::make_shared<Entry>(std::move(what), std::move(job), std::move(waiter));
  {
    Lock lock(mutex_);
    entries_.push_back(entry);
    if (!thread_.joinable() && !is_stopping_) thread_ = std::thread([this] { run(); });
  }
  changed_.notify();
  return std::make_unique<AdminExchange>(std::move(entry));
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

std::shared_ptr<Jobs::Entry> Jobs::next(Heart& heart) {
  Lock lock(mutex_);
  for (;;) {
    if (is_stopping_) return nullptr;
    if (entries_.empty()) {
      heart.rest("nothing");
      changed_.wait(mutex_);
      continue;
    }
    auto entry = entries_.front().lock();
    entries_.pop_front();
    if (entry) return entry;
  }
}

void Jobs::run() {
  Heart heart("jobs");
  while (const auto entry = next(heart)) {
    heart.rest(entry->what);
    SiteReply reply;
    try {
      reply = entry->job();
    } catch (const std::exception& error) {
      reply = refuse(503, error.what());
    }
    {
      Lock lock(entry->mutex);
      entry->reply = std::move(reply);
    }
    if (entry->waiter) entry->waiter->notify();
  }
}

}  // namespace squire::admin
