#include "squire/engine/queue/queue.hpp"

#include "squire/engine/queue/errors.hpp"
#include "squire/engine/queue/receipt_handle.hpp"
#include "support/broker_fixture.hpp"

namespace squire::test {
namespace {

using QueueTest = BrokerFixture;

TEST_F(QueueTest, GivesMessagesInTheOrderTheyWereSent) {
  const auto queue = make_queue("q");
  for (const char* body : {"a", "b", "c"}) queue->send(message(body)).value();
  EXPECT_EQ(receive(*queue), (Bodies{"a", "b", "c"}));
}

TEST_F(QueueTest, GivesNoMoreThanAskedFor) {
  const auto queue = make_queue("q");
  for (const char* body : {"a", "b", "c"}) queue->send(message(body)).value();
  EXPECT_EQ(receive(*queue, 2), (Bodies{"a", "b"}));
  EXPECT_EQ(receive(*queue, 2), (Bodies{"c"}));
}

TEST_F(QueueTest, HidesReceivedMessageUntilVisibilityTimeoutExpires) {
  const auto queue = make_queue("q", {{"VisibilityTimeout", "30"}});
  queue->send(message("a")).value();
  EXPECT_EQ(receive(*queue), Bodies{"a"});
  clock.advance(29'999ms);
  EXPECT_EQ(receive(*queue), Bodies{});
  clock.advance(1ms);
  EXPECT_EQ(receive(*queue), Bodies{"a"});
}

TEST_F(QueueTest, VisibilityTimeoutOfTheReceiveWinsOverTheQueues) {
  const auto queue = make_queue("q");
  queue->send(message("a")).value();
  EXPECT_EQ(receive(*queue, 1, 5s), Bodies{"a"});
  clock.advance(5s);
  EXPECT_EQ(receive(*queue), Bodies{"a"});
}

TEST_F(QueueTest, ReceiveWithTimeoutZeroLeavesTheMessageVisibleAndCountsIt) {
  const auto queue = make_queue("q");
  queue->send(message("a")).value();
  EXPECT_EQ(receive(*queue, 10, 0s), Bodies{"a"});
  EXPECT_EQ(queue->counts().visible, 1u);
  const auto again = broker.receive(*queue, options(1), nullptr).value();
  EXPECT_EQ(again.messages.at(0).delivery.receive_count, 2u);
}

TEST_F(QueueTest, HidesADelayedMessageUntilItsDelayIsOver) {
  const auto queue = make_queue("q", {{"DelaySeconds", "10"}});
  auto prompt = message("prompt");
  prompt.delay = 0s;
  queue->send(message("late")).value();
  queue->send(prompt).value();
  EXPECT_EQ(queue->counts().delayed, 1u);
  EXPECT_EQ(receive(*queue), Bodies{"prompt"});
  clock.advance(10s);
  EXPECT_EQ(receive(*queue), Bodies{"late"});
}

TEST_F(QueueTest, CountsEveryMessageInExactlyOneState) {
  const auto queue = make_queue("q");
  auto delayed = message("delayed");
  delayed.delay = 60s;
  queue->send(delayed).value();
  for (const char* body : {"a", "b", "c"}) queue->send(message(body)).value();
  receive(*queue, 1);
  const auto counts = queue->counts();
  EXPECT_EQ(counts.visible, 2u);
  EXPECT_EQ(counts.in_flight, 1u);
  EXPECT_EQ(counts.delayed, 1u);
}

TEST_F(QueueTest, DeletesByHandle) {
  const auto queue = make_queue("q");
  queue->send(message("a")).value();
  receive(*queue);
  ASSERT_TRUE(queue->remove(handles[0]));
  clock.advance(1h);
  EXPECT_EQ(receive(*queue), Bodies{});
}

TEST_F(QueueTest, DeletingTwiceSucceeds) {
  const auto queue = make_queue("q");
  queue->send(message("a")).value();
  receive(*queue);
  EXPECT_TRUE(queue->remove(handles[0]));
  EXPECT_TRUE(queue->remove(handles[0]));
}

TEST_F(QueueTest, TheLatestHandleDeletesThoughItsVisibilityIsOver) {
  const auto queue = make_queue("q");
  queue->send(message("a")).value();
  receive(*queue, 1, 5s);
  clock.advance(6s);
  ASSERT_TRUE(queue->remove(handles[0]));
  EXPECT_EQ(queue->counts().visible, 0u);
}

TEST_F(QueueTest, AnOlderHandleDeletesToo) {
  const auto queue = make_queue("q");
  queue->send(message("a")).value();
  receive(*queue, 1, 5s);
  const auto old = handles[0];
  clock.advance(6s);
  receive(*queue);
  ASSERT_TRUE(queue->remove(old));
  EXPECT_EQ(queue->counts().in_flight, 0u);
}

TEST_F(QueueTest, AHandleOlderThanTwelveHoursHasExpired) {
  const auto queue = make_queue("q");
  queue->send(message("a")).value();
  receive(*queue);
  clock.advance(12h + 1s);
  EXPECT_EQ(queue->remove(handles[0]).error().code, engine::queue_errors::kReceiptHandleExpired);
}

TEST_F(QueueTest, RefusesGarbageAndTheHandlesOfOtherQueues) {
  const auto queue = make_queue("q");
  const auto other = make_queue("other");
  other->send(message("a")).value();
  receive(*other);
  EXPECT_EQ(queue->remove(handles[0]).error().code, engine::queue_errors::kReceiptHandleIsInvalid);
  EXPECT_EQ(queue->remove("garbage").error().message,
            "The input receipt handle \"garbage\" is not a valid receipt handle.");
}

TEST_F(QueueTest, AHandleOfATimeThatCannotBeIsNone) {
  const auto queue = make_queue("q");
  queue->send(message("a")).value();
  receive(*queue);
  auto handle = engine::ReceiptHandle::decode(handles[0]).value();
  for (const auto time : {TimePoint::max(), TimePoint::min(), TimePoint() - 1ms}) {
    handle.received_at = time;
    const auto error = queue->change_visibility(handle.encode(), 1s).error();
    EXPECT_EQ(error.code, engine::queue_errors::kReceiptHandleIsInvalid);
  }
}

TEST_F(QueueTest, ChangesTheVisibilityFromNow) {
  const auto queue = make_queue("q");
  queue->send(message("a")).value();
  receive(*queue, 1, 10s);
  clock.advance(9s);
  ASSERT_TRUE(queue->change_visibility(handles[0], 20s));
  clock.advance(19s);
  EXPECT_EQ(receive(*queue), Bodies{});
  clock.advance(1s);
  EXPECT_EQ(receive(*queue), Bodies{"a"});
}

TEST_F(QueueTest, ChangingTheVisibilityToZeroMakesTheMessageVisible) {
  const auto queue = make_queue("q");
  queue->send(message("a")).value();
  receive(*queue);
  ASSERT_TRUE(queue->change_visibility(handles[0], 0s));
  EXPECT_EQ(receive(*queue), Bodies{"a"});
}

TEST_F(QueueTest, ALapsedHandleHidesTheMessageAgain) {
  const auto queue = make_queue("q");
  queue->send(message("a")).value();
  receive(*queue, 1, 1s);
  clock.advance(2s);
  ASSERT_TRUE(queue->change_visibility(handles[0], 10s));
  EXPECT_EQ(receive(*queue), Bodies{});
  clock.advance(10s);
  EXPECT_EQ(receive(*queue), Bodies{"a"});
  ASSERT_TRUE(queue->change_visibility(handles[0], 0s)) << "an older one will do";
  EXPECT_EQ(receive(*queue), Bodies{"a"});
}

TEST_F(QueueTest, RefusesToChangeTheVisibilityOfADeletedMessage) {
  const auto queue = make_queue("q");
  queue->send(message("a")).value();
  receive(*queue, 1, 1s);
  queue->remove(handles[0]).value();
  const auto error = queue->change_visibility(handles[0], 10s).error();
  EXPECT_EQ(error.code, errors::kInvalidParameterValue);
  EXPECT_TRUE(error.message.ends_with(
      "Message does not exist or is not available for visibility timeout change."));
}

TEST_F(QueueTest, AMessageIsInFlightForTwelveHoursAtMost) {
  const auto queue = make_queue("q");
  queue->send(message("a")).value();
  receive(*queue);
  clock.advance(10s);
  EXPECT_TRUE(queue->change_visibility(handles[0], 43'190s));
  EXPECT_TRUE(queue->change_visibility(handles[0], 43'191s).has_error());
}

TEST_F(QueueTest, ForgetsMessagesPastTheirRetention) {
  const auto queue = make_queue("q", {{"MessageRetentionPeriod", "60"}});
  queue->send(message("old")).value();
  clock.advance(59s);
  queue->send(message("young")).value();
  clock.advance(1s);
  EXPECT_EQ(queue->counts().visible, 1u);
  EXPECT_EQ(receive(*queue), Bodies{"young"});
}

TEST_F(QueueTest, PurgeRemovesMessagesInEveryState) {
  const auto queue = make_queue("q");
  auto delayed = message("delayed");
  delayed.delay = 60s;
  queue->send(delayed).value();
  queue->send(message("a")).value();
  queue->send(message("b")).value();
  receive(*queue, 1);
  ASSERT_TRUE(queue->purge());
  const auto counts = queue->counts();
  EXPECT_EQ(counts.visible + counts.in_flight + counts.delayed, 0u);
  clock.advance(1h);
  EXPECT_EQ(receive(*queue), Bodies{});
}

TEST_F(QueueTest, AHandleFromBeforeAPurgeDeletesNothingSentSince) {
  const auto queue = make_queue("q");
  queue->send(message("a")).value();
  receive(*queue);
  ASSERT_TRUE(queue->purge());
  queue->send(message("b")).value();
  ASSERT_TRUE(queue->remove(handles[0]));
  EXPECT_EQ(queue->counts().visible, 1u);
}

TEST_F(QueueTest, ADeletedQueueRefusesItsCallers) {
  const auto queue = make_queue("q");
  broker.delete_queue(name("q")).value();
  EXPECT_EQ(queue->send(message("a")).error().code, engine::queue_errors::kQueueDoesNotExist);
  EXPECT_EQ(queue->receive(options(1), nullptr).error().code,
            engine::queue_errors::kQueueDoesNotExist);
  EXPECT_EQ(queue->purge().error().code, engine::queue_errors::kQueueDoesNotExist);
}

TEST_F(QueueTest, KeepsReceiveCountAndFirstReceiveTime) {
  const auto queue = make_queue("q");
  queue->send(message("a")).value();
  const auto first = broker.receive(*queue, options(1, 1s), nullptr).value().messages.at(0);
  clock.advance(2s);
  const auto second = broker.receive(*queue, options(1), nullptr).value().messages.at(0);
  EXPECT_EQ(first.delivery.receive_count, 1u);
  EXPECT_EQ(second.delivery.receive_count, 2u);
  EXPECT_EQ(second.delivery.first_received_at, first.delivery.first_received_at);
  EXPECT_NE(second.handle().encode(), first.handle().encode());
}

// ---- fair queues -----------------------------------------------------------------------------

TEST_F(QueueTest, AQuietTenantDoesNotWaitForANoisyOne) {
  const auto queue = make_queue("q");
  for (int i = 0; i < 100; ++i) queue->send(message("noisy", "n")).value();
  queue->send(message("quiet", "q")).value();
  EXPECT_EQ(receive(*queue, 2), (Bodies{"noisy", "quiet"}));
}

TEST_F(QueueTest, MessagesWithoutAGroupAreOneTenant) {
  const auto queue = make_queue("q");
  for (int i = 0; i < 3; ++i) queue->send(message("plain")).value();
  queue->send(message("grouped", "g")).value();
  EXPECT_EQ(receive(*queue, 4), (Bodies{"plain", "grouped", "plain", "plain"}));
}

TEST_F(QueueTest, AGroupOnAStandardQueueLocksNothing) {
  const auto queue = make_queue("q");
  queue->send(message("a", "g")).value();
  queue->send(message("b", "g")).value();
  EXPECT_EQ(receive(*queue, 1), Bodies{"a"});
  EXPECT_EQ(receive(*queue, 1), Bodies{"b"});
}

// ---- in-flight limit -------------------------------------------------------------------------

TEST(InFlightLimitTest, AStandardQueueRefusesShortPollsAndEmptiesLongOnes) {
  ManualClock clock;
  CountingIds ids;
  storage::MemoryJournal journal;
  engine::Rules rules;
  rules.in_flight_max = 2;
  engine::Broker broker({clock, ids, journal}, rules);
  const auto queue = broker.create_queue({"us-east-1", "000000000000", "q"}, {}, {}).value().queue;
  engine::OutgoingMessage message;
  message.body = std::make_shared<engine::Body>("a");
  for (int i = 0; i < 3; ++i) queue->send(message).value();
  engine::ReceiveOptions options;
  options.count_max = 10;
  EXPECT_EQ(queue->receive(options, nullptr).value().messages.size(), 2u);
  EXPECT_EQ(queue->receive(options, nullptr).error().code, engine::queue_errors::kOverLimit);
  options.is_long_poll = true;
  EXPECT_TRUE(queue->receive(options, nullptr).value().messages.empty());
}

}  // namespace
}  // namespace squire::test
