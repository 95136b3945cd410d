#include "squire/engine/outbox.hpp"

#include <algorithm>
#include <utility>

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

std::uint64_t Outbox::size_in_bytes(const OutboxRow& row) {
  std::uint64_t size = sizeof(OutboxRow) + row.endpoint.size() + row.topic_arn.size() +
                       row.subscription_arn.size() + row.subject.size() + row.body.size();
  for (const auto& [name, attribute] : row.attributes) {
    size += sizeof(attribute) + name.size() + attribute.type.size() + attribute.value.size();
  }
  return size;
}

void Outbox::push(OutboxRow row) {
  bytes_ += size_in_bytes(row);
  rows_.push_back(std::move(row));
}

void Outbox::drop_oldest() {
  bytes_ -= size_in_bytes(rows_.front());
  rows_.pop_front();
}

bool Outbox::trim() {
  // Some at a time, so that a full outbox does not delete a row with every one it adds.
  const bool has_too_many = rows_.size() > rules_.outbox_max + rules_.outbox_max / 10;
  const bool is_too_large = bytes_ > rules_.outbox_bytes_max;
  if (!has_too_many && !is_too_large) return false;
  const auto bytes_max =
      rules_.outbox_bytes_max - (is_too_large ? rules_.outbox_bytes_max / 10 : 0);
  while (!rows_.empty() && (rows_.size() > rules_.outbox_max || bytes_ > bytes_max)) drop_oldest();
  return true;
}

Ticket Outbox::add(OutboxRow row) {
  Lock lock(mutex_);
  row.number = ++last_number_;
  row.created_at = env_.clock.now();
  push(row);
  watchers_.tell();
  const Ticket ticket = env_.journal.append(std::make_unique<OutboxRow>(std::move(row)));
  if (trim() || std::exchange(is_ahead_, false)) {
    env_.journal.append(OutboxGone{0, rows_.empty() ? last_number_ + 1 : rows_.front().number});
  }
  return ticket;
}

Ticket Outbox::remove_if(const std::function<bool(const OutboxRow&)>& is_meant) {
  Lock lock(mutex_);
  std::erase_if(rows_, [&](const OutboxRow& row) {
    if (!is_meant(row)) return false;
    env_.journal.append(OutboxGone{row.number, row.number + 1});
    return true;
  });
  bytes_ = 0;
  for (const auto& row : rows_) bytes_ += size_in_bytes(row);
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
  push(std::move(row));
  is_ahead_ |= trim();
}

}  // namespace squire::engine
