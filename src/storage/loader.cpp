#include "storage/loader.hpp"

#include <limits>
#include <map>
#include <optional>
#include <set>

#include "storage/row_codec.hpp"
#include "storage/row_table.hpp"
#include "storage/statements.hpp"

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
    load_tables(true);
    for (const auto& range : kRowidRanges) load_messages(range);
    refuse_lost_messages();
    for (const auto& range : kRowidRanges) load_deduplications(range);
    load_tables(false);
    return {orphans_.begin(), orphans_.end()};
  }

 private:
  void check_tables();
  void refuse_lost_messages() const;
  [[noreturn]] void refuse(const std::string& what) const;
  void load_tables(bool are_before_messages);
  void check(const engine::Row& row) const;
  void load_messages(RowidRange range);
  void load_deduplications(RowidRange range);
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
    // A number that cannot be would stand for the rows of another.
    if (!last_exists_ && queue <= MessageKey::kQueueMax) orphans_.insert(queue);
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
  std::vector<std::string> tables = {"purged"};
  for (const auto* kind : database_.kinds()) tables.emplace_back(kind->table);
  for (const auto& table : tables) {
    const auto sql = "PRAGMA quick_check(" + table + ")";
    Statement check(database_.handle(), sql.c_str());
    if (!check.next() || check.bytes(0) == "ok") continue;
    // Behind a heading, in a line of its own.
    const auto text = check.bytes(0);
    refuse("table " + table + ": " + std::string(text.substr(text.rfind('\n') + 1)));
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

// Whoever made a state file gets to know more (StateChecker).
void Loader::check(const engine::Row& row) const {
  const auto* queue = engine::row_cast<engine::QueueRow>(row);
  if (queue == nullptr || database_.is_state_file()) return;
  const bool is_queue = queue->number <= MessageKey::kQueueMax && !queue->name.name.empty() &&
                        is_region(queue->name.region) && is_account_id(queue->name.account);
  if (!is_queue) refuse("table queue: number " + std::to_string(queue->number) + " is no queue");
}

void Loader::load_tables(bool are_before_messages) {
  using Number = engine::Column::Number;
  for (const auto* kind : database_.kinds()) {
    if (kind->is_before_messages != are_before_messages) continue;
    load_table(database_, *kind, [&](std::unique_ptr<engine::Row> row) {
      check(*row);
      if (const auto number = row->number(Number::Own)) queues_.insert(*number);
      // Number 0 is nobody's: those of queues and topics begin with 1.
      const auto owner = row->number(Number::Owner).value_or(0);
      if (owner == 0 || exists(owner)) apply_(engine::RowPut(std::move(row)));
    });
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

std::shared_ptr<const engine::Body> read_body(const Statement& row) {
  constexpr int kText = 5, kSignatureAt = 13;
  std::string text = row.text(kText);
  if (row.is_null(kSignatureAt)) return std::make_shared<const engine::Body>(std::move(text));
  const auto signature_at = static_cast<std::uint64_t>(row.integer(kSignatureAt));
  if (signature_at == 0 || signature_at > text.size()) {
    throw StorageError("table message: a signature belongs to no byte of its body");
  }
  return std::make_shared<const engine::Body>(std::move(text),
                                              std::make_shared<engine::Signature>(signature_at));
}

engine::MessageRow read_message(const Statement& row) {
  engine::MessageRow message;
  message.key = from_rowid(row.integer(0));
  message.id = row.uuid(1);
  message.sent_at = row.time(2);
  message.available_at = row.time(3);
  message.sender_account = static_cast<std::uint64_t>(row.integer(4));
  message.body = read_body(row);
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
                     "          attributes, notification_type) IS NOT NULL,"
                     " signature_at"
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

}  // namespace

std::vector<std::uint32_t> load_rows(Database& database, const Apply& apply) {
  return Loader(database, apply).load();
}

}  // namespace squire::storage
