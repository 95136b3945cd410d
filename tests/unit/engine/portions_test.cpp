// What there may be much of is done, listed and kept in portions.
#include <gmock/gmock.h>

#include "squire/engine/outbox.hpp"
#include "squire/engine/topic/subscription.hpp"
#include "support/broker_fixture.hpp"

namespace squire::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using PortionsTest = BrokerFixture;

void fill(engine::Queue& queue, int count) {
  engine::OutgoingMessage message;
  message.body = std::make_shared<engine::Body>("m");
  for (int i = 0; i < count; ++i) queue.send(message).value();
}

TEST_F(PortionsTest, ManyMessagesExpireSomeAtATime) {
  const auto queue = make_queue("q");
  fill(*queue, 2500);
  clock.advance(std::chrono::hours(24 * 4));
  int ticks = 1;
  while (broker.tick()) ++ticks;
  EXPECT_GE(ticks, 3);
  EXPECT_EQ(queue->message_count(), 0u);
}

TEST_F(PortionsTest, ATickGoesOnWhereItGaveWay) {
  for (int i = 0; i < 2500; ++i) fill(*make_queue("q" + std::to_string(i)), 1);
  clock.advance(std::chrono::hours(24 * 4));
  int ticks = 1;
  while (broker.tick()) ++ticks;
  EXPECT_GE(ticks, 3);
  for (const auto& queue : broker.all_queues()) EXPECT_EQ(queue->message_count(), 0u);
}

TEST_F(PortionsTest, AQueueDeletedWhileATickGaveWayDoesNoHarm) {
  fill(*make_queue("q"), 2500);
  clock.advance(std::chrono::hours(24 * 4));
  EXPECT_TRUE(broker.tick());
  broker.delete_queue(name("q")).value();
  EXPECT_FALSE(broker.tick());
}

TEST_F(PortionsTest, AReceivePassesOverSomeExpiredMessagesAndAPollIsWokenToGoOn) {
  const auto queue = make_queue("q");
  fill(*queue, 2500);
  clock.advance(std::chrono::hours(24 * 4));
  queue->send(message("fresh")).value();
  const auto waiter = std::make_shared<CountingWaiter>();
  engine::Queue::WaitSlot slot(waiter);
  auto poll = options(10);
  poll.is_long_poll = true;
  int woken = 0;
  for (;; ++woken) {
    const auto received = broker.receive(*queue, poll, &slot).value();
    if (!received.messages.empty()) {
      EXPECT_EQ(received.messages.front().row.body->text(), "fresh");
      break;
    }
    ASSERT_EQ(waiter->count, woken + 1) << "there is something behind what has expired";
  }
  EXPECT_EQ(woken, 2);
}

