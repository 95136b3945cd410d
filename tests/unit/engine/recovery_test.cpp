#include <gmock/gmock.h>

#include <optional>

#include "squire/core/internal_errors.hpp"
#include "squire/engine/broker.hpp"
#include "squire/engine/queue/errors.hpp"
#include "squire/engine/queue/move_tasks.hpp"
#include "support/broker_fixture.hpp"
#include "support/crash_journal.hpp"

namespace squire::test {
namespace {

// A broker that can crash: what was not committed is forgotten, and a new one loads the rest.
class RecoveryTest : public BrokerFixture {
 protected:
  RecoveryTest() { start(); }

  void start() {
    alive.emplace(engine::Env{clock, ids, crash_journal}, engine::Rules{});
    alive->load();
  }
  void crash() {
    crash_journal.crash();
    clock.advance(1s);
    start();
  }
  engine::Queue& create(const std::string& queue) {
    return *alive->create_queue(name(queue), {}, {}).value().queue;
  }
  engine::Queue& find(const std::string& queue) { return *alive->find_queue(name(queue)); }
  std::string receive_handle(engine::Queue& queue) {
    return queue.receive(options(1), nullptr).value().messages.at(0).handle().encode();
  }

  CrashJournal crash_journal;
  std::optional<engine::Broker> alive;
};

TEST_F(RecoveryTest, AHandleFromBeforeTheCrashDeletesItsMessage) {
  create("q").send(message("a")).value();
  crash_journal.commit();
  const auto handle = receive_handle(find("q"));  // the receive itself is lost
  crash();
  ASSERT_TRUE(find("q").remove(handle));
  EXPECT_EQ(find("q").counts().visible, 0u);
}

TEST_F(RecoveryTest, TheHandleOfAForgottenMessageDeletesNoOther) {
  create("q");
  crash_journal.commit();
  find("q").send(message("forgotten")).value();
  const auto handle = receive_handle(find("q"));
  crash();
  find("q").send(message("another")).value();
  ASSERT_TRUE(find("q").remove(handle));
  EXPECT_EQ(find("q").counts().visible, 1u);
}

TEST_F(RecoveryTest, ARowThatCannotBeIsSetAsideByNameAndTheOthersAreServed) {
  create("q").send(message("a")).value();
  engine::MessageRow stray;
  stray.key = {77, 5};
  stray.body = std::make_shared<engine::Body>("b");
  crash_journal.append(stray);
  crash_journal.commit();
  std::string told;
  internal_errors().listen([&](Border, std::string_view what) { told = what; });
  crash();
  internal_errors().listen({});
  EXPECT_THAT(told, testing::StartsWith("message number 5 of queue number 77 is set aside: "));
  EXPECT_EQ(find("q").counts().visible, 1u);
}

TEST_F(RecoveryTest, TheNumberOfADeletedQueueIsNotUsedAgain) {
  auto& deleted = create("q");
  deleted.send(message("a")).value();
  const auto handle = receive_handle(deleted);
  alive->delete_queue(name("q")).value();
  crash_journal.commit();
  crash();
  create("another").send(message("b")).value();
  EXPECT_EQ(find("another").remove(handle).error().code,
            engine::queue_errors::kReceiptHandleIsInvalid);
}

TEST_F(RecoveryTest, SequencesOfForgottenMessagesAreNotUsedAgain) {
  create("q.fifo");
  crash_journal.commit();
  const auto forgotten = find("q.fifo").send(message("a", "g")).value();
  crash();
  const auto next = find("q.fifo").send(message("b", "g")).value();
  EXPECT_GT(next.sequence, forgotten.sequence);
}

TEST_F(RecoveryTest, ADuplicateIsDurableOnlyWithItsOriginal) {
  create("q.fifo");
  crash_journal.commit();
  find("q.fifo").send(message("a", "g", "id")).value();
  const auto duplicate = find("q.fifo").send(message("a", "g", "id")).value();
  EXPECT_FALSE(crash_journal.is_durable(duplicate.ticket));
  crash_journal.commit();
  EXPECT_TRUE(crash_journal.is_durable(duplicate.ticket));
}

TEST_F(RecoveryTest, ASecondDeleteIsDurableOnlyWithTheFirst) {
  create("q").send(message("a")).value();
  const auto handle = receive_handle(find("q"));
  crash_journal.commit();
  find("q").remove(handle).value();
  EXPECT_FALSE(crash_journal.is_durable(find("q").remove(handle).value()));
}

TEST_F(RecoveryTest, CreatingAQueueAgainIsDurableOnlyWithTheFirstTime) {
  create("q");
  const auto again = alive->create_queue(name("q"), {}, {}).value();
  EXPECT_FALSE(crash_journal.is_durable(again.ticket));
}

TEST_F(RecoveryTest, TheDeduplicationWindowIsKept) {
  create("q.fifo");
  const auto original = find("q.fifo").send(message("a", "g", "id")).value();
  crash_journal.commit();
  crash();
  EXPECT_EQ(find("q.fifo").send(message("b", "g", "id")).value().message_id, original.message_id);
}

TEST_F(RecoveryTest, AFifoMessageIsKeptWithItsDeduplicationIdOrNotAtAll) {
  create("q.fifo");
  crash_journal.commit();
  crash_journal.fail_power_after_next_call();
  const auto unanswered = find("q.fifo").send(message("a", "g", "id")).value();
  crash();
  EXPECT_EQ(find("q.fifo").send(message("a", "g", "id")).value().message_id, unanswered.message_id);
  EXPECT_EQ(find("q.fifo").counts().visible, 1u);
}

TEST_F(RecoveryTest, ARunningMoveTaskGoesOn) {
  create("dead");
  auto& source = create("q");
  source
      .edit([&](engine::QueueRow& row) {
        row.attributes["RedrivePolicy"] =
            R"({"maxReceiveCount":1,"deadLetterTargetArn":")" + to_arn("sqs", name("dead")) + "\"}";
        return Result<void>();
      })
      .value();
  for (int i = 0; i < 10; ++i) source.send(message("a")).value();
  for (int i = 0; i < 2; ++i) {
    alive->receive(find("q"), options(10, 0s), nullptr).value();
  }
  ASSERT_EQ(find("dead").counts().visible, 10u);
  alive->store<engine::MoveTasks>().start(name("dead"), {}, 1);
  clock.advance(3s);
  crash_journal.commit();
  crash();
  clock.advance(1min);
  EXPECT_EQ(alive->store<engine::MoveTasks>().list(name("dead"), 1).at(0).status,
            engine::MoveTaskRow::Status::Completed);
  EXPECT_EQ(find("q").counts().visible, 10u);
}

TEST_F(RecoveryTest, AFifoReceiveIsDurableBeforeItIsAnswered) {
  create("q.fifo").send(message("a", "g")).value();
  create("q").send(message("a")).value();
  crash_journal.commit();
  EXPECT_EQ(find("q").receive(options(1), nullptr).value().ticket, 0u)
      << "a standard queue is lazy";
  const auto received = find("q.fifo").receive(options(1), nullptr).value();
  ASSERT_EQ(received.messages.size(), 1u);
  EXPECT_FALSE(crash_journal.is_durable(received.ticket));
  crash_journal.commit();
  EXPECT_TRUE(crash_journal.is_durable(received.ticket));
  crash();
  EXPECT_TRUE(find("q.fifo").receive(options(1), nullptr).value().messages.empty());
  clock.advance(30s);
  EXPECT_EQ(find("q.fifo").receive(options(1), nullptr).value().messages.size(), 1u);
}

TEST_F(RecoveryTest, ARepeatedFifoReceiveIsDurableBeforeItIsAnswered) {
  create("q.fifo").send(message("a", "g")).value();
  auto attempt = options(1);
  attempt.attempt_id = "attempt";
  find("q.fifo").receive(attempt, nullptr).value();
  crash_journal.commit();
  clock.advance(20s);
  const auto repeated = find("q.fifo").receive(attempt, nullptr).value();
  ASSERT_EQ(repeated.messages.size(), 1u);
  EXPECT_FALSE(crash_journal.is_durable(repeated.ticket));
  crash_journal.commit();
  crash();
  clock.advance(20s);
  EXPECT_TRUE(find("q.fifo").receive(options(1), nullptr).value().messages.empty());
}

TEST_F(RecoveryTest, AFifoVisibilityChangeIsDurableBeforeItIsAnswered) {
  create("q.fifo").send(message("a", "g")).value();
  const auto handle = receive_handle(find("q.fifo"));
  crash_journal.commit();
  const auto ticket = find("q.fifo").change_visibility(handle, 600s).value();
  EXPECT_FALSE(crash_journal.is_durable(ticket));
  crash_journal.commit();
  crash();
  clock.advance(500s);
  EXPECT_TRUE(find("q.fifo").receive(options(1), nullptr).value().messages.empty());
  create("q").send(message("a")).value();
  crash_journal.commit();
  EXPECT_EQ(find("q").change_visibility(receive_handle(find("q")), 600s).value(), 0u);
}

TEST_F(RecoveryTest, AFifoReceiveWaitsForTheDeadLettersBeforeIt) {
  create("dead.fifo");
  alive
      ->create_queue(name("q.fifo"),
                     {{"RedrivePolicy", R"({"maxReceiveCount":1,"deadLetterTargetArn":")" +
                                            to_arn("sqs", name("dead.fifo")) + "\"}"}},
                     {})
      .value();
  find("q.fifo").send(message("a", "g")).value();
  alive->receive(find("q.fifo"), options(1, 0s), nullptr).value();
  crash_journal.commit();
  const auto received = alive->receive(find("q.fifo"), options(1), nullptr).value();
  ASSERT_EQ(received.dead_letters.size(), 1u);
  EXPECT_FALSE(crash_journal.is_durable(received.ticket));
}

