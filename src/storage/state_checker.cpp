#include "storage/state_checker.hpp"

#include "squire/core/signing_key.hpp"
#include "squire/storage/sqlite_journal.hpp"

namespace squire::storage {
namespace {

using engine::MessageKey;

// Times are added to, and printed with four digits of a year.
constexpr TimePoint kEndOfTime{std::chrono::sys_days{std::chrono::year(9999) / 1 / 1}};

[[noreturn]] void refuse(const std::string& what) {
  throw StorageError("the file has " + what + ", which no squire has written");
}

template <typename Enum>
void check_enum(Enum value, Enum last, const char* what) {
  if (value > last) refuse(what);
}

void check_times(std::initializer_list<TimePoint> times) {
  for (const TimePoint time : times) {
    if (time < TimePoint() || time > kEndOfTime) refuse("a time of before 1970 or after 9999");
  }
}

void check_signing_key(const engine::StringMap& attributes) {
  const auto key = attributes.find("PrivateKey");
  const auto certificate = attributes.find("Certificate");
  bool is_key = key != attributes.end() && certificate != attributes.end();
  if (is_key) {
    try {
      const SigningKey made(key->second, certificate->second);
    } catch (const std::exception&) {
      is_key = false;
    }
  }
  if (!is_key) refuse("a signing key that is none");
}

}  // namespace

template <typename Other>
void StateChecker::check(const Other&) {
  throw std::logic_error("Journal::load gave something that is no row");
}

void StateChecker::check(const engine::Record& record) {
  std::visit([this](const auto& row) { check(row); }, record);
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
  check_times({row.created_at, row.modified_at});
  // The names of delivery queues have a colon.
  const bool is_visible = row.name.name.find(':') == std::string::npos;
  auto& queue = queues_[row.number];
  queue.is_fifo = row.name.name.ends_with(".fifo");
  queue.is_visible = is_visible;
  if (is_visible) ++counts_.queues;
}

void StateChecker::check(const engine::TopicRow& row) {
  check_name(row.number, row.name, "sns");
  check_times({row.created_at, row.archived_since});
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

void StateChecker::check(const engine::MoveTaskRow& row) {
  check_enum(row.status, engine::MoveTaskRow::Status::Failed, "a move task of no status");
  check_times({row.started_at});
}

void StateChecker::check(const std::unique_ptr<engine::SubscriptionRow>& row) {
  check_enum(row->protocol, engine::DeliveryProtocol::Firehose, "a subscription of no protocol");
  check_enum(row->state, engine::SubscriptionRow::State::Deleted, "a subscription of no state");
  check_times({row->changed_at});
  if (topics_.contains(row->topic)) ++counts_.subscriptions;
}

void StateChecker::check(const engine::ReplayRow& row) {
  check_enum(row.status, engine::ReplayRow::Status::Failed, "a replay of no status");
}

void StateChecker::check(const std::unique_ptr<engine::OutboxRow>& row) {
  check_enum(row->protocol, engine::DeliveryProtocol::Firehose, "an outbox entry of no protocol");
  check_times({row->created_at});
}

void StateChecker::check(const engine::RegistryRow& row) {
  using Kind = engine::RegistryRow::Kind;
  check_enum(row.kind, Kind::SigningKey, "a registry entry of no kind");
  if (row.kind == Kind::SigningKey && row.key.empty()) check_signing_key(row.attributes);
  if (row.kind == Kind::SandboxNumber &&
      !(row.attributes.contains("ChangedAt") && row.attributes.contains("Status"))) {
    refuse("a number of the SMS sandbox without a status");
  }
}

void StateChecker::check(const engine::ArchivedRow& row) {
  const auto topic = topics_.find(row.message.key.queue);
  if (topic == topics_.end()) return;  // of a topic that was just deleted
  if (!topic->second) refuse("an archive of a topic that is not FIFO");
  check_times({row.message.sent_at});
  ++counts_.archived_messages;
}

}  // namespace squire::storage
