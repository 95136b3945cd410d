#include "squire/engine/broker.hpp"
#include "squire/engine/queue/errors.hpp"
#include "squire/engine/queue/move_tasks.hpp"
#include "support/broker_fixture.hpp"

namespace squire::test {
namespace {

class DeadLetterTest : public BrokerFixture {
 protected:
  static engine::StringMap redrive_to(const std::string& queue, int receive_count_max) {
    return {{"RedrivePolicy", R"({"deadLetterTargetArn":")" + to_arn("sqs", name(queue)) +
                                  R"(","maxReceiveCount":)" + std::to_string(receive_count_max) +
                                  "}"}};
  }

  std::shared_ptr<engine::Queue> dead = make_queue("dead");
  std::shared_ptr<engine::Queue> queue = make_queue("q", redrive_to("dead", 2));
};

TEST_F(DeadLetterTest, AMessageMovesAtTheReceiveThatWouldBeOneTooMany) {
  queue->send(message("a")).value();
  EXPECT_EQ(receive(*queue, 1, 0s), Bodies{"a"});
  EXPECT_EQ(receive(*queue, 1, 0s), Bodies{"a"});
  EXPECT_EQ(dead->counts().visible, 0u);
  EXPECT_EQ(receive(*queue), Bodies{});
  EXPECT_EQ(queue->counts().visible, 0u);
  EXPECT_EQ(receive(*dead), Bodies{"a"});
}

TEST_F(DeadLetterTest, AMovedMessageKeepsItsIdSentTimeAndReceiveCountAndNamesItsSource) {
  const auto sent = queue->send(message("a")).value();
  const auto sent_at = clock.now();
  for (int i = 0; i < 3; ++i) {
    receive(*queue, 1, 0s);
    clock.advance(1s);
  }
  const auto moved = broker.receive(*dead, options(1), nullptr).value().messages.at(0);
  EXPECT_EQ(moved.row.id, sent.message_id);
  EXPECT_EQ(moved.row.sent_at, sent_at);
  EXPECT_EQ(moved.delivery.receive_count, 3u);
  EXPECT_EQ(moved.row.details->dead_letter_source, queue->arn());
}

TEST_F(DeadLetterTest, EachQueueCountsItsOwnReceivesWhileTheShownCountGoesOn) {
  const auto backout = make_queue("backout", redrive_to("dead", 1));
  const auto main = make_queue("main", redrive_to("backout", 3));
  main->send(message("a")).value();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(receive(*main, 1, 0s), Bodies{"a"});
  EXPECT_EQ(receive(*main), Bodies{});
  const auto fourth = broker.receive(*backout, options(1, 0s), nullptr).value().messages.at(0);
  EXPECT_EQ(fourth.delivery.receive_count, 4u);
  EXPECT_EQ(receive(*backout), Bodies{});
  const auto fifth = broker.receive(*dead, options(1), nullptr).value().messages.at(0);
  EXPECT_EQ(fifth.delivery.receive_count, 5u);
}

TEST_F(DeadLetterTest, APollHearsOfAMessageThatComesBackSinceItsDeadLetterQueueIsGone) {
  queue->send(message("a")).value();
  receive(*queue, 1, 0s);
  receive(*queue, 1, 0s);
  auto dead_lettering = options(1);
  dead_lettering.can_dead_letter = true;
  const auto taken = queue->receive(dead_lettering, nullptr).value();
  const auto waiter = std::make_shared<CountingWaiter>();
  engine::Queue::WaitSlot slot(waiter);
  EXPECT_TRUE(queue->receive(options(1), &slot).value().messages.empty());
  queue->put_back(taken.dead_letters.at(0));
  EXPECT_EQ(waiter->count, 1);
}

TEST_F(DeadLetterTest, AFifoMessageComesBackToItsPlaceInItsGroup) {
  const auto fifo = make_queue("q.fifo", redrive_to("dead.fifo", 1));
  for (const char* body : {"a1", "a2"}) fifo->send(message(body, "a")).value();
  fifo->put_back(*fifo->take_out());
  EXPECT_EQ(receive(*fifo), (Bodies{"a1", "a2"}));
}

TEST_F(DeadLetterTest, AQueueMayNameItselfAndKeepsItsMessages) {
  const auto self = make_queue("self", redrive_to("self", 1));
  self->send(message("a")).value();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(receive(*self, 1, 0s), Bodies{"a"}) << i;
}

TEST_F(DeadLetterTest, OtherMessagesAreReceivedInTheSameCall) {
  queue->send(message("poison")).value();
  receive(*queue, 1, 0s);
  receive(*queue, 1, 0s);
  queue->send(message("good")).value();
  EXPECT_EQ(receive(*queue), Bodies{"good"});
  EXPECT_EQ(dead->counts().visible, 1u);
}

TEST_F(DeadLetterTest, WithoutItsDeadLetterQueueAMessageStays) {
  broker.delete_queue(name("dead")).value();
  queue->send(message("a")).value();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(receive(*queue, 1, 0s), Bodies{"a"});
}

TEST_F(DeadLetterTest, AFifoMessageMovesWithItsGroupUnderADeduplicationIdOfItsOwn) {
  const auto dead_fifo = make_queue("dead.fifo");
  const auto fifo = make_queue("q.fifo", redrive_to("dead.fifo", 1));
  const auto sent = fifo->send(message("a", "g", "id")).value();
  receive(*fifo, 1, 0s);
  EXPECT_EQ(receive(*fifo), Bodies{});
  const auto moved = broker.receive(*dead_fifo, options(1), nullptr).value().messages.at(0);
  EXPECT_EQ(moved.row.details->group_id, "g");
  EXPECT_EQ(moved.row.details->deduplication_id, to_string(sent.message_id));
}

