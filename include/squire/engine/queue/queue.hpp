// One queue. Beside it stand the parts that no other layer sees: its messages (src/engine/queue),
// and who of them is next in standard and in FIFO queues.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "squire/core/error.hpp"
#include "squire/core/mutex.hpp"
#include "squire/core/snapshot.hpp"
#include "squire/core/waiter.hpp"
#include "squire/engine/env.hpp"
#include "squire/engine/history.hpp"
#include "squire/engine/queue/receipt_handle.hpp"
#include "squire/engine/queue/settings.hpp"
#include "squire/engine/sequences.hpp"
#include "squire/engine/watchers.hpp"

namespace squire::engine {

class DeliveryGuard;
class QueueMessages;
class DeduplicationWindow;
class ReceiveAttempts;
struct Message;

// Rules that hold for every queue of a broker; settings of the daemon.
struct Rules {
  std::uint64_t in_flight_max = 120'000;
  Seconds purge_interval{0};  // AWS: 60 s between two purges of a queue
  Seconds recreate_delay{0};  // AWS: 60 s between deleting a queue and creating it again
  std::uint64_t pending_deliveries_max = 100'000;  // of a subscription; more are undeliverable
  std::uint64_t outbox_max = 10'000;               // entries; the oldest go first
  std::uint64_t outbox_bytes_max = 67'108'864;     // likewise
  std::uint64_t filter_policies_max = 0;           // of a topic; AWS: 200. 0: no limit
  std::uint64_t history_bytes_max = 16'777'216;    // History
  bool sends_email = false;                        // over SMTP, besides keeping it in the outbox
  std::string endpoint;  // what links begin with in messages that no request brought about
  const DeliveryGuard* delivery_guard = nullptr;  // null: topics may send everywhere
};

// A message on its way in, checked. `details` of a FIFO message hold its group and deduplication
// id.
struct OutgoingMessage {
  std::shared_ptr<const Body> body;
  std::shared_ptr<const Details> details;  // null: none
  std::uint64_t sender_account = 0;
  std::optional<Seconds> delay;  // instead of the queue's
  std::optional<Uuid> id;        // instead of a new one
  Uuid origin{};                 // the publication it is a copy of
  ClientPtr client;
};

struct Sent {
  Uuid message_id;
  std::uint64_t sequence = 0;
  Ticket ticket = 0;
};

struct ReceiveOptions {
  int count_max = 1;
  std::optional<Seconds> visibility_timeout;  // instead of the queue's
  std::string attempt_id;                     // ReceiveRequestAttemptId, or empty
  bool is_long_poll = false;
  bool can_dead_letter = false;  // the dead-letter queue exists
  bool is_counted = true;        // false: begin_attempt() does that
  ClientPtr client;
};

struct ReceivedMessage {
  MessageRow row;
  DeliveryRow delivery;

  ReceiptHandle handle() const { return {row.key, delivery.receive_count, delivery.received_at}; }
};

struct Received {
  std::vector<ReceivedMessage> messages;
  // Taken out because they were received too often; the caller puts them into the dead-letter
  // queue.
  std::vector<ReceivedMessage> dead_letters;
  // Of a FIFO queue: what the answer waits for, since nobody else may get the messages after a
  // crash.
  Ticket ticket = 0;
};

struct QueueCounts {
  std::uint64_t visible = 0;
  std::uint64_t in_flight = 0;
  std::uint64_t delayed = 0;
};

// Since the daemon started.
struct QueueTotals {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::uint64_t deleted = 0;
};

// A second, over the last few.
struct QueueRates {
  double sent = 0;
  double received = 0;
  double deleted = 0;
};

struct QueueReport {
  QueueCounts counts;
  QueueTotals totals;
  QueueRates rates;
  std::optional<TimePoint> oldest_sent_at;  // nothing if the queue is empty
};

// Which messages to look at, without receiving them.
struct PeekOptions {
  std::optional<MessageState> state;  // nothing: all
  std::uint64_t from = 0;             // sequence of the first
  std::size_t count_max = 10;
};

struct PeekedMessage {
  ReceivedMessage message;
  MessageState state = MessageState::Visible;
};

struct Peeked {
  std::vector<PeekedMessage> messages;
  std::optional<std::uint64_t> next;  // where to go on; nothing: that was all
};

// How a message that was taken out of another queue arrives.
enum class Arrival : std::uint8_t { DeadLetter, MoveTask, Undeliverable };

// A queue and everything that happens to its messages.
// Owned by Broker; handed out as shared_ptr so that a deleted queue can finish its callers, who
// then get QueueDoesNotExist. Thread-safe: one mutex guards all state. No method blocks, waits, or
// calls another queue. Every change is appended to the journal before the lock is released. Send,
// receive and delete cost O(log in-flight) at most, whatever lies in the queue.
class Queue final : public Alarm, public std::enable_shared_from_this<Queue> {
 public:
  // A long poll's place among the waiters. Lives as long as the poll; leaving hands an unused
  // wake-up on.
  class WaitSlot {
   public:
    explicit WaitSlot(std::shared_ptr<Waiter> waiter) : waiter_(std::move(waiter)) {}
    ~WaitSlot();
    WaitSlot(const WaitSlot&) = delete;
    WaitSlot& operator=(const WaitSlot&) = delete;

