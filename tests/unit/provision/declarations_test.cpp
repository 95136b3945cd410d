#include "squire/provision/declarations.hpp"

#include <gmock/gmock.h>

#include "squire/app/config.hpp"
#include "squire/provision/error.hpp"
#include "squire/service/call.hpp"
#include "support/broker_fixture.hpp"

namespace squire::test {
namespace {

using app::Config;
using app::ConfigError;
using testing::AllOf;
using testing::HasSubstr;

Config with_queues(const std::string& queues) {
  Config config;
  app::read_json(config, R"({"queues": )" + queues + "}", "squire.json");
  return config;
}

std::string reading_error(const std::string& queues) {
  try {
    with_queues(queues);
    return "no error";
  } catch (const ConfigError& error) {
    return error.what();
  }
}

class DeclarationsTest : public BrokerFixture {
 protected:
  void declare(const Config& config) {
    provision::declare_queues(broker, {config.account, config.region}, config.queues);
  }
  void declare(const std::string& queues) { declare(with_queues(queues)); }

  std::string declaring_error(const std::string& queues) {
    try {
      declare(queues);
      return "no error";
    } catch (const provision::ProvisionError& error) {
      return error.what();
    }
  }

  std::string attribute(const std::string& queue, const std::string& wanted) {
    const auto found = broker.find_queue(name(queue));
    if (!found) return "no queue";
    const auto attributes = found->row().attributes;
    const auto at = attributes.find(wanted);
    return at == attributes.end() ? "absent" : at->second;
  }
};

// ---- what the file may say

TEST(QueueDeclarationTest, EverythingAQueueCanSay) {
  const auto config = with_queues(R"([
    {"name": "orders",
     "attributes": {"VisibilityTimeout": 60, "DelaySeconds": "5", "SqsManagedSseEnabled": true,
                    "Policy": {"Version": "2012-10-17"}},
     "tags": {"team": "shop"}, "dead_letter_queue": "failed", "max_receive_count": 5},
    {"name": "failed"}])");
  ASSERT_EQ(config.queues.size(), 2u);
  const auto& orders = config.queues[0];
  EXPECT_EQ(orders.name, "orders");
  EXPECT_EQ(orders.attributes, (engine::StringMap{{"VisibilityTimeout", "60"},
                                                  {"DelaySeconds", "5"},
                                                  {"SqsManagedSseEnabled", "true"},
                                                  {"Policy", R"({"Version":"2012-10-17"})"}}));
  EXPECT_EQ(orders.tags, (engine::StringMap{{"team", "shop"}}));
  EXPECT_EQ(orders.dead_letter_queue, "failed");
  EXPECT_EQ(orders.max_receive_count, 5);
  EXPECT_EQ(config.queues[1].name, "failed");
}

TEST(QueueDeclarationTest, ErrorsNameThePlace) {
  EXPECT_THAT(reading_error("{}"), HasSubstr("\"queues\" must be an array"));
  EXPECT_THAT(reading_error(R"(["q"])"), HasSubstr("\"queues[0]\" must be an object"));
  EXPECT_THAT(reading_error(R"([{"name": "a"}, {}])"), HasSubstr("\"queues[1]\" has no name"));
  EXPECT_THAT(reading_error(R"([{"name": ""}])"), HasSubstr("\"queues[0]\" has no name"));
  EXPECT_THAT(reading_error(R"([{"name": 1}])"), HasSubstr("\"queues[0].name\""));
  EXPECT_THAT(reading_error(R"([{"name": "a", "atributes": {}}])"),
              HasSubstr("\"queues[0].atributes\" is not understood"));
  EXPECT_THAT(reading_error(R"([{"name": "a", "attributes": []}])"),
              HasSubstr("\"queues[0].attributes\" must be an object"));
  EXPECT_THAT(reading_error(R"([{"name": "a", "tags": "x"}])"),
              HasSubstr("\"queues[0].tags\" must be an object"));
}

TEST(QueueDeclarationTest, ADeadLetterQueueNeedsACountAndTheOtherWayRound) {
  for (const char* queue :
       {R"([{"name": "a", "dead_letter_queue": "d"}])",
        R"([{"name": "a", "max_receive_count": 3}])",
        R"([{"name": "a", "dead_letter_queue": "d", "max_receive_count": 0}])"}) {
    EXPECT_THAT(reading_error(queue), HasSubstr("needs both")) << queue;
  }
}

TEST(QueueDeclarationTest, ACountIsANumberThatFits) {
  for (const char* count : {"\"3\"", "3.5", "true", "4294967297", "99999999999999999999"}) {
    const auto queue = std::string(R"([{"name": "a", "dead_letter_queue": "d",)") +
                       R"("max_receive_count": )" + count + "}]";
    EXPECT_THAT(reading_error(queue), HasSubstr("max_receive_count")) << count;
  }
}

// ---- what becomes of it

TEST_F(DeclarationsTest, DeclaredQueuesExist) {
  declare(R"([{"name": "a", "attributes": {"VisibilityTimeout": 60}, "tags": {"k": "v"}},
              {"name": "b.fifo"}])");
  EXPECT_EQ(attribute("a", "VisibilityTimeout"), "60");
  EXPECT_EQ(broker.find_queue(name("a"))->row().tags, (engine::StringMap{{"k", "v"}}));
  EXPECT_TRUE(broker.find_queue(name("b.fifo"))->is_fifo());
}

