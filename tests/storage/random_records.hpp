#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "squire/engine/outbox.hpp"
#include "squire/engine/queue/move_tasks.hpp"
#include "squire/engine/registry.hpp"
#include "squire/engine/topic/subscription.hpp"

namespace squire::test {

// A plausible life of a few queues, from a seed: what the engine could append, in any order.
// Keys are never used twice, and records are only about queues that exist.
class RandomRecords {
 public:
  explicit RandomRecords(std::uint32_t seed) : random_(seed) {}

  engine::Record next() {
    if (queues_.empty()) return new_queue();
    const int dice = number(100);
    if (dice < 3) return new_queue();
    if (dice < 4) return queue_gone();
    if (dice < 6) return queue_purged();
    if (dice < 45) return new_message(any_queue());
    if (dice < 60) return live_.empty() ? new_queue() : delivery();
    if (dice < 80) return live_.empty() ? new_queue() : message_gone();
    if (dice < 86) return live_.empty() ? new_queue() : message_moved();
    if (dice < 90) return deduplication();
    if (dice < 92) return engine::DeduplicationGone{any_queue(), std::uint64_t(number(200))};
    if (dice < 94) return engine::SequenceRow{any_queue(), std::uint64_t(number(100'000))};
    if (dice < 96) return move_task();
    if (dice < 97) return registry_entry();
    if (dice < 98) return subscription();
    if (dice < 99) return outbox_entry();
    return engine::gone(&engine::MoveTaskRow::id, Uuid{{std::uint8_t(number(20))}});
  }

 private:
  using Key = engine::MessageKey;

  int number(int end) { return std::uniform_int_distribution(0, end - 1)(random_); }
  TimePoint time() { return TimePoint(Milliseconds(1'700'000'000'000 + number(1'000'000))); }
  std::string text() { return std::string(std::size_t(number(40)), char('a' + number(26))); }
  Uuid id() { return {{std::uint8_t(number(256)), 7, 7}}; }

  std::uint32_t any_queue() {
    return std::next(queues_.begin(), number(int(queues_.size())))->first;
  }
  Key new_key(std::uint32_t queue) {
    return {queue, queues_[queue] += std::uint64_t(1 + (number(5) == 0 ? number(4) : 0))};
  }

  engine::Record new_queue() {
    // The ends and the middle of the numbers: rowids change their sign at 2^23.
    constexpr std::uint32_t kNumbers[] = {0, 1, 2, (1u << 23) - 1, 1u << 23, (1u << 24) - 1};
    engine::QueueRow row;
    row.number = kNumbers[number(std::size(kNumbers))];
    row.name = {"us-east-1", "000000000000", "queue-" + text()};
    row.created_at = time();
    row.modified_at = time();
    for (int i = number(3); i > 0; --i) row.attributes[text()] = text();
    for (int i = number(3); i > 0; --i) row.tags[text()] = text();
    queues_.try_emplace(row.number, sequences_[row.number]);
    return row;
  }

  engine::Record queue_gone() {
    const auto queue = any_queue();
    sequences_[queue] = queues_[queue];
    queues_.erase(queue);
    std::erase_if(live_, [&](const Key& key) { return key.queue == queue; });
    return engine::QueueGone{queue};
  }

  engine::Record queue_purged() {
    const auto queue = any_queue();
    const std::uint64_t end = queues_[queue] + 1 - std::uint64_t(number(2));
    std::erase_if(live_, [&](const Key& key) { return key.queue == queue && key.sequence < end; });
    return engine::QueuePurged{queue, end};
  }

  engine::MessageRow new_message(std::uint32_t queue) {
    engine::MessageRow row;
    row.key = new_key(queue);
    row.id = id();
    row.sent_at = time();
    row.available_at = time();
    row.sender_account = std::uint64_t(number(1000));
    const int size = number(50) == 0 ? number(20'000) : number(100);
    std::string body = std::string(std::size_t(size), 'b') + text();
    if (size > 0 && number(4) == 0) {
      row.body = std::make_shared<const engine::Body>(
          std::move(body), std::make_shared<engine::Signature>(1 + number(size)));
    } else {
      row.body = std::make_shared<const engine::Body>(std::move(body));
    }
    if (number(3) == 0) {
      engine::Details details;
      details.group_id = "g" + text();
      details.deduplication_id = text();
      details.trace_header = text();
      details.dead_letter_source = text();
      for (int i = number(3); i > 0; --i) details.attributes[text()] = {"String", text()};
      details.attributes["Binary"] = {"Binary.x", std::string("\0,1:\xff", 5)};
      row.details = std::make_shared<const engine::Details>(std::move(details));
    }
    live_.push_back(row.key);
    return row;
  }

  engine::DeliveryRow new_delivery(Key key) {
    return {key, time(), time(), time(), std::uint32_t(number(10))};
  }

  Key& any_live() { return live_[std::size_t(number(int(live_.size())))]; }
  Key take_live() {
    std::swap(any_live(), live_.back());
    const Key key = live_.back();
    live_.pop_back();
    return key;
  }

  engine::Record delivery() {
    if (number(3) == 0) return new_delivery(any_live());
    return engine::LazyDelivery{new_delivery(any_live())};
  }
  engine::Record message_gone() { return engine::MessageGone{take_live()}; }

  engine::Record message_moved() {
    auto moved = std::make_unique<engine::MessageMoved>();
    moved->from = take_live();
    moved->row = new_message(any_queue());
    if (number(2) == 0) moved->delivery = new_delivery(moved->row.key);
    return moved;
  }

  engine::Record deduplication() {
    return engine::DeduplicationRow{
        {any_queue(), std::uint64_t(number(200))}, text(), text(), id(), time()};
  }

  engine::Record move_task() {
    engine::MoveTaskRow row;
    // The start belongs to the id, so that the order is defined.
    row.id.bytes[0] = std::uint8_t(number(20));
    row.started_at = TimePoint(Milliseconds(1000 * (row.id.bytes[0] % 7) + row.id.bytes[0]));
    row.source = {"us-east-1", "000000000000", "dlq"};
    if (number(2) == 0) row.destination = ResourceName{"us-east-1", "000000000000", "other"};
    if (number(2) == 0) row.messages_per_second_max = number(500);
    row.status = static_cast<engine::MoveTaskRow::Status>(number(5));
    row.moved_count = number(100);
    row.to_move_count = number(100);
    row.failure_reason = text();
    return row;
  }

  engine::Record registry_entry() {
    const auto kind = static_cast<engine::RegistryRow::Kind>(number(6));
    const std::string key = "key" + std::to_string(number(5));
    if (number(3) == 0) return engine::gone(engine::RegistryRow{kind, key, {}});
    return engine::RegistryRow{kind, key, {{"Enabled", text()}}};
  }

  // Of a queue's number, since queues are what there is: it goes with that one.
  engine::Record subscription() {
    const Uuid id{{std::uint8_t(number(20))}};
    if (number(3) == 0) return engine::gone(&engine::SubscriptionRow::id, id);
    engine::SubscriptionRow row;
    row.id = id;
    row.topic = any_queue();
    row.owner = "000000000000";
    row.protocol = static_cast<engine::DeliveryProtocol>(number(9));
    row.endpoint = text();
    row.attributes[text()] = text();
    row.state = static_cast<engine::SubscriptionRow::State>(number(3));
    row.token = text();
    row.changed_at = time();
    row.was_authenticated = number(2) == 0;
    row.delivery_queue = any_queue();
    return row;
  }

  engine::Record outbox_entry() {
    const auto key = std::uint64_t(number(20));
    if (number(3) == 0) return engine::gone(&engine::OutboxRow::number, key);
    engine::OutboxRow row;
    row.number = key;
    row.created_at = time();
    row.endpoint = text();
    row.body = text();
    row.attributes[text()] = {"String", text()};
    return row;
  }

  std::mt19937 random_;
  std::map<std::uint32_t, std::uint64_t> queues_;     // number → last sequence
  std::map<std::uint32_t, std::uint64_t> sequences_;  // of deleted queues
  std::vector<Key> live_;
};

}  // namespace squire::test
