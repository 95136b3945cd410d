#pragma once

#include <functional>

#include "squire/engine/journal.hpp"
#include "storage/database.hpp"

namespace squire::storage {

// Journal::load()'s other half: topics, which come before the sequences of theirs …
void load_topics(Database& database, const std::function<void(engine::TopicRow)>& apply);
// … and subscriptions, replays, outbox and registry, which come last.
void load_rows_of_topics(Database& database, const std::function<void(engine::Record)>& apply);

// All archives, each topic's in order.
void load_archive(Database& database, const std::function<void(engine::ArchivedRow)>& apply);
// Journal::read_archive(), of what is committed.
engine::Journal::ArchiveRows read_archive(Database& database, const engine::ArchiveQuery& query);

}  // namespace squire::storage
