// A broker in memory that is the same for every input: ids count, the clock stands still.
#pragma once

#include <memory>
#include <string>

#include "squire/engine/broker.hpp"
#include "squire/sns/actions.hpp"
#include "squire/sns/envelopes.hpp"
#include "squire/storage/memory_journal.hpp"
#include "support/counting_ids.hpp"
#include "support/manual_clock.hpp"
#include "support/signing_key.hpp"

namespace squire::fuzz {

struct DeafWaiter final : Waiter {
  void notify() override {}
};

struct World {
  // A queue with one message in flight, one delayed and one visible; the first has the handle that
  // is in the seeds.
  std::shared_ptr<engine::Queue> make_queue(const std::string& queue,
                                            engine::StringMap attributes = {}) {
    if (queue.ends_with(".fifo")) attributes["FifoQueue"] = "true";
    auto made = broker.create_queue({"us-east-1", "000000000000", queue}, std::move(attributes), {})
                    .value()
                    .queue;
    for (const char* body : {"first", "second", "third"}) {
      engine::OutgoingMessage message;
      message.body = std::make_shared<engine::Body>(body);
      if (made->is_fifo()) {
        engine::Details details;
        details.group_id = details.deduplication_id = body;
        message.details = std::make_shared<engine::Details>(std::move(details));
      } else if (*body == 's') {
        message.delay = Seconds(10);
      }
      made->send(message).value();
    }
    engine::ReceiveOptions options;
    options.count_max = 1;
    broker.receive(*made, std::move(options), nullptr).value();
    return made;
  }

  // A topic with the queue subscribed, and an endpoint that has not confirmed.
  void make_topic(const std::string& topic, const std::string& queue) {
    test::install_signing_key(broker);
    service::Call call(broker, {"000000000000", "us-east-1"}, "http://localhost:4566", nullptr);
    const auto arn = sns::CreateTopic::run(call, {topic, {}, {}, {}}).value().topic_arn;
    sns::Subscribe::run(call,
                        {arn, "sqs", "arn:aws:sqs:us-east-1:000000000000:" + queue, {}, false})
        .value();
    sns::Subscribe::run(call, {arn, "http", "http://localhost:8080/", {}, false}).value();
  }

  test::ManualClock clock;
  test::CountingIds ids;
  storage::MemoryJournal journal;
  const sns::Envelopes envelopes;
  engine::Broker broker{{clock, ids, journal}, {}, &envelopes};
};

}  // namespace squire::fuzz
