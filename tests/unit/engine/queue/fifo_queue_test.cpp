#include "squire/engine/queue/errors.hpp"
#include "squire/engine/queue/queue.hpp"
#include "support/broker_fixture.hpp"

namespace squire::test {
namespace {

using FifoQueueTest = BrokerFixture;

TEST_F(FifoQueueTest, GivesConsecutiveMessagesOfAGroupInOneReceive) {
  const auto queue = make_queue("q.fifo");
  for (const char* body : {"a1", "a2", "a3"}) queue->send(message(body, "a")).value();
  queue->send(message("b1", "b")).value();
  EXPECT_EQ(receive(*queue), (Bodies{"a1", "a2", "a3", "b1"}));
}

TEST_F(FifoQueueTest, BlocksGroupWhileItsFirstMessageIsInFlight) {
  const auto queue = make_queue("q.fifo");
  for (const char* body : {"a1", "a2"}) queue->send(message(body, "a")).value();
  queue->send(message("b1", "b")).value();
  EXPECT_EQ(receive(*queue, 1), Bodies{"a1"});
  EXPECT_EQ(receive(*queue), Bodies{"b1"});
  EXPECT_EQ(receive(*queue), Bodies{});
}

TEST_F(FifoQueueTest, DeletingTheMessageInFlightFreesItsGroup) {
  const auto queue = make_queue("q.fifo");
  for (const char* body : {"a1", "a2"}) queue->send(message(body, "a")).value();
  receive(*queue, 1);
  ASSERT_TRUE(queue->remove(handles[0]));
  EXPECT_EQ(receive(*queue), Bodies{"a2"});
}

TEST_F(FifoQueueTest, AnExpiredMessageIsNextBeforeItsSuccessors) {
  const auto queue = make_queue("q.fifo");
  for (const char* body : {"a1", "a2", "a3"}) queue->send(message(body, "a")).value();
  receive(*queue, 2, 5s);
  clock.advance(5s);
  EXPECT_EQ(receive(*queue, 2), (Bodies{"a1", "a2"}));
}

// Three recordings of the service (2025-11).
TEST_F(FifoQueueTest, AHeadThatIsVisibleAgainIsNextWhileALaterMemberOfTheReceiveIsInFlight) {
  const auto queue = make_queue("q.fifo");
  for (const char* body : {"a1", "a2"}) queue->send(message(body, "a")).value();
  receive(*queue, 2);
  ASSERT_TRUE(queue->change_visibility(handles[0], 0s));
  EXPECT_EQ(receive(*queue), Bodies{"a1"});
}

TEST_F(FifoQueueTest, AGroupGivesItsMessagesUpToTheFirstOneInFlight) {
  const std::vector<std::pair<std::size_t, Bodies>> cases = {
      {2, {"foo", "bar"}}, {1, {"foo"}}, {0, {}}};
  for (const auto& [extended, expected] : cases) {
    const auto queue = make_queue("q" + std::to_string(extended) + ".fifo");
    for (const char* body : {"foo", "bar", "baz"}) queue->send(message(body, "a")).value();
    receive(*queue, 3, 1s);
    ASSERT_TRUE(queue->change_visibility(handles[extended], 30s));
    clock.advance(1s);
    EXPECT_EQ(receive(*queue), expected) << extended;
  }
}

TEST_F(FifoQueueTest, MessagesOfALockedGroupCountAsVisible) {
  const auto queue = make_queue("q.fifo");
  for (const char* body : {"a1", "a2", "a3"}) queue->send(message(body, "a")).value();
  receive(*queue, 1);
  EXPECT_EQ(queue->counts().visible, 2u);
  EXPECT_EQ(queue->counts().in_flight, 1u);
}

TEST_F(FifoQueueTest, ADelayedHeadDelaysItsGroup) {
  const auto queue = make_queue("q.fifo", {{"DelaySeconds", "10"}});
  queue->send(message("a1", "a")).value();
  clock.advance(9s);
  EXPECT_EQ(receive(*queue), Bodies{});
  clock.advance(1s);
  EXPECT_EQ(receive(*queue), Bodies{"a1"});
}

TEST_F(FifoQueueTest, AChangedDelayHoldsForMessagesAlreadyQueued) {
  const auto queue = make_queue("q.fifo", {{"DelaySeconds", "100"}});
  queue->send(message("a1", "a")).value();
  queue
      ->edit([](engine::QueueRow& row) {
        row.attributes["DelaySeconds"] = "10";
        return Result<void>();
      })
      .value();
  clock.advance(10s);
  EXPECT_EQ(receive(*queue), Bodies{"a1"});
}

TEST_F(FifoQueueTest, AnExpiredHandleNeitherDeletesNorChanges) {
  const auto queue = make_queue("q.fifo");
  queue->send(message("a1", "a")).value();
  receive(*queue, 1, 5s);
  clock.advance(5s);
  EXPECT_EQ(queue->remove(handles[0]).error().message,
            "Value " + handles[0] +
                " for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.");
  EXPECT_EQ(queue->change_visibility(handles[0], 10s).error().code,
            engine::queue_errors::kReceiptHandleExpired);
}

TEST_F(FifoQueueTest, AReceiveWithTimeoutZeroExpiresItsHandlesAtOnce) {
  const auto queue = make_queue("q.fifo");
  queue->send(message("a1", "a")).value();
  receive(*queue, 1, 0s);
  EXPECT_EQ(queue->remove(handles[0]).error().code, engine::queue_errors::kReceiptHandleExpired);
  EXPECT_EQ(receive(*queue), Bodies{"a1"});
}

TEST_F(FifoQueueTest, SequencesRise) {
  const auto queue = make_queue("q.fifo");
  const auto first = queue->send(message("a", "g")).value();
  const auto second = queue->send(message("b", "g")).value();
  EXPECT_LT(first.sequence, second.sequence);
}

// ---- deduplication ---------------------------------------------------------------------------

TEST_F(FifoQueueTest, ADuplicateWithinFiveMinutesIsAnsweredLikeTheOriginalAndNotStored) {
  const auto queue = make_queue("q.fifo");
  const auto original = queue->send(message("a", "g", "id")).value();
  clock.advance(5min - 1ms);
  const auto duplicate = queue->send(message("b", "g", "id")).value();
  EXPECT_EQ(duplicate.message_id, original.message_id);
  EXPECT_EQ(duplicate.sequence, original.sequence);
  EXPECT_EQ(receive(*queue), Bodies{"a"});
}

TEST_F(FifoQueueTest, TheSameIdIsANewMessageAfterFiveMinutes) {
  const auto queue = make_queue("q.fifo");
  queue->send(message("a", "g", "id")).value();
  clock.advance(5min);
  queue->send(message("b", "g", "id")).value();
  EXPECT_EQ(receive(*queue), (Bodies{"a", "b"}));
}

TEST_F(FifoQueueTest, TheWindowOutlivesDeleteButNoPurge) {
  const auto queue = make_queue("q.fifo");
  queue->send(message("a", "g", "id")).value();
  receive(*queue);
  queue->remove(handles[0]).value();
  queue->send(message("b", "g", "id")).value();
  EXPECT_EQ(receive(*queue), Bodies{});
  queue->purge().value();
  queue->send(message("c", "g", "id")).value();
  EXPECT_EQ(receive(*queue), Bodies{"c"});
}

TEST_F(FifoQueueTest, TheScopeOfDeduplicationIsTheQueueOrTheGroup) {
  const auto whole = make_queue("whole.fifo");
  const auto grouped = make_queue("grouped.fifo", {{"DeduplicationScope", "messageGroup"}});
  for (const auto& queue : {whole, grouped}) {
    queue->send(message("a", "g1", "id")).value();
    queue->send(message("b", "g2", "id")).value();
  }
  EXPECT_EQ(receive(*whole), Bodies{"a"});
  EXPECT_EQ(receive(*grouped), (Bodies{"a", "b"}));
}

TEST_F(FifoQueueTest, ABatchIsDeduplicatedWithinItself) {
  const auto queue = make_queue("q.fifo");
  const std::vector<engine::OutgoingMessage> batch = {message("a", "g", "id"),
                                                      message("b", "g", "id")};
  const auto sent = queue->send_batch(batch).value();
  EXPECT_EQ(sent[0].message_id, sent[1].message_id);
  EXPECT_EQ(receive(*queue), Bodies{"a"});
}

// ---- ReceiveRequestAttemptId -----------------------------------------------------------------

class ReceiveAttemptTest : public BrokerFixture {
 protected:
  engine::Received attempt(const std::string& id, std::optional<Seconds> timeout = {}) {
    auto with_id = options(10, timeout);
    with_id.attempt_id = id;
    return broker.receive(*queue, with_id, nullptr).value();
  }

