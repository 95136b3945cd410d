#include "storage/state_checker.hpp"

#include "squire/storage/sqlite_journal.hpp"

namespace squire::storage {
namespace {

using engine::MessageKey;

[[noreturn]] void refuse(const std::string& what) {
  throw StorageError("the file has " + what + ", which no squire has written");
}

void check_times(std::initializer_list<TimePoint> times) {
  for (const TimePoint time : times) {
    if (!is_possible(time)) refuse(engine::kImpossibleTime);
  }
}

}  // namespace

template <typename Other>
void StateChecker::check(const Other&) {
  throw std::logic_error("Journal::load gave something that is no row");
}

void StateChecker::check(const engine::Record& record) {
  std::visit([this](const auto& row) { check(row); }, record);
}

// The row by itself, and then what others have to do with it.
void StateChecker::check(const engine::RowPut& put) {
  if (const auto fault = put.row->fault(); !fault.empty()) refuse(fault);
  if (const auto* queue = engine::row_cast<engine::QueueRow>(*put.row)) check(*queue);
  if (const auto* topic = engine::row_cast<engine::TopicRow>(*put.row)) check(*topic);
  if (const auto* sequence = engine::row_cast<engine::SequenceRow>(*put.row)) check(*sequence);
  if (const auto* one = engine::row_cast<engine::SubscriptionRow>(*put.row)) check(*one);
}

void StateChecker::check_name(std::uint32_t number, const ResourceName& name,
                              std::string_view service) {
  if (number > MessageKey::kQueueMax || queues_.contains(number) || topics_.contains(number)) {
    refuse("a queue or topic with the number " + std::to_string(number));
  }
  const auto arn = to_arn(service, name);
  if (name.name.empty() || !is_region(name.region) || !is_account_id(name.account) ||
      !arns_.insert(arn).second) {
    refuse("a malformed ARN, or one twice: " + arn);
  }
}

void StateChecker::check(const engine::QueueRow& row) {
  check_name(row.number, row.name, "sqs");
  // The names of delivery queues have a colon.
  const bool is_visible = row.name.name.find(':') == std::string::npos;
  auto& queue = queues_[row.number];
  queue.is_fifo = row.name.name.ends_with(".fifo");
  queue.is_visible = is_visible;
  if (is_visible) ++counts_.queues;
}

void StateChecker::check(const engine::TopicRow& row) {
  check_name(row.number, row.name, "sns");
  topics_[row.number] = row.name.name.ends_with(".fifo");
  ++counts_.topics;
}

void StateChecker::check(const engine::SequenceRow& row) {
  if (row.limit > MessageKey::kSequenceMax) refuse("a sequence that is used up");
  if (row.queue == engine::SequenceRow::kNumbers &&
      (row.limit == 0 || row.limit > MessageKey::kQueueMax + 1ull)) {
    refuse("a sequence of numbers that is none");
  }
  const auto queue = queues_.find(row.queue);
  if (queue != queues_.end()) queue->second.sequence_limit = row.limit;
}

void StateChecker::check(const engine::MessageRow& row) {
  const auto queue = queues_.find(row.key.queue);
  if (queue == queues_.end()) refuse("a message in a topic");
  check_times({row.sent_at, row.available_at});
  // The next message would take its place.
  if (row.key.sequence >= queue->second.sequence_limit) refuse("a message beyond its sequence");
  if (queue->second.is_fifo && (!row.details || row.details->group_id.empty())) {
    refuse("a message without a group in a FIFO queue");
  }
  ++(queue->second.is_visible ? counts_.messages : counts_.pending_deliveries);
}

void StateChecker::check(const engine::DeliveryRow& row) {
  check_times({row.visible_at, row.first_received_at, row.received_at});
  if (row.earlier_count > row.receive_count) refuse("more receives of other queues than of all");
}

void StateChecker::check(const engine::DeduplicationRow& row) {
  check_times({row.sent_at});
}

void StateChecker::check(const engine::SubscriptionRow& row) {
  if (topics_.contains(row.topic)) ++counts_.subscriptions;
}

void StateChecker::check(const engine::ArchivedRow& row) {
  const auto topic = topics_.find(row.message.key.queue);
  if (topic == topics_.end()) return;  // of a topic that was just deleted
  if (!topic->second) refuse("an archive of a topic that is not FIFO");
  check_times({row.message.sent_at});
  ++counts_.archived_messages;
}

}  // namespace squire::storage
