// One topic: who is subscribed, whom a message is for, and its copies on their way into queues.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "squire/core/error.hpp"
#include "squire/core/keyed_hash.hpp"
#include "squire/core/mutex.hpp"
#include "squire/engine/env.hpp"
#include "squire/engine/sequences.hpp"
#include "squire/engine/topic/publication.hpp"
#include "squire/engine/topic/settings.hpp"

namespace squire::engine {

class Broker;
class DeduplicationWindow;
class Deliveries;

struct Published {
  Uuid id;
  std::uint64_t sequence = 0;  // FIFO topics
  Ticket ticket = 0;
};

struct SubscriptionCounts {
  std::uint64_t confirmed = 0;
  std::uint64_t pending = 0;
  std::uint64_t deleted = 0;
};

// A topic with its subscriptions. Owned by Topics; handed out as shared_ptr so that a deleted topic
// can finish its callers, who then get NotFound.
// Thread-safe. A publish to a standard topic takes the list's lock only to see who is interested; a
// FIFO topic holds its order's lock while it sends, so that every queue gets the same order.
// Lock order: order → subscriptions → Broker → Queue → { Journal, Clock }.
class Topic {
 public:
  // `broker` outlives the topic.
  Topic(Broker& broker, TopicRow row);
  ~Topic();

  // Constant for the life of the topic.
  const ResourceName& name() const { return name_; }
  std::uint32_t number() const { return number_; }
  bool is_fifo() const { return is_fifo_; }
  const std::string& arn() const { return *arn_; }

  TopicRow row() const;
  std::shared_ptr<const TopicSettings> settings() const;
  SubscriptionCounts counts() const;
  std::size_t subscription_count() const;
  // In the order they were made.
  Subscriptions subscriptions() const;
  std::shared_ptr<const Subscription> find(const Uuid& id) const;
  // The subscription of that endpoint which is not deleted, if there is one.
  std::shared_ptr<const Subscription> find(DeliveryProtocol protocol,
                                           std::string_view endpoint) const;

  // The subscription to which that token was sent last, deleted ones included.
  std::shared_ptr<const Subscription> find_by_token(std::string_view token) const;
  std::uint64_t filter_policy_count() const;
  // Those that are not confirmed and became so at `time` or before.
  std::vector<std::shared_ptr<const Subscription>> unconfirmed_until(TimePoint time) const;

  // As Queue::edit().
  template <typename Edit>
  Result<Ticket> edit(const Edit& edit);

  // Puts the subscription in the place of `before`; null: where none of its endpoint is. Nothing if
  // that is no longer so; NotFound if the topic was deleted.
  Result<std::optional<Ticket>> put(std::shared_ptr<const Subscription> subscription,
                                    const std::shared_ptr<const Subscription>& before);
  // Ticket 0 if there is none of that id.
  Ticket remove(const Uuid& id);

  // To every confirmed subscription whose filter lets it through. FIFO: `details` hold a group and
  // a deduplication id; a duplicate is answered like its first one and goes nowhere.
  Result<Published> publish(Publication publication, const Renderer& renderer);
  // Several at once, in their order, with one visit to each queue if the topic is a standard one.
  Result<std::vector<Published>> publish_batch(std::vector<Publication> publications,
                                               const Renderer& renderer);

  // One archived message, again, to this subscription alone.
  Ticket publish_again(const Subscription& subscription, const Publication& publication,
                       const Renderer& renderer);
  // Live messages reach the subscription, or do not while a replay runs.
  void set_live(const Uuid& id, bool is_live);
  // set_live(id, true), if no message was archived from that place on. Whether that is so.
  bool set_live_at(const Uuid& id, std::uint64_t next_sequence);

  // Every archived message has a sequence below this one.
  std::uint64_t archive_end();

  // For Topics, which forgets the topic in the same step. All its subscriptions end.
  std::vector<std::shared_ptr<const Subscription>> close(Ticket& ticket);
  // The topic ends, and the journal knows already.
  void drop();
  // Drops deduplication ids past their window and archived messages past their retention.
  void expire();
  void walk(const Journal::Apply& apply);
  // Rows read from the journal at start.
  void restore(const SequenceRow& row);
  void restore(const DeduplicationRow& row);
  void restore(SubscriptionRow row);
  void begin_life();