TEST_F(DeadLetterTest, ADeadLetteredHeadFreesItsGroup) {
  make_queue("dead.fifo");
  const auto fifo = make_queue("q.fifo", redrive_to("dead.fifo", 1));
  fifo->send(message("a", "g")).value();
  fifo->send(message("b", "g")).value();
  receive(*fifo, 1, 0s);
  EXPECT_EQ(receive(*fifo), Bodies{"b"});
}

TEST_F(DeadLetterTest, RetentionGoesByTheTimeOfSendingNotOfArrival) {
  queue->send(message("old")).value();
  clock.advance(1h);
  dead->send(message("young")).value();
  for (int i = 0; i < 3; ++i) receive(*queue, 1, 0s);
  clock.advance(std::chrono::days(4) - 1h);
  EXPECT_EQ(dead->counts().visible, 1u);
  EXPECT_EQ(receive(*dead), Bodies{"young"});
}

TEST_F(DeadLetterTest, ThePollOfADeadLetterQueueIsWoken) {
  auto waiter = std::make_shared<CountingWaiter>();
  engine::Queue::WaitSlot slot(waiter);
  dead->receive(options(1), &slot).value();
  queue->send(message("a")).value();
  for (int i = 0; i < 3; ++i) receive(*queue, 1, 0s);
  EXPECT_EQ(waiter->count, 1);
}

// ---- move tasks ------------------------------------------------------------------------------

class MoveTaskTest : public DeadLetterTest {
 protected:
  void fill_dead_letters(int count) {
    for (int i = 0; i < count; ++i) queue->send(message(std::to_string(i))).value();
    for (int i = 0; i < 3 * count; ++i) receive(*queue, 1, 0s);
    ASSERT_EQ(dead->counts().visible, static_cast<std::uint64_t>(count));
  }
  engine::MoveTaskRow newest() {
    return broker.store<engine::MoveTasks>().list(name("dead"), 1).at(0);
  }
};

using Status = engine::MoveTaskRow::Status;

TEST_F(MoveTaskTest, MovesMessagesBackToWhereTheyCameFromAsNewOnes) {
  fill_dead_letters(3);
  const auto before = clock.now();
  clock.advance(10s);
  ASSERT_TRUE(broker.store<engine::MoveTasks>().start(name("dead"), {}, {}));
  clock.advance(0s);
  EXPECT_EQ(newest().status, Status::Completed);
  EXPECT_EQ(newest().moved_count, 3);
  EXPECT_EQ(newest().to_move_count, 3);
  const auto moved = broker.receive(*queue, options(10), nullptr).value();
  ASSERT_EQ(moved.messages.size(), 3u);
  EXPECT_EQ(moved.messages[0].delivery.receive_count, 1u);
  EXPECT_GT(moved.messages[0].row.sent_at, before);
  EXPECT_EQ(moved.messages[0].row.details, nullptr);
}

TEST_F(MoveTaskTest, MovesMessagesToTheDestinationIfOneIsGiven) {
  fill_dead_letters(2);
  const auto other = make_queue("other");
  ASSERT_TRUE(broker.store<engine::MoveTasks>().start(name("dead"), name("other"), {}));
  clock.advance(0s);
  EXPECT_EQ(other->counts().visible, 2u);
}

TEST_F(MoveTaskTest, KeepsToItsRate) {
  fill_dead_letters(10);
  ASSERT_TRUE(broker.store<engine::MoveTasks>().start(name("dead"), {}, 2));
  clock.advance(2s);
  EXPECT_EQ(newest().status, Status::Running);
  EXPECT_NEAR(static_cast<double>(newest().moved_count), 4, 1);
  clock.advance(4s);
  EXPECT_EQ(newest().status, Status::Completed);
}

TEST_F(MoveTaskTest, ThereIsOneActiveTaskPerSource) {
  fill_dead_letters(10);
  ASSERT_TRUE(broker.store<engine::MoveTasks>().start(name("dead"), {}, 1));
  EXPECT_FALSE(broker.store<engine::MoveTasks>().start(name("dead"), {}, 1));
}

TEST_F(MoveTaskTest, ACancelledTaskMovesNoMore) {
  fill_dead_letters(10);
  const auto task = broker.store<engine::MoveTasks>().start(name("dead"), {}, 1);
  clock.advance(1s);
  const auto cancelled = broker.store<engine::MoveTasks>().cancel(task->id).value();
  clock.advance(1min);
  EXPECT_EQ(newest().status, Status::Cancelled);
  EXPECT_EQ(newest().moved_count, cancelled.moved_count);
  EXPECT_EQ(broker.store<engine::MoveTasks>().cancel(task->id).error().code,
            engine::queue_errors::kUnsupportedOperation);
}

TEST_F(MoveTaskTest, FailsAtAMessageOfUnknownOriginAndLosesNothing) {
  dead->send(message("direct")).value();
  ASSERT_TRUE(broker.store<engine::MoveTasks>().start(name("dead"), {}, {}));
  clock.advance(0s);
  EXPECT_EQ(newest().status, Status::Failed);
  EXPECT_EQ(newest().failure_reason, "CouldNotDetermineMessageSource");
  EXPECT_EQ(dead->counts().visible, 1u);
}

}  // namespace
}  // namespace squire::test
