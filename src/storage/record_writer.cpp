#include "storage/record_writer.hpp"

#include <algorithm>
#include <limits>
#include <tuple>
#include <type_traits>
#include <variant>

#include "storage/row_codec.hpp"

namespace squire::storage {

using engine::MessageKey;

namespace {

// About 5 ms of deleting between two commits.
constexpr std::int64_t kPurgePortion = 5000;
constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

// Whether a record frees room, and may come before those that stand before it: keys are never used
// again.
template <typename Row>
constexpr bool kTakesAway =
    std::is_same_v<Row, engine::MessageGone> || std::is_same_v<Row, engine::QueuePurged> ||
    std::is_same_v<Row, engine::QueueGone> || std::is_same_v<Row, engine::TopicGone> ||
    std::is_same_v<Row, engine::ArchiveExpired>;

}  // namespace

RecordWriter::RecordWriter(Database& database)
    : database_(database),
      tables_(database),
      archive_(database),
      begin_(database.handle(), "BEGIN IMMEDIATE"),
      commit_(database.handle(), "COMMIT"),
      roll_back_(database.handle(), "ROLLBACK"),
      put_message_(database.handle(),
                   "REPLACE INTO message (key, id, sent_at, available_at, sender, body)"
                   " VALUES (?, ?, ?, ?, ?, ?)"),
      put_unsigned_message_(database.handle(),
                            "REPLACE INTO message (key, id, sent_at, available_at, sender, body,"
                            " signature_at) VALUES (?, ?, ?, ?, ?, ?, ?)"),
      put_detailed_message_(database.handle(),
                            "REPLACE INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      put_delivery_(database.handle(), "REPLACE INTO delivery VALUES (?, ?, ?, ?, ?, ?)"),
      put_purged_(database.handle(), "REPLACE INTO purged VALUES (?, ?)"),
      put_deduplication_(database.handle(), "REPLACE INTO deduplication VALUES (?, ?, ?, ?, ?)"),
      remove_message_(database.handle(), "DELETE FROM message WHERE key = ?"),
      remove_messages_(database.handle(), "DELETE FROM message WHERE key BETWEEN ? AND ?"),
      find_message_(database.handle(),
                    "SELECT key FROM message WHERE key BETWEEN ? AND ? ORDER BY key"
                    " LIMIT 1 OFFSET ?"),
      select_purged_(database.handle(), "SELECT queue, last FROM purged"),
      remove_purged_(database.handle(), "DELETE FROM purged WHERE queue = ?"),
      remove_delivery_(database.handle(), "DELETE FROM delivery WHERE key = ?"),
      remove_deliveries_(database.handle(), "DELETE FROM delivery WHERE key BETWEEN ? AND ?"),
      remove_deduplications_(database.handle(),
                             "DELETE FROM deduplication WHERE key BETWEEN ? AND ?") {
  Statement any(database.handle(), "SELECT 1 FROM delivery LIMIT 1");
  may_have_stored_deliveries_ = any.next();
  load_purges();
}

void RecordWriter::load_purges() {
  purges_.clear();
  select_purged_.reset();
  while (select_purged_.next()) {
    purges_[static_cast<std::uint32_t>(select_purged_.integer(0))] =
        static_cast<std::uint64_t>(select_purged_.integer(1));
  }
  select_purged_.reset();
}

void RecordWriter::write(const std::vector<engine::Record>& batch, bool with_deliveries) {
  transact(with_deliveries, [&] {
    for (const auto& record : batch) {
      std::visit([this](const auto& row) { apply(row); }, record);
    }
  });
}

void RecordWriter::write_removals(const std::vector<engine::Record>& batch) {
  transact(false, [&] {
    for (const auto& record : batch) {
      std::visit(
          [this]<typename Row>(const Row& row) {
            if constexpr (kTakesAway<Row>) apply(row);
            if constexpr (std::is_same_v<Row, engine::RowGone>) {
              if (!row.key->kind().reuses_keys) apply(row);
            }
          },
          record);
    }
  });
}

template <typename Apply>
void RecordWriter::transact(bool with_deliveries, Apply&& apply_all) {
  try {
    apply_all();
    write_changes();
    write_deliveries(with_deliveries);
    for (std::int64_t left = kPurgePortion; left > 0 && has_purges();) {
      left -= delete_purged(purges_.begin()->first, left);
    }
    commit();
  } catch (const DiskFull&) {
    roll_back();
    throw;
  }
  if (with_deliveries) {
    deliveries_.clear();
  } else {
    for (const std::uint64_t key : due_) deliveries_.erase(key);
  }
  due_.clear();
}

void RecordWriter::finish_purges() {
  while (has_purges()) write({}, false);
}

void RecordWriter::commit() {
  if (!in_transaction_) return;
  commit_.run();
  in_transaction_ = false;
}

void RecordWriter::roll_back() {
  // Some errors have done it already.
  if (!sqlite3_get_autocommit(database_.handle())) roll_back_.run();
  in_transaction_ = false;
  changes_.clear();
  change_count_ = 0;
  due_.clear();
  load_purges();
}

// Before every statement.
void RecordWriter::begin() {
  constexpr std::uint64_t kBeatEvery = 256;
  if (heart_ && ++statement_count_ % kBeatEvery == 0) heart_->beat();
  if (in_transaction_) return;
  begin_.run();
  in_transaction_ = true;
}

void RecordWriter::apply(const engine::RowPut& put) {
  begin();
  tables_.of(put.row->kind()).put(*put.row);
}

void RecordWriter::apply(const engine::RowGone& gone) {
  begin();
  tables_.of(gone.key->kind()).remove(*gone.key);
}

void RecordWriter::apply(const engine::DeduplicationRow& row) {
  begin();
  put_deduplication_.run(to_rowid(row.key.packed()), row.id, row.scope, row.message_id,
                         row.sent_at);
}

void RecordWriter::apply(const engine::MessageRow& row) {
  change(row.key.packed(), &row);
}

void RecordWriter::apply(const engine::MessageGone& gone) {
  change(gone.key.packed(), nullptr);
}

void RecordWriter::apply(const std::unique_ptr<engine::MessageMoved>& moved) {
  change(moved->from.packed(), nullptr);
  change(moved->row.key.packed(), &moved->row);
  if (!moved->delivery) return;
  apply(*moved->delivery);
}

void RecordWriter::apply(const engine::DeliveryRow& row) {
  deliveries_.insert_or_assign(row.key.packed(), row);
  due_.push_back(row.key.packed());
}

void RecordWriter::apply(const engine::LazyDelivery& lazy) {
  deliveries_.insert_or_assign(lazy.row.key.packed(), lazy.row);
}

void RecordWriter::apply(const engine::QueuePurged& purged) {
  if (purged.end == 0) return;
  purge(purged.queue, std::min(purged.end - 1, MessageKey::kSequenceMax));
}

void RecordWriter::apply(const engine::QueueGone& gone) {
  purge(gone.queue, MessageKey::kSequenceMax);
  remove_all_of(gone.queue);
}

void RecordWriter::apply(const engine::TopicGone& gone) {
  begin();
  archive_.remove(gone.number);
  remove_all_of(gone.number);
}

void RecordWriter::apply(const engine::DeduplicationGone& gone) {
  if (gone.end == 0) return;
  begin();
  const std::uint64_t last = std::min(gone.end - 1, MessageKey::kSequenceMax);
  remove_deduplications_.run(first_rowid(gone.queue), last_rowid(gone.queue, last));
}

void RecordWriter::apply(const std::unique_ptr<engine::ArchivedRow>& row) {
  begin();
  archive_.put(*row);
}

void RecordWriter::apply(const engine::ArchiveExpired& expired) {
  begin();
  archive_.expire(expired);
}

// What there is of a queue or topic besides messages.
void RecordWriter::remove_all_of(std::uint32_t number) {
  remove_deduplications_.run(first_rowid(number), last_rowid(number));
  tables_.remove_of(number);
}

void RecordWriter::change(std::uint64_t key, const engine::MessageRow* row) {
  changes_.push_back({key, ++change_count_, row});
  if (row == nullptr && !deliveries_.empty()) deliveries_.erase(key);
}

// Changes collected before the purge fall away; those after it are written after it.
void RecordWriter::purge(std::uint32_t queue, std::uint64_t last_sequence) {
  begin();
  const std::uint64_t first = MessageKey{queue, 0}.packed();
  const std::uint64_t last = MessageKey{queue, last_sequence}.packed();
  const auto is_inside = [=](std::uint64_t key) { return key >= first && key <= last; };
  std::erase_if(changes_, [&](const Change& change) { return is_inside(change.key); });
  std::erase_if(deliveries_, [&](const auto& entry) { return is_inside(entry.first); });
  auto& purged = purges_[queue];
  purged = std::max(purged, last_sequence);
  put_purged_.run(std::int64_t{queue}, static_cast<std::int64_t>(purged));
}

std::int64_t RecordWriter::delete_purged(std::uint32_t queue, std::int64_t count_max) {
  begin();
  const auto first = first_rowid(queue);
  auto last = last_rowid(queue, purges_.at(queue));
  find_message_.query(first, last, count_max);
  const bool is_more = find_message_.next();
  if (is_more) last = find_message_.integer(0);
  find_message_.reset();
  remove_messages_.run(first, last);
  const std::int64_t count = remove_messages_.changed_count();
  remove_deliveries_.run(first, last);
  if (is_more) return count;
  remove_purged_.run(std::int64_t{queue});
  purges_.erase(queue);
  return count;
}

void RecordWriter::write_changes() {
  if (changes_.empty()) return;
  const auto earlier = [](const Change& a, const Change& b) {
    return std::tie(a.key, a.order) < std::tie(b.key, b.order);
  };
  // A busy queue's batch is in order already.
  if (!std::is_sorted(changes_.begin(), changes_.end(), earlier)) {
    std::sort(changes_.begin(), changes_.end(), earlier);
  }
  bool has_run = false;
  std::uint64_t run_first = 0;
  std::uint64_t run_last = 0;
  for (auto change = changes_.begin(); change != changes_.end();) {
    // All changes of one message. Keys are never used again: put comes first, and only once.
    const bool is_new = change->row != nullptr;
    auto last = change;
    while (std::next(last) != changes_.end() && std::next(last)->key == change->key) ++last;
    if (last->row != nullptr) {
      put(*last->row);
    } else if (!is_new && has_run && run_last + 1 == change->key) {
      run_last = change->key;
    } else if (!is_new) {
      if (has_run) remove(run_first, run_last);
      has_run = true;
      run_first = run_last = change->key;
    }
    change = std::next(last);
  }
  if (has_run) remove(run_first, run_last);
  changes_.clear();
  change_count_ = 0;
}

void RecordWriter::put(const engine::MessageRow& row) {
  begin();
  // A message that was moved here by somebody who took its key before the purge.
  if (const auto purged = purges_.find(row.key.queue);
      purged != purges_.end() && row.key.sequence <= purged->second) [[unlikely]] {
    delete_purged(row.key.queue, kNoLimit);
  }
  const auto key = to_rowid(row.key.packed());
  const auto sender = static_cast<std::int64_t>(row.sender_account);
  const auto& body = row.body->stored_text();
  std::optional<std::int64_t> signature_at;
  if (const auto* signature = row.body->signature()) {
    signature_at = static_cast<std::int64_t>(signature->place());
  }
  if (row.details == nullptr) {
    if (signature_at) {
      put_unsigned_message_.run(key, row.id, row.sent_at, row.available_at, sender, body,
                                signature_at);
    } else {
      put_message_.run(key, row.id, row.sent_at, row.available_at, sender, body);
    }
    return;
  }
  const engine::Details& details = *row.details;
  const std::string attributes = encode(details.attributes);
  put_detailed_message_.run(key, row.id, row.sent_at, row.available_at, sender, body,
                            TextOrNull{details.group_id}, TextOrNull{details.deduplication_id},
                            TextOrNull{details.trace_header},
                            TextOrNull{details.dead_letter_source}, Blob{attributes},
                            TextOrNull{details.notification_type}, signature_at);
}

void RecordWriter::put(const engine::DeliveryRow& row) {
  begin();
  may_have_stored_deliveries_ = true;
  put_delivery_.run(to_rowid(row.key.packed()), row.visible_at, row.first_received_at,
                    row.received_at, std::int64_t{row.receive_count},
                    std::int64_t{row.earlier_count});
}

void RecordWriter::remove(std::uint64_t first, std::uint64_t last) {
  begin();
  if (first == last) {
    remove_message_.run(to_rowid(first));
    if (may_have_stored_deliveries_) remove_delivery_.run(to_rowid(first));
  } else {
    remove_messages_.run(to_rowid(first), to_rowid(last));
    if (may_have_stored_deliveries_) remove_deliveries_.run(to_rowid(first), to_rowid(last));
  }
}

void RecordWriter::write_deliveries(bool all) {
  if (all) {
    for (const auto& [key, row] : deliveries_) put(row);
    return;
  }
  for (const std::uint64_t key : due_) {
    // Its message may be gone again.
    if (const auto entry = deliveries_.find(key); entry != deliveries_.end()) put(entry->second);
  }
}

}  // namespace squire::storage
