#include "squire/engine/queue/queue.hpp"

#include <algorithm>

#include "engine/deduplication.hpp"
#include "engine/queue/messages.hpp"
#include "engine/queue/receive_attempts.hpp"
#include "squire/engine/queue/errors.hpp"

namespace squire::engine {
namespace {

using State = Message::State;

// A look at a queue's messages takes its lock for no longer than these take.
constexpr std::size_t kPeekScanMax = 5000;
constexpr Milliseconds kSampleInterval{1000};

// No delay of the API is longer.
constexpr Seconds kDelayMax{900};

// The end of a span that began at `begin`, in an earlier life perhaps, whose clock may have been
// ahead: nobody waits until then for what would be over.
TimePoint end_of_span(TimePoint begin, TimePoint end, TimePoint now) {
  return begin <= now ? end : now + (end - begin);
}

// The last seconds count most.
double blend(double rate, std::uint64_t count, Milliseconds time) {
  const double now = static_cast<double>(count) * 1000 / static_cast<double>(time.count());
  const double blended = (rate + now) / 2;
  return blended < 0.01 ? 0 : blended;
}

}  // namespace

Queue::WaitSlot::~WaitSlot() {
  if (queue_) queue_->leave(*this);
}

Queue::Queue(const Env& env, const Rules& rules, QueueRow row, History* history)
    : env_(env),
      rules_(rules),
      name_(row.name),
      number_(row.number),
      is_fifo_(name_.name.ends_with(".fifo")),
      arn_(std::make_shared<const std::string>(to_arn("sqs", name_))),
      history_(history),
      row_(std::move(row)),
      settings_(std::make_shared<QueueSettings>(row_.attributes)),
      messages_(std::make_unique<QueueMessages>(is_fifo_)),
      sampled_at_(env.clock.now()) {
  if (is_fifo_) {
    deduplication_ = std::make_unique<DeduplicationWindow>();
    attempts_ = std::make_unique<ReceiveAttempts>();
  }
}

Queue::~Queue() = default;

std::shared_ptr<const QueueSettings> Queue::settings() const {
  return settings_.get();
}

QueueRow Queue::row() const {
  Lock lock(mutex_);
  return row_;
}

Result<Queue::Edition> Queue::edition() const {
  Lock lock(mutex_);
  if (is_closed_) return Error{queue_errors::kQueueDoesNotExist, {}};
  return Edition{row_, edition_};
}

Result<std::optional<Ticket>> Queue::replace(const Edition& edited) {
  Lock lock(mutex_);
  if (is_closed_) return Error{queue_errors::kQueueDoesNotExist, {}};
  if (edited.number != edition_) return std::optional<Ticket>();
  ++edition_;
  row_ = edited.row;
  return std::optional(commit_row());
}

QueueCounts Queue::counts() {
  return report().counts;
}

QueueReport Queue::report() {
  std::vector<std::unique_ptr<Message>> expired;  // freed after the lock
  Lock lock(mutex_);
  const TimePoint now = env_.clock.now();
  expire_locked(now, expired);
  // Counts are to be right, as long as that takes some milliseconds.
  constexpr int kPortionsMax = 10;
  for (int i = 0; i < kPortionsMax; ++i) settle(now);
  return {{messages_->count(State::Visible), messages_->count(State::InFlight),
           messages_->count(State::Delayed)},
          totals_,
          rates_,
          messages_->oldest_sent_at()};
}

Peeked Queue::peek(const PeekOptions& options) {
  Peeked peeked;
  std::size_t scanned_count = 0;
  Lock lock(mutex_);
  settle(env_.clock.now());
  messages_->walk_from(options.from, [&](const Message& message) {
    if (peeked.messages.size() == options.count_max || scanned_count++ == kPeekScanMax) {
      peeked.next = message.sequence;
      return false;
    }
    if (!options.state || message.state == *options.state) {
      peeked.messages.push_back(
          {{to_row(message, number_), to_delivery(message, number_)}, message.state});
    }
    return true;
  });
  return peeked;
}

void Queue::note(Event::Kind kind, const Message& message, TimePoint now, const ClientPtr& client,
                 const Uuid& origin) {
  if (history_ == nullptr || !history_->is_kept()) return;
  history_->add({now, kind, message.receive_count, message.id, origin, arn_, client,
                 message.details, nullptr});
}

void Queue::watch(std::weak_ptr<Waiter> waiter) {
  Lock lock(mutex_);
  watchers_.add(std::move(waiter));
  set_alarm();
}

void Queue::sample_rates(TimePoint now) {
  const auto time = now - sampled_at_;
  if (time < kSampleInterval) return;
  rates_ = {blend(rates_.sent, totals_.sent - sampled_totals_.sent, time),
            blend(rates_.received, totals_.received - sampled_totals_.received, time),
            blend(rates_.deleted, totals_.deleted - sampled_totals_.deleted, time)};
  sampled_totals_ = totals_;
  sampled_at_ = now;
}

Ticket Queue::commit_row() {
  const Seconds old_delay = settings_->delay;
  settings_.set(std::make_shared<QueueSettings>(row_.attributes));
  if (is_fifo_ && settings_->delay != old_delay) {
    // A FIFO queue's delay is retroactive (Amazon SQS Developer Guide, "Delay queues").
    messages_->delay_unreceived(settings_->delay, env_.clock.now());
    wake(messages_->count(State::Visible));
    set_alarm();
  }
  return env_.journal.append(row_);
}

Result<void> Queue::reserve_sequences(std::size_t count) {
  if (sequences_.reserve(count, env_.journal)) return {};
  return Error{queue_errors::kOverLimit, "The queue has used up its message numbers."};
}

Result<Sent> Queue::send(const OutgoingMessage& message) {
  Lock lock(mutex_);
  const TimePoint now = env_.clock.now();
  settle(now);
  auto sent = send_locked(message, now);
  set_alarm();
  return sent;
}

Result<std::vector<Sent>> Queue::send_batch(std::span<const OutgoingMessage> messages) {
  std::vector<Sent> all;
  all.reserve(messages.size());
  Lock lock(mutex_);
  const TimePoint now = env_.clock.now();
  settle(now);
  SQUIRE_CHECK(reserve_sequences(messages.size()));
  for (const auto& message : messages) {
    SQUIRE_TRY(auto sent, send_locked(message, now));
    all.push_back(sent);
  }
  set_alarm();
  return all;
}

Result<Sent> Queue::send_locked(const OutgoingMessage& message, TimePoint now) {
  if (is_closed_) return Error{queue_errors::kQueueDoesNotExist, {}};
  std::string_view scope;
  if (is_fifo_) {
    if (settings_->deduplicates_by_group) scope = message.details->group_id;
    const auto* first = deduplication_->find(scope, message.details->deduplication_id, now);
    if (first) return Sent{first->message_id, first->sequence, env_.journal.last_ticket()};
  }
  SQUIRE_CHECK(reserve_sequences(1));
  const MessageRow row{{number_, sequences_.take()},
                       message.id ? *message.id : env_.ids.next(),
                       now,
                       now + message.delay.value_or(settings_->delay),
                       message.sender_account,
                       message.body,
                       message.details};
  const Message& added = messages_->add(std::make_unique<Message>(row), now);
  ++totals_.sent;
  note(Event::Kind::Sent, added, now, message.client, message.origin);
  Ticket ticket = 0;
  if (is_fifo_) {
    const auto& id = message.details->deduplication_id;
    deduplication_->add(scope, id, {row.id, row.key.sequence, now});
    ticket = env_.journal.append_both(
        row, DeduplicationRow{row.key, id, std::string(scope), row.id, now});
  } else {
    ticket = env_.journal.append(row);
  }
  if (added.state == State::Visible) wake(1);
  watchers_.tell();
  return Sent{row.id, row.key.sequence, ticket};
}

Result<Ticket> Queue::purge(const ClientPtr& client) {
  std::unique_ptr<QueueMessages> purged;  // freed after the lock: there may be millions
  Lock lock(mutex_);
  if (is_closed_) return Error{queue_errors::kQueueDoesNotExist, {}};
  const TimePoint now = env_.clock.now();
  if (purged_at_ && now < *purged_at_ + rules_.purge_interval) {
    auto why = "Only one PurgeQueue operation on " + name_.name + " is allowed every 60 seconds.";
    return Error{queue_errors::kPurgeQueueInProgress, std::move(why)};
  }
  purged_at_ = now;
  purged = std::exchange(messages_, std::make_unique<QueueMessages>(is_fifo_));
  watchers_.tell();
  if (history_)
    history_->add({now, Event::Kind::Purged, 0, {}, {}, arn_, client, nullptr, nullptr});
  const QueuePurged row{number_, sequences_.next()};
  if (!is_fifo_) return env_.journal.append(row);
  // The ids may come again (as recorded from AWS).
  deduplication_ = std::make_unique<DeduplicationWindow>();
  return env_.journal.append_both(row, DeduplicationGone{number_, sequences_.next()});
}

bool Queue::accept_moved(const ReceivedMessage& message, Arrival arrival,
                         std::shared_ptr<const Details> details) {
  Lock lock(mutex_);
  if (is_closed_ || reserve_sequences(1).has_error()) return false;
  const TimePoint now = env_.clock.now();
  settle(now);
  auto moved = std::make_unique<MessageMoved>();
  moved->from = message.row.key;
  moved->row = message.row;
  moved->row.key = {number_, sequences_.take()};
  moved->row.available_at = now;
  moved->row.details = std::move(details);
  if (arrival != Arrival::DeadLetter) {
    moved->row.id = env_.ids.next();
    moved->row.sent_at = now;
  } else {
    // A standard queue's retention goes on; a FIFO queue's starts anew (Amazon SQS
    // Developer Guide, "Dead-letter queues").
    if (is_fifo_) moved->row.sent_at = now;
    moved->delivery = message.delivery;
    moved->delivery->key = moved->row.key;
    moved->delivery->received_at = now;
    moved->delivery->visible_at = now;
    moved->delivery->earlier_count = moved->delivery->receive_count;
  }
  const Message& added = messages_->add(to_message(moved->row, moved->delivery), now);
  ++totals_.sent;
  note(arrival == Arrival::MoveTask ? Event::Kind::Moved : Event::Kind::DeadLettered, added, now,
       nullptr, arrival == Arrival::DeadLetter ? Uuid{} : message.row.id);
  env_.journal.append(std::move(moved));
  wake(1);
  watchers_.tell();
  return true;
}

void Queue::put_back(const ReceivedMessage& message) {
  Lock lock(mutex_);
  if (is_closed_) return;
  messages_->add(to_message(message.row, message.delivery), env_.clock.now());
  wake(1);
  watchers_.tell();
}

std::optional<ReceivedMessage> Queue::take_out() {
  Lock lock(mutex_);
  const TimePoint now = env_.clock.now();
  settle(now);
  Message* message = messages_->next(nullptr);
  if (message == nullptr || is_closed_) return std::nullopt;
  const ReceivedMessage taken{to_row(*message, number_), to_delivery(*message, number_)};
  messages_->remove(*message);
  watchers_.tell();
  return taken;
}

std::optional<ReceivedMessage> Queue::take_out(const MessageKey& key) {
  Lock lock(mutex_);
  Message* message = messages_->find(key.sequence);
  if (message == nullptr || is_closed_) return std::nullopt;
  const ReceivedMessage taken{to_row(*message, number_), to_delivery(*message, number_)};
  messages_->remove(*message);
  watchers_.tell();
  return taken;
}

std::uint64_t Queue::message_count() const {
  Lock lock(mutex_);
  return messages_->count(State::Visible) + messages_->count(State::InFlight) +
         messages_->count(State::Delayed);
}

std::unique_ptr<QueueMessages> Queue::end() {
  is_closed_ = true;
  watchers_.tell();
  wake(waiters_.size());
  return std::exchange(messages_, std::make_unique<QueueMessages>(is_fifo_));
}

Ticket Queue::close() {
  std::unique_ptr<QueueMessages> closed;  // freed after the lock: there may be millions
  Lock lock(mutex_);
  closed = end();
  return env_.journal.append(QueueGone{number_});
}

void Queue::drop() {
  std::unique_ptr<QueueMessages> closed;
  Lock lock(mutex_);
  closed = end();
}

bool Queue::expire() {
  std::vector<std::unique_ptr<Message>> expired;  // freed after the lock
  Lock lock(mutex_);
  if (is_closed_) return false;
  const TimePoint now = env_.clock.now();
  sample_rates(now);
  settle(now);
  expire_locked(now, expired);
  if (is_fifo_) {
    if (const auto end = deduplication_->expire(now)) {
      env_.journal.append(DeduplicationGone{number_, *end});
    }
  }
  return expired.size() == kExpiredMax || messages_->next_due_at() <= now;
}

void Queue::expire_locked(TimePoint now, std::vector<std::unique_ptr<Message>>& expired) {
  for (Message* message : messages_->sent_until(now - settings_->retention, kExpiredMax)) {
    env_.journal.append(MessageGone{{number_, message->sequence}});
    note(Event::Kind::Expired, *message, now, nullptr);
    expired.push_back(messages_->remove(*message));
  }
  if (!expired.empty()) watchers_.tell();
}

void Queue::restore(const SequenceRow& row) {
  Lock lock(mutex_);
  sequences_.restore(row);
}

void Queue::begin_life() {
  Lock lock(mutex_);
  sequences_.begin_life(env_.journal);
}

void Queue::restore(const MessageRow& row) {
  Lock lock(mutex_);
  const TimePoint now = env_.clock.now();
  auto message = std::make_unique<Message>(row);
  // A FIFO queue's delay may have changed since.
  const TimePoint end = is_fifo_ ? row.sent_at + settings_->delay : row.available_at;
  message->visible_at = std::min(end_of_span(row.sent_at, end, now), now + kDelayMax);
  messages_->add(std::move(message), now);
}

void Queue::restore(const DeliveryRow& row) {
  Lock lock(mutex_);
  Message* message = messages_->find(row.key.sequence);
  if (message == nullptr) return;
  message->first_received_at = row.first_received_at;
  message->received_at = row.received_at;
  message->receive_count = row.receive_count;
  message->earlier_count = row.earlier_count;
  const TimePoint now = env_.clock.now();
  messages_->delay_until(*message, now, now);
  const TimePoint visible_at = end_of_span(row.received_at, row.visible_at, now);
  if (visible_at > now) messages_->take(*message, visible_at);
}

void Queue::restore(const DeduplicationRow& row) {
  Lock lock(mutex_);
  const TimePoint now = env_.clock.now();
  if (is_fifo_ && now < row.sent_at + DeduplicationWindow::kLength) {
    deduplication_->add(row.scope, row.id,
                        {row.message_id, row.key.sequence, std::min(row.sent_at, now)});
  }
}

void Queue::ring() {
  Lock lock(mutex_);
  alarm_at_ = TimePoint::max();
  settle(env_.clock.now());
  set_alarm();
}

void Queue::settle(TimePoint now) {
  if (messages_->next_due_at() > now) return;
  wake(messages_->settle(now));
  watchers_.tell();
}

// One poll per message: each takes at least one, and who finds nothing waits again.
void Queue::wake(std::size_t message_count) {
  for (; message_count > 0 && !waiters_.empty(); --message_count) {
    WaitSlot& slot = *waiters_.front();
    waiters_.pop_front();
    slot.is_waiting_ = false;
    slot.waiter_->notify();
  }
}

// While somebody waits, the clock rings for the next message due.
void Queue::set_alarm() {
  const TimePoint due_at = messages_->next_due_at();
  if ((waiters_.empty() && watchers_.empty()) || due_at >= alarm_at_) return;
  alarm_at_ = due_at;
  env_.clock.ring_at(due_at, weak_from_this());
}

void Queue::leave(WaitSlot& slot) {
  Lock lock(mutex_);
  if (slot.is_waiting_) {
    waiters_.erase(slot.place_);
  } else if (messages_->count(State::Visible) > 0) {
    wake(1);
  }
}

}  // namespace squire::engine
