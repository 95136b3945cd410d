#include "storage/topic_loader.hpp"

#include "storage/row_codec.hpp"
#include "storage/statements.hpp"

namespace squire::storage {
namespace {

using engine::MessageKey;
using Apply = std::function<void(engine::Record)>;

template <typename Enum>
Enum to_enum(std::int64_t value) {
  return static_cast<Enum>(value);
}

void load_subscriptions(Database& database, const Apply& apply) {
  Statement rows(database.handle(),
                 "SELECT id, topic, owner, protocol, endpoint, attributes, state, token,"
                 " changed_at, was_authenticated, authenticates_unsubscribe, delivery_queue"
                 " FROM subscription ORDER BY place");
  while (rows.next()) {
    auto row = std::make_unique<engine::SubscriptionRow>();
    row->id = rows.uuid(0);
    row->topic = static_cast<std::uint32_t>(rows.integer(1));
    row->owner = rows.text(2);
    row->protocol = to_enum<engine::DeliveryProtocol>(rows.integer(3));
    row->endpoint = rows.text(4);
    row->attributes = decode_string_map(rows.bytes(5));
    row->state = to_enum<engine::SubscriptionRow::State>(rows.integer(6));
    row->token = rows.text(7);
    row->changed_at = rows.time(8);
    row->was_authenticated = rows.integer(9) != 0;
    row->authenticates_unsubscribe = rows.integer(10) != 0;
    row->delivery_queue = static_cast<std::uint32_t>(rows.integer(11));
    apply(std::move(row));
  }
}

void load_replays(Database& database, const Apply& apply) {
  Statement rows(database.handle(),
                 "SELECT subscription, topic, status, next_sequence FROM replay");
  while (rows.next()) {
    apply(engine::ReplayRow{rows.uuid(0), static_cast<std::uint32_t>(rows.integer(1)),
                            to_enum<engine::ReplayRow::Status>(rows.integer(2)),
                            static_cast<std::uint64_t>(rows.integer(3))});
  }
}

void load_outbox(Database& database, const Apply& apply) {
  Statement rows(database.handle(),
                 "SELECT number, created_at, protocol, endpoint, topic_arn, subscription_arn,"
                 " message_id, subject, body, attributes FROM outbox ORDER BY number");
  while (rows.next()) {
    auto row = std::make_unique<engine::OutboxRow>();
    row->number = static_cast<std::uint64_t>(rows.integer(0));
    row->created_at = rows.time(1);
    row->protocol = to_enum<engine::DeliveryProtocol>(rows.integer(2));
    row->endpoint = rows.text(3);
    row->topic_arn = rows.text(4);
    row->subscription_arn = rows.text(5);
    row->message_id = rows.uuid(6);
    row->subject = rows.text(7);
    row->body = rows.text(8);
    row->attributes = decode_attributes(rows.bytes(9));
    apply(std::move(row));
  }
}

void load_registry(Database& database, const Apply& apply) {
  Statement rows(database.handle(), "SELECT kind, key, attributes FROM registry");
  while (rows.next()) {
    apply(engine::RegistryRow{to_enum<engine::RegistryRow::Kind>(rows.integer(0)), rows.text(1),
                              decode_string_map(rows.bytes(2))});
  }
}

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

void load_topics(Database& database, const std::function<void(engine::TopicRow)>& apply) {
  Statement rows(database.handle(),
                 "SELECT number, region, account, name, created_at, archived_since, attributes,"
                 " tags, data_protection_policy FROM topic ORDER BY number");
  while (rows.next()) {
    engine::TopicRow row;
    row.number = static_cast<std::uint32_t>(rows.integer(0));
    row.name = {rows.text(1), rows.text(2), rows.text(3)};
    row.created_at = rows.time(4);
    row.archived_since = rows.time(5);
    row.attributes = decode_string_map(rows.bytes(6));
    row.tags = decode_string_map(rows.bytes(7));
    row.data_protection_policy = rows.text(8);
    apply(std::move(row));
  }
}

void load_rows_of_topics(Database& database, const Apply& apply) {
  load_subscriptions(database, apply);
  load_replays(database, apply);
  load_outbox(database, apply);
  load_registry(database, apply);
}

void load_archive(Database& database, const std::function<void(engine::ArchivedRow)>& apply) {
  const std::string sql = std::string(kSelectArchived) + " ORDER BY key";
  Statement rows(database.handle(), sql.c_str());
  while (rows.next()) apply(read_archived(rows));
}

engine::Journal::ArchiveRows read_archive(Database& database, const engine::ArchiveQuery& query) {
  const auto last = to_rowid(MessageKey{query.topic, MessageKey::kSequenceMax}.packed());
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
