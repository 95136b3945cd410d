// Random operations against the engine and a naive reference, with crashes at random commits. The
// engine may choose which visible message comes next; everything else must agree exactly.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <random>

#include "model/reference_broker.hpp"
#include "squire/engine/broker.hpp"
#include "squire/engine/queue/errors.hpp"
#include "support/broker_fixture.hpp"
#include "support/crash_journal.hpp"

namespace squire::test {
namespace {

using engine::Queue;

class Model {
 public:
  explicit Model(std::uint64_t seed) : random_(seed) {
    start();
    for (const bool is_fifo : {false, true}) {
      const std::string suffix = is_fifo ? ".fifo" : "";
      create("dead" + suffix, is_fifo, {});
      create("source" + suffix, is_fifo, "dead" + suffix);
      create("plain" + suffix, is_fifo, {});
    }
    commit();
  }

  void run(int steps) {
    for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) {
      SCOPED_TRACE("step " + std::to_string(i));
      step();
      check_counts();
    }
  }

 private:
  int random(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }

  void start() {
    broker_.emplace(engine::Env{clock_, ids_, journal_}, engine::Rules{});
    broker_->load();
  }

  void create(const std::string& name, bool is_fifo, const std::string& dead_letter_queue) {
    ReferenceQueue& reference = reference_[name];
    reference.is_fifo = is_fifo;
    reference.retention = Seconds(3600);
    engine::StringMap attributes{{"MessageRetentionPeriod", "3600"}};
    if (!dead_letter_queue.empty()) {
      reference.dead_letter_queue = dead_letter_queue;
      reference.receive_count_max = 3;
      attributes["RedrivePolicy"] = R"({"maxReceiveCount":3,"deadLetterTargetArn":")" +
                                    to_arn("sqs", full(dead_letter_queue)) + "\"}";
    }
    ASSERT_TRUE(broker_->create_queue(full(name), attributes, {}));
  }

  static ResourceName full(const std::string& name) { return {"us-east-1", "000000000000", name}; }
  Queue& engine_queue(const std::string& name) { return *broker_->find_queue(full(name)); }

  void step() {
    const auto at = std::next(reference_.begin(), random(static_cast<int>(reference_.size())));
    const std::string& name = at->first;
    ReferenceQueue& queue = at->second;
    SCOPED_TRACE(name);
    const int choice = random(100);
    if (choice < 30) return send(name, queue);
    if (choice < 60) return receive(name, queue);
    if (choice < 75) return remove(name, queue);
    if (choice < 85) return change_visibility(name, queue);
    if (choice < 93) return advance();
    if (choice < 95) return set_delay(name, queue);
    if (choice < 96) return purge(name, queue);
    if (choice < 99) return commit();
    crash();
  }

  void send(const std::string& name, ReferenceQueue& queue) {
    std::vector<engine::OutgoingMessage> messages;
    for (int i = 0, count = 1 + random(4); i < count; ++i) {
      engine::OutgoingMessage message;
      message.body = std::make_shared<engine::Body>("body " + std::to_string(++sent_count_));
      if (queue.is_fifo || random(2) == 0) {
        engine::Details details;
        details.group_id = "group " + std::to_string(random(4));
        if (queue.is_fifo) details.deduplication_id = "id " + std::to_string(random(500));
        message.details = std::make_shared<engine::Details>(details);
      }
      if (!queue.is_fifo && random(4) == 0) message.delay = Seconds(random(60));
      messages.push_back(message);
    }
    const auto sent = engine_queue(name).send_batch(messages).value();
    for (std::size_t i = 0; i < sent.size(); ++i) expect_sent(queue, messages[i], sent[i]);
  }

  void expect_sent(ReferenceQueue& queue, const engine::OutgoingMessage& message,
                   const engine::Sent& sent) {
    const TimePoint now = clock_.now();
    const std::string id = to_string(sent.message_id);
    if (queue.is_fifo) {
      const auto& key = message.details->deduplication_id;
      const auto first = queue.duplicates.find(key);
      if (first != queue.duplicates.end() && now < first->second.sent_at + Seconds(300)) {
        EXPECT_EQ(id, first->second.message_id);
        return;
      }
      queue.duplicates[key] = {id, now};
    }
    EXPECT_EQ(queue.find(id), nullptr) << "an id was given twice";
    queue.messages.push_back(
        {id, message.body->text(), message.details ? message.details->group_id : "", now,
         now + message.delay.value_or(queue.delay), 0, 0, "", handle_count_, handle_count_});
  }

