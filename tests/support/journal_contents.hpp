#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "squire/engine/journal.hpp"
#include "squire/engine/store.hpp"

namespace squire::test {

// The key of a row, in the order of its table.
class RowKey final : public engine::ColumnWriter {
 public:
  explicit RowKey(const engine::Row& row) { row.write_key(*this); }

  void integer(const engine::Column&, std::optional<std::int64_t> value) override {
    parts_.emplace_back(value.value_or(0));
  }
  void text(const engine::Column&, std::string_view value) override {
    parts_.emplace_back(std::string(value));
  }
  void id(const engine::Column&, const Uuid& value) override {
    parts_.emplace_back(to_string(value));
  }
  void map(const engine::Column&, const engine::StringMap&) override {}
  void attributes(const engine::Column&, const MessageAttributes&) override {}

  friend bool operator<(const RowKey& a, const RowKey& b) { return a.parts_ < b.parts_; }

 private:
  std::vector<std::variant<std::int64_t, std::string>> parts_;
};

// What a journal should give back: the naive meaning of every record, in ordered maps.
class Contents {
 public:
  void apply(const engine::Record& record) {
    std::visit([this](const auto& change) { apply(change); }, record);
  }

  // Calls f with every row, in the order of Journal::load().
  void walk(const std::function<void(engine::Record)>& f) const;

  engine::Journal::ArchiveRows read_archive(const engine::ArchiveQuery& query) const;

 private:
  using Key = std::uint64_t;

  struct Place {
    std::uint64_t made = 0;  // rises with every new one
    std::unique_ptr<engine::Row> row;
  };

  void apply(const engine::RowPut& put);
  void apply(const engine::RowGone& gone);
  void apply(const engine::MessageRow& row) { messages_[row.key.packed()] = row; }
  void apply(const engine::DeliveryRow& row) { deliveries_[row.key.packed()] = row; }
  void apply(const engine::LazyDelivery& lazy) { apply(lazy.row); }
  void apply(const engine::DeduplicationRow& row) { deduplications_[row.key.packed()] = row; }
  void apply(const engine::MessageGone& gone);
  void apply(const engine::QueuePurged& purged);
  void apply(const engine::QueueGone& gone);
  void apply(const engine::DeduplicationGone& gone);
  void apply(const std::unique_ptr<engine::MessageMoved>& moved);
  void apply(const std::unique_ptr<engine::ArchivedRow>& row) {
    archive_[row->message.key.packed()] = *row;
  }
  void apply(const engine::TopicGone& gone);
  void apply(const engine::ArchiveExpired& expired);

  void remove_of(std::uint32_t number);
  void walk(const engine::RowKind& kind, const std::function<void(engine::Record)>& f) const;

  std::map<const engine::RowKind*, std::map<RowKey, Place>> rows_;
  std::uint64_t made_ = 0;
  std::map<Key, engine::MessageRow> messages_;
  std::map<Key, engine::DeliveryRow> deliveries_;
  std::map<Key, engine::DeduplicationRow> deduplications_;
  std::map<Key, engine::ArchivedRow> archive_;
};

inline void Contents::apply(const engine::RowPut& put) {
  auto& place = rows_[&put.row->kind()][RowKey(*put.row)];
  if (!place.row) place.made = ++made_;
  place.row = put.row->clone();
}

inline void Contents::apply(const engine::RowGone& gone) {
  rows_[&gone.key->kind()].erase(RowKey(*gone.key));
}

inline void Contents::remove_of(std::uint32_t number) {
  using Number = engine::Column::Number;
  for (auto& [kind, rows] : rows_) {
    std::erase_if(rows, [&](const auto& entry) {
      const engine::Row& row = *entry.second.row;
      return row.number(Number::Own) == number || row.number(Number::Owner) == number;
    });
  }
  apply(engine::DeduplicationGone{number, engine::MessageKey::kSequenceMax + 1});
}

inline void Contents::apply(const engine::TopicGone& gone) {
  remove_of(gone.number);
  std::erase_if(archive_,
                [&](const auto& entry) { return entry.second.message.key.queue == gone.number; });
}

inline void Contents::apply(const engine::ArchiveExpired& expired) {
  int left = engine::ArchiveExpired::kPortion;
  std::erase_if(archive_, [&](const auto& entry) {
    const auto& message = entry.second.message;
    return message.key.queue == expired.topic && left-- > 0 && message.sent_at < expired.before;
  });
}

inline engine::Journal::ArchiveRows Contents::read_archive(
    const engine::ArchiveQuery& query) const {
  engine::Journal::ArchiveRows found;
  for (const auto& [key, row] : archive_) {
    if (row.message.key.queue == query.topic && row.message.key.sequence >= query.sequence &&
        row.message.sent_at >= query.from && found.size() < query.count_max) {
      found.push_back(row);
    }
  }
  return found;
}

inline void Contents::apply(const engine::MessageGone& gone) {
  messages_.erase(gone.key.packed());
  deliveries_.erase(gone.key.packed());
}

inline void Contents::apply(const engine::QueuePurged& purged) {
  const auto is_gone = [&](const auto& entry) {
    return entry.second.key.queue == purged.queue && entry.second.key.sequence < purged.end;
  };
  std::erase_if(messages_, is_gone);
  std::erase_if(deliveries_, is_gone);
}

inline void Contents::apply(const engine::QueueGone& gone) {
  remove_of(gone.queue);
  apply(engine::QueuePurged{gone.queue, engine::MessageKey::kSequenceMax + 1});
}

inline void Contents::apply(const engine::DeduplicationGone& gone) {
  std::erase_if(deduplications_, [&](const auto& entry) {
    return entry.second.key.queue == gone.queue && entry.second.key.sequence < gone.end;
  });
}

inline void Contents::apply(const std::unique_ptr<engine::MessageMoved>& moved) {
  apply(engine::MessageGone{moved->from});
  apply(moved->row);
  if (moved->delivery) apply(*moved->delivery);
}

inline void Contents::walk(const engine::RowKind& kind,
                           const std::function<void(engine::Record)>& f) const {
  const auto at = rows_.find(&kind);
  if (at == rows_.end()) return;
  std::vector<const Place*> places;
  for (const auto& [key, place] : at->second) places.push_back(&place);
  if (kind.order == engine::RowOrder::AsMade) std::ranges::sort(places, {}, &Place::made);
  for (const Place* place : places) f(engine::RowPut(place->row->clone()));
}

inline void Contents::walk(const std::function<void(engine::Record)>& f) const {
  for (const auto* kind : engine::engine_row_kinds()) {
    if (kind->is_before_messages) walk(*kind, f);
  }
  for (const auto& [key, row] : messages_) {
    f(row);
    if (const auto delivery = deliveries_.find(key); delivery != deliveries_.end()) {
      f(delivery->second);
    }
  }
  for (const auto& [key, row] : deduplications_) f(row);
  for (const auto* kind : engine::engine_row_kinds()) {
    if (!kind->is_before_messages) walk(*kind, f);
  }
}

}  // namespace squire::test
