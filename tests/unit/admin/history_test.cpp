// Where did my message go? Asked of the admin site, answered from the engine's history.
#include <gmock/gmock.h>

#include <thread>

#include "squire/engine/queue/move_tasks.hpp"
#include "support/admin_fixture.hpp"

namespace squire::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class HistoryTest : public AdminFixture {};

TEST_F(HistoryTest, AMessageIsFollowedFromSendToDelete) {
  auto queue = make_queue("q");
  const auto id = send(*queue, "m", "AKIASENDER");
  const auto handle = receive_one(*queue, "AKIARECEIVER");
  queue->change_visibility(handle, 60s, client("AKIARECEIVER")).value();
  queue->remove(handle, client("AKIARECEIVER")).value();
  EXPECT_THAT(events_of(id), ElementsAre("sent", "received", "visibilityChanged", "deleted"));
  const auto events = get("/_squire/messages/" + id)["events"];
  EXPECT_EQ(events[0]["by"]["accessKey"], "AKIASENDER");
  EXPECT_EQ(events[1]["by"]["accessKey"], "AKIARECEIVER");
  EXPECT_EQ(events[1]["receiveCount"], 1);
  EXPECT_EQ(events[1]["queue"], "arn:aws:sqs:us-east-1:000000000000:q");
}

TEST_F(HistoryTest, AMessagePastItsRetentionIsExpired) {
  auto queue = make_queue("q");
  const auto id = send(*queue, "m");
  clock.advance(std::chrono::hours(24 * 4));
  broker.tick();
  EXPECT_THAT(events_of(id), ElementsAre("sent", "expired"));
}

TEST_F(HistoryTest, APurgeIsPartOfTheStoryOfWhatWasInTheQueue) {
  auto queue = make_queue("q");
  const auto gone = send(*queue, "m");
  queue->remove(receive_one(*queue)).value();
  const auto id = send(*queue, "m");
  queue->purge(client("AKIAPURGER")).value();
  EXPECT_THAT(events_of(id), ElementsAre("sent", "purged"));
  EXPECT_THAT(events_of(gone), ElementsAre("sent", "received", "deleted"));
}

TEST_F(HistoryTest, ADeadLetterAndItsWayBackAreFollowed) {
  make_queue("dead");
  auto queue =
      broker
          .create_queue(
              {"us-east-1", "000000000000", "q"},
              {{"RedrivePolicy",
                R"({"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead","maxReceiveCount":1})"}},
              {})
          .value()
          .queue;
  const auto id = send(*queue, "m");
  receive_one(*queue);
  clock.advance(30s);
  receive_one(*queue);
  EXPECT_THAT(events_of(id), ElementsAre("sent", "received", "deadLettered"));
  broker.store<engine::MoveTasks>().start({"us-east-1", "000000000000", "dead"}, {}, {});
  clock.advance(1s);
  EXPECT_THAT(events_of(id), ElementsAre("sent", "received", "deadLettered", "moved"));
  const auto moved = get("/_squire/messages/" + id)["events"][3];
  EXPECT_EQ(moved["queue"], "arn:aws:sqs:us-east-1:000000000000:q");
  EXPECT_EQ(moved["originId"], id);
  EXPECT_THAT(events_of(moved["messageId"]),
              ElementsAre("sent", "received", "deadLettered", "moved"));
}

TEST_F(HistoryTest, APublicationIsFollowedIntoItsQueuesAndSaysWhoGotNothingAndWhy) {
  const auto topic = make_topic("t");
  auto queue = make_queue("q");
  make_queue("reds");
  subscribe_queue(topic, "q");
  subscribe_queue(topic, "reds", {{"FilterPolicy", R"({"color":["red"]})"}});
  subscribe(topic, "http", "http://localhost:1/");
  const auto id = publish(topic, "hello");
  EXPECT_THAT(events_of(id), ElementsAre("published", "notDelivered", "notDelivered", "sent"));
  const auto events = get("/_squire/messages/" + id)["events"];
  EXPECT_EQ(events[1]["detail"],
            R"(filter policy: color asks for ["red"], but the message has no such attribute)");
  EXPECT_EQ(events[2]["detail"], "the subscription is not confirmed");
  EXPECT_EQ(events[3]["originId"], id);
}

