// What is on disk: what the first versions had, each what it added, as text that never changes.
// Kinds of rows that came later (RowTraits::since) have their tables by create_table_sql() alone.
// Times are milliseconds since 1970.
//
// `key` is MessageKey::packed() as SQLite's signed integer: a queue's messages are one range of
// rowids, in order, so a purge is a range delete. Queue and sequence of a key, in SQL:
// (key >> 40) & 0xFFFFFF and key & 0xFFFFFFFFFF. Maps are netstrings (row_codec.hpp).
#pragma once

#include <cstdint>
#include <iterator>
#include <string_view>

#include "squire/engine/row.hpp"

namespace squire::storage {

inline constexpr int kApplicationId = 0x53515549;  // "SQUI"
inline constexpr const char* kSchemaQueues = R"sql(
CREATE TABLE queue (
  number INTEGER PRIMARY KEY,
  region TEXT, account TEXT, name TEXT,
  created_at INTEGER, modified_at INTEGER,
  attributes BLOB, tags BLOB
);
CREATE TABLE sequence (
  queue INTEGER PRIMARY KEY,
  "limit" INTEGER
);
CREATE TABLE message (
  key INTEGER PRIMARY KEY,
  id BLOB,
  sent_at INTEGER, available_at INTEGER,
  sender INTEGER,
  body TEXT,
  -- NULL in most messages, as in Details
  group_id TEXT, deduplication_id TEXT, trace_header TEXT, dead_letter_source TEXT,
  attributes BLOB
);
-- The queue's messages up to sequence `last` are gone, though not all are deleted yet.
CREATE TABLE purged (
  queue INTEGER PRIMARY KEY,
  last INTEGER
);
CREATE TABLE delivery (
  key INTEGER PRIMARY KEY,
  visible_at INTEGER, first_received_at INTEGER, received_at INTEGER,
  receive_count INTEGER
);
CREATE TABLE deduplication (
  key INTEGER PRIMARY KEY,
  id TEXT, scope TEXT, message_id BLOB,
  sent_at INTEGER
);
CREATE TABLE move_task (
  id BLOB PRIMARY KEY,
  source TEXT, destination TEXT,
  messages_per_second_max INTEGER,
  status INTEGER,
  moved_count INTEGER, to_move_count INTEGER,
  failure_reason TEXT,
  started_at INTEGER
) WITHOUT ROWID;
-- For people with a sqlite3 shell.
CREATE VIEW readable_message AS
  SELECT queue.name AS queue, message.key & 0xFFFFFFFFFF AS sequence,
         lower(hex(message.id)) AS id,
         datetime(message.sent_at / 1000, 'unixepoch') AS sent_at,
         ifnull(delivery.receive_count, 0) AS receive_count,
         message.group_id, message.body
  FROM message
  JOIN queue ON queue.number = (message.key >> 40) & 0xFFFFFF
  LEFT JOIN delivery ON delivery.key = message.key
  LEFT JOIN purged ON purged.queue = queue.number
  WHERE ifnull(purged.last, -1) < message.key & 0xFFFFFFFFFF;
)sql";

// Version 2.
inline constexpr const char* kSchemaTopics = R"sql(
ALTER TABLE message ADD COLUMN notification_type TEXT;
CREATE TABLE topic (
  number INTEGER PRIMARY KEY,
  region TEXT, account TEXT, name TEXT,
  created_at INTEGER, archived_since INTEGER,
  attributes BLOB, tags BLOB,
  data_protection_policy TEXT
);
CREATE TABLE subscription (
  -- Rises with every new one: the order in which they were made.
  place INTEGER PRIMARY KEY,
  id BLOB UNIQUE,
  topic INTEGER,
  owner TEXT,
  protocol INTEGER, endpoint TEXT,
  attributes BLOB,
  state INTEGER, token TEXT, changed_at INTEGER,
  was_authenticated INTEGER, authenticates_unsubscribe INTEGER,
  delivery_queue INTEGER
);
CREATE INDEX subscription_topic ON subscription (topic);
CREATE TABLE replay (
  subscription BLOB PRIMARY KEY,
  topic INTEGER,
  status INTEGER, next_sequence INTEGER
) WITHOUT ROWID;
-- `key` is a topic's number and a sequence, as in `message`.
CREATE TABLE archive (
  key INTEGER PRIMARY KEY,
  id BLOB,
  published_at INTEGER,
  sender INTEGER,
  subject TEXT, body TEXT,
  group_id TEXT, deduplication_id TEXT,
  attributes BLOB
);
CREATE TABLE outbox (
  number INTEGER PRIMARY KEY,
  created_at INTEGER,
  protocol INTEGER, endpoint TEXT,
  topic_arn TEXT, subscription_arn TEXT,
  message_id BLOB,
  subject TEXT, body TEXT,
  attributes BLOB
);
CREATE TABLE registry (
  kind INTEGER, key TEXT,
  attributes BLOB,
  PRIMARY KEY (kind, key)
) WITHOUT ROWID;
)sql";

// Version 3. Of receive_count: in the queues the message was dead-lettered from.
inline constexpr const char* kSchemaEarlierReceives = R"sql(
ALTER TABLE delivery ADD COLUMN earlier_count INTEGER NOT NULL DEFAULT 0;
)sql";

// Version 4. Which byte of the body the signature belongs to that it lacks; NULL: it lacks none.
inline constexpr const char* kSchemaSignatures = R"sql(
ALTER TABLE message ADD COLUMN signature_at INTEGER;
)sql";

// A database of version N (PRAGMA user_version) has the first N of these, and of the kinds of rows
// those since N or before.
inline constexpr const char* kSchemas[] = {kSchemaQueues, kSchemaTopics, kSchemaEarlierReceives,
                                           kSchemaSignatures};

inline constexpr std::int64_t kBodyBytesMax = 4 * 1024 * 1024;  // far more than a message may have

// The columns that cannot hold any bytes, of the tables whose rows do not describe themselves.
struct TypedColumn {
  std::string_view table;
  engine::Column column;
};
inline constexpr TypedColumn kTypedColumns[] = {
    {"message", {.name = "id", .type = engine::ColumnType::Id}},
    {"message", {.name = "attributes", .type = engine::ColumnType::Attributes}},
    {"message", {.name = "signature_at", .last = kBodyBytesMax}},
    {"deduplication", {.name = "message_id", .type = engine::ColumnType::Id}},
    {"archive", {.name = "id", .type = engine::ColumnType::Id}},
    {"archive", {.name = "attributes", .type = engine::ColumnType::Attributes}}};

}  // namespace squire::storage
