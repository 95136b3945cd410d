#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "squire/core/error.hpp"
#include "squire/core/mutex.hpp"
#include "squire/engine/topic.hpp"

namespace squire::engine {

// All topics of all accounts and regions, and their subscriptions. Thread-safe; its mutex is held
// for a lookup, never while a topic or a queue is called.
class Topics {
 public:
  // `broker` owns this.
  explicit Topics(Broker& broker);

  std::shared_ptr<Topic> find(const ResourceName& name) const;  // null if there is none
  // As find(); NotFound if there is none.
  Result<std::shared_ptr<Topic>> topic(const ResourceName& name) const;

  struct Created {
    std::shared_ptr<Topic> topic;
    bool is_new = false;
    Ticket ticket = 0;
  };
  // The topic of that name, made now from `row` (whose number is set here) if there is none.
  Result<Created> create(TopicRow row);
  // Its subscriptions end with it. Ticket of what came before if there is none.
  Ticket remove(const ResourceName& name);
  // The account's topics in that region, by name.
  std::vector<std::shared_ptr<Topic>> list(std::string_view region, std::string_view account) const;

  // A new subscription, or one that is put in the place of the one with its id. Gives it a delivery
  // queue if it needs one and has none.
  struct Subscribed {
    std::shared_ptr<const Subscription> subscription;
    Ticket ticket = 0;
  };
  Result<Subscribed> put_subscription(Topic& topic, SubscriptionRow row);
  // Ends the subscription and what waits to be delivered to it.
  Ticket remove_subscription(Topic& topic, const Subscription& subscription);

  // Calls listener(subscription) for every subscription with a delivery queue, now and when it is
  // made; null ends that. Set while no requests are served; called without locks.
  using DeliveryListener = std::function<void(const std::shared_ptr<const Subscription>&)>;
  void on_delivery_queue(DeliveryListener listener);

  // Housekeeping: deduplication windows, archives, subscriptions nobody confirmed.
  void tick();

  // All end, and the journal knows already.
  void drop_all();
  // Has the listener hear of all subscriptions with a delivery queue.
  void announce();
  // Rows read from the journal at start.
  void restore(TopicRow row);
  std::shared_ptr<Topic> find(std::uint32_t number) const;
  void begin_life();
  std::vector<std::shared_ptr<Topic>> all() const;

 private:
  Broker& broker_;
  const Env& env_;
  mutable SharedMutex mutex_;
  std::unordered_map<ResourceName, std::shared_ptr<Topic>, ResourceNameHash> topics_
      GUARDED_BY(mutex_);
  std::unordered_map<std::uint32_t, std::shared_ptr<Topic>> topics_by_number_ GUARDED_BY(mutex_);
  DeliveryListener listener_;  // constant once requests are served
};

}  // namespace squire::engine
