#include "squire/storage/memory_journal.hpp"

#include <algorithm>

#include "storage/state_file.hpp"

namespace squire::storage {

engine::Ticket MemoryJournal::append(engine::Record record) {
  if (auto* archived = std::get_if<std::unique_ptr<engine::ArchivedRow>>(&record)) {
    Lock lock(mutex_);
    archives_[(*archived)->message.key.queue].push_back(std::move(**archived));
  } else if (const auto* expired = std::get_if<engine::ArchiveExpired>(&record)) {
    Lock lock(mutex_);
    auto& rows = archives_[expired->topic];
    for (int left = engine::ArchiveExpired::kPortion;
         left > 0 && !rows.empty() && rows.front().message.sent_at < expired->before; --left) {
      rows.pop_front();
    }
  } else if (const auto* gone = std::get_if<engine::TopicGone>(&record)) {
    Lock lock(mutex_);
    archives_.erase(gone->number);
  }
  return 0;
}

void MemoryJournal::load(const std::function<void(engine::Record)>& apply) {
  if (replacement_.empty()) return;
  {
    Lock lock(mutex_);
    archives_.clear();
  }
  read_state(std::exchange(replacement_, {}), kinds_, apply, [this](engine::ArchivedRow row) {
    Lock lock(mutex_);
    archives_[row.message.key.queue].push_back(std::move(row));
  });
}

void MemoryJournal::finish_copy(const std::function<void(const Apply&)>& walk) {
  write_state(copy_, kinds_, [&](const Apply& apply) {
    walk(apply);
    walk_archives(apply);
  });
}

void MemoryJournal::walk_archives(const Apply& apply) {
  Lock lock(mutex_);
  for (const auto& [topic, rows] : archives_) {
    for (const auto& row : rows) apply(std::make_unique<engine::ArchivedRow>(row));
  }
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