TEST_F(HistoryTest, AChangeOfTheFilterAfterwardsDoesNotChangeTheStory) {
  const auto topic = make_topic("t");
  make_queue("reds");
  const auto arn = subscribe_queue(topic, "reds", {{"FilterPolicy", R"({"color":["red"]})"}});
  const auto id = publish(topic, "hello");
  auto context = call();
  sns::SetSubscriptionAttributes::run(context, {arn, "FilterPolicy", "{}"}).value();
  EXPECT_THAT(events_of(id), ElementsAre("published", "notDelivered"));
}

TEST_F(HistoryTest, ADeliveryThatCannotBeMadeSaysWhy) {
  const auto topic = make_topic("t");
  make_queue("q");
  subscribe_queue(topic, "q");
  broker.delete_queue({"us-east-1", "000000000000", "q"}).value();
  const auto id = publish(topic, "hello");
  EXPECT_THAT(events_of(id), ElementsAre("published", "notDelivered"));
  EXPECT_EQ(get("/_squire/messages/" + id)["events"][1]["detail"], "the queue does not exist");
}

TEST_F(HistoryTest, WhatCannotLeaveIsCaught) {
  const auto topic = make_topic("t");
  subscribe(topic, "sms", "+15551234567");
  const auto id = publish(topic, "hello");
  EXPECT_THAT(events_of(id), ElementsAre("published", "caught"));
  EXPECT_EQ(get("/_squire/messages/" + id)["events"][1]["endpoint"], "+15551234567");
}

TEST_F(HistoryTest, AMessageToAPhoneIsCaughtWithoutATopic) {
  sns::Publish::Request request;
  request.phone_number = "+15551234567";
  request.message = "hello";
  auto context = call();
  const auto id = sns::Publish::run(context, std::move(request)).value().message_id;
  EXPECT_THAT(events_of(id), ElementsAre("caught"));
  EXPECT_EQ(get("/_squire/messages/" + id)["events"][0]["detail"], "+15551234567");
}

TEST_F(HistoryTest, MessagesAreFoundByTheirTraceHeader) {
  auto queue = make_queue("q");
  engine::OutgoingMessage message;
  message.body = std::make_shared<engine::Body>("m");
  engine::Details details;
  details.trace_header = "Root=1-5759e988-bd862e3fe1be46a994272793";
  message.details = std::make_shared<engine::Details>(details);
  queue->send(message).value();
  send(*queue, "untraced");
  const auto found =
      get("/_squire/messages?trace=Root%3D1-5759e988-bd862e3fe1be46a994272793")["events"];
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0]["event"], "sent");
  EXPECT_EQ(ask("GET", "/_squire/messages").status, 400u);
}

TEST_F(HistoryTest, WhatIsNotKnownIsSaidSo) {
  EXPECT_EQ(ask("GET", "/_squire/messages/nonsense").status, 400u);
  const auto answer = ask("GET", "/_squire/messages/5fea7756-0ea4-451a-a703-a558b933e274");
  EXPECT_EQ(answer.status, 404u);
  EXPECT_THAT(answer.body, HasSubstr("history_bytes_max"));
}

TEST_F(HistoryTest, PendingDeliveriesAreListed) {
  const auto topic = make_topic("t");
  const auto arn = subscribe(topic, "http", "http://localhost:1/");
  const auto deliveries = get("/_squire/deliveries")["deliveries"];
  ASSERT_EQ(deliveries.size(), 1u);
  EXPECT_EQ(deliveries[0]["subscription"], arn);
  EXPECT_EQ(deliveries[0]["endpoint"], "http://localhost:1/");
  EXPECT_EQ(deliveries[0]["attempts"], 0);
  EXPECT_EQ(get("/_squire/deliveries?subscription=arn:other")["count"], 0);
}

// ---- the ring itself

engine::Event event(std::uint8_t id, std::string detail = {}) {
  engine::Event event;
  event.message.bytes[0] = id;
  if (!detail.empty()) {
    auto more = std::make_shared<engine::Event::More>();
    more->detail = std::move(detail);
    event.more = std::move(more);
  }
  return event;
}

