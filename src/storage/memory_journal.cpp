#include "squire/storage/memory_journal.hpp"

#include <algorithm>

namespace squire::storage {

engine::Ticket MemoryJournal::append(engine::Record record) {
  if (auto* archived = std::get_if<std::unique_ptr<engine::ArchivedRow>>(&record)) {
    Lock lock(mutex_);
    archives_[(*archived)->message.key.queue].push_back(std::move(**archived));
  } else if (const auto* expired = std::get_if<engine::ArchiveExpired>(&record)) {
    Lock lock(mutex_);
    auto& rows = archives_[expired->topic];
    while (!rows.empty() && rows.front().message.sent_at < expired->before) rows.pop_front();
  } else if (const auto* gone = std::get_if<engine::TopicGone>(&record)) {
    Lock lock(mutex_);
    archives_.erase(gone->number);
  }
  return 0;
}

void MemoryJournal::read_archive(const engine::ArchiveQuery& query,
                                 std::function<void(ArchiveRows)> done) {
  ArchiveRows found;
  {
    Lock lock(mutex_);
    const auto& rows = archives_[query.topic];
    auto at = std::lower_bound(
        rows.begin(), rows.end(), query, [](const engine::ArchivedRow& row, const auto& query) {
          return row.message.key.sequence < query.sequence || row.message.sent_at < query.from;
        });
    for (; at != rows.end() && found.size() < query.count_max; ++at) found.push_back(*at);
  }
  done(std::move(found));
}

}  // namespace squire::storage
