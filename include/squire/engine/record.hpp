// What is written to the journal: rows, each the new value of one thing or its absence.
// Ids and times are already inside, so applying a record twice equals applying it once, and
// recovery, replication and tests all use the same ones.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "squire/core/arn.hpp"
#include "squire/engine/message.hpp"

namespace squire::engine {

using StringMap = std::map<std::string, std::string, std::less<>>;

// Put: a queue exists with exactly these attributes and tags. Attributes are the strings that were
// set, so that they are given back unchanged.
struct QueueRow {
  std::uint32_t number = 0;
  ResourceName name;
  TimePoint created_at;
  TimePoint modified_at;
  StringMap attributes;
  StringMap tags;
};

// Put: message sequences of this queue below `limit` may have been given out. Written once per
// block of sequences, so that none is ever used twice, also after everything was deleted.
struct SequenceRow {
  std::uint32_t queue = 0;
  std::uint64_t limit = 0;
};

// Put: a message, as it was accepted. Never changes.
struct MessageRow {
  MessageKey key;
  Uuid id;
  TimePoint sent_at;
  TimePoint available_at;  // sent_at plus its delay
  std::uint64_t sender_account = 0;
  std::shared_ptr<const Body> body;
  std::shared_ptr<const Details> details;  // null: none
};

// Put: the small, changing half of a message. A message without one was never received.
// Written lazily (Journal): losing it in a crash is a redelivery, which SQS allows.
struct DeliveryRow {
  MessageKey key;
  TimePoint visible_at;
  TimePoint first_received_at;
  TimePoint received_at;
  std::uint32_t receive_count = 0;
};

// Put: a FIFO deduplication id was used at `sent_at` by the message `key`, which may be gone since.
struct DeduplicationRow {
  MessageKey key;
  std::string id;  // MessageDeduplicationId
  std::string
      scope;  // MessageGroupId if the queue's DeduplicationScope is messageGroup, else empty
  Uuid message_id;
  TimePoint sent_at;
};

// Put: a message move task (StartMessageMoveTask).
struct MoveTaskRow {
  enum class Status : std::uint8_t { Running, Completed, Cancelling, Cancelled, Failed };

  Uuid id;
  ResourceName source;
  std::optional<ResourceName> destination;
  std::optional<int> messages_per_second_max;
  Status status = Status::Running;
  std::int64_t moved_count = 0;
  std::int64_t to_move_count = 0;
  std::string failure_reason;
  TimePoint started_at;
};

// Gone: the message, with its delivery.
struct MessageGone {
  MessageKey key;
};

// Gone: every message of the queue with a sequence below `end`. Deduplication rows stay.
struct QueuePurged {
  std::uint32_t queue = 0;
  std::uint64_t end = 0;
};

// Gone: the queue and all that belongs to it.
struct QueueGone {
  std::uint32_t queue = 0;
};

// Gone: deduplication rows of the queue with a sequence below `end`; their window is over.
struct DeduplicationGone {
  std::uint32_t queue = 0;
  std::uint64_t end = 0;
};

// The message `from` is gone and stands at `row.key` instead, both or neither: a dead-letter move
// (with its delivery, since the receive count goes on) or one step of a move task (without).
struct MessageMoved {
  MessageKey from;
  MessageRow row;
  std::optional<DeliveryRow> delivery;
};

// Gone: a move task, pushed out of the list of recent ones.
struct MoveTaskGone {
  Uuid id;
};

using Record = std::variant<QueueRow, SequenceRow, MessageRow, DeliveryRow, DeduplicationRow,
                            MoveTaskRow, MessageGone, QueuePurged, QueueGone, DeduplicationGone,
                            std::unique_ptr<MessageMoved>, MoveTaskGone>;

}  // namespace squire::engine