TEST_F(DeclarationsTest, TheyLieInTheConfiguredAccountAndRegion) {
  auto config = with_queues(R"([{"name": "a"}])");
  config.account = "123456789012";
  config.region = "eu-west-1";
  declare(config);
  EXPECT_TRUE(broker.find_queue({"eu-west-1", "123456789012", "a"}));
}

TEST_F(DeclarationsTest, DeadLetterQueuesMayBeDeclaredInAnyOrder) {
  declare(R"([{"name": "a", "dead_letter_queue": "b", "max_receive_count": 2},
              {"name": "b", "dead_letter_queue": "c", "max_receive_count": 3},
              {"name": "c"}])");
  EXPECT_EQ(broker.find_queue(name("a"))->settings()->redrive,
            (engine::RedrivePolicy{name("b"), 2}));
  EXPECT_EQ(broker.find_queue(name("b"))->settings()->redrive,
            (engine::RedrivePolicy{name("c"), 3}));
}

TEST_F(DeclarationsTest, DeclaringTwiceChangesNothing) {
  const std::string queues =
      R"([{"name": "a", "attributes": {"DelaySeconds": 5}, "dead_letter_queue": "d",
           "max_receive_count": 2}, {"name": "d"}, {"name": "f.fifo", "attributes":
           {"ContentBasedDeduplication": true}}])";
  declare(queues);
  const auto before = broker.find_queue(name("a"))->row();
  declare(queues);
  EXPECT_EQ(broker.find_queue(name("a"))->row().attributes, before.attributes);
  EXPECT_EQ(broker.find_queue(name("a"))->row().number, before.number);
}

TEST_F(DeclarationsTest, AnExistingQueueGetsTheAttributesAndTagsAndKeepsTheRest) {
  declare(R"([{"name": "a", "attributes": {"DelaySeconds": 5, "VisibilityTimeout": 60},
               "tags": {"old": "1", "same": "1"}}])");
  broker.find_queue(name("a"))->send(message("kept")).value();
  declare(R"([{"name": "a", "attributes": {"VisibilityTimeout": 61}, "tags": {"same": "2"}}])");
  EXPECT_EQ(attribute("a", "DelaySeconds"), "5");
  EXPECT_EQ(attribute("a", "VisibilityTimeout"), "61");
  EXPECT_EQ(broker.find_queue(name("a"))->row().tags,
            (engine::StringMap{{"old", "1"}, {"same", "2"}}));
  clock.advance(5s);
  EXPECT_EQ(receive(*broker.find_queue(name("a"))), Bodies{"kept"});
}

TEST_F(DeclarationsTest, TagsOfAnExistingQueueAreSetAlsoIfItsAttributesAgree) {
  declare(R"([{"name": "a", "attributes": {"DelaySeconds": 5}}])");
  declare(R"([{"name": "a", "attributes": {"DelaySeconds": 5}, "tags": {"k": "v"}}])");
  EXPECT_EQ(broker.find_queue(name("a"))->row().tags, (engine::StringMap{{"k", "v"}}));
}

TEST_F(DeclarationsTest, AnExistingFifoQueueCanBeChanged) {
  declare(R"([{"name": "f.fifo"}])");
  declare(R"([{"name": "f.fifo", "attributes": {"ContentBasedDeduplication": true}}])");
  EXPECT_EQ(attribute("f.fifo", "ContentBasedDeduplication"), "true");
}

TEST_F(DeclarationsTest, WhatCannotBeSaysWhichQueueAndWhy) {
  EXPECT_THAT(declaring_error(R"([{"name": "a", "attributes": {"DelaySeconds": 901}}])"),
              AllOf(HasSubstr("queue \"a\""), HasSubstr("DelaySeconds")));
  EXPECT_THAT(declaring_error(R"([{"name": "a", "attributes": {"Colour": "red"}}])"),
              AllOf(HasSubstr("queue \"a\""), HasSubstr("Unknown Attribute Colour.")));
  EXPECT_THAT(declaring_error(R"([{"name": "not good"}])"), HasSubstr("queue \"not good\""));
  EXPECT_THAT(declaring_error(R"([{"name": "a", "dead_letter_queue": "none",
                                   "max_receive_count": 3}])"),
              AllOf(HasSubstr("queue \"a\""), HasSubstr("Dead letter target does not exist.")));
  EXPECT_THAT(declaring_error(R"([{"name": "a", "dead_letter_queue": "d",
                                   "max_receive_count": 1001}, {"name": "d"}])"),
              AllOf(HasSubstr("queue \"a\""), HasSubstr("1001")));
}

TEST_F(DeclarationsTest, QueuesMayBeEachOthersDeadLetterQueueOrTheirOwn) {
  const std::string queues =
      R"([{"name": "a", "dead_letter_queue": "b", "max_receive_count": 2},
          {"name": "b", "dead_letter_queue": "a", "max_receive_count": 2},
          {"name": "self", "dead_letter_queue": "self", "max_receive_count": 2}])";
  for (int start = 0; start < 2; ++start) {
    declare(queues);
    EXPECT_EQ(broker.find_queue(name("a"))->settings()->redrive,
              (engine::RedrivePolicy{name("b"), 2}));
    EXPECT_EQ(broker.find_queue(name("b"))->settings()->redrive,
              (engine::RedrivePolicy{name("a"), 2}));
    EXPECT_EQ(broker.find_queue(name("self"))->settings()->redrive,
              (engine::RedrivePolicy{name("self"), 2}));
  }
}

}  // namespace
}  // namespace squire::test