 private:
  struct Entry {
    std::shared_ptr<const Subscription> subscription;
    bool is_live = true;
    bool is_indexed = false;  // live and confirmed: messages may go there
  };

  struct Edition {
    TopicRow row;
    std::uint64_t number = 0;
  };
  Result<Edition> edition() const;
  Result<std::optional<Ticket>> replace(const Edition& edited);

  // The subscription with the row's id if that is known, else the one of its endpoint.
  std::shared_ptr<const Subscription> current(const SubscriptionRow& row, bool is_known) const
      REQUIRES(mutex_);
  void put_locked(std::shared_ptr<const Subscription> subscription) REQUIRES(mutex_);
  void end() REQUIRES(mutex_);
  void make_live(filter::Index::Key key, Entry& entry, bool is_live) REQUIRES(mutex_);
  std::vector<std::shared_ptr<const Subscription>> interested(const Publication& publication) const;
  // Adds the publication's deliveries; the ticket of what needed no queue.
  Ticket deliver_to_all(const Publication& publication, const Renderer& renderer,
                        Deliveries& deliveries);
  Ticket deliver(const Subscription& subscription, const Publication& publication,
                 Rendering& rendering, Deliveries& deliveries);
  void archive(const Publication& publication) REQUIRES(order_mutex_);
  void note_published(const Publication& publication);
  void note(Event::Kind kind, const Subscription& subscription, const Publication& publication,
            std::string detail);
  std::shared_ptr<const Subscriptions> audience();
  Result<Published> publish_in_order(Publication publication, const Renderer& renderer);

  Broker& broker_;
  const Env& env_;
  const ResourceName name_;
  const std::uint32_t number_;
  const bool is_fifo_;
  const std::shared_ptr<const std::string> arn_;

  // FIFO only.
  Mutex order_mutex_{LockRank::TopicOrder};
  std::unique_ptr<DeduplicationWindow> deduplication_ GUARDED_BY(order_mutex_);
  SequenceBlock sequences_ GUARDED_BY(order_mutex_) = SequenceBlock(number_);
  TimePoint archive_expired_at_ GUARDED_BY(order_mutex_);

  mutable SharedMutex mutex_{LockRank::Topic};
  TopicRow row_ GUARDED_BY(mutex_);
  std::uint64_t edition_ GUARDED_BY(mutex_) = 0;  // how often the row was replaced
  std::shared_ptr<const TopicSettings> settings_ GUARDED_BY(mutex_);
  bool is_closed_ GUARDED_BY(mutex_) = false;
  std::map<filter::Index::Key, Entry> subscriptions_ GUARDED_BY(mutex_);
  std::unordered_map<Uuid, filter::Index::Key, UuidHash> keys_ GUARDED_BY(mutex_);
  std::unordered_map<std::string, filter::Index::Key, KeyedHash> keys_by_endpoint_
      GUARDED_BY(mutex_);
  filter::Index index_ GUARDED_BY(mutex_);
  std::shared_ptr<const Subscriptions> audience_ GUARDED_BY(mutex_);  // null: to be made anew
  std::set<filter::Index::Key> unconfirmed_ GUARDED_BY(mutex_);
  filter::Index::Key last_key_ GUARDED_BY(mutex_) = 0;
  std::uint64_t deleted_count_ GUARDED_BY(mutex_) = 0;
  std::uint64_t filter_policy_count_ GUARDED_BY(mutex_) = 0;
};

template <typename Edit>
Result<Ticket> Topic::edit(const Edit& edit) {
  for (;;) {
    SQUIRE_TRY(Edition edited, edition());
    SQUIRE_CHECK(edit(edited.row));
    SQUIRE_TRY(const auto ticket, replace(edited));
    if (ticket) return *ticket;
  }
}

}  // namespace squire::engine
