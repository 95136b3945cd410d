// What is on disk. One table per row type of engine/record.hpp; times are milliseconds since 1970.
//
// `key` is MessageKey::packed() as SQLite's signed integer: a queue's messages are one range of
// rowids, in order, so a purge is a range delete. Queue and sequence of a key, in SQL:
// (key >> 40) & 0xFFFFFF and key & 0xFFFFFFFFFF. Maps are netstrings (row_codec.hpp).
#pragma once

namespace squire::storage {

inline constexpr int kApplicationId = 0x53515549;  // "SQUI"
inline constexpr int kSchemaVersion = 1;           // PRAGMA user_version

inline constexpr const char* kSchema = R"sql(
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

}  // namespace squire::storage
