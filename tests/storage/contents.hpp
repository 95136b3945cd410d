#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include "squire/storage/sqlite_journal.hpp"

namespace squire::test {

namespace rows {

inline std::string text(TimePoint time) {
  return std::to_string(time.time_since_epoch().count());
}
inline std::string text(const engine::MessageKey& key) {
  return std::to_string(key.queue) + '/' + std::to_string(key.sequence);
}
inline std::string text(const engine::StringMap& map) {
  std::string out;
  for (const auto& [name, value] : map) out += ' ' + name + '=' + value;
  return out;
}

inline void print(std::ostream& out, const engine::QueueRow& row) {
  out << "queue " << row.number << ' ' << to_arn("sqs", row.name) << ' ' << text(row.created_at)
      << ' ' << text(row.modified_at) << " attributes" << text(row.attributes) << " tags"
      << text(row.tags);
}

inline void print(std::ostream& out, const engine::SequenceRow& row) {
  out << "sequence " << row.queue << " limit " << row.limit;
}

inline void print(std::ostream& out, const engine::MessageRow& row) {
  out << "message " << text(row.key) << ' ' << to_string(row.id) << ' ' << text(row.sent_at) << ' '
      << text(row.available_at) << ' ' << row.sender_account << ' ' << row.body->text;
  if (row.details == nullptr) return;
  out << " group " << row.details->group_id << " deduplication " << row.details->deduplication_id
      << " trace " << row.details->trace_header << " from " << row.details->dead_letter_source;
  for (const auto& [name, value] : row.details->attributes) {
    out << ' ' << name << ':' << value.type << '=' << value.value;
  }
}

inline void print(std::ostream& out, const engine::DeliveryRow& row) {
  out << "delivery " << text(row.key) << ' ' << text(row.visible_at) << ' '
      << text(row.first_received_at) << ' ' << text(row.received_at) << ' ' << row.receive_count;
}

inline void print(std::ostream& out, const engine::DeduplicationRow& row) {
  out << "deduplication " << text(row.key) << ' ' << row.id << ' ' << row.scope << ' '
      << to_string(row.message_id) << ' ' << text(row.sent_at);
}

inline void print(std::ostream& out, const engine::MoveTaskRow& row) {
  out << "task " << to_string(row.id) << ' ' << to_arn("sqs", row.source) << " to "
      << (row.destination ? to_arn("sqs", *row.destination) : "the sources") << ' '
      << row.messages_per_second_max.value_or(-1) << ' ' << static_cast<int>(row.status) << ' '
      << row.moved_count << '/' << row.to_move_count << ' ' << row.failure_reason << ' '
      << text(row.started_at);
}

template <typename Row>
void print(std::ostream& out, const Row&) {
  out << "not a row";
}

template <typename Row>
std::string line(const Row& row) {
  std::ostringstream out;
  print(out, row);
  return out.str();
}

}  // namespace rows

// What a journal should give back: the naive meaning of every record, in ordered maps.
class Contents {
 public:
  void apply(const engine::Record& record) {
    std::visit([this](const auto& row) { apply(row); }, record);
  }

  // One line per row, in the order of Journal::load().
  std::vector<std::string> lines(bool with_deliveries = true) const;

 private:
  using Key = std::uint64_t;

  void apply(const engine::QueueRow& row) { queues_[row.number] = row; }
  void apply(const engine::SequenceRow& row) { sequences_[row.queue] = row; }
  void apply(const engine::MessageRow& row) { messages_[row.key.packed()] = row; }
  void apply(const engine::DeliveryRow& row) { deliveries_[row.key.packed()] = row; }
  void apply(const engine::DeduplicationRow& row) { deduplications_[row.key.packed()] = row; }
  void apply(const engine::MoveTaskRow& row);
  void apply(const engine::MessageGone& gone);
  void apply(const engine::QueuePurged& purged);
  void apply(const engine::QueueGone& gone);
  void apply(const engine::DeduplicationGone& gone);
  void apply(const std::unique_ptr<engine::MessageMoved>& moved);
  void apply(const engine::MoveTaskGone& gone);

