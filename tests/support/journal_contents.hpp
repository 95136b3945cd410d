#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <variant>
#include <vector>

#include "squire/engine/journal.hpp"

namespace squire::test {

// What a journal should give back: the naive meaning of every record, in ordered maps.
class Contents {
 public:
  void apply(const engine::Record& record) {
    std::visit([this](const auto& row) { apply(row); }, record);
  }

  // Calls f with every row, in the order of Journal::load().
  void walk(const std::function<void(engine::Record)>& f) const;

  engine::Journal::ArchiveRows read_archive(const engine::ArchiveQuery& query) const;

 private:
  using Key = std::uint64_t;

  void apply(const engine::QueueRow& row) { queues_[row.number] = row; }
  void apply(const engine::SequenceRow& row) { sequences_[row.queue] = row; }
  void apply(const engine::MessageRow& row) { messages_[row.key.packed()] = row; }
  void apply(const engine::DeliveryRow& row) { deliveries_[row.key.packed()] = row; }
  void apply(const engine::LazyDelivery& lazy) { apply(lazy.row); }
  void apply(const engine::DeduplicationRow& row) { deduplications_[row.key.packed()] = row; }
  void apply(const engine::MoveTaskRow& row);
  void apply(const engine::MessageGone& gone);
  void apply(const engine::QueuePurged& purged);
  void apply(const engine::QueueGone& gone);
  void apply(const engine::DeduplicationGone& gone);
  void apply(const std::unique_ptr<engine::MessageMoved>& moved);
  void apply(const engine::MoveTaskGone& gone);
  void apply(const engine::TopicRow& row) { topics_[row.number] = row; }
  void apply(const std::unique_ptr<engine::SubscriptionRow>& row);
  void apply(const engine::ReplayRow& row) { replays_[to_string(row.subscription)] = row; }
  void apply(const std::unique_ptr<engine::ArchivedRow>& row) {
    archive_[row->message.key.packed()] = *row;
  }
  void apply(const std::unique_ptr<engine::OutboxRow>& row) { outbox_[row->number] = *row; }
  void apply(const engine::RegistryRow& row) { registry_[{row.kind, row.key}] = row; }
  void apply(const engine::TopicGone& gone);
  void apply(const engine::SubscriptionGone& gone);
  void apply(const engine::ArchiveExpired& expired);
  void apply(const engine::OutboxGone& gone) {
    outbox_.erase(outbox_.lower_bound(gone.begin), outbox_.lower_bound(gone.end));
  }
  void apply(const engine::RegistryGone& gone) { registry_.erase({gone.kind, gone.key}); }

  std::map<std::uint32_t, engine::QueueRow> queues_;
  std::map<std::uint32_t, engine::SequenceRow> sequences_;
  std::map<Key, engine::MessageRow> messages_;
  std::map<Key, engine::DeliveryRow> deliveries_;
  std::map<Key, engine::DeduplicationRow> deduplications_;
  std::vector<engine::MoveTaskRow> move_tasks_;
  std::map<std::uint32_t, engine::TopicRow> topics_;
  std::vector<engine::SubscriptionRow> subscriptions_;  // in the order they were made
  std::map<std::string, engine::ReplayRow> replays_;
  std::map<Key, engine::ArchivedRow> archive_;
  std::map<std::uint64_t, engine::OutboxRow> outbox_;
  std::map<std::pair<engine::RegistryRow::Kind, std::string>, engine::RegistryRow> registry_;
};

inline void Contents::apply(const std::unique_ptr<engine::SubscriptionRow>& row) {
  for (auto& subscription : subscriptions_) {
    if (subscription.id == row->id) {
      subscription = *row;
      return;
    }
  }
  subscriptions_.push_back(*row);
}

inline void Contents::apply(const engine::SubscriptionGone& gone) {
  std::erase_if(subscriptions_, [&](const auto& row) { return row.id == gone.id; });
  replays_.erase(to_string(gone.id));
}

inline void Contents::apply(const engine::TopicGone& gone) {
  topics_.erase(gone.number);
  sequences_.erase(gone.number);
  apply(engine::DeduplicationGone{gone.number, engine::MessageKey::kSequenceMax + 1});
  std::erase_if(subscriptions_, [&](const auto& row) { return row.topic == gone.number; });
  std::erase_if(replays_, [&](const auto& entry) { return entry.second.topic == gone.number; });
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

inline void Contents::apply(const engine::MoveTaskRow& row) {
  apply(engine::MoveTaskGone{row.id});
  move_tasks_.push_back(row);
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
  queues_.erase(gone.queue);
  sequences_.erase(gone.queue);
  apply(engine::QueuePurged{gone.queue, engine::MessageKey::kSequenceMax + 1});
  apply(engine::DeduplicationGone{gone.queue, engine::MessageKey::kSequenceMax + 1});
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

inline void Contents::apply(const engine::MoveTaskGone& gone) {
  std::erase_if(move_tasks_, [&](const engine::MoveTaskRow& row) { return row.id == gone.id; });
}

inline void Contents::walk(const std::function<void(engine::Record)>& f) const {
  for (const auto& [number, row] : queues_) f(row);
  for (const auto& [number, row] : topics_) f(row);
  for (const auto& [number, row] : sequences_) f(row);
  for (const auto& [key, row] : messages_) {
    f(row);
    if (const auto delivery = deliveries_.find(key); delivery != deliveries_.end()) {
      f(delivery->second);
    }
  }
  for (const auto& [key, row] : deduplications_) f(row);
  auto tasks = move_tasks_;
  std::ranges::stable_sort(tasks, {}, &engine::MoveTaskRow::started_at);
  for (const auto& row : tasks) f(row);
  for (const auto& row : subscriptions_) f(std::make_unique<engine::SubscriptionRow>(row));
  for (const auto& [id, row] : replays_) f(row);
  for (const auto& [number, row] : outbox_) f(std::make_unique<engine::OutboxRow>(row));
  for (const auto& [key, row] : registry_) f(row);
}

}  // namespace squire::test