   private:
    friend class Queue;
    const std::shared_ptr<Waiter> waiter_;
    // Guarded by the queue's mutex.
    std::shared_ptr<Queue> queue_;  // set from the first wait on
    std::list<WaitSlot*>::iterator place_;
    bool is_waiting_ = false;
  };

  // `history` outlives the queue; null for a queue that nobody sees.
  Queue(const Env& env, const Rules& rules, QueueRow row, History* history);
  ~Queue() override;

  // Constant for the life of the queue.
  const ResourceName& name() const { return name_; }
  std::uint32_t number() const { return number_; }
  bool is_fifo() const { return is_fifo_; }
  const std::string& arn() const { return *arn_; }

  std::shared_ptr<const QueueSettings> settings() const;
  // The row as last written: attributes and tags as they were set.
  QueueRow row() const;
  QueueCounts counts();
  QueueReport report();
  // Looks at no more than some thousand messages at a time, so a page may be short or empty.
  Peeked peek(const PeekOptions& options);

  // Calls edit(row) with a copy of the row, under no lock: it changes attributes or tags, and may
  // look at other queues, this one included; on success (Result<void>) the row is journaled. If
  // somebody else's edit came first, it is called again with what that left.
  template <typename Edit>
  Result<Ticket> edit(const Edit& edit);

  // OverLimit once all sequences are used up (MessageKey).
  Result<Sent> send(const OutgoingMessage& message);
  // All under one lock, in order.
  Result<std::vector<Sent>> send_batch(std::span<const OutgoingMessage> messages);

  // What is visible, at most options.count_max. If that is nothing and `slot` is given, the slot
  // joins the waiters (under the same lock, so no message is missed), and its waiter is notified
  // when it is worth another try.
  Result<Received> receive(const ReceiveOptions& options, WaitSlot* slot);

  // `waiter` is notified, once, when the counts have changed (perhaps; it looks again). Whoever
  // asks for a report after this call misses nothing.
  void watch(std::weak_ptr<Waiter> waiter);

  // SQS API Reference, DeleteMessage. Ticket 0 if there was nothing to do.
  Result<Ticket> remove(std::string_view receipt_handle, const ClientPtr& client = nullptr);
  // SQS API Reference, ChangeMessageVisibility. The range of the timeout was checked. Ticket 0 if
  // the queue is no FIFO queue.
  Result<Ticket> change_visibility(std::string_view receipt_handle, Seconds timeout,
                                   const ClientPtr& client = nullptr);
  // A message that was received without being counted is about to be brought to its endpoint: now
  // it counts, and stays invisible for so long. Nothing if it is gone.
  std::optional<DeliveryRow> begin_attempt(const MessageKey& key, Seconds visibility);
  // A message in flight becomes visible again at that time, for the courier that could not bring
  // it.
  void retry_at(const MessageKey& key, TimePoint time);
  Result<Ticket> purge(const ClientPtr& client = nullptr);
  // Everything in the queue, in whatever state.
  std::uint64_t message_count() const;

  // A message that was taken out of another queue, whose key it still has, arrives here. A dead
  // letter keeps its id and receive count. False if this queue is deleted.
  bool accept_moved(const ReceivedMessage& message, Arrival arrival,
                    std::shared_ptr<const Details> details);
  // accept_moved() said no: the message, just taken out of this queue, comes back.
  void put_back(const ReceivedMessage& message);
  // Takes the next visible message out for a move task; nothing if there is none.
  std::optional<ReceivedMessage> take_out();
  // Takes out a message in flight, whatever became of its receive; nothing if it is gone.
  std::optional<ReceivedMessage> take_out(const MessageKey& key);

