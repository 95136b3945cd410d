#include "squire/engine/queue.hpp"

#include <algorithm>

#include "engine/deduplication.hpp"
#include "engine/queue_messages.hpp"
#include "engine/receive_attempts.hpp"

namespace squire::engine {
namespace {

using State = Message::State;

}  // namespace

Queue::Seat::~Seat() {
  if (queue_) queue_->leave(*this);
}

Queue::Queue(const Env& env, const Rules& rules, QueueRow row)
    : env_(env),
      rules_(rules),
      name_(row.name),
      number_(row.number),
      is_fifo_(name_.name.ends_with(".fifo")),
      row_(std::move(row)),
      settings_(std::make_shared<QueueSettings>(row_.attributes)),
      messages_(std::make_unique<QueueMessages>(is_fifo_)) {
  if (is_fifo_) {
    deduplication_ = std::make_unique<DeduplicationWindow>();
    attempts_ = std::make_unique<ReceiveAttempts>();
  }
}

Queue::~Queue() = default;

std::shared_ptr<const QueueSettings> Queue::settings() const {
  Lock lock(mutex_);
  return settings_;
}

QueueRow Queue::row() const {
  Lock lock(mutex_);
  return row_;
}

QueueCounts Queue::counts() {
  expire();
  Lock lock(mutex_);
  settle(env_.clock.now());
  return {messages_->count(State::Visible), messages_->count(State::InFlight),
          messages_->count(State::Delayed)};
}

Ticket Queue::commit_row() {
  const Seconds old_delay = settings_->delay;
  settings_ = std::make_shared<QueueSettings>(row_.attributes);
  if (is_fifo_ && settings_->delay != old_delay) {
    // A FIFO queue's delay is retroactive (sqs.md, "Queue attributes").
    messages_->delay_unreceived(settings_->delay, env_.clock.now());
    wake(messages_->count(State::Visible));
    set_alarm();
  }
  return env_.journal.append(row_);
}

Result<void> Queue::reserve_sequences(std::size_t count) {
  if (next_sequence_ + count > MessageKey::kSequenceMax) {
    return Error{Errc::OverLimit, "The queue has used up its message numbers."};
  }
  // Half a block ahead, so that a reservation is on the disk long before it is used.
  if (next_sequence_ + count + kSequenceBlock / 2 > reserved_sequences_) {
    reserved_sequences_ += kSequenceBlock;
    env_.journal.append(SequenceRow{number_, reserved_sequences_});
  }
  return {};
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
  if (is_closed_) return Error::queue_does_not_exist();
  std::string_view scope;
  if (is_fifo_) {
    if (settings_->deduplicates_by_group) scope = message.details->group_id;
    const auto* first = deduplication_->find(scope, message.details->deduplication_id, now);
    if (first) return Sent{first->message_id, first->sequence, env_.journal.last_ticket()};
  }
  SQUIRE_CHECK(reserve_sequences(1));
  const MessageRow row{{number_, next_sequence_++},
                       message.id ? *message.id : env_.ids.next(),
                       now,
                       now + message.delay.value_or(settings_->delay),
                       message.sender_account,
                       message.body,
                       message.details};
  const Message& added = messages_->add(std::make_unique<Message>(row), now);
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
  return Sent{row.id, row.key.sequence, ticket};
}

Result<Ticket> Queue::purge() {
  std::unique_ptr<QueueMessages> purged;  // freed after the lock: there may be millions
  Lock lock(mutex_);
  if (is_closed_) return Error::queue_does_not_exist();
  const TimePoint now = env_.clock.now();
  if (purged_at_ && now < *purged_at_ + rules_.purge_interval) {
    return Error{Errc::PurgeQueueInProgress, "Only one PurgeQueue operation on " + name_.name +
                                                 " is allowed every 60 seconds."};
  }
  purged_at_ = now;
  purged = std::exchange(messages_, std::make_unique<QueueMessages>(is_fifo_));
  return env_.journal.append(QueuePurged{number_, next_sequence_});
}

bool Queue::accept_moved(const ReceivedMessage& message, bool keeps_delivery,
                         std::shared_ptr<const Details> details) {
  Lock lock(mutex_);
  if (is_closed_ || reserve_sequences(1).has_error()) return false;
  const TimePoint now = env_.clock.now();
  settle(now);
  auto moved = std::make_unique<MessageMoved>();
  moved->from = message.row.key;
  moved->row = message.row;
  moved->row.key = {number_, next_sequence_++};
  moved->row.available_at = now;
  moved->row.details = std::move(details);
  if (!keeps_delivery) {
    moved->row.id = env_.ids.next();
    moved->row.sent_at = now;
  } else {
    // A standard queue's retention goes on; a FIFO queue's starts anew (sqs.md 7.4).
    if (is_fifo_) moved->row.sent_at = now;
    moved->delivery = message.delivery;
    moved->delivery->key = moved->row.key;
    moved->delivery->received_at = now;
    moved->delivery->visible_at = now;
  }
  messages_->add(to_message(moved->row, moved->delivery), now);
  env_.journal.append(std::move(moved));
  wake(1);
  return true;
}

void Queue::put_back(const ReceivedMessage& message) {
  Lock lock(mutex_);
  if (!is_closed_) messages_->add(to_message(message.row, message.delivery), env_.clock.now());
}

std::optional<ReceivedMessage> Queue::take_out() {
  Lock lock(mutex_);
  const TimePoint now = env_.clock.now();
  settle(now);
  Message* message = messages_->next(nullptr);
  if (message == nullptr || is_closed_) return std::nullopt;
  const ReceivedMessage taken{to_row(*message, number_), to_delivery(*message, number_)};
  messages_->remove(*message);
  return taken;
}

std::optional<ReceivedMessage> Queue::take_out(const MessageKey& key) {
  Lock lock(mutex_);
  Message* message = messages_->find(key.sequence);
  if (message == nullptr || is_closed_) return std::nullopt;
  const ReceivedMessage taken{to_row(*message, number_), to_delivery(*message, number_)};
  messages_->remove(*message);
  return taken;
}

std::uint64_t Queue::message_count() const {
  Lock lock(mutex_);
  return messages_->count(State::Visible) + messages_->count(State::InFlight) +
         messages_->count(State::Delayed);
}

Ticket Queue::close() {
  std::unique_ptr<QueueMessages> closed;
  Lock lock(mutex_);
  is_closed_ = true;
  closed = std::exchange(messages_, std::make_unique<QueueMessages>(is_fifo_));
  wake(line_.size());
  return env_.journal.append(QueueGone{number_});
}

void Queue::expire() {
  std::vector<std::unique_ptr<Message>> expired;  // freed after the lock
  Lock lock(mutex_);
  const TimePoint now = env_.clock.now();
  for (Message* message : messages_->sent_until(now - settings_->retention)) {
    env_.journal.append(MessageGone{{number_, message->sequence}});
    expired.push_back(messages_->remove(*message));
  }
  if (is_fifo_) {
    if (const auto end = deduplication_->expire(now)) {
      env_.journal.append(DeduplicationGone{number_, *end});
    }
  }
}

void Queue::restore(const SequenceRow& row) {
  Lock lock(mutex_);
  reserved_sequences_ = row.limit;
}

void Queue::begin_life() {
  Lock lock(mutex_);
  next_sequence_ = reserved_sequences_;
  reserved_sequences_ += kSequenceBlock;
  env_.journal.append(SequenceRow{number_, reserved_sequences_});
}

void Queue::restore(const MessageRow& row) {
  Lock lock(mutex_);
  auto message = std::make_unique<Message>(row);
  if (is_fifo_) message->visible_at = row.sent_at + settings_->delay;  // it may have changed since
  messages_->add(std::move(message), env_.clock.now());
}

void Queue::restore(const DeliveryRow& row) {
  Lock lock(mutex_);
  Message* message = messages_->find(row.key.sequence);
  if (message == nullptr) return;
  message->first_received_at = row.first_received_at;
  message->received_at = row.received_at;
  message->receive_count = row.receive_count;
  const TimePoint now = env_.clock.now();
  messages_->delay_until(*message, now, now);
  if (row.visible_at > now) messages_->take(*message, row.visible_at);
}

void Queue::restore(const DeduplicationRow& row) {
  Lock lock(mutex_);
  if (is_fifo_ && env_.clock.now() < row.sent_at + DeduplicationWindow::kLength) {
    deduplication_->add(row.scope, row.id, {row.message_id, row.key.sequence, row.sent_at});
  }
}

void Queue::ring() {
  Lock lock(mutex_);
  alarm_at_ = TimePoint::max();
  settle(env_.clock.now());
  set_alarm();
}

void Queue::settle(TimePoint now) {
  if (messages_->next_due_at() <= now) wake(messages_->settle(now));
}

// One poll per message: each takes at least one, and who finds nothing enters the line again.
void Queue::wake(std::size_t message_count) {
  for (; message_count > 0 && !line_.empty(); --message_count) {
    Seat& seat = *line_.front();
    line_.pop_front();
    seat.is_in_line_ = false;
    seat.waiter_->notify();
  }
}

// While polls wait, the clock rings for the next message due.
void Queue::set_alarm() {
  const TimePoint due_at = messages_->next_due_at();
  if (line_.empty() || due_at >= alarm_at_) return;
  alarm_at_ = due_at;
  env_.clock.ring_at(due_at, weak_from_this());
}

void Queue::leave(Seat& seat) {
  Lock lock(mutex_);
  if (seat.is_in_line_) {
    line_.erase(seat.place_);
  } else if (messages_->count(State::Visible) > 0) {
    wake(1);
  }
}

}  // namespace squire::engine
