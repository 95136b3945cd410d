// What goes wrong on purpose, as a client sees it.
#include "squire/service/faults.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/exchange_fixture.hpp"

namespace squire::test {
namespace {

using Effect = service::Fault::Effect;

class FaultsTest : public ExchangeFixture {
 protected:
  FaultsTest() {
    configure([&](service::DispatcherSettings& settings) { settings.faults = &faults; });
    call(RequestText::json("CreateQueue", R"({"QueueName":"q"})"));
  }

  static service::Fault fault(Effect effect, const std::string& action = {}) {
    service::Fault fault;
    fault.effect = effect;
    fault.action = action;
    return fault;
  }

  service::HttpReply send(const std::string& body = "m") {
    return call(RequestText::json(
        "SendMessage", R"({"QueueUrl":"http://h/000000000000/q","MessageBody":")" + body + "\"}"));
  }

  nlohmann::json receive(int count = 10) {
    return nlohmann::json::parse(
               call(RequestText::json(
                        "ReceiveMessage",
                        R"({"QueueUrl":"http://h/000000000000/q","MaxNumberOfMessages":)" +
                            std::to_string(count) + "}"))
                   .body)
        .value("Messages", nlohmann::json::array());
  }

  std::uint64_t visible() {
    return broker.find_queue({"us-east-1", "000000000000", "q"})->counts().visible;
  }

  service::Faults faults;
};

TEST_F(FaultsTest, AThrottledRequestIsRefusedAndDoesNothing) {
  faults.add(fault(Effect::Throttle));
  const auto reply = send();
  EXPECT_EQ(reply.status, 403u);
  EXPECT_EQ(reply.query_error, "RequestThrottled;Sender");
  EXPECT_EQ(visible(), 0u);
}

TEST_F(FaultsTest, AnErrorIsTheServers) {
  faults.add(fault(Effect::Error));
  EXPECT_EQ(send().status, 500u);
  EXPECT_EQ(visible(), 0u);
}

TEST_F(FaultsTest, ARuleIsForItsActionAlone) {
  faults.add(fault(Effect::Error, "DeleteQueue"));
  EXPECT_EQ(send().status, 200u);
}

TEST_F(FaultsTest, ARuleIsForItsQueueAlone) {
  call(RequestText::json("CreateQueue", R"({"QueueName":"queue-2"})"));
  auto rule = fault(Effect::Error);
  rule.resource = "queue-2";
  faults.add(rule);
  EXPECT_EQ(send().status, 200u);
  EXPECT_EQ(call(RequestText::query("Action=SendMessage&MessageBody=m&QueueUrl="
                                    "http%3A%2F%2Fh%2F000000000000%2Fqueue-2"))
                .status,
            500u);
  rule.resource = "queue";
  faults.clear();
  faults.add(rule);
  EXPECT_EQ(call(RequestText::query("Action=SendMessage&MessageBody=m&QueueUrl="
                                    "http%3A%2F%2Fh%2F000000000000%2Fqueue-2"))
                .status,
            200u)
      << "a longer name is another";
}

TEST_F(FaultsTest, ARuleWithACountEnds) {
  auto rule = fault(Effect::Error, "SendMessage");
  rule.count = 2;
  faults.add(rule);
  EXPECT_EQ(send().status, 500u);
  EXPECT_EQ(send().status, 500u);
  EXPECT_EQ(send().status, 200u);
  EXPECT_EQ(faults.list().front().hits, 2u);
  EXPECT_EQ(faults.list().front().count, 0u);
}

TEST_F(FaultsTest, ASeedRepeatsWhatTheDiceSaid) {
  const auto outcomes = [&](std::uint64_t seed) {
    faults.clear();
    auto rule = fault(Effect::Error, "SendMessage");
    rule.probability = 0.5;
    rule.seed = seed;
    faults.add(rule);
    std::string statuses;
    for (int i = 0; i < 64; ++i) statuses += send().status == 200 ? '+' : '-';
    return statuses;
  };
  const auto first = outcomes(7);
  EXPECT_EQ(first, outcomes(7));
  EXPECT_NE(first, outcomes(8));
  EXPECT_NE(first.find('+'), first.npos);
  EXPECT_NE(first.find('-'), first.npos);
}

TEST_F(FaultsTest, ADelayedRequestWaits) {
  auto rule = fault(Effect::Delay, "SendMessage");
  rule.delay = 2s;
  faults.add(rule);
  const auto running = start(RequestText::json(
      "SendMessage", R"({"QueueUrl":"http://h/000000000000/q","MessageBody":"m"})"));
  EXPECT_EQ(running->run(), Step::WaitForMessage);
  EXPECT_EQ(running->exchange.deadline(), clock.now() + 2s);
  clock.advance(2s);
  EXPECT_EQ(running->run(), Step::WaitForCommit);
  EXPECT_EQ(visible(), 1u);
}

TEST_F(FaultsTest, AConnectionIsDroppedBeforeOrAfterTheEffect) {
  for (const auto& [effect, count] :
       {std::pair(Effect::DropBefore, 0u), std::pair(Effect::DropAfter, 1u)}) {
    faults.clear();
    faults.add(fault(effect, "SendMessage"));
    const auto running = start(RequestText::json(
        "SendMessage", R"({"QueueUrl":"http://h/000000000000/q","MessageBody":"m"})"));
    auto step = running->run();
    if (step == Step::WaitForCommit) {
      journal.commit();
      step = running->run();
    }
    EXPECT_EQ(step, Step::Drop);
    EXPECT_EQ(visible(), count);
  }
}

TEST_F(FaultsTest, ADuplicatedMessageComesAgain) {
  send();
  auto rule = fault(Effect::Duplicate, "ReceiveMessage");
  rule.count = 1;
  faults.add(rule);
  EXPECT_EQ(receive().size(), 1u);
  EXPECT_EQ(receive().size(), 1u);
  EXPECT_EQ(receive().size(), 0u);
}

TEST_F(FaultsTest, AReorderedAnswerHoldsTheSameMessages) {
  for (int i = 0; i < 10; ++i) send(std::to_string(i));
  faults.add(fault(Effect::Reorder, "ReceiveMessage"));
  std::string bodies;
  for (const auto& message : receive()) bodies += message["Body"];
  EXPECT_NE(bodies, "0123456789");
  std::sort(bodies.begin(), bodies.end());
  EXPECT_EQ(bodies, "0123456789");
}

TEST_F(FaultsTest, APartialBatchFailsInAtLeastOneEntry) {
  std::string entries;
  for (int i = 0; i < 10; ++i) {
    entries +=
        (i ? "," : "") + std::string(R"({"Id":")") + std::to_string(i) + R"(","MessageBody":"m"})";
  }
  std::size_t sent = 0;
  std::size_t failed = 0;
  faults.add(fault(Effect::Partial, "SendMessageBatch"));
  for (int i = 0; i < 10; ++i) {
    const auto reply = nlohmann::json::parse(
        call(RequestText::json(
                 "SendMessageBatch",
                 R"({"QueueUrl":"http://h/000000000000/q","Entries":[)" + entries + "]}"))
            .body);
    const auto of_batch = reply.value("Failed", nlohmann::json::array());
    EXPECT_GE(of_batch.size(), 1u);
    EXPECT_EQ(of_batch[0]["Code"], "InternalFailure");
    EXPECT_EQ(of_batch[0]["SenderFault"], false);
    failed += of_batch.size();
    sent += reply.value("Successful", nlohmann::json::array()).size();
  }
  EXPECT_EQ(sent + failed, 100u);
  EXPECT_EQ(visible(), sent);
  EXPECT_GT(sent, 0u);
}

TEST_F(FaultsTest, RulesAreListedAndRemoved) {
  const auto added = faults.add(fault(Effect::Throttle, "SendMessage"));
  ASSERT_TRUE(added.has_value());
  EXPECT_FALSE(faults.remove(added->id + 1));
  EXPECT_TRUE(faults.remove(added->id));
  EXPECT_TRUE(faults.list().empty());
  for (std::size_t i = 0; i < service::Faults::kMax; ++i) faults.add(fault(Effect::Error));
  EXPECT_FALSE(faults.add(fault(Effect::Error)).has_value());
}

}  // namespace
}  // namespace squire::test
