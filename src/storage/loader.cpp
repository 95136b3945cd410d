#include "storage/loader.hpp"

#include <limits>
#include <map>
#include <optional>
#include <set>

#include "storage/row_codec.hpp"
#include "storage/statements.hpp"
#include "storage/topic_loader.hpp"

namespace squire::storage {
namespace {

using engine::MessageKey;
using Apply = std::function<void(engine::Record)>;

// Rowids in the order of the keys: those of queues from 2^23 on are negative.
struct RowidRange {
  std::int64_t first;
  std::int64_t last;
};
constexpr RowidRange kRowidRanges[] = {{0, std::numeric_limits<std::int64_t>::max()},
                                       {std::numeric_limits<std::int64_t>::min(), -1}};

class Loader {
 public:
  Loader(Database& database, const Apply& apply) : database_(database), apply_(apply) {}

  std::vector<std::uint32_t> load() {
    check_tables();
    load_queues();
    load_topics(database_, [this](engine::TopicRow row) {
      queues_.insert(row.number);
      apply_(std::move(row));
    });
    load_sequences();
    for (const auto& range : kRowidRanges) load_messages(range);
    refuse_lost_messages();
    for (const auto& range : kRowidRanges) load_deduplications(range);
    load_move_tasks();
    load_rows_of_topics(database_, apply_);
    return {orphans_.begin(), orphans_.end()};
  }

 private:
  void check_tables();
  void refuse_lost_messages() const;
  [[noreturn]] void refuse(const std::string& what) const;
  void load_queues();
  void load_sequences();
  void load_messages(RowidRange range);
  void load_deduplications(RowidRange range);
  void load_move_tasks();
  bool exists(std::uint32_t queue);

