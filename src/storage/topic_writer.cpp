#include "storage/topic_writer.hpp"

#include "storage/row_codec.hpp"

namespace squire::storage {
namespace {

using engine::MessageKey;

std::int64_t first_rowid(std::uint32_t number) {
  return to_rowid(MessageKey{number, 0}.packed());
}

std::int64_t last_rowid(std::uint32_t number) {
  return to_rowid(MessageKey{number, MessageKey::kSequenceMax}.packed());
}

template <typename Enum>
std::int64_t to_integer(Enum value) {
  return static_cast<std::int64_t>(value);
}

}  // namespace

TopicWriter::TopicWriter(Database& database)
    : put_topic_(database.handle(), "REPLACE INTO topic VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      put_subscription_(
          database.handle(),
          "INSERT INTO subscription (id, topic, owner, protocol, endpoint, attributes, state,"
          " token, changed_at, was_authenticated, authenticates_unsubscribe, delivery_queue)"
          " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
          " attributes = excluded.attributes, state = excluded.state, token = excluded.token,"
          " changed_at = excluded.changed_at, was_authenticated = excluded.was_authenticated,"
          " authenticates_unsubscribe = excluded.authenticates_unsubscribe,"
          " delivery_queue = excluded.delivery_queue"),
      put_replay_(database.handle(), "REPLACE INTO replay VALUES (?, ?, ?, ?)"),
      put_archived_(database.handle(), "REPLACE INTO archive VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      put_outbox_(database.handle(), "REPLACE INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      put_registry_(database.handle(), "REPLACE INTO registry VALUES (?, ?, ?)"),
      remove_topic_(database.handle(), "DELETE FROM topic WHERE number = ?"),
      remove_sequence_(database.handle(), "DELETE FROM sequence WHERE queue = ?"),
      remove_deduplications_(database.handle(),
                             "DELETE FROM deduplication WHERE key BETWEEN ? AND ?"),
      remove_replays_of_topic_(database.handle(), "DELETE FROM replay WHERE topic = ?"),
      remove_subscriptions_of_topic_(database.handle(), "DELETE FROM subscription WHERE topic = ?"),
      remove_archive_(database.handle(), "DELETE FROM archive WHERE key BETWEEN ? AND ?"),
      remove_subscription_(database.handle(), "DELETE FROM subscription WHERE id = ?"),
      remove_replay_(database.handle(), "DELETE FROM replay WHERE subscription = ?"),
      expire_archive_(database.handle(),
                      "DELETE FROM archive WHERE published_at < ? AND key IN"
                      " (SELECT key FROM archive WHERE key BETWEEN ? AND ? ORDER BY key LIMIT ?)"),
      remove_outbox_(database.handle(), "DELETE FROM outbox WHERE number >= ? AND number < ?"),
      remove_registry_(database.handle(), "DELETE FROM registry WHERE kind = ? AND key = ?") {}

void TopicWriter::apply(const engine::TopicRow& row) {
  const std::string attributes = encode(row.attributes);
  const std::string tags = encode(row.tags);
  put_topic_.run(std::int64_t{row.number}, row.name.region, row.name.account, row.name.name,
                 row.created_at, row.archived_since, Blob{attributes}, Blob{tags},
                 TextOrNull{row.data_protection_policy});
}

void TopicWriter::apply(const std::unique_ptr<engine::SubscriptionRow>& row) {
  const std::string attributes = encode(row->attributes);
  put_subscription_.run(
      row->id, std::int64_t{row->topic}, row->owner, to_integer(row->protocol), row->endpoint,
      Blob{attributes}, to_integer(row->state), TextOrNull{row->token}, row->changed_at,
      std::int64_t{row->was_authenticated}, std::int64_t{row->authenticates_unsubscribe},
      std::int64_t{row->delivery_queue});
}

void TopicWriter::apply(const engine::ReplayRow& row) {
  put_replay_.run(row.subscription, std::int64_t{row.topic}, to_integer(row.status),
                  static_cast<std::int64_t>(row.next_sequence));
}

void TopicWriter::apply(const std::unique_ptr<engine::ArchivedRow>& row) {
  const engine::MessageRow& message = row->message;
  const engine::Details none;
  const engine::Details& details = message.details ? *message.details : none;
  const std::string attributes = encode(details.attributes);
  put_archived_.run(to_rowid(message.key.packed()), message.id, message.sent_at,
                    static_cast<std::int64_t>(message.sender_account), TextOrNull{row->subject},
                    message.body->text, TextOrNull{details.group_id},
                    TextOrNull{details.deduplication_id}, Blob{attributes});
}

void TopicWriter::apply(const std::unique_ptr<engine::OutboxRow>& row) {
  const std::string attributes = encode(row->attributes);
  put_outbox_.run(static_cast<std::int64_t>(row->number), row->created_at,
                  to_integer(row->protocol), row->endpoint, TextOrNull{row->topic_arn},
                  TextOrNull{row->subscription_arn}, row->message_id, TextOrNull{row->subject},
                  row->body, Blob{attributes});
}

void TopicWriter::apply(const engine::RegistryRow& row) {
  const std::string attributes = encode(row.attributes);
  put_registry_.run(to_integer(row.kind), row.key, Blob{attributes});
}

void TopicWriter::apply(const engine::TopicGone& gone) {
  const std::int64_t number = gone.number;
  const auto first = first_rowid(gone.number);
  const auto last = last_rowid(gone.number);
  remove_replays_of_topic_.run(number);
  remove_subscriptions_of_topic_.run(number);
  remove_deduplications_.run(first, last);
  remove_archive_.run(first, last);
  remove_sequence_.run(number);
  remove_topic_.run(number);
}

void TopicWriter::apply(const engine::SubscriptionGone& gone) {
  remove_replay_.run(gone.id);
  remove_subscription_.run(gone.id);
}

void TopicWriter::apply(const engine::ArchiveExpired& expired) {
  expire_archive_.run(expired.before, first_rowid(expired.topic), last_rowid(expired.topic),
                      std::int64_t{engine::ArchiveExpired::kPortion});
}

void TopicWriter::apply(const engine::OutboxGone& gone) {
  remove_outbox_.run(static_cast<std::int64_t>(gone.begin), static_cast<std::int64_t>(gone.end));
}

void TopicWriter::apply(const engine::RegistryGone& gone) {
  remove_registry_.run(to_integer(gone.kind), gone.key);
}

}  // namespace squire::storage