// The clock of an earlier life may have been a year ahead.
class ClockTest : public RecoveryTest {
 protected:
  static constexpr Seconds kYear{365 * 86'400};

  void SetUp() override { clock.advance(kYear); }
  void correct_clock() {
    crash_journal.commit();
    clock.advance(-kYear);
    crash();
  }
  std::size_t receive_count() {
    return find("q.fifo").receive(options(1), nullptr).value().messages.size();
  }
};

TEST_F(ClockTest, ThatWasAheadLocksNoGroup) {
  create("q.fifo").send(message("a", "g")).value();
  receive_handle(find("q.fifo"));
  correct_clock();
  EXPECT_EQ(receive_count(), 0u) << "somebody has it";
  clock.advance(31s);
  EXPECT_EQ(receive_count(), 1u);
}

TEST_F(ClockTest, ThatWasAheadDelaysNothingUntilThen) {
  create("q.fifo").send(message("a", "g")).value();
  auto delayed = message("b");
  delayed.delay = 60s;
  create("q").send(delayed).value();
  correct_clock();
  EXPECT_EQ(receive_count(), 1u);
  EXPECT_EQ(find("q").counts().delayed, 1u);
  clock.advance(61s);
  EXPECT_EQ(find("q").counts().visible, 1u);
}

TEST_F(ClockTest, ThatWasAheadTakesNoNewMessageForADuplicateUntilThen) {
  create("q.fifo").send(message("a", "g", "id")).value();
  correct_clock();
  find("q.fifo").send(message("b", "h", "id")).value();
  EXPECT_EQ(find("q.fifo").counts().visible, 1u);
  clock.advance(301s);
  find("q.fifo").send(message("c", "h", "id")).value();
  EXPECT_EQ(find("q.fifo").counts().visible, 2u);
}

}  // namespace
}  // namespace squire::test
