// The whole state, out and in: exports and imports.
#include <algorithm>

#include "engine/deduplication.hpp"
#include "engine/queue/messages.hpp"
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
    topics_->announce();
  };
  change();
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
  for (const auto& store : stores_) store->walk(apply);
}

void Broker::drop_all() {
  for (const auto& store : stores_) store->drop_all();
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
  history_.clear();
}

void Queue::walk(const Journal::Apply& apply) const {
  Lock lock(mutex_);
  apply(row_);
  apply(sequences_.row());
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
  for (const auto& subscription : subscriptions()) apply(subscription->row());
  if (!is_fifo_) return;
  Lock lock(order_mutex_);
  apply(sequences_.row());
  deduplication_->walk([&](std::string scope, std::string id, const auto& entry) {
    apply(DeduplicationRow{{number_, entry.sequence},
                           std::move(id),
                           std::move(scope),
                           entry.message_id,
                           entry.sent_at});
  });
}

}  // namespace squire::engine
