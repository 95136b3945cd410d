#include "squire/engine/outbox.hpp"

#include <algorithm>

namespace squire::engine {

Ticket Outbox::add(const Subscription& subscription, const Publication& publication,
                   const std::string& body) {
  OutboxRow row;
  row.protocol = subscription.protocol();
  row.endpoint = subscription.row().endpoint;
  row.topic_arn = to_arn("sns", subscription.topic());
  row.subscription_arn = subscription.arn();
  row.message_id = publication.id;
  row.subject = publication.subject;
  row.body = body;
  if (publication.details) row.attributes = publication.details->attributes;
  return add(std::move(row));
}

Ticket Outbox::add(OutboxRow row) {
  Lock lock(mutex_);
  row.number = ++last_number_;
  row.created_at = env_.clock.now();
  rows_.push_back(row);
  watchers_.tell();
  const Ticket ticket = env_.journal.append(std::make_unique<OutboxRow>(std::move(row)));
  // Some at a time, so that a full outbox does not delete a row with every one it adds.
  if (rows_.size() > rules_.outbox_max + rules_.outbox_max / 10) {
    rows_.erase(rows_.begin(), rows_.end() - static_cast<std::ptrdiff_t>(rules_.outbox_max));
    env_.journal.append(OutboxGone{0, rows_.empty() ? last_number_ + 1 : rows_.front().number});
  }
  return ticket;
}

Ticket Outbox::remove_if(const std::function<bool(const OutboxRow&)>& is_meant) {
  Lock lock(mutex_);
  std::erase_if(rows_, [&](const OutboxRow& row) {
    const bool is_gone = is_meant(row);
    if (is_gone) env_.journal.append(OutboxGone{row.number, row.number + 1});
    return is_gone;
  });
  watchers_.tell();
  return env_.journal.last_ticket();
}

std::vector<OutboxRow> Outbox::list(std::uint64_t after, std::size_t count_max) const {
  Lock lock(mutex_);
  const auto first = std::upper_bound(
      rows_.begin(), rows_.end(), after,
      [](std::uint64_t number, const OutboxRow& row) { return number < row.number; });
  const auto count =
      std::min<std::size_t>(count_max, static_cast<std::size_t>(rows_.end() - first));
  return {first, first + static_cast<std::ptrdiff_t>(count)};
}

void Outbox::watch(std::weak_ptr<Waiter> waiter) {
  Lock lock(mutex_);
  watchers_.add(std::move(waiter));
}

std::size_t Outbox::count() const {
  Lock lock(mutex_);
  return rows_.size();
}

void Outbox::restore(OutboxRow row) {
  Lock lock(mutex_);
  last_number_ = std::max(last_number_, row.number);
  rows_.push_back(std::move(row));
}

}  // namespace squire::engine
