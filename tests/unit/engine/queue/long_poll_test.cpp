#include "squire/engine/queue/queue.hpp"
#include "support/broker_fixture.hpp"

namespace squire::test {
namespace {

class LongPollTest : public BrokerFixture {
 protected:
  struct Poll {
    std::shared_ptr<CountingWaiter> waiter = std::make_shared<CountingWaiter>();
    std::unique_ptr<engine::Queue::WaitSlot> slot =
        std::make_unique<engine::Queue::WaitSlot>(waiter);
  };

  // Polls an empty queue, so that the poll is among the waiters.
  Poll poll() {
    Poll poll;
    EXPECT_TRUE(retry(poll).messages.empty());
    return poll;
  }
  engine::Received retry(Poll& poll) {
    return broker.receive(*queue, options(1), poll.slot.get()).value();
  }

  std::shared_ptr<engine::Queue> queue = make_queue("q");
};

TEST_F(LongPollTest, AMessageWakesOnePoll) {
  auto first = poll();
  auto second = poll();
  queue->send(message("a")).value();
  EXPECT_EQ(first.waiter->count, 1);
  EXPECT_EQ(second.waiter->count, 0);
  EXPECT_EQ(retry(first).messages.size(), 1u);
}

TEST_F(LongPollTest, ABatchWakesAsManyPollsAsItHasMessages) {
  auto first = poll();
  auto second = poll();
  const std::vector<engine::OutgoingMessage> batch = {message("a"), message("b")};
  queue->send_batch(batch).value();
  EXPECT_EQ(first.waiter->count + second.waiter->count, 2);
}

TEST_F(LongPollTest, TheEndOfADelayWakesAPoll) {
  auto late = message("a");
  late.delay = 10s;
  queue->send(late).value();
  auto waiting = poll();
  clock.advance(9'999ms);
  EXPECT_EQ(waiting.waiter->count, 0);
  clock.advance(1ms);
  EXPECT_EQ(waiting.waiter->count, 1);
  EXPECT_EQ(retry(waiting).messages.size(), 1u);
}

TEST_F(LongPollTest, ADelayThatBeginsWhileAPollWaitsWakesItToo) {
  auto waiting = poll();
  auto late = message("a");
  late.delay = 10s;
  queue->send(late).value();
  clock.advance(10s);
  EXPECT_EQ(waiting.waiter->count, 1);
}

TEST_F(LongPollTest, AnExpiringVisibilityTimeoutWakesAPoll) {
  queue->send(message("a")).value();
  receive(*queue, 1, 5s);
  auto waiting = poll();
  clock.advance(5s);
  EXPECT_EQ(waiting.waiter->count, 1);
}

TEST_F(LongPollTest, ChangingAVisibilityToZeroWakesAPoll) {
  queue->send(message("a")).value();
  receive(*queue);
  auto waiting = poll();
  queue->change_visibility(handles[0], 0s).value();
  EXPECT_EQ(waiting.waiter->count, 1);
}

TEST_F(LongPollTest, AShortenedVisibilityWakesAPollInTime) {
  queue->send(message("a")).value();
  receive(*queue, 1, 100s);
  auto waiting = poll();
  queue->change_visibility(handles[0], 5s).value();
  clock.advance(5s);
  EXPECT_EQ(waiting.waiter->count, 1);
}

TEST_F(LongPollTest, APollThatLeavesAfterItsWakeUpHandsItOn) {
  auto leaving = poll();
  auto staying = poll();
  queue->send(message("a")).value();
  EXPECT_EQ(leaving.waiter->count, 1);
  leaving.slot.reset();
  EXPECT_EQ(staying.waiter->count, 1);
}

TEST_F(LongPollTest, APollThatLeftIsNotWoken) {
  auto left = poll();
  left.slot.reset();
  auto staying = poll();
  queue->send(message("a")).value();
  EXPECT_EQ(left.waiter->count, 0);
  EXPECT_EQ(staying.waiter->count, 1);
}

TEST_F(LongPollTest, DeletingTheQueueWakesEveryPoll) {
  auto first = poll();
  auto second = poll();
  broker.delete_queue(name("q")).value();
  EXPECT_EQ(first.waiter->count, 1);
  EXPECT_EQ(second.waiter->count, 1);
}

TEST_F(LongPollTest, FreeingAFifoGroupWakesAPoll) {
  queue = make_queue("q.fifo");
  queue->send(message("a", "g")).value();
  queue->send(message("b", "g")).value();
  receive(*queue, 1);
  const auto handle = handles[0];
  auto waiting = poll();
  queue->remove(handle).value();
  EXPECT_EQ(waiting.waiter->count, 1);
  EXPECT_EQ(retry(waiting).messages.at(0).row.body->text(), "b");
}

}  // namespace
}  // namespace squire::test
