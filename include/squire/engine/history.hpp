#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "squire/core/clock.hpp"
#include "squire/core/ids.hpp"
#include "squire/core/mutex.hpp"
#include "squire/core/sharded.hpp"
#include "squire/engine/message.hpp"
#include "squire/engine/topic/subscription.hpp"

namespace squire::engine {

// Who sends a request. Immutable; shared by all requests of a connection that say the same.
struct Client {
  std::string account;
  std::string access_key;  // empty: unsigned
  std::string address;     // IP

  friend bool operator==(const Client&, const Client&) = default;
};

using ClientPtr = std::shared_ptr<const Client>;  // null: the daemon itself
using Subscriptions = std::vector<std::shared_ptr<const Subscription>>;

// What happens to messages, for whoever asks where one has gone.
struct Event {
  enum class Kind : std::uint8_t {
    Published,
    Sent,
    Received,
    VisibilityChanged,
    Deleted,
    Expired,
    Purged,  // of a queue, no single message
    DeadLettered,
    Moved,
    Delivered,      // to an endpoint
    AttemptFailed,  // likewise; there will be another
    GivenUp,        // likewise; there will be none
    NotDelivered,
    Caught,  // in the outbox
    kCount
  };

  // What only few events have.
  struct More {
    std::shared_ptr<const Subscription> subscription;  // null: none
    std::string detail;
    // Published: the message, and everybody who could have got it; null: they are so many that the
    // history would hold little else.
    std::shared_ptr<const Body> text;
    std::shared_ptr<const Subscriptions> audience;
  };

  TimePoint at;
  Kind kind = Kind::Sent;
  std::uint32_t receive_count = 0;
  Uuid message{};
  Uuid origin{};                             // the publication it is a copy of, or its earlier id
  std::shared_ptr<const std::string> place;  // ARN of the queue or topic; null: none
  ClientPtr client;
  std::shared_ptr<const Details> details;  // of the message sent or published; null: none
  std::shared_ptr<const More> more;        // null: nothing
};

// "sent", "deadLettered", …
std::string_view event_name(Event::Kind kind);

// The last events, as many as fit. Thread-safe; its mutexes are leaves. Each thread adds to a shard
// of its own, so that nobody waits for another to add; a number tells the order across them.
// Finding looks at all events, some hundred at a time under a shard's mutex.
class History {
 public:
  // Memory for the events and what they keep alive; 0: nothing is kept.
  explicit History(std::uint64_t bytes_max) : bytes_max_(bytes_max) {}

  bool is_kept() const { return bytes_max_ > 0; }
  void add(Event event);

  // Of the message, in order, with those of the copies of a publication; and, for a message that
  // moved under a new id, of its earlier life.
  std::vector<Event> find(const Uuid& message) const;
  // Of all messages with that AWSTraceHeader.
  std::vector<Event> find_trace(std::string_view trace_header) const;
  // The events of one kind of these messages, in order.
  std::vector<Event> find(Event::Kind kind, std::span<const Uuid> messages) const;
  void clear();
  // How many events of each kind there ever were.
  using Totals = std::array<std::uint64_t, static_cast<std::size_t>(Event::Kind::kCount)>;
  Totals totals() const;

  // About how many there are. Costs nothing.
  std::size_t count() const { return count_.load(std::memory_order_relaxed); }

 private:
  struct Entry {
    std::uint64_t order = 0;
    Event event;
  };

  struct Shard {
    mutable Mutex mutex{LockRank::Leaf};
    std::deque<Entry> entries GUARDED_BY(mutex);  // in order
    // How many entries share an audience, or a message's details.
    std::unordered_map<const void*, std::uint32_t> users GUARDED_BY(mutex);
    Totals totals GUARDED_BY(mutex){};
    // The order of the first entry; written under the mutex.
    std::atomic<std::uint64_t> oldest = std::numeric_limits<std::uint64_t>::max();

    // By how many bytes there are more.
    std::uint64_t push(Entry entry) REQUIRES(mutex);
    // The first one, and by how many bytes there are less.
    std::pair<Entry, std::uint64_t> pop() REQUIRES(mutex);
  };

  static std::vector<const Event*> pointers_to(const std::vector<Entry>& entries);
  // Drops the oldest until there is room for some more.
  void make_room();
  Shard* find_oldest();
  // All that are wanted(event), in order. `wanted` is called under a shard's mutex.
  template <typename Wanted>
  std::vector<Entry> copy(Wanted&& wanted) const;

  const std::uint64_t bytes_max_;
  std::atomic<std::uint64_t> last_order_ = 0;
  std::atomic<std::uint64_t> bytes_ = 0;
  std::atomic<std::size_t> count_ = 0;
  std::atomic<bool> is_making_room_ = false;  // one thread at a time
  Sharded<Shard> shards_;
};

}  // namespace squire::engine
