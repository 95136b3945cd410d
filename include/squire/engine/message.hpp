#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "squire/core/clock.hpp"
#include "squire/core/digest.hpp"
#include "squire/core/ids.hpp"
#include "squire/core/message_attributes.hpp"
#include "squire/core/mutex.hpp"

namespace squire::engine {

// A signature that is made when it is first needed, since it costs more than all else that happens
// to a message. Shared by the copies of one publication. Thread-safe.
class Signature {
 public:
  // Base64 of what an RSA key of 2048 bits makes.
  static constexpr std::size_t kSize = 344;

  // It belongs to that byte of the texts that lack it, which is not their first.
  explicit Signature(std::size_t place) : place_(place) {}

  std::size_t place() const { return place_; }
  bool is_made() const;
  // What make() returns, or returned before. It is called under no lock; of two at once, one
  // counts.
  std::string get(const std::function<std::string()>& make);

 private:
  const std::size_t place_;
  mutable Mutex mutex_{LockRank::Leaf};
  std::string text_ GUARDED_BY(mutex_);  // empty: not made yet
};

// A message body. Immutable and shared: by the queue, the journal, and every raw subscriber of a
// topic. One that lacks its signature is shown by Broker::show() alone, always with the same bytes.
class Body {
 public:
  explicit Body(std::string whole);
  // `stored` lacks the signature.
  Body(std::string stored, std::shared_ptr<Signature> signature);

  // As the journal keeps it: perhaps without its signature.
  const std::string& stored_text() const { return text_; }
  // That it lacks; null: none.
  Signature* signature() const;
  // Whether that is still to be made, by the next one who shows the body.
  bool must_be_signed() const { return signature() && !signature()->is_made(); }
  // In bytes, when it is shown.
  std::size_t size() const { return text_.size() + (signature() ? Signature::kSize : 0); }

  // Of one that lacks nothing; else throws std::logic_error.
  const std::string& text() const;
  const Md5& digest() const;

 private:
  std::string text_;
  std::variant<Md5, std::shared_ptr<Signature>> rest_;  // of a whole text its digest
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
