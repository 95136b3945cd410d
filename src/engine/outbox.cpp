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

void Outbox::trim() {
  // Some at a time, so that a full outbox does not delete a row with every one it adds.
  const bool has_too_many = rows_.size() > rules_.outbox_max + rules_.outbox_max / 10;
  const bool is_too_large = bytes_ > rules_.outbox_bytes_max;
  if (!has_too_many && !is_too_large) return;
  const auto bytes_max =
      rules_.outbox_bytes_max - (is_too_large ? rules_.outbox_bytes_max / 10 : 0);
  while (!rows_.empty() && (rows_.size() > rules_.outbox_max || bytes_ > bytes_max)) {
    bytes_ -= size_in_bytes(rows_.front());
    dropped_.push_back(rows_.front().number);
    rows_.pop_front();
  }
}

void Outbox::tell_of_dropped() {
  for (const auto number : dropped_) env_.journal.append(gone(&OutboxRow::number, number));
  dropped_.clear();
}

Ticket Outbox::add(OutboxRow row) {
  Lock lock(mutex_);
  row.number = ++last_number_;
  row.created_at = env_.clock.now();
  const Ticket ticket = env_.journal.append(row);
  push(std::move(row));
  watchers_.tell();
  trim();
  tell_of_dropped();
  return ticket;
}

Outbox::Removed Outbox::remove_if(const std::function<bool(const OutboxRow&)>& is_meant) {
  Lock lock(mutex_);
  const auto count = std::erase_if(rows_, [&](const OutboxRow& row) {
    if (!is_meant(row)) return false;
    env_.journal.append(gone(&OutboxRow::number, row.number));
    return true;
  });
  tell_of_dropped();
  bytes_ = 0;
  for (const auto& row : rows_) bytes_ += size_in_bytes(row);
  watchers_.tell();
  return {count, env_.journal.last_ticket()};
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

void Outbox::restore(OutboxRow&& row) {
  Lock lock(mutex_);
  last_number_ = std::max(last_number_, row.number);
  push(std::move(row));
  trim();
}

void Outbox::walk(const Journal::Apply& apply) const {
  Lock lock(mutex_);
  for (const auto& row : rows_) apply(row);
}

std::size_t Outbox::clear(std::string_view account) {
  const auto is_meant = [&](const OutboxRow& row) {
    const auto topic = parse_arn("sns", row.topic_arn);
    return account.empty() || (topic && topic->account == account);
  };
  return remove_if(is_meant).count;
}

void Outbox::drop_all() {
  Lock lock(mutex_);
  rows_.clear();
  bytes_ = 0;
  dropped_.clear();
  last_number_ = 0;
  watchers_.tell();
}

}  // namespace squire::engine
