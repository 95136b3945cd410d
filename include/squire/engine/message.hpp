#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "squire/core/clock.hpp"
#include "squire/core/digest.hpp"
#include "squire/core/ids.hpp"
#include "squire/core/message_attributes.hpp"

namespace squire::engine {

// A message body with its digest. Immutable and shared: by the queue, the journal, and every raw
// subscriber of a topic.
struct Body {
  explicit Body(std::string content) : text(std::move(content)), digest(md5(text)) {}

  std::string text;
  Md5 digest;
};

// What only some messages have. Immutable, shared by queue and journal; most messages have none.
struct Details {
  MessageAttributes attributes;
  std::string trace_header;        // AWSTraceHeader, or empty
  std::string group_id;            // MessageGroupId, or empty
  std::string deduplication_id;    // FIFO only
  std::string dead_letter_source;  // ARN of the queue this message was dead-lettered from, or empty
  std::string notification_type;   // of a delivery to an endpoint that is no Notification, or empty

  friend bool operator==(const Details&, const Details&) = default;
};

enum class MessageState : std::uint8_t { Visible, Delayed, InFlight };

// Where a message lives: its queue's number and its place in that queue's history. Unique for the
// life of a data directory; sequences only rise.
// Limits: 2^24 queues and 2^40 messages per queue, in the life of a data directory.
struct MessageKey {
  static constexpr int kSequenceBits = 40;
  static constexpr std::uint32_t kQueueMax = (1u << 24) - 1;
  static constexpr std::uint64_t kSequenceMax = (std::uint64_t{1} << kSequenceBits) - 1;

  std::uint32_t queue = 0;
  std::uint64_t sequence = 0;

  // One integer that keeps a queue's messages together and in order.
  std::uint64_t packed() const { return std::uint64_t{queue} << kSequenceBits | sequence; }
  static MessageKey unpack(std::uint64_t packed) {
    return {static_cast<std::uint32_t>(packed >> kSequenceBits), packed & kSequenceMax};
  }
  friend bool operator==(const MessageKey&, const MessageKey&) = default;
};

}  // namespace squire::engine
