#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "squire/engine/broker.hpp"
#include "squire/storage/memory_journal.hpp"
#include "support/counting_ids.hpp"
#include "support/manual_clock.hpp"

namespace squire::test {

using namespace std::chrono_literals;

// Counts how often it was woken.
struct CountingWaiter final : Waiter {
  void notify() override { ++count; }
  int count = 0;
};

// A broker in memory, whose clock stands still.
class BrokerFixture : public testing::Test {
 protected:
  static ResourceName name(const std::string& queue) {
    return {"us-east-1", "000000000000", queue};
  }

  std::shared_ptr<engine::Queue> make_queue(const std::string& queue,
                                            engine::StringMap attributes = {}) {
    return broker.create_queue(name(queue), std::move(attributes), {}).value().queue;
  }

  static engine::OutgoingMessage message(const std::string& body, const std::string& group = {},
                                         const std::string& deduplication_id = {}) {
    engine::OutgoingMessage message;
    message.body = std::make_shared<engine::Body>(body);
    if (group.empty()) return message;
    engine::Details details;
    details.group_id = group;
    details.deduplication_id = deduplication_id.empty() ? body : deduplication_id;
    message.details = std::make_shared<engine::Details>(details);
    return message;
  }

  // What a receive gets, by body.
  std::vector<std::string> receive(engine::Queue& queue, int count_max = 10,
                                   std::optional<Seconds> visibility_timeout = {}) {
    handles.clear();
    std::vector<std::string> bodies;
    const auto received = broker.receive(queue, options(count_max, visibility_timeout), nullptr);
    for (const auto& message : received.value().messages) {
      bodies.push_back(message.row.body->text());
      handles.push_back(message.handle().encode());
    }
    return bodies;
  }

  static engine::ReceiveOptions options(int count_max,
                                        std::optional<Seconds> visibility_timeout = {}) {
    engine::ReceiveOptions options;
    options.count_max = count_max;
    options.visibility_timeout = visibility_timeout;
    return options;
  }

  ManualClock clock;
  CountingIds ids;
  storage::MemoryJournal journal;
  engine::Broker broker{{clock, ids, journal}, {}};
  std::vector<std::string> handles;  // of the last receive()
};

using Bodies = std::vector<std::string>;

}  // namespace squire::test
