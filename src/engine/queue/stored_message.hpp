#pragma once

#include <cstdint>
#include <memory>

#include "squire/engine/message.hpp"
#include "squire/engine/record.hpp"

namespace squire::engine {

struct Group;

// One message in a queue. Owned by its queue's MessageStore, guarded by the queue's mutex.
// Kept small: about 150 bytes, since a queue may hold millions.
struct Message {
  using State = MessageState;

  explicit Message(const MessageRow& row)
      : body(row.body),
        details(row.details),
        id(row.id),
        sequence(row.key.sequence),
        sender_account(row.sender_account),
        sent_at(row.sent_at),
        visible_at(row.available_at),
        received_at(row.sent_at) {}

  std::string_view group_id() const { return details ? details->group_id : std::string_view(); }

  std::shared_ptr<const Body> body;
  std::shared_ptr<const Details> details;  // null: none
  Uuid id;
  std::uint64_t sequence;
  std::uint64_t sender_account;
  TimePoint sent_at;
  TimePoint visible_at;  // end of the delay or of the visibility timeout
  TimePoint first_received_at;
  TimePoint received_at;  // or its arrival, if later: no older handle is of this message
  std::uint32_t receive_count = 0;
  std::uint32_t earlier_count = 0;  // of these, in other queues (DeliveryRow)
  State state = State::Visible;

  std::uint32_t timer_slot = 0;  // TimerHeap's
  Group* group = nullptr;        // Order's, as are these links
  Message* previous = nullptr;
  Message* next = nullptr;
};

// From and to the rows of the journal.
inline MessageRow to_row(const Message& message, std::uint32_t queue) {
  return {{queue, message.sequence}, message.id,   message.sent_at, message.visible_at,
          message.sender_account,    message.body, message.details};
}

inline DeliveryRow to_delivery(const Message& message, std::uint32_t queue) {
  return {{queue, message.sequence}, message.visible_at,    message.first_received_at,
          message.received_at,       message.receive_count, message.earlier_count};
}

inline std::unique_ptr<Message> to_message(const MessageRow& row,
                                           const std::optional<DeliveryRow>& delivery) {
  auto message = std::make_unique<Message>(row);
  if (delivery) {
    message->first_received_at = delivery->first_received_at;
    message->received_at = delivery->received_at;
    message->receive_count = delivery->receive_count;
    message->earlier_count = delivery->earlier_count;
  }
  return message;
}

}  // namespace squire::engine