  // For the broker, which forgets the queue in the same step.
  Ticket close();
  // As close(), but the journal knows already.
  void drop();
  // Drops some of what is past its retention, and deduplication ids past their window. True: there
  // may be more to drop.
  bool expire();
  // Calls apply with every row that restore() would need.
  void walk(const Journal::Apply& apply) const;
  // Rows read from the journal at start, in the order of Journal::load.
  void restore(const SequenceRow& row);
  void restore(const MessageRow& row);
  void restore(const DeliveryRow& row);
  void restore(const DeduplicationRow& row);
  // After that: reserves sequences that no earlier life can have used, not even for messages that a
  // crash made forget. They may be used once the journal was flushed.
  void begin_life();

  // Long polls are waiting and something was due (Alarm).
  void ring() override;

 private:
  // Messages past their retention that are dropped under one lock: the others wait for a
  // millisecond or two.
  static constexpr std::size_t kExpiredMax = 1000;

  struct Edition {
    QueueRow row;
    std::uint64_t number = 0;
  };
  Result<Edition> edition() const;
  // Nothing if `edited` was made of an edition that is no longer the last one.
  Result<std::optional<Ticket>> replace(const Edition& edited);

  // The queue is closed; what was in it.
  std::unique_ptr<QueueMessages> end() REQUIRES(mutex_);
  Ticket commit_row() REQUIRES(mutex_);
  // Lazily, unless the queue promises that no two consumers have a message at once.
  Ticket journal_delivery(const DeliveryRow& row) REQUIRES(mutex_);
  Result<Sent> send_locked(const OutgoingMessage& message, TimePoint now) REQUIRES(mutex_);
  Result<void> reserve_sequences(std::size_t count) REQUIRES(mutex_);
  Result<Received> receive_locked(const ReceiveOptions& options, TimePoint now) REQUIRES(mutex_);
  Result<std::optional<Received>> repeat_attempt(const ReceiveOptions& options, TimePoint now)
      REQUIRES(mutex_);
  void count_receive(Message& message, TimePoint now) REQUIRES(mutex_);
  void settle(TimePoint now) REQUIRES(mutex_);
  void expire_locked(TimePoint now, std::vector<std::unique_ptr<Message>>& expired)
      REQUIRES(mutex_);
  void sample_rates(TimePoint now) REQUIRES(mutex_);
  // Adds to the history.
  void note(Event::Kind kind, const Message& message, TimePoint now, const ClientPtr& client,
            const Uuid& origin = {}) REQUIRES(mutex_);
  void wake(std::size_t message_count) REQUIRES(mutex_);
  void set_alarm() REQUIRES(mutex_);
  void leave(WaitSlot& slot);

  const Env env_;
  const Rules& rules_;
  const ResourceName name_;
  const std::uint32_t number_;
  const bool is_fifo_;
  const std::shared_ptr<const std::string> arn_;
  History* const history_;

  mutable Mutex mutex_{LockRank::Queue};
  QueueRow row_ GUARDED_BY(mutex_);
  std::uint64_t edition_ GUARDED_BY(mutex_) = 0;  // how often the row was replaced
  Snapshot<QueueSettings> settings_;              // replaced under mutex_
  std::unique_ptr<QueueMessages> messages_ GUARDED_BY(mutex_);
  std::unique_ptr<DeduplicationWindow> deduplication_ GUARDED_BY(mutex_);  // FIFO only
  std::unique_ptr<ReceiveAttempts> attempts_ GUARDED_BY(mutex_);           // FIFO only
  SequenceBlock sequences_ GUARDED_BY(mutex_) = SequenceBlock(number_);
  std::list<WaitSlot*> waiters_ GUARDED_BY(mutex_);
  Watchers watchers_ GUARDED_BY(mutex_);
  TimePoint alarm_at_ GUARDED_BY(mutex_) = TimePoint::max();
  std::optional<TimePoint> purged_at_ GUARDED_BY(mutex_);
  QueueTotals totals_ GUARDED_BY(mutex_);
  QueueTotals sampled_totals_ GUARDED_BY(mutex_);
  TimePoint sampled_at_ GUARDED_BY(mutex_);
  QueueRates rates_ GUARDED_BY(mutex_);
  bool is_closed_ GUARDED_BY(mutex_) = false;
};

template <typename Edit>
Result<Ticket> Queue::edit(const Edit& edit) {
  for (;;) {
    SQUIRE_TRY(Edition edited, edition());
    SQUIRE_CHECK(edit(edited.row));
    SQUIRE_TRY(const auto ticket, replace(edited));
    if (ticket) return *ticket;
  }
}

}  // namespace squire::engine
