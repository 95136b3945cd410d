// What is written to the journal: rows, each the new value of one thing or its absence.
// Ids and times are already inside, so applying a record twice equals applying it once, and
// recovery, replication and tests all use the same ones.
//
// Most rows describe themselves (row.hpp) and stand beside what owns them; a new kind of those is
// named nowhere else. Here are queues and topics, on which others hang, and the rows of messages:
// they are many, and have statements of their own in storage.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>

#include "squire/core/arn.hpp"
#include "squire/engine/message.hpp"
#include "squire/engine/row.hpp"

namespace squire::engine {

// A queue exists with exactly these attributes and tags. Attributes are the strings that were set,
// so that they are given back unchanged.
struct QueueRow {
  static constexpr RowTraits kRow{.table = "queue", .noun = "queue", .is_before_messages = true};

  std::uint32_t number = 0;
  ResourceName name;
  TimePoint created_at;
  TimePoint modified_at;
  StringMap attributes;
  StringMap tags;

  template <typename Columns, typename Self>
  static void columns(Columns& c, Self& row) {
    c.number("number", row.number);
    c("region", row.name.region);
    c("account", row.name.account);
    c("name", row.name.name);
    c("created_at", row.created_at);
    c("modified_at", row.modified_at);
    c("attributes", row.attributes);
    c("tags", row.tags);
  }
};

// A topic exists with exactly these attributes and tags. Topics and queues share one sequence of
// numbers, so that SequenceRow and DeduplicationRow serve both.
struct TopicRow {
  static constexpr RowTraits kRow{.table = "topic", .noun = "topic", .is_before_messages = true};

  std::uint32_t number = 0;
  ResourceName name;
  TimePoint created_at;
  TimePoint archived_since;  // its last ArchivePolicy holds since then
  StringMap attributes;
  StringMap tags;
  std::string data_protection_policy;

  template <typename Columns, typename Self>
  static void columns(Columns& c, Self& row) {
    c.number("number", row.number);
    c("region", row.name.region);
    c("account", row.name.account);
    c("name", row.name.name);
    c("created_at", row.created_at);
    c("archived_since", row.archived_since);
    c("attributes", row.attributes);
    c("tags", row.tags);
    c("data_protection_policy", row.data_protection_policy);
  }
};

// Sequences of this queue or topic below `limit` may have been given out. Written once per block of
// sequences, so that none is ever used twice, also after everything was deleted. Likewise, for
// kNumbers, the numbers of queues and topics themselves.
struct SequenceRow {
  static constexpr RowTraits kRow{
      .table = "sequence", .noun = "sequence", .is_before_messages = true};
  static constexpr std::uint32_t kNumbers = 0;

  std::uint32_t queue = 0;
  std::uint64_t limit = 0;

  template <typename Columns, typename Self>
  static void columns(Columns& c, Self& row) {
    c.owner_and_key("queue", row.queue);
    c("limit", row.limit);
  }
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
struct DeliveryRow {
  MessageKey key;
  TimePoint visible_at;
  TimePoint first_received_at;
  TimePoint received_at;
  std::uint32_t receive_count = 0;
  std::uint32_t earlier_count = 0;  // of receive_count: in the queues it was dead-lettered from
};

// Put: the row, but nobody waits for it, and it may never reach the disk (Journal::append): losing
// it is a redelivery, which a standard queue allows and a FIFO queue does not.
struct LazyDelivery {
  DeliveryRow row;
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

// Gone: the topic and all that belongs to it.
struct TopicGone {
  std::uint32_t number = 0;
};

// Put: a message in a topic's archive; `message.key` is the topic's number and the message's place.
struct ArchivedRow {
  MessageRow message;
  std::string subject;
};

// Gone: archived messages of the topic, the oldest first, that were published before this time.
// A portion at a time: what is left goes with the next record of this kind.
struct ArchiveExpired {
  static constexpr int kPortion = 5000;

  std::uint32_t topic = 0;
  TimePoint before;
};

using Record = std::variant<RowPut, RowGone, MessageRow, DeliveryRow, LazyDelivery,
                            DeduplicationRow, MessageGone, QueuePurged, QueueGone,
                            DeduplicationGone, std::unique_ptr<MessageMoved>, TopicGone,
                            std::unique_ptr<ArchivedRow>, ArchiveExpired>;

// For people: "message number 5 of queue number 1". Of rows, by what is still there of one that was
// moved from.
std::string describe(const Record& record);

// The row that the record puts, if it is of that kind; else null.
template <rows::Described T>
const T* row_of(const Record& record) {
  const auto* put = std::get_if<RowPut>(&record);
  return put ? row_cast<T>(*put->row) : nullptr;
}

}  // namespace squire::engine