  std::shared_ptr<engine::Queue> queue = make_queue("q.fifo");
};

TEST_F(ReceiveAttemptTest, ARetryGetsTheSameMessagesWithTheSameHandles) {
  queue->send(message("a", "g")).value();
  const auto first = attempt("id");
  clock.advance(10s);
  const auto second = attempt("id");
  ASSERT_EQ(second.messages.size(), 1u);
  EXPECT_EQ(second.messages[0].handle().encode(), first.messages[0].handle().encode());
}

TEST_F(ReceiveAttemptTest, ARetryRestartsTheVisibilityTimeout) {
  queue->send(message("a", "g")).value();
  attempt("id", 10s);
  clock.advance(9s);
  attempt("id", 10s);
  clock.advance(9s);
  EXPECT_EQ(queue->counts().in_flight, 1u);
}

TEST_F(ReceiveAttemptTest, ARetryAfterADeleteIsRefused) {
  queue->send(message("a", "g")).value();
  const auto first = attempt("id");
  queue->remove(first.messages[0].handle().encode()).value();
  auto again = options(10);
  again.attempt_id = "id";
  EXPECT_EQ(
      broker.receive(*queue, again, nullptr).error().message,
      "Value id for parameter ReceiveRequestAttemptId is invalid. Reason: The "
      "receiveRequestAttemptId is not valid anymore since the receive call is not retryable.");
}

TEST_F(ReceiveAttemptTest, ARetryAfterTheVisibilityTimeoutIsAnOrdinaryReceive) {
  queue->send(message("a", "g")).value();
  attempt("id", 1s);
  clock.advance(2s);
  EXPECT_EQ(attempt("id").messages.at(0).delivery.receive_count, 2u);
}

TEST_F(ReceiveAttemptTest, AnAttemptIsForgottenAfterFiveMinutes) {
  queue->send(message("a", "g")).value();
  attempt("id", 43'200s);
  clock.advance(5min);
  EXPECT_TRUE(attempt("id").messages.empty());
}

}  // namespace
}  // namespace squire::test
