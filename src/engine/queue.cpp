#include "squire/engine/queue.hpp"

#include <algorithm>
#include <tuple>

#include "engine/deduplication.hpp"
#include "engine/queue_messages.hpp"
#include "engine/receive_attempts.hpp"

namespace squire::engine {
namespace {

using State = Message::State;

constexpr Seconds kVisibilityMax{43'200};  // also the life of a receipt handle

Error invalid_handle(std::string_view handle) {
  return {Errc::ReceiptHandleIsInvalid, "The input receipt handle \"" + std::string(handle) +
                                            "\" is not a valid receipt handle."};
}

Error expired_handle(std::string_view handle) {
  return {Errc::ReceiptHandleExpired, "Value " + std::string(handle) +
                                          " for parameter ReceiptHandle is invalid. Reason: The "
                                          "receipt handle has expired."};
}

bool is_expired(const Message& message, const QueueSettings& settings, TimePoint now) {
  return message.sent_at + settings.retention <= now;
}

MessageRow to_row(const Message& message, std::uint32_t queue) {
  return {{queue, message.sequence}, message.id,   message.sent_at, message.visible_at,
          message.sender_account,    message.body, message.details};
}

DeliveryRow to_delivery(const Message& message, std::uint32_t queue) {
  return {{queue, message.sequence},
          message.visible_at,
          message.first_received_at,
          message.received_at,
          message.receive_count};
}

ReceivedMessage to_received(const Message& message, std::uint32_t queue) {
  return {to_row(message, queue), to_delivery(message, queue)};
}

// Whether the handle is of the message's latest receive. The time counts too: after a crash that
// lost a receive, the next one has its number again.
bool is_latest(const ReceiptHandle& handle, const Message& message) {
  return handle.receive_count == message.receive_count && handle.received_at == message.received_at;
}

// Whether the handle is of an earlier receive, or of an unanswered message of the same number that
// a crash made forget. Only the latest handle deletes.
bool is_outdated(const ReceiptHandle& handle, const Message& message) {
  return std::tie(handle.received_at, handle.receive_count) <
         std::tie(message.received_at, message.receive_count);
}

std::unique_ptr<Message> to_message(const MessageRow& row,
                                    const std::optional<DeliveryRow>& delivery) {
  auto message = std::make_unique<Message>(row);
  if (delivery) {
    message->first_received_at = delivery->first_received_at;
    message->received_at = delivery->received_at;
    message->receive_count = delivery->receive_count;
  }
  return message;
}

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
    const TimePoint now = env_.clock.now();
    messages_->store().walk([&](Message& message) {
      if (message.receive_count == 0) {
        messages_->delay_until(message, message.sent_at + settings_->delay, now);
      }
      return true;
    });
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
                       env_.ids.next(),
                       now,
                       now + message.delay.value_or(settings_->delay),
                       message.sender_account,
                       message.body,
                       message.details};
  const Message& added = messages_->add(std::make_unique<Message>(row), now);
  Ticket ticket = env_.journal.append(row);
  if (is_fifo_) {
    deduplication_->add(scope, message.details->deduplication_id, {row.id, row.key.sequence, now});
    ticket = env_.journal.append(DeduplicationRow{row.key, message.details->deduplication_id,
                                                  std::string(scope), row.id, now});
  }
  if (added.state == State::Visible) wake(1);
  return Sent{row.id, row.key.sequence, ticket};
}

Result<Received> Queue::receive(const ReceiveOptions& options, Seat* seat) {
  Lock lock(mutex_);
  if (is_closed_) return Error::queue_does_not_exist();
  const TimePoint now = env_.clock.now();
  settle(now);
  if (is_fifo_ && !options.attempt_id.empty()) {
    SQUIRE_TRY(auto repeated, repeat_attempt(options, now));
    if (repeated) return std::move(*repeated);
  }
  SQUIRE_TRY(auto received, receive_locked(options, now));
  if (received.messages.empty() && seat && !seat->is_in_line_) {
    seat->queue_ = shared_from_this();
    seat->place_ = line_.insert(line_.end(), seat);
    seat->is_in_line_ = true;
  }
  set_alarm();
  return received;
}

Result<Received> Queue::receive_locked(const ReceiveOptions& options, TimePoint now) {
  Received received;
  const Seconds timeout = options.visibility_timeout.value_or(settings_->visibility_timeout);
  std::vector<Message*> taken;
  const Message* last = nullptr;
  while (taken.size() < static_cast<std::size_t>(options.count_max)) {
    if (messages_->count(State::InFlight) >= rules_.in_flight_max) {
      // Only a standard queue says so, and only to a short poll (sqs.md, "Limits").
      if (taken.empty() && !is_fifo_ && !options.is_long_poll) return Error{Errc::OverLimit, {}};
      break;
    }
    Message* message = messages_->next(last);
    if (message == nullptr) break;
    if (is_expired(*message, *settings_, now)) {
      env_.journal.append(MessageGone{{number_, message->sequence}});
      messages_->remove(*message);
      continue;
    }
    if (options.can_dead_letter && settings_->redrive &&
        message->receive_count >= settings_->redrive->receive_count_max) {
      received.dead_letters.push_back(to_received(*message, number_));
      messages_->remove(*message);
      continue;
    }
    ++message->receive_count;
    message->received_at = now;
    if (message->receive_count == 1) message->first_received_at = now;
    messages_->take(*message, now + timeout);
    received.messages.push_back(to_received(*message, number_));
    env_.journal.append(received.messages.back().delivery);
    taken.push_back(message);
    last = message;
  }
  if (timeout == Seconds(0)) {
    for (Message* message : taken) messages_->make_visible(*message, now);
    wake(taken.size());
  }
  if (is_fifo_ && !options.attempt_id.empty() && !taken.empty()) {
    ReceiveAttempts::Attempt attempt{now, {}};
    for (const Message* message : taken) {
      attempt.items.push_back({message->sequence, message->receive_count, message->visible_at});
    }
    attempts_->add(options.attempt_id, std::move(attempt));
  }
  return received;
}

// The same messages with the same handles, their timeouts restarted; nothing if the attempt is new,
// or its messages became visible untouched, so that an ordinary receive does the same.
Result<std::optional<Received>> Queue::repeat_attempt(const ReceiveOptions& options,
                                                      TimePoint now) {
  auto* attempt = attempts_->find(options.attempt_id, now);
  if (attempt == nullptr) return std::optional<Received>();
  const Seconds timeout = options.visibility_timeout.value_or(settings_->visibility_timeout);
  std::vector<Message*> messages;
  bool has_lapsed = false;
  for (const auto& item : attempt->items) {
    Message* message = messages_->find(item.sequence);
    if (message == nullptr || message->receive_count != item.receive_count ||
        message->visible_at != item.visible_at) {
      return Error::invalid_parameter(
          options.attempt_id, "ReceiveRequestAttemptId",
          "The receiveRequestAttemptId is not valid anymore since the receive call is not "
          "retryable.");
    }
    has_lapsed |= message->state != State::InFlight;
    messages.push_back(message);
  }
  if (has_lapsed) {
    attempts_->remove(options.attempt_id);
    return std::optional<Received>();
  }
  Received received;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    messages_->take(*messages[i], now + timeout);
    attempt->items[i].visible_at = messages[i]->visible_at;
    received.messages.push_back(to_received(*messages[i], number_));
    env_.journal.append(received.messages.back().delivery);
  }
  return std::optional(std::move(received));
}

