#include "squire/engine/topic/topic.hpp"

#include "engine/deduplication.hpp"
#include "squire/engine/broker.hpp"
#include "squire/engine/topic/errors.hpp"

namespace squire::engine {
namespace {

using State = SubscriptionRow::State;

std::string endpoint_key(DeliveryProtocol protocol, std::string_view endpoint) {
  std::string key(1, static_cast<char>(protocol));
  return key.append(endpoint);
}

// An archive's retention is in days: it need not be looked at more often.
constexpr Seconds kArchiveExpiryInterval{60};

}  // namespace

Topic::Topic(Broker& broker, TopicRow row)
    : broker_(broker),
      env_(broker.env()),
      name_(row.name),
      number_(row.number),
      is_fifo_(name_.name.ends_with(".fifo")),
      arn_(std::make_shared<const std::string>(to_arn("sns", name_))),
      row_(std::move(row)) {
  settings_ = std::make_shared<const TopicSettings>(row_.attributes);
  if (is_fifo_) deduplication_ = std::make_unique<DeduplicationWindow>();
}

Topic::~Topic() = default;

TopicRow Topic::row() const {
  ReadLock lock(mutex_);
  return row_;
}

std::shared_ptr<const TopicSettings> Topic::settings() const {
  ReadLock lock(mutex_);
  return settings_;
}

Result<Topic::Edition> Topic::edition() const {
  ReadLock lock(mutex_);
  if (is_closed_) return topic_errors::not_found("Topic");
  return Edition{row_, edition_};
}

Result<std::optional<Ticket>> Topic::replace(const Edition& edited) {
  WriteLock lock(mutex_);
  if (is_closed_) return topic_errors::not_found("Topic");
  if (edited.number != edition_) return std::optional<Ticket>();
  ++edition_;
  row_ = edited.row;
  settings_ = std::make_shared<const TopicSettings>(row_.attributes);
  return std::optional(env_.journal.append(row_));
}

SubscriptionCounts Topic::counts() const {
  ReadLock lock(mutex_);
  SubscriptionCounts counts{0, 0, deleted_count_};
  for (const auto& [key, entry] : subscriptions_) {
    counts.confirmed += entry.subscription->is_confirmed();
    counts.pending += entry.subscription->row().state == State::Pending;
  }
  return counts;
}

std::size_t Topic::subscription_count() const {
  ReadLock lock(mutex_);
  return subscriptions_.size();
}

Subscriptions Topic::subscriptions() const {
  ReadLock lock(mutex_);
  Subscriptions all;
  all.reserve(subscriptions_.size());
  for (const auto& [key, entry] : subscriptions_) all.push_back(entry.subscription);
  return all;
}

std::shared_ptr<const Subscription> Topic::find(const Uuid& id) const {
  ReadLock lock(mutex_);
  const auto at = keys_.find(id);
  return at == keys_.end() ? nullptr : subscriptions_.at(at->second).subscription;
}

std::shared_ptr<const Subscription> Topic::find(DeliveryProtocol protocol,
                                                std::string_view endpoint) const {
  ReadLock lock(mutex_);
  const auto at = keys_by_endpoint_.find(endpoint_key(protocol, endpoint));
  return at == keys_by_endpoint_.end() ? nullptr : subscriptions_.at(at->second).subscription;
}

std::shared_ptr<const Subscription> Topic::find_by_token(std::string_view token) const {
  ReadLock lock(mutex_);
  for (const auto& [key, entry] : subscriptions_) {
    if (!token.empty() && entry.subscription->row().token == token) return entry.subscription;
  }
  return nullptr;
}

std::uint64_t Topic::filter_policy_count() const {
  ReadLock lock(mutex_);
  return filter_policy_count_;
}

std::vector<std::shared_ptr<const Subscription>> Topic::unconfirmed_until(TimePoint time) const {
  ReadLock lock(mutex_);
  std::vector<std::shared_ptr<const Subscription>> found;
  for (const auto key : unconfirmed_) {
    const auto& subscription = subscriptions_.at(key).subscription;
    if (subscription->row().changed_at <= time) found.push_back(subscription);
  }
  return found;
}

Result<std::optional<Ticket>> Topic::put(std::shared_ptr<const Subscription> subscription,
                                         const std::shared_ptr<const Subscription>& before) {
  auto row = subscription->row();
  WriteLock lock(mutex_);
  if (is_closed_) return topic_errors::not_found("Topic");
  if (current(row, before != nullptr) != before) return std::optional<Ticket>();
  put_locked(std::move(subscription));
  return std::optional(env_.journal.append(std::move(row)));
}

std::shared_ptr<const Subscription> Topic::current(const SubscriptionRow& row,
                                                   bool is_known) const {
  filter::Index::Key key = 0;
  if (is_known) {
    const auto at = keys_.find(row.id);
    if (at == keys_.end()) return nullptr;
    key = at->second;
  } else {
    const auto at = keys_by_endpoint_.find(endpoint_key(row.protocol, row.endpoint));
    if (at == keys_by_endpoint_.end()) return nullptr;
    key = at->second;
  }
  return subscriptions_.at(key).subscription;
}

void Topic::put_locked(std::shared_ptr<const Subscription> subscription) {
  const auto& row = subscription->row();
  const auto [at, is_new] = keys_.emplace(row.id, last_key_ + 1);
  if (is_new) ++last_key_;
  Entry& entry = subscriptions_[at->second];
  const bool was_live = is_new || entry.is_live;
  make_live(at->second, entry, false);
  const auto key = endpoint_key(row.protocol, row.endpoint);
  if (row.state == State::Deleted) {
    const auto of_endpoint = keys_by_endpoint_.find(key);
    if (of_endpoint != keys_by_endpoint_.end() && of_endpoint->second == at->second) {
      keys_by_endpoint_.erase(of_endpoint);
    }
  } else {
    keys_by_endpoint_.insert_or_assign(key, at->second);
  }
  if (row.state == State::Confirmed) {
    unconfirmed_.erase(at->second);
  } else {
    unconfirmed_.insert(at->second);
  }
  if (entry.subscription && entry.subscription->filter()) --filter_policy_count_;
  if (subscription->filter()) ++filter_policy_count_;
  entry.subscription = std::move(subscription);
  make_live(at->second, entry, was_live);
}

void Topic::make_live(filter::Index::Key key, Entry& entry, bool is_live) {
  if (entry.is_indexed) index_.remove(key);
  entry.is_live = is_live;
  entry.is_indexed = is_live && entry.subscription && entry.subscription->is_confirmed();
  if (entry.is_indexed) index_.add(key, entry.subscription->filter());
  audience_ = nullptr;
}

void Topic::set_live(const Uuid& id, bool is_live) {
  WriteLock lock(mutex_);
  const auto at = keys_.find(id);
  if (at != keys_.end()) make_live(at->second, subscriptions_.at(at->second), is_live);
}

bool Topic::set_live_at(const Uuid& id, std::uint64_t next_sequence) {
  Lock lock(order_mutex_);
  if (next_sequence < sequences_.next()) return false;
  set_live(id, true);
  return true;
}

Ticket Topic::remove(const Uuid& id) {
  WriteLock lock(mutex_);
  const auto at = keys_.find(id);
  if (at == keys_.end()) return 0;
  const auto entry = subscriptions_.find(at->second);
  make_live(entry->first, entry->second, false);
  const auto& row = entry->second.subscription->row();
  const auto of_endpoint = keys_by_endpoint_.find(endpoint_key(row.protocol, row.endpoint));
  if (of_endpoint != keys_by_endpoint_.end() && of_endpoint->second == at->second) {
    keys_by_endpoint_.erase(of_endpoint);
  }
  if (entry->second.subscription->filter()) --filter_policy_count_;
  unconfirmed_.erase(at->second);
  subscriptions_.erase(entry);
  keys_.erase(at);
  ++deleted_count_;
  return env_.journal.append_both(gone(&ReplayRow::subscription, id),
                                  gone(&SubscriptionRow::id, id));
}

std::vector<std::shared_ptr<const Subscription>> Topic::close(Ticket& ticket) {
  auto all = subscriptions();
  WriteLock lock(mutex_);
  end();
  ticket = env_.journal.append(TopicGone{number_});
  return all;
}

void Topic::drop() {
  WriteLock lock(mutex_);
  end();
}

void Topic::end() {
  is_closed_ = true;
  for (auto& [key, entry] : subscriptions_) make_live(key, entry, false);
  subscriptions_.clear();
  keys_.clear();
  keys_by_endpoint_.clear();
  unconfirmed_.clear();
}

void Topic::expire() {
  if (!is_fifo_) return;
  const TimePoint now = env_.clock.now();
  Lock lock(order_mutex_);
  if (const auto end = deduplication_->expire(now)) {
    env_.journal.append(DeduplicationGone{number_, *end});
  }
  if (now < archive_expired_at_ + kArchiveExpiryInterval) return;
  archive_expired_at_ = now;
  ReadLock row_lock(mutex_);
  if (row_.archived_since == TimePoint()) return;
  // Without a policy, what is left of an archive goes, too.
  const auto& retention = settings_->archive_retention;
  env_.journal.append(ArchiveExpired{number_, retention ? now - *retention : now});
}

void Topic::restore(const SequenceRow& row) {
  Lock lock(order_mutex_);
  sequences_.restore(row);
}

void Topic::restore(const DeduplicationRow& row) {
  Lock lock(order_mutex_);
  const TimePoint now = env_.clock.now();
  if (is_fifo_ && now < row.sent_at + DeduplicationWindow::kLength) {
    deduplication_->add(row.scope, row.id,
                        {row.message_id, row.key.sequence, std::min(row.sent_at, now)});
  }
}

void Topic::restore(SubscriptionRow row) {
  WriteLock lock(mutex_);
  put_locked(std::make_shared<const Subscription>(std::move(row), name_));
}

void Topic::begin_life() {
  if (!is_fifo_) return;
  Lock lock(order_mutex_);
  sequences_.begin_life(env_.journal);
}

}  // namespace squire::engine