  void receive(const std::string& name, ReferenceQueue& queue) {
    engine::ReceiveOptions options;
    options.count_max = 1 + random(10);
    if (random(2) == 0) options.visibility_timeout = Seconds(random(40));
    const auto eligible = queue.eligible(clock_.now());
    const auto dead_count = std::count_if(eligible.begin(), eligible.end(),
                                          [&](auto* message) { return queue.is_dead(*message); });
    const auto received = broker_->receive(engine_queue(name), options, nullptr).value();

    const auto alive_count = static_cast<long>(eligible.size()) - dead_count;
    ASSERT_EQ(static_cast<long>(received.messages.size()),
              std::min<long>(options.count_max, alive_count));
    if (static_cast<long>(received.messages.size()) < options.count_max) {
      ASSERT_EQ(static_cast<long>(received.dead_letters.size()), dead_count);
    }
    for (const auto& message : received.dead_letters) expect_dead(queue, message);
    // Checked before any is taken, since a FIFO group is one run.
    const auto before = queue.eligible(clock_.now());
    if (queue.is_fifo) expect_group_order(before, received);
    for (const auto& message : received.messages) {
      expect_received(queue, before, message, options);
    }
  }

  void expect_dead(ReferenceQueue& queue, const engine::ReceivedMessage& message) {
    ReferenceMessage* found = queue.find(to_string(message.row.id));
    ASSERT_NE(found, nullptr);
    EXPECT_TRUE(queue.is_dead(*found));
    ReferenceMessage moved = *found;
    queue.remove(moved.id);
    ReferenceQueue& target = reference_.at(queue.dead_letter_queue);
    moved.visible_at = clock_.now();
    moved.earlier_count = moved.receive_count;
    moved.handle.clear();
    moved.handle_number = moved.arrived_after = handle_count_;
    if (target.is_fifo) moved.sent_at = clock_.now();
    target.messages.push_back(moved);
  }

  // Of each group, the first ones that are not dead, in order.
  static void expect_group_order(const std::vector<ReferenceMessage*>& eligible,
                                 const engine::Received& received) {
    std::map<std::string, std::vector<std::string>> wanted, got;
    for (const auto& message : received.messages) {
      got[message.row.details->group_id].push_back(message.row.body->text());
    }
    for (const auto* message : eligible) wanted[message->group].push_back(message->body);
    for (auto& [group, bodies] : got) {
      auto& expected = wanted[group];
      ASSERT_LE(bodies.size(), expected.size());
      expected.resize(bodies.size());
      EXPECT_EQ(bodies, expected) << group;
    }
  }

  void expect_received(ReferenceQueue& queue, const std::vector<ReferenceMessage*>& eligible,
                       const engine::ReceivedMessage& message,
                       const engine::ReceiveOptions& options) {
    ReferenceMessage* found = queue.find(to_string(message.row.id));
    ASSERT_NE(found, nullptr) << "received what is not there: " << message.row.body->text();
    EXPECT_NE(std::find(eligible.begin(), eligible.end(), found), eligible.end());
    EXPECT_FALSE(queue.is_dead(*found));
    EXPECT_EQ(message.row.body->text(), found->body);
    EXPECT_EQ(message.delivery.receive_count, ++found->receive_count);
    found->visible_at =
        clock_.now() + options.visibility_timeout.value_or(queue.visibility_timeout);
    found->received_at = clock_.now();
    found->handle = message.handle().encode();
    found->handle_number = ++handle_count_;
    handles_.push_back({found->id, found->handle, handle_count_});
    if (handles_.size() > 400) handles_.erase(handles_.begin());
  }

  void remove(const std::string& name, ReferenceQueue& queue) {
    const auto handle = random_handle(queue);
    if (!handle) return;
    ReferenceMessage* message = queue.find(handle->message_id);
    const auto removed = engine_queue(name).remove(handle->text);
    if (message && handle->number <= message->arrived_after) return;  // in an earlier life
    const bool is_latest = message && message->handle == handle->text;
    const bool is_in_flight = message && message->is_in_flight(clock_.now());
    if (queue.is_fifo && message && !(is_latest && is_in_flight)) {
      ASSERT_TRUE(removed.has_error());
      EXPECT_EQ(removed.error().code, engine::queue_errors::kReceiptHandleExpired);
      return;
    }
    ASSERT_TRUE(removed.has_value());
    queue.remove(handle->message_id);  // an older handle will do
  }

