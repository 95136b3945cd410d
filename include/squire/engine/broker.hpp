#pragma once

#include <atomic>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string_view>
#include <typeinfo>
#include <unordered_map>
#include <vector>

#include "squire/core/error.hpp"
#include "squire/core/mutex.hpp"
#include "squire/engine/by_name.hpp"
#include "squire/engine/gate.hpp"
#include "squire/engine/queue/queue.hpp"
#include "squire/engine/store.hpp"
#include "squire/engine/topic/topics.hpp"

namespace squire::engine {

// Owns all queues and topics of all accounts and regions, and the stores of everything else that is
// kept. Thread-safe; locks are taken in the order of LockRank.
class Broker {
 public:
  // `env` and `renderer` outlive the broker. Without a renderer nothing can be published.
  Broker(const Env& env, const Rules& rules, const Renderer* renderer = nullptr);
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  const Env& env() const { return env_; }

  // From now on the store is one of the broker's; before load(). The engine's own are there already
  // (stores.cpp), those of a service come with it.
  void add(std::shared_ptr<Store> store);
  // The store of that type, which was added.
  template <typename T>
  T& store() const;

  // Reads everything back from the journal; once, before serving.
  void load();

  std::shared_ptr<Queue> find_queue(const ResourceName& name) const;  // null if there is none
  // The queue, if the subscription's topic may send to it; null if not, or if there is none.
  std::shared_ptr<Queue> find_target(const ResourceName& name,
                                     const Subscription& subscription) const;
  // As find_queue(); QueueDoesNotExist if there is none.
  Result<std::shared_ptr<Queue>> queue(const ResourceName& name) const;

  struct Created {
    std::shared_ptr<Queue> queue;
    bool is_new = false;
    Ticket ticket = 0;
  };
  // The queue of that name, made now if there is none. QueueDeletedRecently within the rules'
  // recreate_delay of a deletion; OverLimit once all queue numbers are used up (MessageKey).
  Result<Created> create_queue(const ResourceName& name, StringMap attributes, StringMap tags);
  Result<Ticket> delete_queue(const ResourceName& name);

  // The account's queues in that region whose names begin with `prefix` and stand behind `after`,
  // by name, at most so many. Costs what it finds.
  std::vector<std::shared_ptr<Queue>> list_queues(
      std::string_view region, std::string_view account, std::string_view prefix,
      std::string_view after = {},
      std::size_t count_max = std::numeric_limits<std::size_t>::max()) const;
  std::size_t queue_count() const { return queue_count_; }  // takes no lock
  // Of all accounts and regions, in no order.
  std::vector<std::shared_ptr<Queue>> all_queues() const;
  // The queues whose redrive policy names this one, by name.
  std::vector<std::shared_ptr<Queue>> dead_letter_sources(const ResourceName& name) const;

  // Queue::receive, with the dead-letter moves it brings about.
  Result<Received> receive(Queue& queue, ReceiveOptions options, Queue::WaitSlot* slot);

  // Forgets the message, which is in flight, and puts it into the dead-letter queue if one is given
  // that can take it.
  Ticket give_up(Queue& source, const MessageKey& key, const std::shared_ptr<Queue>& target);

  // A queue that nobody sees: what waits to be brought to a subscription's endpoint. Its number.
  Result<std::uint32_t> create_delivery_queue(const ResourceName& topic, const Uuid& subscription);
  std::shared_ptr<Queue> find_delivery_queue(std::uint32_t number) const;  // null if there is none
  Ticket close_delivery_queue(std::uint32_t number);
  // How many messages wait to be brought to the topic's endpoints.
  std::uint64_t pending_delivery_count(const Topic& topic) const;

  // For a new queue or topic; OverLimit once all are used up (MessageKey).
  Result<std::uint32_t> next_number();

  Topics& topics() const { return *topics_; }
  History& history() { return history_; }
  const Renderer& renderer() const { return *renderer_; }

  // A body as clients see it, with the signature that it perhaps lacked (sign()).
  struct ShownBody {
    std::string text;
    Md5 digest;
  };
  ShownBody show(const Body& body);
  // The signature that a body lacks. Takes half a millisecond if nobody has asked for it before.
  std::string sign(const Body& body);

  const Rules& rules() const { return rules_; }

  // Deletes every queue and topic, and what the stores have, of that account; empty: of all, the
  // history included.
  struct Cleared {
    std::size_t queue_count = 0;
    std::size_t topic_count = 0;
    Ticket ticket = 0;
  };
  Cleared reset(std::string_view account);

  // Passed by all who change something here.
  Gate& gate() { return gate_; }
  // Writes everything into that file, as it is at one moment (Journal::begin_copy).
  void export_to(const std::string& file);
  // Everything is what the file holds, at once and durably; the history is empty
  // (Journal::replace). Polls see the new messages, couriers begin and end.
  void import_from(const std::string& file);

  // Housekeeping, about once a second, by one thread: retention, deduplication windows. Takes some
  // milliseconds; true: there is more to do, after whatever else waits for the thread.
  bool tick();

 private:
  History* history_for(const ResourceName& name);
  void restore(Record& record);
  std::shared_ptr<Queue> numbered(std::uint32_t number) const;  // throws if there is none
  void restore(Row& row);
  void restore(const QueueRow& row);
  void restore(const SequenceRow& row);
  void add_engine_stores();
  void close_abandoned_delivery_queues();
  std::vector<std::shared_ptr<Queue>> queues_and_delivery_queues() const;
  void forget_deleted(TimePoint now);
  void walk(const Journal::Apply& apply) const;
  void drop_all();
  Result<std::uint32_t> next_number_locked() REQUIRES(mutex_);
  void move_to_dead_letters(Queue& source, Queue& target, const ReceivedMessage& message);

  const Env env_;
  const Rules rules_;
  const Renderer* const renderer_;
  // Of tick()'s thread: what is left of this round.
  std::vector<std::shared_ptr<Queue>> to_tick_;
  std::size_t stores_ticked_ = 0;  // likewise, and one; 0: queues are not done
  Gate gate_;
  History history_;
  const std::shared_ptr<Topics> topics_;
  // Constant once load() was called.
  std::vector<std::shared_ptr<Store>> stores_;
  std::unordered_map<const RowKind*, Store*> stores_by_kind_;

  mutable SharedMutex mutex_{LockRank::Broker};
  std::unordered_map<ResourceName, std::shared_ptr<Queue>, ResourceNameHash> queues_
      GUARDED_BY(mutex_);
  std::atomic<std::size_t> queue_count_ = 0;  // of queues_
  std::set<std::shared_ptr<Queue>, ByName> queues_by_name_ GUARDED_BY(mutex_);
  std::unordered_map<std::uint32_t, std::shared_ptr<Queue>> queues_by_number_ GUARDED_BY(mutex_);
  // Only while rules_.recreate_delay says so.
  std::unordered_map<ResourceName, TimePoint, ResourceNameHash> deleted_at_ GUARDED_BY(mutex_);
  std::unordered_map<std::uint32_t, std::shared_ptr<Queue>> delivery_queues_ GUARDED_BY(mutex_);
  std::uint32_t last_number_ GUARDED_BY(mutex_) = 0;  // of a queue or topic
};

template <typename T>
T& Broker::store() const {
  for (const auto& store : stores_) {
    const Store& candidate = *store;
    if (typeid(candidate) == typeid(T)) return static_cast<T&>(*store);
  }
  throw std::logic_error(std::string("nobody added a store ") + typeid(T).name());
}

}  // namespace squire::engine
