#include "squire/engine/broker.hpp"

#include <algorithm>
#include <stdexcept>

#include "squire/core/internal_errors.hpp"
#include "squire/engine/queue/errors.hpp"
#include "squire/engine/topic/delivery_guard.hpp"

namespace squire::engine {
namespace {

// The message as it stands in its dead-letter queue (Amazon SQS Developer Guide, "Dead-letter
// queues").
std::shared_ptr<const Details> dead_letter_details(const ReceivedMessage& message,
                                                   const Queue& source) {
  auto details = message.row.details ? std::make_shared<Details>(*message.row.details)
                                     : std::make_shared<Details>();
  details->dead_letter_source = source.arn();
  // So that the dead-letter queue never takes it for a duplicate.
  if (source.is_fifo()) details->deduplication_id = to_string(message.row.id);
  return details;
}

// Names of delivery queues begin so; the colon keeps them apart from those of queues.
constexpr std::string_view kDeliveryPrefix = "delivery:";
// Longer than SNS goes on trying to reach any endpoint (SNS Developer Guide, "Message
// delivery retries").
constexpr const char* kDeliveryRetentionSeconds = "2592000";

bool is_delivery_queue(const ResourceName& name) {
  return name.name.starts_with(kDeliveryPrefix);
}

}  // namespace

Broker::Broker(const Env& env, const Rules& rules, const Renderer* renderer)
    : env_(env),
      rules_(rules),
      renderer_(renderer),
      history_(rules.history_bytes_max),
      topics_(std::make_shared<Topics>(*this)) {
  add_engine_stores();
}

void Broker::add(std::shared_ptr<Store> store) {
  for (const RowKind* kind : store->kinds()) stores_by_kind_.emplace(kind, store.get());
  stores_.push_back(std::move(store));
}

std::string Broker::sign(const Body& body) {
  return body.signature()->get([&] { return renderer_->sign(*this, body.stored_text()); });
}

Broker::ShownBody Broker::show(const Body& body) {
  if (!body.signature()) return {body.text(), body.digest()};
  const std::string& stored = body.stored_text();
  const std::string signature = sign(body);
  std::string text;
  text.reserve(stored.size() + signature.size());
  const std::size_t place = body.signature()->place();
  text.append(stored, 0, place).append(signature).append(stored, place);
  const Md5 digest = md5(text);
  return {std::move(text), digest};
}

// What happens in delivery queues is told by their couriers, attempt by attempt.
History* Broker::history_for(const ResourceName& name) {
  return is_delivery_queue(name) ? nullptr : &history_;
}

void Broker::load() {
  // A row that cannot be is set aside: it stays on the disk, and the others are served.
  env_.journal.load([this](Record record) {
    guarded(
        Border::Load, [&] { return describe(record) + " is set aside"; }, [&] { restore(record); });
  });
  for (const auto& store : stores_) store->begin_life();
  close_abandoned_delivery_queues();
  ReadLock lock(mutex_);
  for (const auto& [number, queue] : queues_by_number_) queue->begin_life();
  for (const auto& [number, queue] : delivery_queues_) queue->begin_life();
  if (last_number_ > 0) env_.journal.flush();
}

// A crash between a delivery queue and its subscription leaves the queue alone.
void Broker::close_abandoned_delivery_queues() {
  std::unordered_map<std::uint32_t, std::shared_ptr<Queue>> abandoned;
  {
    ReadLock lock(mutex_);
    abandoned = delivery_queues_;
  }
  for (const auto& topic : topics_->all()) {
    for (const auto& subscription : topic->subscriptions()) {
      abandoned.erase(subscription->row().delivery_queue);
    }
  }
  for (const auto& [number, queue] : abandoned) close_delivery_queue(number);
}

std::shared_ptr<Queue> Broker::numbered(std::uint32_t number) const {
  ReadLock lock(mutex_);
  const auto at = queues_by_number_.find(number);
  return at != queues_by_number_.end() ? at->second : delivery_queues_.at(number);
}

void Broker::restore(Record& record) {
  std::visit(
      [&]<typename Change>(Change& change) {
        if constexpr (std::is_same_v<Change, RowPut>) {
          restore(*change.row);
        } else if constexpr (std::is_same_v<Change, DeduplicationRow>) {
          const auto topic = topics_->find(change.key.queue);
          topic ? topic->restore(change) : numbered(change.key.queue)->restore(change);
        } else if constexpr (std::is_same_v<Change, MessageRow> ||
                             std::is_same_v<Change, DeliveryRow>) {
          numbered(change.key.queue)->restore(change);
        } else {
          throw std::logic_error("Journal::load gave something that is no row");
        }
      },
      record);
}

void Broker::restore(Row& row) {
  if (const auto number = row.number(Column::Number::Own)) {
    WriteLock lock(mutex_);
    last_number_ = std::max(last_number_, *number);
  }
  if (const auto* queue = row_cast<QueueRow>(row)) {
    restore(*queue);
  } else if (const auto* sequence = row_cast<SequenceRow>(row)) {
    restore(*sequence);
  } else {
    stores_by_kind_.at(&row.kind())->restore(row);
  }
}

void Broker::restore(const QueueRow& row) {
  const auto queue = std::make_shared<Queue>(env_, rules_, row, history_for(row.name));
  WriteLock lock(mutex_);
  if (is_delivery_queue(row.name)) {
    delivery_queues_.emplace(row.number, queue);
    return;
  }
  queues_.emplace(row.name, queue);
  queues_by_name_.insert(queue);
  queues_by_number_.emplace(row.number, queue);
  queue_count_ = queues_.size();
}

void Broker::restore(const SequenceRow& row) {
  if (row.queue == SequenceRow::kNumbers) {
    WriteLock lock(mutex_);
    last_number_ = std::max(last_number_, static_cast<std::uint32_t>(row.limit - 1));
  } else if (const auto topic = topics_->find(row.queue)) {
    topic->restore(row);
  } else {
    numbered(row.queue)->restore(row);
  }
}

std::shared_ptr<Queue> Broker::find_queue(const ResourceName& name) const {
  ReadLock lock(mutex_);
  const auto at = queues_.find(name);
  return at == queues_.end() ? nullptr : at->second;
}

std::shared_ptr<Queue> Broker::find_target(const ResourceName& name,
                                           const Subscription& subscription) const {
  auto queue = find_queue(name);
  if (queue && rules_.delivery_guard && !rules_.delivery_guard->allows(subscription, *queue)) {
    queue = nullptr;
  }
  return queue;
}

Result<std::shared_ptr<Queue>> Broker::queue(const ResourceName& name) const {
  if (auto found = find_queue(name)) return found;
  return Error{queue_errors::kQueueDoesNotExist, {}};
}

Result<Broker::Created> Broker::create_queue(const ResourceName& name, StringMap attributes,
                                             StringMap tags) {
  WriteLock lock(mutex_);
  if (const auto at = queues_.find(name); at != queues_.end()) {
    return Created{at->second, false, env_.journal.last_ticket()};
  }
  const TimePoint now = env_.clock.now();
  if (const auto at = deleted_at_.find(name); at != deleted_at_.end()) {
    if (now < at->second + rules_.recreate_delay)
      return Error{queue_errors::kQueueDeletedRecently, {}};
    deleted_at_.erase(at);
  }
  SQUIRE_TRY(const auto number, next_number_locked());
  QueueRow row{number, name, now, now, std::move(attributes), std::move(tags)};
  const auto queue = std::make_shared<Queue>(env_, rules_, row, history_for(name));
  queues_.emplace(name, queue);
  queue_count_ = queues_.size();
  queues_by_name_.insert(queue);
  queues_by_number_.emplace(row.number, queue);
  return Created{queue, true, env_.journal.append(std::move(row))};
}

Result<std::uint32_t> Broker::next_number() {
  WriteLock lock(mutex_);
  return next_number_locked();
}

Result<std::uint32_t> Broker::next_number_locked() {
  if (last_number_ == MessageKey::kQueueMax) {
    return Error{queue_errors::kOverLimit, "The data directory has used up its numbers of queues."};
  }
  ++last_number_;
  // Before the row that has the number: handles of what was deleted must never fit anything new.
  env_.journal.append(SequenceRow{SequenceRow::kNumbers, last_number_ + std::uint64_t{1}});
  return last_number_;
}

Result<std::uint32_t> Broker::create_delivery_queue(const ResourceName& topic,
                                                    const Uuid& subscription) {
  WriteLock lock(mutex_);
  SQUIRE_TRY(const auto number, next_number_locked());
  const TimePoint now = env_.clock.now();
  const ResourceName name{topic.region, topic.account,
                          std::string(kDeliveryPrefix) + to_string(subscription)};
  QueueRow row{number, name, now, now, {{"MessageRetentionPeriod", kDeliveryRetentionSeconds}}, {}};
  delivery_queues_.emplace(number, std::make_shared<Queue>(env_, rules_, row, history_for(name)));
  env_.journal.append(std::move(row));
  return number;
}

std::shared_ptr<Queue> Broker::find_delivery_queue(std::uint32_t number) const {
  ReadLock lock(mutex_);
  const auto at = delivery_queues_.find(number);
  return at == delivery_queues_.end() ? nullptr : at->second;
}

std::uint64_t Broker::pending_delivery_count(const Topic& topic) const {
  std::uint64_t count = 0;
  for (const auto& subscription : topic.subscriptions()) {
    const auto queue = find_delivery_queue(subscription->row().delivery_queue);
    if (queue) count += queue->message_count();
  }
  return count;
}

Ticket Broker::close_delivery_queue(std::uint32_t number) {
  WriteLock lock(mutex_);
  const auto at = delivery_queues_.find(number);
  if (at == delivery_queues_.end()) return 0;
  const auto queue = std::move(at->second);
  delivery_queues_.erase(at);
  return queue->close();
}

Result<Ticket> Broker::delete_queue(const ResourceName& name) {
  WriteLock lock(mutex_);
  const auto at = queues_.find(name);
  if (at == queues_.end()) return Error{queue_errors::kQueueDoesNotExist, {}};
  const auto queue = at->second;
  queues_.erase(at);
  queue_count_ = queues_.size();
  queues_by_name_.erase(queue);
  queues_by_number_.erase(queue->number());
  if (rules_.recreate_delay > Seconds(0)) deleted_at_[name] = env_.clock.now();
  return queue->close();
}

void Broker::forget_deleted(TimePoint now) {
  WriteLock lock(mutex_);
  std::erase_if(deleted_at_,
                [&](const auto& entry) { return entry.second + rules_.recreate_delay <= now; });
}

std::vector<std::shared_ptr<Queue>> Broker::list_queues(std::string_view region,
                                                        std::string_view account,
                                                        std::string_view prefix,
                                                        std::string_view after,
                                                        std::size_t count_max) const {
  std::vector<std::shared_ptr<Queue>> found;
  ReadLock lock(mutex_);
  const NameView from{region, account, std::max(prefix, after)};
  for (auto at = queues_by_name_.lower_bound(from);
       at != queues_by_name_.end() && found.size() < count_max; ++at) {
    const auto& name = (*at)->name();
    if (name.region != region || name.account != account || !name.name.starts_with(prefix)) break;
    if (name.name != after) found.push_back(*at);
  }
  return found;
}

std::vector<std::shared_ptr<Queue>> Broker::all_queues() const {
  std::vector<std::shared_ptr<Queue>> all;
  ReadLock lock(mutex_);
  all.reserve(queues_.size());
  for (const auto& [name, queue] : queues_) all.push_back(queue);
  return all;
}

std::vector<std::shared_ptr<Queue>> Broker::dead_letter_sources(const ResourceName& name) const {
  // A dead-letter queue has the account and region of its sources.
  auto queues = list_queues(name.region, name.account, "");
  std::erase_if(queues, [&](const auto& queue) {
    const auto settings = queue->settings();
    return !settings->redrive || settings->redrive->dead_letter_queue != name;
  });
  return queues;
}

Result<Received> Broker::receive(Queue& queue, ReceiveOptions options, Queue::WaitSlot* slot) {
  std::shared_ptr<Queue> target;
  if (const auto settings = queue.settings(); settings->redrive) {
    target = find_queue(settings->redrive->dead_letter_queue);
  }
  options.can_dead_letter = target && target.get() != &queue;
  SQUIRE_TRY(auto received, queue.receive(options, slot));
  for (const auto& message : received.dead_letters) move_to_dead_letters(queue, *target, message);
  // The next of its group may be in this answer, or in another's.
  if (queue.is_fifo() && !received.dead_letters.empty()) {
    received.ticket = env_.journal.last_ticket();
  }
  return received;
}

void Broker::move_to_dead_letters(Queue& source, Queue& target, const ReceivedMessage& message) {
  if (!target.accept_moved(message, Arrival::DeadLetter, dead_letter_details(message, source))) {
    source.put_back(message);
  }
}

Ticket Broker::give_up(Queue& source, const MessageKey& key, const std::shared_ptr<Queue>& target) {
  const auto message = source.take_out(key);
  if (!message) return 0;
  if (target && target->accept_moved(*message, Arrival::Undeliverable, message->row.details)) {
    return env_.journal.last_ticket();
  }
  return env_.journal.append(MessageGone{key});
}

Broker::Cleared Broker::reset(std::string_view account) {
  const auto is_meant = [&](const ResourceName& name) {
    return account.empty() || name.account == account;
  };
  Cleared cleared;
  for (const auto& store : stores_) {
    const auto count = store->clear(account);
    if (store == topics_) cleared.topic_count = count;
  }
  for (const auto& queue : all_queues()) {
    if (is_meant(queue->name()) && delete_queue(queue->name())) ++cleared.queue_count;
  }
  if (account.empty()) history_.clear();
  {
    WriteLock lock(mutex_);
    deleted_at_.clear();
  }
  cleared.ticket = env_.journal.last_ticket();
  return cleared;
}

std::vector<std::shared_ptr<Queue>> Broker::queues_and_delivery_queues() const {
  std::vector<std::shared_ptr<Queue>> queues;
  ReadLock lock(mutex_);
  queues.reserve(queues_.size() + delivery_queues_.size());
  for (const auto& [name, queue] : queues_) queues.push_back(queue);
  for (const auto& [number, queue] : delivery_queues_) queues.push_back(queue);
  return queues;
}

bool Broker::tick() {
  constexpr std::size_t kQueuesMax = 1000;  // at a time: a millisecond or so
  const Gate::Pass pass(gate_);
  bool is_more = false;
  if (stores_ticked_ == 0) {
    if (to_tick_.empty()) {
      forget_deleted(env_.clock.now());
      to_tick_ = queues_and_delivery_queues();
    }
    for (std::size_t i = 0; i < kQueuesMax && !to_tick_.empty(); ++i) {
      guarded(Border::Tick, to_tick_.back()->arn(), [&] { is_more = to_tick_.back()->expire(); });
      if (is_more) return true;
      to_tick_.pop_back();
    }
    if (!to_tick_.empty()) return true;
    stores_ticked_ = 1;
  }
  for (; stores_ticked_ <= stores_.size(); ++stores_ticked_) {
    Store& store = *stores_[stores_ticked_ - 1];
    const auto kinds = store.kinds();  // none: it keeps nothing across a restart
    guarded(Border::Tick, kinds.empty() ? "a store" : kinds.front()->table,
            [&] { is_more = store.tick(); });
    if (is_more) return true;
  }
  stores_ticked_ = 0;
  return false;
}

}  // namespace squire::engine