  std::map<std::uint32_t, engine::QueueRow> queues_;
  std::map<std::uint32_t, engine::SequenceRow> sequences_;
  std::map<Key, engine::MessageRow> messages_;
  std::map<Key, engine::DeliveryRow> deliveries_;
  std::map<Key, engine::DeduplicationRow> deduplications_;
  std::vector<engine::MoveTaskRow> move_tasks_;
};

inline void Contents::apply(const engine::MoveTaskRow& row) {
  apply(engine::MoveTaskGone{row.id});
  move_tasks_.push_back(row);
}

inline void Contents::apply(const engine::MessageGone& gone) {
  messages_.erase(gone.key.packed());
  deliveries_.erase(gone.key.packed());
}

inline void Contents::apply(const engine::QueuePurged& purged) {
  const auto is_gone = [&](const auto& entry) {
    return entry.second.key.queue == purged.queue && entry.second.key.sequence < purged.end;
  };
  std::erase_if(messages_, is_gone);
  std::erase_if(deliveries_, is_gone);
}

inline void Contents::apply(const engine::QueueGone& gone) {
  queues_.erase(gone.queue);
  sequences_.erase(gone.queue);
  apply(engine::QueuePurged{gone.queue, engine::MessageKey::kSequenceMax + 1});
  apply(engine::DeduplicationGone{gone.queue, engine::MessageKey::kSequenceMax + 1});
}

inline void Contents::apply(const engine::DeduplicationGone& gone) {
  std::erase_if(deduplications_, [&](const auto& entry) {
    return entry.second.key.queue == gone.queue && entry.second.key.sequence < gone.end;
  });
}

inline void Contents::apply(const std::unique_ptr<engine::MessageMoved>& moved) {
  apply(engine::MessageGone{moved->from});
  apply(moved->row);
  if (moved->delivery) apply(*moved->delivery);
}

inline void Contents::apply(const engine::MoveTaskGone& gone) {
  std::erase_if(move_tasks_, [&](const engine::MoveTaskRow& row) { return row.id == gone.id; });
}

inline std::vector<std::string> Contents::lines(bool with_deliveries) const {
  std::vector<std::string> lines;
  for (const auto& [number, row] : queues_) lines.push_back(rows::line(row));
  for (const auto& [number, row] : sequences_) lines.push_back(rows::line(row));
  for (const auto& [key, row] : messages_) {
    lines.push_back(rows::line(row));
    const auto delivery = deliveries_.find(key);
    if (with_deliveries && delivery != deliveries_.end())
      lines.push_back(rows::line(delivery->second));
  }
  for (const auto& [key, row] : deduplications_) lines.push_back(rows::line(row));
  auto tasks = move_tasks_;
  std::ranges::stable_sort(tasks, {}, &engine::MoveTaskRow::started_at);
  for (const auto& row : tasks) lines.push_back(rows::line(row));
  return lines;
}

// Every row, in order, as Contents::lines() would write it.
inline std::vector<std::string> load_lines(engine::Journal& journal, bool with_deliveries = true) {
  std::vector<std::string> lines;
  journal.load([&](const engine::Record& record) {
    if (!with_deliveries && std::holds_alternative<engine::DeliveryRow>(record)) return;
    lines.push_back(std::visit([](const auto& row) { return rows::line(row); }, record));
  });
  return lines;
}

// Opens the directory, loads, closes.
inline std::vector<std::string> load_lines(const std::filesystem::path& directory,
                                           bool with_deliveries = true) {
  storage::SqliteJournal journal({.directory = directory});
  return load_lines(journal, with_deliveries);
}

// The first line that differs, for a failure that can be read; empty if there is none.
inline std::string difference(const std::vector<std::string>& actual,
                              const std::vector<std::string>& expected) {
  for (std::size_t i = 0; i < std::max(actual.size(), expected.size()); ++i) {
    const std::string got = i < actual.size() ? actual[i] : "nothing";
    const std::string wanted = i < expected.size() ? expected[i] : "nothing";
    if (got != wanted) return "line " + std::to_string(i) + ": " + got + "\ninstead of: " + wanted;
  }
  return "";
}

// Copies the data files as a crash would leave them. The journal must have nothing to do.
inline void copy_database(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::filesystem::create_directories(to);
  for (const char* name : {"squire.db", "squire.db-wal"}) {
    std::filesystem::copy_file(from / name, to / name,
                               std::filesystem::copy_options::overwrite_existing);
  }
}

}  // namespace squire::test