  void change_visibility(const std::string& name, ReferenceQueue& queue) {
    const auto handle = random_handle(queue);
    if (!handle) return;
    const Seconds timeout(random(3) == 0 ? 0 : random(60));
    ReferenceMessage* message = queue.find(handle->message_id);
    const auto changed = engine_queue(name).change_visibility(handle->text, timeout);
    if (message && handle->number <= message->arrived_after) return;  // in an earlier life
    if (message && may_change(queue, *message, handle->text, timeout)) {
      ASSERT_TRUE(changed.has_value());
      message->visible_at = clock_.now() + timeout;
    } else {
      ASSERT_TRUE(changed.has_error());
    }
  }

  // On a standard queue any handle will do, also one whose timeout has lapsed.
  bool may_change(const ReferenceQueue& queue, const ReferenceMessage& message,
                  const std::string& handle, Seconds timeout) {
    if (queue.is_fifo) return message.handle == handle && message.is_in_flight(clock_.now());
    const auto received_at =
        std::max(message.received_at, engine::ReceiptHandle::decode(handle)->received_at);
    return message.receive_count > 0 && clock_.now() + timeout <= received_at + Seconds(43'200);
  }

  void set_delay(const std::string& name, ReferenceQueue& queue) {
    queue.delay = Seconds(random(3) * 20);
    engine_queue(name)
        .edit([&](engine::QueueRow& row) {
          row.attributes["DelaySeconds"] = std::to_string(queue.delay.count());
          return Result<void>();
        })
        .value();
    if (!queue.is_fifo) return;
    for (auto& message : queue.messages) {
      if (message.receive_count == 0) message.visible_at = message.sent_at + queue.delay;
    }
  }

  void purge(const std::string& name, ReferenceQueue& queue) {
    engine_queue(name).purge().value();
    queue.messages.clear();
    queue.duplicates.clear();
  }

  void advance() {
    clock_.advance(Milliseconds(1 + random(random(20) == 0 ? 2'000'000 : 15'000)));
    broker_->tick();
    for (auto& [name, queue] : reference_) queue.expire(clock_.now());
  }

  void commit() {
    journal_.commit();
    committed_ = reference_;
  }

  void crash() {
    journal_.crash();
    reference_ = committed_;
    clock_.advance(Milliseconds(1));  // a restart takes time
    start();
    broker_->tick();
    for (auto& [name, queue] : reference_) queue.expire(clock_.now());
  }

  void check_counts() {
    for (auto& [name, queue] : reference_) {
      const auto expected = queue.counts(clock_.now());
      const auto counts = engine_queue(name).counts();
      EXPECT_EQ(counts.visible, expected.visible) << name;
      EXPECT_EQ(counts.in_flight, expected.in_flight) << name;
      EXPECT_EQ(counts.delayed, expected.delayed) << name;
    }
  }

  struct Handle {
    std::string message_id;
    std::string text;
    int number;
  };

  // One of the latest handles that were given out, perhaps used before; of this queue.
  std::optional<Handle> random_handle(const ReferenceQueue& queue) {
    std::vector<Handle> candidates;
    for (const auto& message : queue.messages) {
      for (const auto& handle : handles_) {
        if (handle.message_id == message.id) candidates.push_back(handle);
      }
    }
    if (candidates.empty()) return std::nullopt;
    const auto handle = candidates[random(static_cast<int>(candidates.size()))];
    // A handle of the dead-letter move's source names another queue.
    const auto decoded = engine::ReceiptHandle::decode(handle.text);
    for (const auto& [name, reference] : reference_) {
      if (&reference == &queue && decoded->key.queue != engine_queue(name).number()) {
        return std::nullopt;
      }
    }
    return handle;
  }

  std::mt19937_64 random_;
  ManualClock clock_;
  CountingIds ids_;
  CrashJournal journal_;
  std::optional<engine::Broker> broker_;
  ReferenceBroker reference_;
  ReferenceBroker committed_;
  std::vector<Handle> handles_;
  int sent_count_ = 0;
  int handle_count_ = 0;
};

std::uint64_t first_seed() {
  if (const char* seed = std::getenv("SQUIRE_SEED")) return std::strtoull(seed, nullptr, 10);
  return std::random_device()();
}

TEST(ModelTest, TheEngineAgreesWithTheReferenceThroughCrashes) {
  const std::uint64_t seed = first_seed();
  std::printf("SQUIRE_SEED=%llu\n", static_cast<unsigned long long>(seed));
  const int lives = std::getenv("SQUIRE_SEED") ? 1 : 40;
  for (int i = 0; i < lives && !HasFailure(); ++i) {
    SCOPED_TRACE("again with SQUIRE_SEED=" + std::to_string(seed + i));
    Model(seed + i).run(1500);
  }
}

}  // namespace
}  // namespace squire::test
