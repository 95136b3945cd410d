// The whole state, out and in: exports and imports.
#include <algorithm>

#include "engine/deduplication.hpp"
#include "engine/queue_messages.hpp"
#include "squire/engine/broker.hpp"

namespace squire::engine {

void Broker::export_to(const std::string& file) {
  env_.journal.begin_copy(file);
  const Gate::Closed closed(gate_);
  env_.journal.finish_copy([this](const Journal::Apply& apply) { walk(apply); });
}

void Broker::import_from(const std::string& file) {
  const Gate::Closed closed(gate_);
  env_.journal.replace(file);
  // There is no way back from here: what goes wrong now must not go on as half a state.
  const auto change = [this]() noexcept {
    drop_all();
    load();
    topics_.announce();
  };
  change();
}

// By what of it is still there when it was moved from.
std::string Broker::describe(const Record& record) {
  const auto numbered = [](std::string_view kind, std::uint64_t number) {
    return std::string(kind) + " number " + std::to_string(number);
  };
  const auto keyed = [&](std::string_view kind, const MessageKey& key) {
    return numbered(kind, key.sequence) + " of " + numbered("queue", key.queue);
  };
  return std::visit(
      [&]<typename Row>(const Row& row) -> std::string {
        if constexpr (std::is_same_v<Row, QueueRow>) return numbered("queue", row.number);
        if constexpr (std::is_same_v<Row, TopicRow>) return numbered("topic", row.number);
        if constexpr (std::is_same_v<Row, MessageRow>) return keyed("message", row.key);
        if constexpr (std::is_same_v<Row, DeliveryRow>) return keyed("delivery", row.key);
        if constexpr (std::is_same_v<Row, DeduplicationRow>) {
          return keyed("deduplication id", row.key);
        }
        if constexpr (std::is_same_v<Row, std::unique_ptr<SubscriptionRow>>) {
          if (row) return "subscription " + to_string(row->id);
        }
        if constexpr (std::is_same_v<Row, ReplayRow>) {
          return "replay of subscription " + to_string(row.subscription);
        }
        if constexpr (std::is_same_v<Row, std::unique_ptr<OutboxRow>>) {
          if (row) return numbered("entry of the outbox", row->number);
        }
        return numbered("a row of the kind", record.index());
      },
      record);
}

void Broker::walk(const Journal::Apply& apply) const {
  {
    ReadLock lock(mutex_);
    if (last_number_ > 0)
      apply(SequenceRow{SequenceRow::kNumbers, last_number_ + std::uint64_t{1}});
  }
  auto queues = queues_and_delivery_queues();
  std::ranges::sort(queues, {}, &Queue::number);
  for (const auto& queue : queues) queue->walk(apply);
  const auto topics = topics_.all();
  for (const auto& topic : topics) topic->walk(apply);
  move_tasks_->walk(apply);
  for (const auto& topic : topics) topic->walk_subscriptions(apply);
  replays_->walk(apply);
  outbox_.walk(apply);
  registry_.walk(apply);
}

void Broker::drop_all() {
  move_tasks_->drop_all();
  replays_->drop_all();
  topics_.drop_all();
  for (const auto& queue : queues_and_delivery_queues()) queue->drop();
  {
    WriteLock lock(mutex_);
    queues_.clear();
    queue_count_ = 0;
    queues_by_name_.clear();
    queues_by_number_.clear();
    delivery_queues_.clear();
    deleted_at_.clear();
    last_number_ = 0;
  }
  outbox_.drop_all();
  registry_.drop_all();
  history_.clear();
}

void Queue::walk(const Journal::Apply& apply) const {
  Lock lock(mutex_);
  apply(row_);
  apply(SequenceRow{number_, reserved_sequences_});
  messages_->walk_from(0, [&](const Message& message) {
    apply(to_row(message, number_));
    if (message.receive_count > 0) apply(to_delivery(message, number_));
    return true;
  });
  if (!is_fifo_) return;
  deduplication_->walk([&](std::string scope, std::string id, const auto& entry) {
    apply(DeduplicationRow{{number_, entry.sequence},
                           std::move(id),
                           std::move(scope),
                           entry.message_id,
                           entry.sent_at});
  });
}

void Topic::walk(const Journal::Apply& apply) {
  apply(row());
  if (!is_fifo_) return;
  Lock lock(order_mutex_);
  apply(SequenceRow{number_, reserved_sequences_});
  deduplication_->walk([&](std::string scope, std::string id, const auto& entry) {
    apply(DeduplicationRow{{number_, entry.sequence},
                           std::move(id),
                           std::move(scope),
                           entry.message_id,
                           entry.sent_at});
  });
}

void Topic::walk_subscriptions(const Journal::Apply& apply) const {
  for (const auto& subscription : subscriptions()) {
    apply(std::make_unique<SubscriptionRow>(subscription->row()));
  }
}

void Topics::drop_all() {
  for (const auto& topic : all()) topic->drop();
  WriteLock lock(mutex_);
  topics_.clear();
  count_ = 0;
  topics_by_name_.clear();
  topics_by_number_.clear();
}

void MoveTasks::walk(const Journal::Apply& apply) const {
  Lock lock(mutex_);
  for (const Task& task : tasks_) apply(task.row);
}

void MoveTasks::drop_all() {
  Lock lock(mutex_);
  tasks_.clear();
}

void Replays::walk(const Journal::Apply& apply) const {
  Lock lock(mutex_);
  for (const auto& [subscription, replay] : replays_) apply(replay.row);
}

void Replays::drop_all() {
  Lock lock(mutex_);
  replays_.clear();
}

void Outbox::walk(const Journal::Apply& apply) const {
  Lock lock(mutex_);
  for (const auto& row : rows_) apply(std::make_unique<OutboxRow>(row));
}

void Outbox::drop_all() {
  Lock lock(mutex_);
  rows_.clear();
  bytes_ = 0;
  is_ahead_ = false;
  last_number_ = 0;
  watchers_.tell();
}

void Registry::walk(const Journal::Apply& apply) const {
  Lock lock(mutex_);
  for (const auto& [name, attributes] : entries_) {
    apply(RegistryRow{name.first, name.second, attributes});
  }
}

void Registry::drop_all() {
  Lock lock(mutex_);
  entries_.clear();
}

}  // namespace squire::engine
