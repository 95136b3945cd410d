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
// block of sequences, so that none is ever used twice, also after everything was deleted. Likewise,
// for kNumbers, the numbers of queues and topics themselves.
struct SequenceRow {
  static constexpr std::uint32_t kNumbers = 0;

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

// ---- topics ------------------------------------------------------------------------------------

// Put: a topic exists with exactly these attributes and tags. Topics and queues share one sequence
// of numbers, so that SequenceRow and DeduplicationRow serve both.
struct TopicRow {
  std::uint32_t number = 0;
  ResourceName name;
  TimePoint created_at;
  TimePoint archived_since;  // its last ArchivePolicy holds since then
  StringMap attributes;
  StringMap tags;
  std::string data_protection_policy;
};

// How a subscription's endpoint is reached; names as in the API, see protocol_name().
enum class DeliveryProtocol : std::uint8_t {
  Http,
  Https,
  Email,
  EmailJson,
  Sms,
  Sqs,
  Application,
  Lambda,
  Firehose
};

// Put: a subscription exists with exactly these attributes.
struct SubscriptionRow {
  // Deleted: unsubscribed by a link; the endpoint can still take that back.
  enum class State : std::uint8_t { Pending, Confirmed, Deleted };

  Uuid id;
  std::uint32_t topic = 0;
  std::string owner;  // account
  DeliveryProtocol protocol = DeliveryProtocol::Sqs;
  std::string endpoint;
  StringMap attributes;
  State state = State::Pending;
  std::string token;               // of the last confirmation sent, or empty
  TimePoint changed_at;            // its state
  bool was_authenticated = false;  // ConfirmationWasAuthenticated
  bool authenticates_unsubscribe = false;
  std::uint32_t delivery_queue = 0;  // number of the queue of its pending deliveries; 0: none
};

// Put: how far the replay of an archive into a subscription has come.
struct ReplayRow {
  enum class Status : std::uint8_t { Pending, InProgress, Completed, Failed };

  Uuid subscription;
  std::uint32_t topic = 0;
  Status status = Status::Pending;
  std::uint64_t next_sequence = 0;
};

// Put: a message in a topic's archive; `message.key` is the topic's number and the message's place.
struct ArchivedRow {
  MessageRow message;
  std::string subject;
};

// Put: something that cannot leave the machine, kept to be looked at.
struct OutboxRow {
  std::uint64_t number = 0;  // rising
  TimePoint created_at;
  DeliveryProtocol protocol = DeliveryProtocol::Email;
  std::string endpoint;
  std::string topic_arn;         // empty: published to the endpoint itself
  std::string subscription_arn;  // likewise
  Uuid message_id;
  std::string subject;
  std::string body;
  MessageAttributes attributes;
};

// Put: one of the things of SNS that are no more than a name and attributes.
struct RegistryRow {
  enum class Kind : std::uint8_t {
    PlatformApplication,  // by ARN
    PlatformEndpoint,     // by ARN
    SmsAccount,           // by account and region
    SandboxNumber,        // by account, region and number
    OptedOutNumber,       // likewise
    SigningKey            // one, ""
  };

  Kind kind = Kind::PlatformApplication;
  std::string key;
  StringMap attributes;
};

// Gone: the topic and all that belongs to it, its subscriptions included.
struct TopicGone {
  std::uint32_t number = 0;
};

// Gone: the subscription and its replay.
struct SubscriptionGone {
  Uuid id;
};

// Gone: archived messages of the topic, the oldest first, that were published before this time.
// A portion at a time: what is left goes with the next record of this kind.
struct ArchiveExpired {
  static constexpr int kPortion = 5000;

  std::uint32_t topic = 0;
  TimePoint before;
};

// Gone: what the outbox holds from one number to below another.
struct OutboxGone {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

struct RegistryGone {
  RegistryRow::Kind kind = RegistryRow::Kind::PlatformApplication;
  std::string key;
};

using Record = std::variant<QueueRow, SequenceRow, MessageRow, DeliveryRow, LazyDelivery,
                            DeduplicationRow, MoveTaskRow, MessageGone, QueuePurged, QueueGone,
                            DeduplicationGone, std::unique_ptr<MessageMoved>, MoveTaskGone,
                            TopicRow, std::unique_ptr<SubscriptionRow>, ReplayRow,
                            std::unique_ptr<ArchivedRow>, std::unique_ptr<OutboxRow>, RegistryRow,
                            TopicGone, SubscriptionGone, ArchiveExpired, OutboxGone, RegistryGone>;

}  // namespace squire::engine
