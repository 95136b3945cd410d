#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "squire/core/error.hpp"
#include "squire/core/mutex.hpp"
#include "squire/engine/archive/replays.hpp"
#include "squire/engine/by_name.hpp"
#include "squire/engine/store.hpp"
#include "squire/engine/topic/errors.hpp"
#include "squire/engine/topic/topic.hpp"

namespace squire::engine {

// All topics of all accounts and regions, their subscriptions and replays. Thread-safe; its mutex
// is held for a lookup, never while a topic or a queue is called.
class Topics final : public StoreOf<Topics, TopicRow, SubscriptionRow, ReplayRow> {
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
  // The account's topics in that region that stand behind `after`, by name, at most so many.
  std::vector<std::shared_ptr<Topic>> list(std::string_view region, std::string_view account,
                                           std::string_view after, std::size_t count_max) const;
  std::size_t count() const { return count_; }  // takes no lock

  // Subscriptions get a delivery queue if they need one.
  struct Subscribed {
    std::shared_ptr<const Subscription> subscription;
    bool is_new = false;
    Ticket ticket = 0;
  };
  // A new subscription, or the one there is if somebody subscribed its endpoint first.
  Result<Subscribed> subscribe(Topic& topic, SubscriptionRow row);
  // Calls edit(row) as Queue::edit() does. NotFound if there is no such subscription (any more).
  template <typename Edit>
  Result<Subscribed> edit_subscription(Topic& topic, const Uuid& id, const Edit& edit);
  // Ends the subscription and what waits to be delivered to it.
  Ticket remove_subscription(Topic& topic, const Subscription& subscription);

  // Calls listener(subscription) for every subscription with a delivery queue, now and when it is
  // made; null ends that. Set while no requests are served; called without locks.
  using DeliveryListener = std::function<void(const std::shared_ptr<const Subscription>&)>;
  void on_delivery_queue(DeliveryListener listener);

  // Has the listener hear of all subscriptions with a delivery queue.
  void announce();
  std::shared_ptr<Topic> find(std::uint32_t number) const;
  std::vector<std::shared_ptr<Topic>> all() const;
  Replays& replays() { return *replays_; }

  using Store::restore;
  void restore(const TopicRow& row);
  void restore(SubscriptionRow&& row);
  void restore(const ReplayRow& row);
  void begin_life() override;
  void walk(const Journal::Apply& apply) const override;
  std::size_t clear(std::string_view account) override;
  void drop_all() override;
  // Deduplication windows, archives, subscriptions nobody confirmed.
  bool tick() override;

 private:
  // Puts the row in the place of `before`, or where none was if that is null. Nothing if somebody
  // else has put one there meanwhile.
  Result<std::optional<Subscribed>> put(Topic& topic, SubscriptionRow row,
                                        const std::shared_ptr<const Subscription>& before);

  Broker& broker_;
  const Env& env_;
  const std::shared_ptr<Replays> replays_;
  mutable SharedMutex mutex_{LockRank::Topics};
  std::unordered_map<ResourceName, std::shared_ptr<Topic>, ResourceNameHash> topics_
      GUARDED_BY(mutex_);
  std::atomic<std::size_t> count_ = 0;  // of topics_
  std::set<std::shared_ptr<Topic>, ByName> topics_by_name_ GUARDED_BY(mutex_);
  std::unordered_map<std::uint32_t, std::shared_ptr<Topic>> topics_by_number_ GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<Topic>> to_tick_;  // in this round; the thread's
  DeliveryListener listener_;                    // constant once requests are served
};

template <typename Edit>
Result<Topics::Subscribed> Topics::edit_subscription(Topic& topic, const Uuid& id,
                                                     const Edit& edit) {
  for (;;) {
    const auto before = topic.find(id);
    if (!before) return topic_errors::not_found("Subscription");
    SubscriptionRow row = before->row();
    SQUIRE_CHECK(edit(row));
    SQUIRE_TRY(auto changed, put(topic, std::move(row), before));
    if (changed) return *std::move(changed);
  }
}

}  // namespace squire::engine