TEST(HistoryRingTest, TheOldestEventsGoFirst) {
  engine::History history(10 * sizeof(engine::Event));
  for (std::uint8_t i = 1; i <= 25; ++i) history.add(event(i));
  EXPECT_TRUE(history.find(event(15).message).empty());
  EXPECT_EQ(history.find(event(16).message).size(), 1u);
  EXPECT_EQ(history.find(event(25).message).size(), 1u);
}

TEST(HistoryRingTest, ALongTextTakesThePlaceOfManyEvents) {
  engine::History history(200 * sizeof(engine::Event));
  for (std::uint8_t i = 1; i <= 100; ++i) history.add(event(i));
  history.add(event(200, std::string(150 * sizeof(engine::Event), 'x')));
  EXPECT_TRUE(history.find(event(1).message).empty());
  EXPECT_EQ(history.find(event(100).message).size(), 1u);
  EXPECT_EQ(history.find(event(200).message).size(), 1u);
  history.add(event(201, std::string(300 * sizeof(engine::Event), 'x')));
  EXPECT_TRUE(history.find(event(201).message).empty()) << "larger than all there is room for";
}

TEST(HistoryRingTest, WhatManyThreadsAddedComesInOrder) {
  engine::History history(1'000'000);
  // Each adds once the one before has: so does a message that wanders from thread to thread.
  for (int i = 0; i < 40; ++i) {
    std::thread([&] { history.add(event(7, std::to_string(i))); }).join();
  }
  const auto found = history.find(event(7).message);
  ASSERT_EQ(found.size(), 40u);
  for (int i = 0; i < 40; ++i) EXPECT_EQ(found[i].more->detail, std::to_string(i));
  EXPECT_EQ(history.totals()[static_cast<std::size_t>(event(7).kind)], 40u);
  history.clear();
  EXPECT_TRUE(history.find(event(7).message).empty());
  EXPECT_EQ(history.count(), 0u);
}

TEST(HistoryRingTest, WhoeverAddsTheOldestGoFirst) {
  engine::History history(100 * sizeof(engine::Event));
  for (std::uint8_t i = 1; i <= 200; ++i) std::thread([&] { history.add(event(i)); }).join();
  EXPECT_EQ(history.count(), 100u);
  EXPECT_TRUE(history.find(event(100).message).empty());
  EXPECT_EQ(history.find(event(101).message).size(), 1u);
}

TEST(HistoryRingTest, AThousandEventsShareAnAudienceAndItCountsOnce) {
  constexpr std::uint64_t kMax = 4'000'000;
  engine::History history(kMax);
  const auto audience = [](std::size_t count) {
    engine::SubscriptionRow row;
    row.protocol = engine::DeliveryProtocol::Sqs;
    auto subscription = std::make_shared<const engine::Subscription>(
        row, ResourceName{"us-east-1", "000000000000", "t"});
    return std::make_shared<const engine::Subscriptions>(count, subscription);
  };
  const auto publish = [&](std::shared_ptr<const engine::Subscriptions> to) {
    auto published = event(9);
    auto more = std::make_shared<engine::Event::More>();
    more->audience = std::move(to);
    published.more = std::move(more);
    history.add(published);
  };
  const auto shared = audience(500);
  for (int i = 0; i < 1000; ++i) publish(shared);
  EXPECT_EQ(history.count(), 1000u);
  for (int i = 0; i < 1000; ++i) publish(audience(500));
  EXPECT_LT(history.count() * 500 * sizeof(engine::Subscription), kMax + kMax / 4);
  publish(audience(kMax / sizeof(engine::Subscription)));
  EXPECT_EQ(history.find(event(9).message).back().more->audience, nullptr) << "larger than a part";
}

TEST(HistoryRingTest, ALongAccessKeyTakesThePlaceOfManyEvents) {
  engine::History history(1'000'000);
  for (int i = 0; i < 1000; ++i) {
    auto sent = event(5);
    sent.client = std::make_shared<const engine::Client>(
        engine::Client{"000000000000", std::string(50'000, 'A'), "127.0.0.1"});
    history.add(sent);
  }
  EXPECT_LE(history.count(), 20u);
}

TEST(HistoryRingTest, WithoutMemoryNothingIsKept) {
  engine::History history(0);
  history.add(event(1));
  EXPECT_FALSE(history.is_kept());
  EXPECT_TRUE(history.find(event(1).message).empty());
}

}  // namespace
}  // namespace squire::test
