#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "squire/engine/broker.hpp"
#include "squire/outbound/outbound.hpp"
#include "squire/sns/actions.hpp"
#include "squire/sns/envelopes.hpp"
#include "squire/storage/memory_journal.hpp"
#include "support/counting_ids.hpp"
#include "support/hand_executor.hpp"
#include "support/manual_clock.hpp"
#include "support/signing_key.hpp"

namespace squire::test {

using namespace std::chrono_literals;

// The other side of all deliveries, without a socket: requests are noted and answered by hand.
class FakeOutbound final : public outbound::Sender {
 public:
  struct Attempt {
    outbound::Request request;
    std::function<void(outbound::Answer)> done;
  };

  void post(std::function<void()> task) override { thread_.post(std::move(task)); }
  void send(outbound::Request request, std::function<void(outbound::Answer)> done) override {
    attempts.push_back({std::move(request), std::move(done)});
  }

  void run() { thread_.run(); }

  // The oldest attempt gets its turn and is answered; 0 is no answer at all.
  void answer(unsigned status) {
    ASSERT_FALSE(attempts.empty()) << "nothing was sent";
    const auto attempt = std::move(attempts.front());
    attempts.pop_front();
    if (attempt.request.on_turn) attempt.request.on_turn();
    attempt.done({status, status == 0 ? "connection refused" : "", {}});
    run();
  }

  std::deque<Attempt> attempts;  // not answered yet

 private:
  HandExecutor thread_;
};

// SNS and SQS over a broker in memory, whose clock stands still.
class TopicFixture : public testing::Test {
 protected:
  TopicFixture() { install_signing_key(broker); }

  using Attributes = engine::StringMap;

  // Of the default account; or of somebody who does not say who he is.
  service::Call call(bool is_signed = true) {
    return {broker, {"000000000000", "us-east-1", is_signed}, kEndpoint, nullptr};
  }

  std::string make_topic(const std::string& name, Attributes attributes = {}) {
    if (name.ends_with(".fifo")) attributes.insert({"FifoTopic", "true"});
    auto context = call();
    return sns::CreateTopic::run(context, {name, std::move(attributes), {}, {}}).value().topic_arn;
  }

  std::shared_ptr<engine::Queue> make_queue(const std::string& name) {
    Attributes attributes;
    if (name.ends_with(".fifo")) attributes["FifoQueue"] = "true";
    return broker.create_queue({"us-east-1", "000000000000", name}, std::move(attributes), {})
        .value()
        .queue;
  }

  std::string subscribe(const std::string& topic, const std::string& protocol,
                        const std::string& endpoint, Attributes attributes = {}) {
    auto context = call();
    auto result =
        sns::Subscribe::run(context, {topic, protocol, endpoint, std::move(attributes), true});
    EXPECT_TRUE(result.has_value()) << (result.has_error() ? result.error().message : "");
    return result.has_value() ? result->subscription_arn : "";
  }

  std::string subscribe_queue(const std::string& topic, const std::string& queue,
                              Attributes attributes = {{"RawMessageDelivery", "true"}}) {
    return subscribe(topic, "sqs", "arn:aws:sqs:us-east-1:000000000000:" + queue,
                     std::move(attributes));
  }

  std::string publish(const std::string& topic, const std::string& message,
                      const std::string& group = {}, const std::string& deduplication = {}) {
    auto context = call();
    sns::Publish::Request request;
    request.topic_arn = topic;
    request.message = message;
    if (!group.empty()) request.message_group_id = group;
    if (!deduplication.empty()) request.message_deduplication_id = deduplication;
    const auto result = sns::Publish::run(context, std::move(request));
    EXPECT_TRUE(result.has_value()) << (result.has_error() ? result.error().message : "");
    return result.has_value() ? result->message_id : "";
  }

  // The bodies of what is in the queue; they stay in flight.
  std::vector<std::string> receive(engine::Queue& queue) {
    std::vector<std::string> bodies;
    for (;;) {
      engine::ReceiveOptions options;
      options.count_max = 10;
      const auto received = broker.receive(queue, options, nullptr);
      if (received.has_error() || received->messages.empty()) return bodies;
      for (const auto& message : received->messages) {
        bodies.push_back(broker.show(*message.row.body).text);
      }
    }
  }

  static constexpr const char* kEndpoint = "http://localhost:4566";
  ManualClock clock;
  CountingIds ids;
  storage::MemoryJournal journal;
  const sns::Envelopes envelopes;
  engine::Broker broker{{clock, ids, journal}, {}, &envelopes};
};

using Bodies = std::vector<std::string>;

}  // namespace squire::test
