#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "squire/core/clock.hpp"
#include "squire/core/ids.hpp"
#include "squire/core/mutex.hpp"
#include "squire/engine/message.hpp"
#include "squire/engine/subscription.hpp"

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
    // Published: the message, and everybody who could have got it.
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

// The last events, as many as fit. Thread-safe; its mutex is a leaf. Adding costs some 50 ns and no
// allocation once the ring is as large as it may be; finding walks over all events.
class History {
 public:
  // Memory for the events and the texts they hold on to; 0: nothing is kept.
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

 private:
  std::vector<const Event*> all() const REQUIRES(mutex_);
  void drop_first() REQUIRES(mutex_);
  static std::uint64_t size_in_bytes(const Event& event);

  const std::uint64_t bytes_max_;
  mutable Mutex mutex_{LockRank::Leaf};
  std::vector<Event> ring_ GUARDED_BY(mutex_);
  std::size_t first_ GUARDED_BY(mutex_) = 0;
  std::size_t count_ GUARDED_BY(mutex_) = 0;
  std::uint64_t bytes_ GUARDED_BY(mutex_) = 0;
  Totals totals_ GUARDED_BY(mutex_){};
};

}  // namespace squire::engine
