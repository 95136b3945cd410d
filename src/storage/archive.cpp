#include "storage/archive.hpp"

#include "storage/row_codec.hpp"
#include "storage/statements.hpp"

namespace squire::storage {
namespace {

using engine::MessageKey;

// The first key of the range whose message was published at `from` or later: times rise with keys,
// so halving the range finds it without an index of times. Keys have gaps: a look is at the first
// row from the middle on, which there always is, since none is behind the newest.
std::int64_t find_published(Database& database, std::int64_t first, std::int64_t last,
                            TimePoint from) {
  Statement at(database.handle(),
               "SELECT key, published_at FROM archive WHERE key BETWEEN ? AND ?"
               " ORDER BY key LIMIT 1");
  Statement newest(database.handle(),
                   "SELECT key FROM archive WHERE key BETWEEN ? AND ? ORDER BY key DESC LIMIT 1");
  newest.query(first, last);
  if (!newest.next()) return last;
  const std::int64_t end = newest.integer(0);
  for (last = end; first < last;) {
    const std::int64_t middle = first + (last - first) / 2;
    at.query(middle, end);
    if (!at.next() || at.time(1) >= from) {
      last = middle;
    } else {
      first = at.integer(0) + 1;
    }
    at.reset();
  }
  return first;
}

constexpr std::string_view kSelectArchived =
    "SELECT key, id, published_at, sender, subject, body, group_id, deduplication_id, attributes"
    " FROM archive";

engine::ArchivedRow read_archived(const Statement& rows) {
  engine::Details details;
  details.group_id = rows.text(6);
  details.deduplication_id = rows.text(7);
  details.attributes = decode_attributes(rows.bytes(8));
  engine::MessageRow message;
  message.key = from_rowid(rows.integer(0));
  message.id = rows.uuid(1);
  message.sent_at = message.available_at = rows.time(2);
  message.sender_account = static_cast<std::uint64_t>(rows.integer(3));
  message.body = std::make_shared<const engine::Body>(rows.text(5));
  message.details = std::make_shared<const engine::Details>(std::move(details));
  return {std::move(message), rows.text(4)};
}

}  // namespace

ArchiveWriter::ArchiveWriter(Database& database)
    : put_(database.handle(), "REPLACE INTO archive VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      expire_(database.handle(),
              "DELETE FROM archive WHERE published_at < ? AND key IN"
              " (SELECT key FROM archive WHERE key BETWEEN ? AND ? ORDER BY key LIMIT ?)"),
      remove_(database.handle(), "DELETE FROM archive WHERE key BETWEEN ? AND ?") {}

void ArchiveWriter::put(const engine::ArchivedRow& row) {
  const engine::MessageRow& message = row.message;
  const engine::Details none;
  const engine::Details& details = message.details ? *message.details : none;
  const std::string attributes = encode(details.attributes);
  put_.run(to_rowid(message.key.packed()), message.id, message.sent_at,
           static_cast<std::int64_t>(message.sender_account), TextOrNull{row.subject},
           message.body->text(), TextOrNull{details.group_id}, TextOrNull{details.deduplication_id},
           Blob{attributes});
}

void ArchiveWriter::expire(const engine::ArchiveExpired& expired) {
  expire_.run(expired.before, first_rowid(expired.topic), last_rowid(expired.topic),
              std::int64_t{engine::ArchiveExpired::kPortion});
}

void ArchiveWriter::remove(std::uint32_t topic) {
  remove_.run(first_rowid(topic), last_rowid(topic));
}

void load_archive(Database& database, const std::function<void(engine::ArchivedRow)>& apply) {
  const std::string sql = std::string(kSelectArchived) + " ORDER BY key";
  Statement rows(database.handle(), sql.c_str());
  while (rows.next()) apply(read_archived(rows));
}

engine::Journal::ArchiveRows read_archive(Database& database, const engine::ArchiveQuery& query) {
  const auto last = last_rowid(query.topic);
  auto first = to_rowid(MessageKey{query.topic, query.sequence}.packed());
  if (query.sequence == 0) first = find_published(database, first, last, query.from);
  const std::string sql = std::string(kSelectArchived) +
                          " WHERE key BETWEEN ? AND ? AND published_at >= ? ORDER BY key LIMIT ?";
  Statement rows(database.handle(), sql.c_str());
  rows.query(first, last, query.from, static_cast<std::int64_t>(query.count_max));
  engine::Journal::ArchiveRows found;
  while (rows.next()) found.push_back(read_archived(rows));
  return found;
}

}  // namespace squire::storage
