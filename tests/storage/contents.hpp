#pragma once

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include "squire/storage/sqlite_journal.hpp"
#include "support/journal_contents.hpp"

namespace squire::test {

namespace rows {

inline std::string text(TimePoint time) {
  return std::to_string(time.time_since_epoch().count());
}
inline std::string text(const engine::MessageKey& key) {
  return std::to_string(key.queue) + '/' + std::to_string(key.sequence);
}
// The columns of a row that describes itself.
class Print final : public engine::ColumnWriter {
 public:
  explicit Print(std::ostream& out) : out_(out) {}

  void integer(const engine::Column& column, std::optional<std::int64_t> value) override {
    begin(column) << (value ? std::to_string(*value) : "none");
  }
  void text(const engine::Column& column, std::string_view value) override {
    begin(column) << value;
  }
  void id(const engine::Column& column, const Uuid& value) override {
    begin(column) << to_string(value);
  }
  void map(const engine::Column& column, const engine::StringMap& value) override {
    begin(column);
    for (const auto& [name, text] : value) out_ << name << '=' << text << ',';
  }
  void attributes(const engine::Column& column, const MessageAttributes& value) override {
    begin(column);
    for (const auto& [name, one] : value)
      out_ << name << ':' << one.type << '=' << one.value << ',';
  }

 private:
  std::ostream& begin(const engine::Column& column) { return out_ << ' ' << column.name << ' '; }

  std::ostream& out_;
};

inline void print(std::ostream& out, const engine::RowPut& put) {
  out << put.row->kind().table;
  Print columns(out);
  put.row->write(columns);
}

inline void print(std::ostream& out, const engine::MessageRow& row) {
  out << "message " << text(row.key) << ' ' << to_string(row.id) << ' ' << text(row.sent_at) << ' '
      << text(row.available_at) << ' ' << row.sender_account << ' ' << row.body->stored_text();
  if (const auto* signature = row.body->signature()) out << " signature at " << signature->place();
  if (row.details == nullptr) return;
  out << " group " << row.details->group_id << " deduplication " << row.details->deduplication_id
      << " trace " << row.details->trace_header << " from " << row.details->dead_letter_source;
  for (const auto& [name, value] : row.details->attributes) {
    out << ' ' << name << ':' << value.type << '=' << value.value;
  }
}

inline void print(std::ostream& out, const engine::DeliveryRow& row) {
  out << "delivery " << text(row.key) << ' ' << text(row.visible_at) << ' '
      << text(row.first_received_at) << ' ' << text(row.received_at) << ' ' << row.receive_count
      << ' ' << row.earlier_count;
}

inline void print(std::ostream& out, const engine::DeduplicationRow& row) {
  out << "deduplication " << text(row.key) << ' ' << row.id << ' ' << row.scope << ' '
      << to_string(row.message_id) << ' ' << text(row.sent_at);
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

inline std::string line(const engine::Record& record) {
  return std::visit([](const auto& row) { return rows::line(row); }, record);
}

// One line per row.
inline std::vector<std::string> lines(const Contents& contents, bool with_deliveries = true) {
  std::vector<std::string> lines;
  contents.walk([&](const engine::Record& record) {
    if (!with_deliveries && std::holds_alternative<engine::DeliveryRow>(record)) return;
    lines.push_back(line(record));
  });
  return lines;
}

// Every row, in order, as lines() would write it.
inline std::vector<std::string> load_lines(engine::Journal& journal, bool with_deliveries = true) {
  std::vector<std::string> lines;
  journal.load([&](const engine::Record& record) {
    if (!with_deliveries && std::holds_alternative<engine::DeliveryRow>(record)) return;
    lines.push_back(line(record));
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

// Copies the data files as a crash would leave them. The journal must have nothing to do but to
// truncate its log: if it does that meanwhile, they are copied again.
inline void copy_database(const std::filesystem::path& from, const std::filesystem::path& to) {
  namespace fs = std::filesystem;
  constexpr auto kOver = fs::copy_options::overwrite_existing;
  const auto log = from / "squire.db-wal";
  fs::create_directories(to);
  for (bool is_done = false; !is_done;) {
    const auto changed_at = fs::last_write_time(log);
    std::error_code error;
    fs::copy_file(from / "squire.db", to / "squire.db", kOver);
    is_done = fs::copy_file(log, to / "squire.db-wal", kOver, error) &&
              fs::last_write_time(log) == changed_at;
  }
}

}  // namespace squire::test
