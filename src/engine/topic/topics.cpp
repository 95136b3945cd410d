#include "squire/engine/topic/topics.hpp"

#include <algorithm>

#include "squire/core/internal_errors.hpp"
#include "squire/engine/broker.hpp"
#include "squire/engine/topic/errors.hpp"

namespace squire::engine {
namespace {

// What nobody confirmed, or took back, ends (SNS API Reference, ConfirmSubscription).
constexpr std::chrono::hours kConfirmationTime{48};

}  // namespace

Topics::Topics(Broker& broker)
    : broker_(broker), env_(broker.env()), replays_(std::make_shared<Replays>(broker)) {}

std::shared_ptr<Topic> Topics::find(const ResourceName& name) const {
  ReadLock lock(mutex_);
  const auto at = topics_.find(name);
  return at == topics_.end() ? nullptr : at->second;
}

std::shared_ptr<Topic> Topics::find(std::uint32_t number) const {
  ReadLock lock(mutex_);
  const auto at = topics_by_number_.find(number);
  return at == topics_by_number_.end() ? nullptr : at->second;
}

Result<std::shared_ptr<Topic>> Topics::topic(const ResourceName& name) const {
  if (auto found = find(name)) return found;
  return topic_errors::not_found("Topic");
}

Result<Topics::Created> Topics::create(TopicRow row) {
  if (auto existing = find(row.name)) {
    return Created{std::move(existing), false, env_.journal.last_ticket()};
  }
  SQUIRE_TRY(row.number, broker_.next_number());
  WriteLock lock(mutex_);
  if (const auto at = topics_.find(row.name); at != topics_.end()) {
    return Created{at->second, false, env_.journal.last_ticket()};
  }
  const auto topic = std::make_shared<Topic>(broker_, row);
  topics_.emplace(row.name, topic);
  count_ = topics_.size();
  topics_by_name_.insert(topic);
  topics_by_number_.emplace(row.number, topic);
  return Created{topic, true, env_.journal.append(std::move(row))};
}

Ticket Topics::remove(const ResourceName& name) {
  std::shared_ptr<Topic> topic;
  {
    WriteLock lock(mutex_);
    const auto at = topics_.find(name);
    if (at == topics_.end()) return env_.journal.last_ticket();
    topic = at->second;
    topics_by_number_.erase(topic->number());
    topics_by_name_.erase(topic);
    topics_.erase(at);
    count_ = topics_.size();
  }
  Ticket ticket = 0;
  for (const auto& subscription : topic->close(ticket)) {
    replays_->forget(subscription->row().id);
    ticket = std::max(ticket, broker_.close_delivery_queue(subscription->row().delivery_queue));
  }
  return ticket;
}

std::vector<std::shared_ptr<Topic>> Topics::list(std::string_view region, std::string_view account,
                                                 std::string_view after,
                                                 std::size_t count_max) const {
  std::vector<std::shared_ptr<Topic>> found;
  ReadLock lock(mutex_);
  for (auto at = topics_by_name_.lower_bound(NameView{region, account, after});
       at != topics_by_name_.end() && found.size() < count_max; ++at) {
    const auto& name = (*at)->name();
    if (name.region != region || name.account != account) break;
    if (name.name != after) found.push_back(*at);
  }
  return found;
}

std::vector<std::shared_ptr<Topic>> Topics::all() const {
  ReadLock lock(mutex_);
  std::vector<std::shared_ptr<Topic>> topics;
  topics.reserve(topics_.size());
  for (const auto& [name, topic] : topics_) topics.push_back(topic);
  return topics;
}

Result<Topics::Subscribed> Topics::subscribe(Topic& topic, SubscriptionRow row) {
  for (;;) {
    if (auto existing = topic.find(row.protocol, row.endpoint)) {
      return Subscribed{std::move(existing), false, env_.journal.last_ticket()};
    }
    SQUIRE_TRY(auto made, put(topic, row, nullptr));
    if (made) return *std::move(made);
  }
}

Result<std::optional<Topics::Subscribed>> Topics::put(
    Topic& topic, SubscriptionRow row, const std::shared_ptr<const Subscription>& before) {
  row.topic = topic.number();
  const bool needs_queue =
      row.delivery_queue == 0 && has_delivery_queue(row.protocol, broker_.rules().sends_email);
  if (needs_queue) {
    SQUIRE_TRY(row.delivery_queue, broker_.create_delivery_queue(topic.name(), row.id));
  }
  auto subscription = std::make_shared<const Subscription>(std::move(row), topic.name());
  const auto ticket = topic.put(subscription, before);
  const bool is_put = ticket.has_value() && ticket->has_value();
  // Nobody would ever look into the queue.
  if (needs_queue && !is_put) broker_.close_delivery_queue(subscription->row().delivery_queue);
  if (ticket.has_error()) return ticket.error();
  if (!is_put) return std::optional<Subscribed>();
  if (needs_queue && listener_) listener_(subscription);
  return std::optional(Subscribed{std::move(subscription), before == nullptr, **ticket});
}

Ticket Topics::remove_subscription(Topic& topic, const Subscription& subscription) {
  replays_->forget(subscription.row().id);
  const Ticket removed = topic.remove(subscription.row().id);
  return std::max(removed, broker_.close_delivery_queue(subscription.row().delivery_queue));
}

void Topics::on_delivery_queue(DeliveryListener listener) {
  listener_ = std::move(listener);
  announce();
}

void Topics::announce() {
  if (!listener_) return;
  for (const auto& topic : all()) {
    for (const auto& subscription : topic->subscriptions()) {
      const auto& row = subscription->row();
      if (row.delivery_queue != 0) {
        listener_(subscription);
      } else if (has_delivery_queue(row.protocol, broker_.rules().sends_email)) {
        // Made before there was a mail server.
        static_cast<void>(put(*topic, row, subscription));
      }
    }
  }
}

bool Topics::tick() {
  constexpr std::size_t kTopicsMax = 1000;  // at a time: a millisecond or so
  const TimePoint now = env_.clock.now();
  if (to_tick_.empty()) to_tick_ = all();
  for (std::size_t i = 0; i < kTopicsMax && !to_tick_.empty(); ++i) {
    const auto topic = std::move(to_tick_.back());
    to_tick_.pop_back();
    guarded(Border::Tick, topic->arn(), [&] {
      topic->expire();
      for (const auto& subscription : topic->unconfirmed_until(now - kConfirmationTime)) {
        remove_subscription(*topic, *subscription);
      }
    });
  }
  return !to_tick_.empty();
}

void Topics::restore(const TopicRow& row) {
  WriteLock lock(mutex_);
  const auto topic = std::make_shared<Topic>(broker_, row);
  topics_by_number_.emplace(row.number, topic);
  topics_by_name_.insert(topic);
  topics_.emplace(row.name, topic);
  count_ = topics_.size();
}

void Topics::restore(SubscriptionRow&& row) {
  if (const auto topic = find(row.topic)) topic->restore(std::move(row));
}

void Topics::restore(const ReplayRow& row) {
  replays_->restore(row);
}

void Topics::begin_life() {
  for (const auto& topic : all()) topic->begin_life();
}

void Topics::walk(const Journal::Apply& apply) const {
  for (const auto& topic : all()) topic->walk(apply);
  replays_->walk(apply);
}

std::size_t Topics::clear(std::string_view account) {
  std::size_t count = 0;
  for (const auto& topic : all()) {
    if (!account.empty() && topic->name().account != account) continue;
    remove(topic->name());
    ++count;
  }
  return count;
}

void Topics::drop_all() {
  replays_->drop_all();
  for (const auto& topic : all()) topic->drop();
  WriteLock lock(mutex_);
  topics_.clear();
  count_ = 0;
  topics_by_name_.clear();
  topics_by_number_.clear();
}

}  // namespace squire::engine