  Database& database_;
  const Apply& apply_;
  std::set<std::uint32_t> queues_;  // and topics
  std::set<std::uint32_t> orphans_;
  std::map<std::uint32_t, std::uint64_t> lost_messages_;  // how many, by the number of their queue
  // The answer of the last exists(): rows come queue by queue.
  std::optional<std::uint32_t> last_queue_;
  bool last_exists_ = false;
};

bool Loader::exists(std::uint32_t queue) {
  if (last_queue_ != queue) {
    last_queue_ = queue;
    last_exists_ = queues_.contains(queue);
    if (!last_exists_) orphans_.insert(queue);
  }
  return last_exists_;
}

void Loader::refuse(const std::string& what) const {
  throw StorageError(
      database_.name() + " is damaged: " + what +
      (database_.is_state_file()
           ? ""
           : ". Nothing was changed. Keep a copy of it; squire --salvage copies what "
             "can be read into a new file"));
}

// What everything else hangs on is small enough to be looked through.
void Loader::check_tables() {
  for (const char* table : {"queue", "sequence", "purged", "topic", "subscription", "replay"}) {
    const auto sql = std::string("PRAGMA quick_check(") + table + ")";
    Statement check(database_.handle(), sql.c_str());
    if (!check.next() || check.bytes(0) == "ok") continue;
    // Behind a heading, in a line of its own.
    const auto text = check.bytes(0);
    refuse("table " + std::string(table) + ": " + std::string(text.substr(text.rfind('\n') + 1)));
  }
}

// A queue is deleted with its messages: those without one have lost it.
void Loader::refuse_lost_messages() const {
  if (lost_messages_.empty()) return;
  std::string numbers;
  std::uint64_t count = 0;
  for (const auto& [queue, messages] : lost_messages_) {
    count += messages;
    numbers += (numbers.empty() ? "" : ", ") + std::to_string(queue);
  }
  refuse(std::to_string(count) + " messages are of queues that its table queue does not have, by " +
         "number " + numbers);
}

bool is_queue(const engine::QueueRow& row) {
  return row.number <= MessageKey::kQueueMax && !row.name.name.empty() &&
         is_region(row.name.region) && is_account_id(row.name.account);
}

void Loader::load_queues() {
  Statement rows(database_.handle(),
                 "SELECT number, region, account, name, created_at, modified_at, attributes, tags"
                 " FROM queue ORDER BY number");
  while (rows.next()) {
    engine::QueueRow row;
    row.number = static_cast<std::uint32_t>(rows.integer(0));
    row.name = {rows.text(1), rows.text(2), rows.text(3)};
    row.created_at = rows.time(4);
    row.modified_at = rows.time(5);
    row.attributes = decode_string_map(rows.bytes(6));
    row.tags = decode_string_map(rows.bytes(7));
    // Whoever made a state file gets to know more (StateChecker).
    if (!database_.is_state_file() && !is_queue(row)) {
      refuse("table queue: number " + std::to_string(rows.integer(0)) + " is no queue");
    }
    queues_.insert(row.number);
    apply_(std::move(row));
  }
}

void Loader::load_sequences() {
  Statement rows(database_.handle(), "SELECT queue, \"limit\" FROM sequence ORDER BY queue");
  while (rows.next()) {
    const auto queue = static_cast<std::uint32_t>(rows.integer(0));
    if (queue != engine::SequenceRow::kNumbers && !exists(queue)) continue;
    apply_(engine::SequenceRow{queue, static_cast<std::uint64_t>(rows.integer(1))});
  }
}

std::shared_ptr<const engine::Details> read_details(const Statement& row) {
  constexpr int kFirst = 6;
  engine::Details details;
  details.group_id = row.text(kFirst);
  details.deduplication_id = row.text(kFirst + 1);
  details.trace_header = row.text(kFirst + 2);
  details.dead_letter_source = row.text(kFirst + 3);
  details.attributes = decode_attributes(row.bytes(kFirst + 4));
  details.notification_type = row.text(kFirst + 5);
  return std::make_shared<const engine::Details>(std::move(details));
}

engine::MessageRow read_message(const Statement& row) {
  engine::MessageRow message;
  message.key = from_rowid(row.integer(0));
  message.id = row.uuid(1);
  message.sent_at = row.time(2);
  message.available_at = row.time(3);
  message.sender_account = static_cast<std::uint64_t>(row.integer(4));
  message.body = std::make_shared<const engine::Body>(row.text(5));
  if (row.integer(12) != 0) message.details = read_details(row);
  return message;
}

engine::DeliveryRow read_delivery(const Statement& row) {
  return {from_rowid(row.integer(0)),
          row.time(1),
          row.time(2),
          row.time(3),
          static_cast<std::uint32_t>(row.integer(4)),
          static_cast<std::uint32_t>(row.integer(5))};
}

// Two scans in the same order, side by side: several times faster than a join.
void Loader::load_messages(RowidRange range) {
  Statement messages(database_.handle(),
                     "SELECT key, id, sent_at, available_at, sender, body, group_id,"
                     " deduplication_id, trace_header, dead_letter_source, attributes,"
                     " notification_type,"
                     " coalesce(group_id, deduplication_id, trace_header, dead_letter_source,"
                     "          attributes, notification_type) IS NOT NULL"
                     " FROM message WHERE key BETWEEN ? AND ? ORDER BY key");
  Statement deliveries(database_.handle(),
                       "SELECT key, visible_at, first_received_at, received_at, receive_count,"
                       " earlier_count FROM delivery WHERE key BETWEEN ? AND ? ORDER BY key");
  messages.query(range.first, range.last);
  deliveries.query(range.first, range.last);
  bool has_delivery = deliveries.next();
  while (messages.next()) {
    const std::int64_t key = messages.integer(0);
    if (const auto queue = from_rowid(key).queue; !exists(queue)) {
      ++lost_messages_[queue];
      continue;
    }
    apply_(read_message(messages));
    while (has_delivery && deliveries.integer(0) < key) has_delivery = deliveries.next();
    if (has_delivery && deliveries.integer(0) == key) apply_(read_delivery(deliveries));
  }
}

void Loader::load_deduplications(RowidRange range) {
  Statement rows(database_.handle(),
                 "SELECT key, id, scope, message_id, sent_at FROM deduplication"
                 " WHERE key BETWEEN ? AND ? ORDER BY key");
  rows.query(range.first, range.last);
  while (rows.next()) {
    const MessageKey key = from_rowid(rows.integer(0));
    if (!exists(key.queue)) continue;
    apply_(engine::DeduplicationRow{key, rows.text(1), rows.text(2), rows.uuid(3), rows.time(4)});
  }
}

ResourceName read_arn(std::string_view text) {
  auto name = parse_arn("sqs", text);
  if (!name) throw StorageError("squire.db: the ARN of a move task is damaged");
  return *std::move(name);
}

void Loader::load_move_tasks() {
  Statement rows(database_.handle(),
                 "SELECT id, source, destination, messages_per_second_max, status, moved_count,"
                 " to_move_count, failure_reason, started_at FROM move_task"
                 " ORDER BY started_at, id");
  while (rows.next()) {
    engine::MoveTaskRow row;
    row.id = rows.uuid(0);
    row.source = read_arn(rows.bytes(1));
    if (!rows.is_null(2)) row.destination = read_arn(rows.bytes(2));
    if (!rows.is_null(3)) row.messages_per_second_max = static_cast<int>(rows.integer(3));
    row.status = static_cast<engine::MoveTaskRow::Status>(rows.integer(4));
    row.moved_count = rows.integer(5);
    row.to_move_count = rows.integer(6);
    row.failure_reason = rows.text(7);
    row.started_at = rows.time(8);
    apply_(std::move(row));
  }
}

}  // namespace

std::vector<std::uint32_t> load_rows(Database& database, const Apply& apply) {
  return Loader(database, apply).load();
}

}  // namespace squire::storage