TEST_F(PortionsTest, ManyMessagesBecomeVisibleSomeAtATime) {
  const auto queue = make_queue("q");
  auto late = message("late");
  late.delay = Seconds(60);
  for (int i = 0; i < 25'000; ++i) queue->send(late).value();
  clock.advance(Seconds(60));
  const auto visible = [&] { return queue->counts().visible; };
  EXPECT_EQ(visible(), 20'000u);
  EXPECT_EQ(broker.receive(*queue, options(1), nullptr).value().messages.size(), 1u);
  while (broker.tick()) {
  }
  EXPECT_EQ(visible(), 24'999u);
}

TEST_F(PortionsTest, ManyTopicsAreLookedAfterSomeAtATime) {
  for (int i = 0; i < 2500; ++i) {
    engine::TopicRow row;
    row.name = name("t" + std::to_string(i));
    broker.topics().create(row).value();
  }
  int ticks = 1;
  while (broker.tick()) ++ticks;
  EXPECT_EQ(ticks, 3);
  EXPECT_TRUE(broker.tick()) << "the next round";
}

TEST_F(PortionsTest, QueuesAreListedByNameBehindTheLastOneSeen) {
  for (const char* queue : {"b2", "a", "b1", "c", "b3"}) make_queue(queue);
  broker.create_queue({"us-east-1", "111111111111", "b0"}, {}, {}).value();
  broker.create_queue({"eu-west-1", "000000000000", "b9"}, {}, {}).value();
  const auto list = [&](std::string_view prefix, std::string_view after, std::size_t count_max) {
    std::vector<std::string> names;
    for (const auto& queue :
         broker.list_queues("us-east-1", "000000000000", prefix, after, count_max)) {
      names.push_back(queue->name().name);
    }
    return names;
  };
  EXPECT_THAT(list("", "", 100), ElementsAre("a", "b1", "b2", "b3", "c"));
  EXPECT_THAT(list("b", "", 2), ElementsAre("b1", "b2"));
  EXPECT_THAT(list("b", "b2", 2), ElementsAre("b3"));
  EXPECT_THAT(list("b", "a", 100), ElementsAre("b1", "b2", "b3"));
  EXPECT_THAT(list("", "b15", 2), ElementsAre("b2", "b3"));
  EXPECT_THAT(list("b", "c", 100), IsEmpty());
  broker.delete_queue(name("b2")).value();
  EXPECT_THAT(list("b", "b1", 100), ElementsAre("b3"));
  EXPECT_EQ(broker.queue_count(), 6u);
}

TEST_F(PortionsTest, TopicsAreListedByNameBehindTheLastOneSeen) {
  for (const char* topic : {"b", "a", "c"}) {
    engine::TopicRow row;
    row.name = name(topic);
    broker.topics().create(row).value();
  }
  const auto list = [&](std::string_view after, std::size_t count_max) {
    std::vector<std::string> names;
    for (const auto& topic : broker.topics().list("us-east-1", "000000000000", after, count_max)) {
      names.push_back(topic->name().name);
    }
    return names;
  };
  EXPECT_THAT(list("", 100), ElementsAre("a", "b", "c"));
  EXPECT_THAT(list("a", 1), ElementsAre("b"));
  broker.topics().remove(name("b"));
  EXPECT_THAT(list("a", 100), ElementsAre("c"));
  EXPECT_EQ(broker.topics().count(), 2u);
}

// ---- the outbox

class SmallOutbox {
 public:
  explicit SmallOutbox(std::uint64_t bytes_max) { rules.outbox_bytes_max = bytes_max; }

  std::vector<std::uint64_t> numbers() const {
    std::vector<std::uint64_t> found;
    for (const auto& row : outbox.list(0, 1000)) found.push_back(row.number);
    return found;
  }

  static engine::OutboxRow row(std::size_t bytes) {
    engine::OutboxRow row;
    row.body = std::string(bytes, 'x');
    return row;
  }

  ManualClock clock;
  CountingIds ids;
  storage::MemoryJournal journal;
  engine::Env env{clock, ids, journal};
  engine::Rules rules;
  engine::Outbox outbox{env, rules};
};

TEST(OutboxTest, TheOldestGoWhenThereAreTooManyBytes) {
  SmallOutbox small(100'000);
  for (int i = 0; i < 30; ++i) small.outbox.add(SmallOutbox::row(9'000));
  const auto kept = small.numbers();
  ASSERT_GE(kept.size(), 8u);
  EXPECT_LE(kept.size(), 11u);
  EXPECT_EQ(kept.back(), 30u);
  EXPECT_EQ(kept.front(), 30 - kept.size() + 1);
}

TEST(OutboxTest, WhatWasRemovedCountsNoMore) {
  SmallOutbox small(100'000);
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 8; ++i) small.outbox.add(SmallOutbox::row(9'000));
    EXPECT_EQ(small.numbers().size(), 8u) << round;
    small.outbox.remove_if([](const auto&) { return true; });
  }
}

TEST(OutboxTest, OneLargerThanAllIsNotKept) {
  SmallOutbox small(10'000);
  small.outbox.add(SmallOutbox::row(20'000));
  EXPECT_THAT(small.numbers(), IsEmpty());
  small.outbox.add(SmallOutbox::row(1'000));
  EXPECT_THAT(small.numbers(), ElementsAre(2u));
}

TEST(OutboxTest, WhatIsReadBackIsBoundedToo) {
  SmallOutbox small(100'000);
  for (std::uint64_t number = 1; number <= 30; ++number) {
    auto row = SmallOutbox::row(9'000);
    row.number = number;
    small.outbox.restore(std::move(row));
  }
  const auto kept = small.numbers();
  EXPECT_LE(kept.size(), 11u);
  EXPECT_EQ(kept.back(), 30u);
}

}  // namespace
}  // namespace squire::test
