#pragma once

#include <string>
#include <string_view>

#include "squire/core/arn.hpp"
#include "squire/engine/queue/queue.hpp"

namespace squire::service {

// A message's system attributes by SQS's names (SQS API Reference, ReceiveMessage), but for
// SequenceNumber: add(name, make), where make() gives the value, empty for one it does not have.
template <typename Add>
void for_each_system_attribute(const engine::ReceivedMessage& message, Add&& add) {
  const auto& row = message.row;
  const auto& delivery = message.delivery;
  const auto milliseconds = [](TimePoint time) {
    return std::to_string(time.time_since_epoch().count());
  };
  add("SenderId", [&] { return to_account_id(row.sender_account); });
  add("SentTimestamp", [&] { return milliseconds(row.sent_at); });
  add("ApproximateReceiveCount", [&] { return std::to_string(delivery.receive_count); });
  add("ApproximateFirstReceiveTimestamp", [&] {
    return delivery.receive_count > 0 ? milliseconds(delivery.first_received_at) : std::string();
  });
  if (!row.details) return;
  add("MessageGroupId", [&] { return row.details->group_id; });
  add("MessageDeduplicationId", [&] { return row.details->deduplication_id; });
  add("AWSTraceHeader", [&] { return row.details->trace_header; });
  add("DeadLetterQueueSourceArn", [&] { return row.details->dead_letter_source; });
}

}  // namespace squire::service
