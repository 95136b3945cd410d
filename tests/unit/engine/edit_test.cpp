// Changes of what exists: on a copy, under no lock, and again if another came first.
#include "squire/engine/queue/errors.hpp"
#include "squire/engine/registry.hpp"
#include "squire/engine/topic/errors.hpp"
#include "support/broker_fixture.hpp"

namespace squire::test {
namespace {

using EditTest = BrokerFixture;

Result<void> tag(engine::QueueRow& row, const std::string& key) {
  row.tags[key] = "";
  return {};
}

TEST_F(EditTest, AnEditMayLookAtTheQueueItselfAndAtOthers) {
  const auto queue = make_queue("q");
  make_queue("other");
  ASSERT_TRUE(queue->edit([&](engine::QueueRow& row) {
    EXPECT_EQ(broker.find_queue(name("q"))->row().tags.size(), 0u);
    EXPECT_EQ(broker.list_queues("us-east-1", "000000000000", "").size(), 2u);
    return tag(row, "a");
  }));
  EXPECT_EQ(queue->row().tags.size(), 1u);
}

TEST_F(EditTest, AnEditIsMadeAgainOnWhatAnotherLeft) {
  const auto queue = make_queue("q");
  int runs = 0;
  ASSERT_TRUE(queue->edit([&](engine::QueueRow& row) {
    if (++runs == 1) {
      queue->edit([](engine::QueueRow& other) { return tag(other, "first"); }).value();
    }
    return tag(row, "second");
  }));
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(queue->row().tags, (engine::StringMap{{"first", ""}, {"second", ""}}));
}

TEST_F(EditTest, AQueueThatIsDeletedDuringAnEditIsNotThereAnyMore) {
  const auto queue = make_queue("q");
  const auto ticket = queue->edit([&](engine::QueueRow& row) {
    broker.delete_queue(name("q")).value();
    return tag(row, "a");
  });
  EXPECT_EQ(ticket.error(), (Error{engine::queue_errors::kQueueDoesNotExist, {}}));
}

TEST_F(EditTest, ARegistryEntryIsMadeAgainOnWhatAnotherLeft) {
  auto& registry = broker.store<engine::Registry>();
  const auto kind = engine::RegistryRow::Kind::SmsAccount;
  int runs = 0;
  const auto add = [&](const std::string& key) {
    return [&, key](const engine::StringMap* before) -> Result<engine::StringMap> {
      if (++runs == 1) {
        registry
            .edit(kind, "k",
                  [](const engine::StringMap*) -> Result<engine::StringMap> {
                    return engine::StringMap{{"first", ""}};
                  })
            .value();
      }
      engine::StringMap after = before ? *before : engine::StringMap();
      after[key] = "";
      return after;
    };
  };
  ASSERT_TRUE(registry.edit(kind, "k", add("second")));
  EXPECT_EQ(registry.find(kind, "k"), (engine::StringMap{{"first", ""}, {"second", ""}}));
}

class SubscriptionEditTest : public BrokerFixture {
 protected:
  SubscriptionEditTest() {
    engine::TopicRow row;
    row.name = name("t");
    topic = broker.topics().create(row).value().topic;
  }

  engine::SubscriptionRow http(const std::string& endpoint) {
    engine::SubscriptionRow row;
    row.id = ids.next();
    row.protocol = engine::DeliveryProtocol::Http;
    row.endpoint = endpoint;
    return row;
  }

  std::shared_ptr<engine::Topic> topic;
};

TEST_F(SubscriptionEditTest, TheSecondToSubscribeAnEndpointGetsTheFirstOnesSubscription) {
  const auto first = broker.topics().subscribe(*topic, http("http://a")).value();
  const auto second = broker.topics().subscribe(*topic, http("http://a")).value();
  EXPECT_TRUE(first.is_new);
  EXPECT_FALSE(second.is_new);
  EXPECT_EQ(second.subscription, first.subscription);
}

TEST_F(SubscriptionEditTest, WhoeverLosesTheRaceForAnEndpointLeavesNoDeliveryQueue) {
  std::uint32_t last_number = 0;
  broker.topics().on_delivery_queue(
      [&](const auto& subscription) { last_number = subscription->row().delivery_queue; });
  broker.topics().subscribe(*topic, http("http://a")).value();
  // As a second subscriber does who looked before the first one was there.
  auto late = std::make_shared<const engine::Subscription>(http("http://a"), topic->name());
  EXPECT_EQ(topic->put(late, nullptr).value(), std::nullopt);
  EXPECT_EQ(topic->subscriptions().size(), 1u);
  EXPECT_NE(broker.find_delivery_queue(last_number), nullptr);
}

TEST_F(SubscriptionEditTest, TwoEditsAtTheSameMomentBothCount) {
  const auto made = broker.topics().subscribe(*topic, http("http://a")).value();
  const auto id = made.subscription->row().id;
  int runs = 0;
  const auto changed =
      broker.topics()
          .edit_subscription(*topic, id,
                             [&](engine::SubscriptionRow& row) -> Result<void> {
                               if (++runs == 1) {
                                 broker.topics()
                                     .edit_subscription(*topic, id,
                                                        [](engine::SubscriptionRow& other) {
                                                          other.attributes["First"] = "1";
                                                          return Result<void>();
                                                        })
                                     .value();
                               }
                               row.attributes["Second"] = "2";
                               return {};
                             })
          .value();
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(changed.subscription->row().attributes,
            (engine::StringMap{{"First", "1"}, {"Second", "2"}}));
}

TEST_F(SubscriptionEditTest, ASubscriptionThatEndsDuringAnEditDoesNotComeBack) {
  const auto made = broker.topics().subscribe(*topic, http("http://a")).value();
  const auto changed = broker.topics().edit_subscription(
      *topic, made.subscription->row().id, [&](engine::SubscriptionRow&) {
        broker.topics().remove_subscription(*topic, *made.subscription);
        return Result<void>();
      });
  EXPECT_EQ(changed.error().code, engine::topic_errors::kNotFound);
  EXPECT_TRUE(topic->subscriptions().empty());
}

TEST_F(SubscriptionEditTest, CreatingATopicAgainUsesNoNumber) {
  const auto before = make_queue("before")->number();
  engine::TopicRow row;
  row.name = name("t");
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(broker.topics().create(row).value().is_new);
  EXPECT_EQ(make_queue("after")->number(), before + 1);
}

}  // namespace
}  // namespace squire::test
