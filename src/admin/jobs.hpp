#pragma once

#include <deque>
#include <functional>
#include <string>
#include <thread>

#include "squire/core/condition.hpp"
#include "squire/core/heartbeat.hpp"
#include "squire/core/mutex.hpp"
#include "squire/service/admin_handler.hpp"

namespace squire::admin {

// What would keep a connection's thread for too long, done one thing after the other on a thread of
// its own, which begins with the first. Thread-safe.
class Jobs {
 public:
  using Job = std::function<service::SiteReply()>;

  Jobs() = default;
  ~Jobs() { stop(); }
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;

  // An exchange that is over when the job is; the waiter is then notified. A job whose exchange
  // ended before it began is left out.
  // `what` it is, for the log.
  std::unique_ptr<service::AdminExchange> start(std::string what, Job job,
                                                std::shared_ptr<Waiter> waiter);
  // Returns when the job that runs is done. Nothing is started any more.
  void stop();

 private:
  class AdminExchange;
  struct Entry;

  void run();
  std::shared_ptr<Entry> next(Heart& heart);

  Mutex mutex_{LockRank::Leaf};
  Condition changed_;
  std::deque<std::weak_ptr<Entry>> entries_ GUARDED_BY(mutex_);
  bool is_stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_ GUARDED_BY(mutex_);
};

}  // namespace squire::admin
