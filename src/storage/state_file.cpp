#include "storage/state_file.hpp"

#include <array>
#include <fstream>
#include <string_view>

#include "squire/storage/maintenance.hpp"
#include "storage/archive.hpp"
#include "storage/database.hpp"
#include "storage/loader.hpp"
#include "storage/record_writer.hpp"
#include "storage/state_checker.hpp"

namespace squire::storage {
namespace {

constexpr std::size_t kBatch = 1000;

// SQLite would take a file of no bytes for a database that is still empty.
void check_header(const std::filesystem::path& file) {
  constexpr std::string_view kHeader("SQLite format 3\0", 16);
  std::array<char, kHeader.size()> header{};
  std::ifstream(file, std::ios::binary).read(header.data(), header.size());
  if (std::string_view(header.data(), header.size()) != kHeader) {
    throw StorageError("the file is not a squire database, which GET /_squire/export gives");
  }
}

}  // namespace

void write_state(const std::filesystem::path& file, const engine::RowKinds& kinds,
                 const std::function<void(const engine::Journal::Apply&)>& walk) {
  Database database(file, Database::StateFile::New, kinds);
  RecordWriter writer(database);
  std::vector<engine::Record> batch;
  walk([&](engine::Record record) {
    batch.push_back(std::move(record));
    if (batch.size() < kBatch) return;
    writer.write(batch, true);
    batch.clear();
  });
  writer.write(batch, true);
}

void read_state(const std::filesystem::path& file, const engine::RowKinds& kinds,
                const engine::Journal::Apply& apply,
                const std::function<void(engine::ArchivedRow)>& apply_archived) {
  Database database(file, Database::StateFile::Checked, kinds);
  load_rows(database, apply);
  load_archive(database, apply_archived);
}

namespace {

struct Checked {
  StateCounts counts;
  bool can_shrink = false;
};

Checked check_rows(const std::filesystem::path& file, const engine::RowKinds& kinds) {
  Database database(file, Database::StateFile::Foreign, kinds);
  RecordWriter(database).finish_purges();
  StateChecker checker;
  load_rows(database, [&](engine::Record record) { checker.check(record); });
  load_archive(database, [&](const engine::ArchivedRow& row) { checker.check(row); });
  return {checker.counts(), database.can_shrink()};
}

}  // namespace

StateCounts check_state(const std::filesystem::path& file, const engine::RowKinds& kinds) {
  check_header(file);
  const auto checked = check_rows(file, kinds);
  if (!checked.can_shrink) compact_state(file, kinds);
  return checked.counts;
}

}  // namespace squire::storage