Result<Ticket> Queue::remove(std::string_view receipt_handle) {
  const auto handle = ReceiptHandle::decode(receipt_handle);
  if (!handle || handle->key.queue != number_) return invalid_handle(receipt_handle);
  std::unique_ptr<Message> removed;  // freed after the lock
  Lock lock(mutex_);
  if (is_closed_) return Error::queue_does_not_exist();
  const TimePoint now = env_.clock.now();
  settle(now);
  if (!is_fifo_ && handle->received_at + kVisibilityMax < now)
    return expired_handle(receipt_handle);
  Message* message = messages_->find(handle->key.sequence);
  if (message == nullptr)
    return env_.journal.last_ticket();  // its deletion may still be on the way
  if (is_fifo_) {
    if (message->state != State::InFlight || !is_latest(*handle, *message)) {
      return expired_handle(receipt_handle);
    }
  } else if (is_outdated(*handle, *message)) {
    return Ticket{0};
  }
  removed = messages_->remove(*message);
  const Ticket ticket = env_.journal.append(MessageGone{handle->key});
  if (is_fifo_) wake(1);  // its group may be free now
  return ticket;
}

Result<Ticket> Queue::change_visibility(std::string_view receipt_handle, Seconds timeout) {
  const auto handle = ReceiptHandle::decode(receipt_handle);
  if (!handle || handle->key.queue != number_) return invalid_handle(receipt_handle);
  Lock lock(mutex_);
  if (is_closed_) return Error::queue_does_not_exist();
  const TimePoint now = env_.clock.now();
  settle(now);
  Message* message = messages_->find(handle->key.sequence);
  if (message == nullptr || message->state != State::InFlight || !is_latest(*handle, *message)) {
    if (is_fifo_ && message) return expired_handle(receipt_handle);
    return Error::invalid_parameter(
        receipt_handle, "ReceiptHandle",
        "Message does not exist or is not available for visibility timeout change.");
  }
  if (now + timeout > message->received_at + kVisibilityMax) {
    return Error::invalid_parameter(
        std::to_string(timeout.count()), "VisibilityTimeout",
        "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]");
  }
  if (timeout == Seconds(0)) {
    messages_->make_visible(*message, now);
    wake(1);
  } else {
    messages_->take(*message, now + timeout);
    set_alarm();
  }
  return env_.journal.append(to_delivery(*message, number_));
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
  const auto taken = to_received(*message, number_);
  messages_->remove(*message);
  return taken;
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
