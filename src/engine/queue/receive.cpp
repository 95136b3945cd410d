// Receiving, and what a receipt handle allows: deleting and changing the visibility.
#include <algorithm>

#include "engine/queue/messages.hpp"
#include "engine/queue/receive_attempts.hpp"
#include "squire/engine/queue/errors.hpp"
#include "squire/engine/queue/queue.hpp"

namespace squire::engine {
namespace {

using State = Message::State;

constexpr Seconds kVisibilityMax{43'200};  // also the life of a receipt handle

Error invalid_handle(std::string_view handle) {
  return {
      queue_errors::kReceiptHandleIsInvalid,
      "The input receipt handle \"" + std::string(handle) + "\" is not a valid receipt handle."};
}

Error expired_handle(std::string_view handle) {
  return {queue_errors::kReceiptHandleExpired,
          "Value " + std::string(handle) +
              " for parameter ReceiptHandle is invalid. Reason: The "
              "receipt handle has expired."};
}

bool is_expired(const Message& message, const QueueSettings& settings, TimePoint now) {
  return message.sent_at + settings.retention <= now;
}

ReceivedMessage to_received(const Message& message, std::uint32_t queue) {
  return {to_row(message, queue), to_delivery(message, queue)};
}

// Whether the handle is of the message's latest receive. The time counts too: after a crash that
// lost a receive, the next one has its number again.
bool is_latest(const ReceiptHandle& handle, const Message& message) {
  return handle.receive_count == message.receive_count && handle.received_at == message.received_at;
}

// Whether the handle is of the message at all, and not of an unanswered one of the same number that
// a crash made forget. On a standard queue every such handle is good, also an older one.
bool is_of(const ReceiptHandle& handle, const Message& message) {
  return handle.received_at >= message.sent_at;
}

}  // namespace

Result<Received> Queue::receive(const ReceiveOptions& options, WaitSlot* slot) {
  Lock lock(mutex_);
  if (is_closed_) return Error{queue_errors::kQueueDoesNotExist, {}};
  const TimePoint now = env_.clock.now();
  settle(now);
  if (is_fifo_ && !options.attempt_id.empty()) {
    SQUIRE_TRY(auto repeated, repeat_attempt(options, now));
    if (repeated) return std::move(*repeated);
  }
  SQUIRE_TRY(auto received, receive_locked(options, now));
  if (received.messages.empty() && slot && !slot->is_waiting_) {
    slot->queue_ = shared_from_this();
    slot->place_ = waiters_.insert(waiters_.end(), slot);
    slot->is_waiting_ = true;
    // So many are past their retention that others shall have their turn before it goes on.
    const Message* next = messages_->next(nullptr);
    if (next != nullptr && is_expired(*next, *settings_, now)) wake(1);
  }
  set_alarm();
  return received;
}

Ticket Queue::journal_delivery(const DeliveryRow& row) {
  return is_fifo_ ? env_.journal.append(row) : env_.journal.append(LazyDelivery{row});
}

Result<Received> Queue::receive_locked(const ReceiveOptions& options, TimePoint now) {
  Received received;
  std::size_t expired_count = 0;
  const Seconds timeout = options.visibility_timeout.value_or(settings_->visibility_timeout);
  std::vector<Message*> taken;
  const Message* last = nullptr;
  while (taken.size() < static_cast<std::size_t>(options.count_max)) {
    if (messages_->count(State::InFlight) >= rules_.in_flight_max) {
      // Only a standard queue says so, and only to a short poll (Amazon SQS Developer
      // Guide, "Message quotas").
      if (taken.empty() && !is_fifo_ && !options.is_long_poll)
        return Error{queue_errors::kOverLimit, {}};
      break;
    }
    Message* message = messages_->next(last);
    if (message == nullptr) break;
    if (is_expired(*message, *settings_, now)) {
      if (++expired_count > kExpiredMax) break;
      env_.journal.append(MessageGone{{number_, message->sequence}});
      note(Event::Kind::Expired, *message, now, nullptr);
      messages_->remove(*message);
      continue;
    }
    if (options.can_dead_letter && settings_->redrive &&
        message->receive_count - message->earlier_count >= settings_->redrive->receive_count_max) {
      received.dead_letters.push_back(to_received(*message, number_));
      messages_->remove(*message);
      continue;
    }
    messages_->take(*message, now + timeout);
    if (options.is_counted) {
      count_receive(*message, now);
      note(Event::Kind::Received, *message, now, options.client);
      received.ticket = journal_delivery(to_delivery(*message, number_));
    }
    received.messages.push_back(to_received(*message, number_));
    taken.push_back(message);
    last = message;
  }
  if (!taken.empty() || !received.dead_letters.empty()) watchers_.tell();
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

void Queue::count_receive(Message& message, TimePoint now) {
  ++message.receive_count;
  message.received_at = now;
  if (message.receive_count == 1) message.first_received_at = now;
  ++totals_.received;
}

std::optional<DeliveryRow> Queue::begin_attempt(const MessageKey& key, Seconds visibility) {
  Lock lock(mutex_);
  Message* message = messages_->find(key.sequence);
  if (is_closed_ || message == nullptr || message->state == State::Delayed) return std::nullopt;
  const TimePoint now = env_.clock.now();
  count_receive(*message, now);
  messages_->take(*message, now + visibility);
  journal_delivery(to_delivery(*message, number_));
  return to_delivery(*message, number_);
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
    received.ticket = journal_delivery(received.messages.back().delivery);
  }
  return std::optional(std::move(received));
}

Result<Ticket> Queue::remove(std::string_view receipt_handle, const ClientPtr& client) {
  const auto handle = ReceiptHandle::decode(receipt_handle);
  if (!handle || handle->key.queue != number_) return invalid_handle(receipt_handle);
  std::unique_ptr<Message> removed;  // freed after the lock
  Lock lock(mutex_);
  if (is_closed_) return Error{queue_errors::kQueueDoesNotExist, {}};
  const TimePoint now = env_.clock.now();
  settle(now);
  if (!is_fifo_ && handle->received_at < now - kVisibilityMax)
    return expired_handle(receipt_handle);
  Message* message = messages_->find(handle->key.sequence);
  if (message == nullptr)
    return env_.journal.last_ticket();  // its deletion may still be on the way
  if (is_fifo_) {
    if (message->state != State::InFlight || !is_latest(*handle, *message)) {
      return expired_handle(receipt_handle);
    }
  } else if (!is_of(*handle, *message)) {
    return Ticket{0};
  }
  ++totals_.deleted;
  note(Event::Kind::Deleted, *message, now, client);
  removed = messages_->remove(*message);
  watchers_.tell();
  const Ticket ticket = env_.journal.append(MessageGone{handle->key});
  if (is_fifo_) wake(1);  // its group may be free now
  return ticket;
}

void Queue::retry_at(const MessageKey& key, TimePoint time) {
  Lock lock(mutex_);
  Message* message = messages_->find(key.sequence);
  if (is_closed_ || message == nullptr || message->state == State::Delayed) return;
  messages_->take(*message, time);
  journal_delivery(to_delivery(*message, number_));
  settle(env_.clock.now());
  set_alarm();
}

Result<Ticket> Queue::change_visibility(std::string_view receipt_handle, Seconds timeout,
                                        const ClientPtr& client) {
  const auto handle = ReceiptHandle::decode(receipt_handle);
  if (!handle || handle->key.queue != number_) return invalid_handle(receipt_handle);
  Lock lock(mutex_);
  if (is_closed_) return Error{queue_errors::kQueueDoesNotExist, {}};
  const TimePoint now = env_.clock.now();
  settle(now);
  Message* message = messages_->find(handle->key.sequence);
  if (is_fifo_ && message && (message->state != State::InFlight || !is_latest(*handle, *message))) {
    return expired_handle(receipt_handle);
  }
  if (message == nullptr || message->receive_count == 0 || !is_of(*handle, *message)) {
    return Error::invalid_parameter(
        receipt_handle, "ReceiptHandle",
        "Message does not exist or is not available for visibility timeout change.");
  }
  const TimePoint received_at = std::max(message->received_at, handle->received_at);
  if (now + timeout > received_at + kVisibilityMax) {
    return Error::invalid_parameter(
        std::to_string(timeout.count()), "VisibilityTimeout",
        "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]");
  }
  note(Event::Kind::VisibilityChanged, *message, now, client);
  watchers_.tell();
  if (timeout > Seconds(0)) {
    messages_->take(*message, now + timeout);
    set_alarm();
  } else if (message->state != State::Visible) {
    messages_->make_visible(*message, now);
    wake(1);
  }
  return journal_delivery(to_delivery(*message, number_));
}

}  // namespace squire::engine
