#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "squire/core/arn.hpp"
#include "squire/core/clock.hpp"
#include "squire/engine/record.hpp"

namespace squire::engine {

inline constexpr std::int64_t kMessageBytesMax = 1'048'576;

// Where messages go that were received too often.
struct RedrivePolicy {
  ResourceName dead_letter_queue;
  std::uint32_t receive_count_max = 0;

  friend bool operator==(const RedrivePolicy&, const RedrivePolicy&) = default;
};

// The text of a RedrivePolicy attribute, or nothing if it does not say both things.
std::optional<RedrivePolicy> parse_redrive_policy(std::string_view json);

// A queue's attributes as the engine needs them. The strings were checked when they were set (sqs);
// what is absent or cannot be read has its default. Defaults and units: SQS API Reference,
// SetQueueAttributes.
struct QueueSettings {
  explicit QueueSettings(const StringMap& attributes);

  Seconds delay{0};
  Seconds visibility_timeout{30};
  Seconds retention{345'600};
  Seconds receive_wait{0};
  std::int64_t message_bytes_max = kMessageBytesMax;
  bool deduplicates_by_content = false;
  bool deduplicates_by_group = false;
  std::optional<RedrivePolicy> redrive;
  std::shared_ptr<const std::string> policy;  // as it was set; null: none
};

}  // namespace squire::engine
