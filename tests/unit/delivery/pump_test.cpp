// A pump with a target that is no endpoint of SNS: what any delivery may rely on.
#include "squire/delivery/pump.hpp"

#include <gmock/gmock.h>

#include <stdexcept>
#include <type_traits>

#include "support/broker_fixture.hpp"
#include "support/hand_executor.hpp"

namespace squire::test {
namespace {

using delivery::Attempt;
using delivery::Outcome;
using engine::ReceivedMessage;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Kind = Outcome::Kind;

// An attempt is made by nobody but a pump that has taken the message out of its queue's order, and
// there is no other one to be had from it.
static_assert(!std::is_copy_constructible_v<Attempt> && !std::is_move_constructible_v<Attempt>);

// What the test knows of a target, which its pump owns.
struct Hand {
  std::vector<std::shared_ptr<Attempt>> attempts;  // that have not ended
  std::vector<std::string> delivered;              // bodies of all attempts
  delivery::Pace pace;
  Milliseconds delay{0};
  std::uint32_t attempts_max = 3;
  std::shared_ptr<engine::Queue> dead_letters;
  std::vector<engine::Event::Kind> notes;
  std::exception_ptr error;

  void end(Kind kind, const std::string& detail = "toy") {
    const auto attempt = attempts.front();
    attempts.erase(attempts.begin());
    attempt->begin();
    attempt->end({kind, detail});
  }
};

// A few lines: that is all it takes to be one.
class ToyTarget final : public delivery::Target {
 public:
  explicit ToyTarget(Hand& hand) : hand_(hand) {}

  delivery::Pace pace() override { return hand_.pace; }
  void deliver(std::shared_ptr<Attempt> attempt) override {
    hand_.delivered.push_back(attempt->message().row.body->text());
    if (hand_.error) std::rethrow_exception(hand_.error);
    hand_.attempts.push_back(std::move(attempt));
  }
  std::optional<Milliseconds> retry_after(const ReceivedMessage& message) override {
    if (message.delivery.receive_count >= hand_.attempts_max) return std::nullopt;
    return hand_.delay;
  }
  std::shared_ptr<engine::Queue> dead_letter_queue(const ReceivedMessage&) override {
    return hand_.dead_letters;
  }
  void note(engine::Event::Kind kind, const ReceivedMessage&, const std::string&) override {
    hand_.notes.push_back(kind);
  }
  std::string name() const override { return "toy"; }

 private:
  Hand& hand_;
};

class PumpTest : public BrokerFixture {
 protected:
  PumpTest() { start(); }

  // Anew, as after a crash: of the earlier pump nothing is left.
  void start() {
    hand.attempts.clear();
    pump = std::make_shared<delivery::Pump>(
        broker, executor, source, std::make_unique<ToyTarget>(hand),
        delivery::PumpListener{[this](const std::string& what) { failures.push_back(what); },
                               [this] { is_ended = true; }});
    pump->start();
    executor.run();
  }

  void send(const std::string& body) {
    ASSERT_TRUE(source->send(message(body)).has_value());
    executor.run();
  }

  void end(Kind kind, const std::string& detail = "toy") {
    ASSERT_FALSE(hand.attempts.empty());
    hand.end(kind, detail);
    executor.run();
  }

  void advance(Milliseconds time) {
    clock.advance(time);
    executor.run();
  }

  const std::shared_ptr<engine::Queue> source = make_queue("source");
  HandExecutor executor;
  Hand hand;
  std::vector<std::string> failures;
  bool is_ended = false;
  std::shared_ptr<delivery::Pump> pump;
};

TEST_F(PumpTest, WhatIsDeliveredIsGone) {
  send("hello");
  EXPECT_THAT(hand.delivered, ElementsAre("hello"));
  EXPECT_EQ(source->counts().in_flight, 1u);
  end(Kind::Delivered);
  EXPECT_EQ(source->message_count(), 0u);
  EXPECT_THAT(hand.notes, ElementsAre(engine::Event::Kind::Delivered));
}

TEST_F(PumpTest, AFailureComesBackThroughTheQueueAndNoOtherWay) {
  hand.delay = 20s;
  send("hello");
  const auto attempt = hand.attempts.front();
  end(Kind::Failed);
  // Whoever still holds the attempt can do nothing more with it.
  attempt->begin();
  attempt->end({Kind::Delivered, {}});
  attempt->end({Kind::Failed, {}});
  executor.run();
  EXPECT_EQ(source->counts().in_flight, 1u) << "it waits in the queue, invisible";
  advance(20s - 1ms);
  EXPECT_THAT(hand.attempts, IsEmpty());
  advance(1ms);
  ASSERT_THAT(hand.attempts, SizeIs(1));
  EXPECT_NE(hand.attempts.front(), attempt) << "another attempt, not the same again";
  EXPECT_EQ(hand.attempts.front()->message().delivery.receive_count, 1u) << "made so far";
  EXPECT_THAT(hand.notes, ElementsAre(engine::Event::Kind::AttemptFailed));
}

TEST_F(PumpTest, ARetryWithoutADelayIsAnotherAttemptToo) {
  send("hello");
  for (int i = 0; i < 3; ++i) {
    ASSERT_THAT(hand.attempts, SizeIs(1)) << i;
    hand.end(Kind::Failed);
    EXPECT_THAT(hand.attempts, IsEmpty()) << "not from within the end of the one before";
    executor.run();
  }
  EXPECT_THAT(hand.delivered, ElementsAre("hello", "hello", "hello"));
  EXPECT_THAT(failures, ElementsAre(HasSubstr("to toy given up after 3 attempts: toy")));
  EXPECT_EQ(source->message_count(), 0u);
}

TEST_F(PumpTest, ARetryTakesUpNoSlotWhileItWaits) {
  hand.pace.attempts_max = 1;
  hand.delay = 20s;
  send("first");
  send("second");
  EXPECT_THAT(hand.delivered, ElementsAre("first"));
  end(Kind::Failed);
  EXPECT_THAT(hand.delivered, ElementsAre("first", "second"));
}

TEST_F(PumpTest, TheCountOfAttemptsOutlivesThePump) {
  hand.delay = 20s;
  send("hello");
  end(Kind::Failed);
  start();
  advance(20s);
  end(Kind::Failed);
  start();
  advance(20s);
  end(Kind::Failed);
  EXPECT_THAT(failures, ElementsAre(HasSubstr("after 3 attempts")));
}

TEST_F(PumpTest, AFailureThatNeverHadItsTurnCountsAllTheSame) {
  send("hello");
  for (int i = 0; i < 3; ++i) {
    const auto attempt = hand.attempts.front();
    hand.attempts.clear();
    attempt->end({Kind::Failed, "toy"});
    executor.run();
  }
  EXPECT_THAT(hand.attempts, IsEmpty());
  EXPECT_THAT(failures, ElementsAre(HasSubstr("after 3 attempts")));
}

TEST_F(PumpTest, WaitingForATurnIsNoAttempt) {
  send("hello");
  for (int i = 0; i < 5; ++i) advance(61s);  // longer than a message is invisible to its pump
  EXPECT_THAT(hand.attempts, SizeIs(1));
  EXPECT_EQ(hand.attempts.front()->message().delivery.receive_count, 0u);
}

TEST_F(PumpTest, ARefusalGoesToTheDeadLetterQueueAtOnce) {
  hand.dead_letters = make_queue("dead");
  send("hello");
  end(Kind::Refused);
  EXPECT_EQ(receive(*hand.dead_letters), Bodies{"hello"});
  EXPECT_EQ(source->message_count(), 0u);
  EXPECT_THAT(hand.notes, ElementsAre(engine::Event::Kind::GivenUp));
}

TEST_F(PumpTest, WhatIsUnwantedIsNoDeadLetterAndNobodyHearsOfIt) {
  hand.dead_letters = make_queue("dead");
  send("hello");
  end(Kind::Unwanted);
  EXPECT_EQ(hand.dead_letters->message_count(), 0u);
  EXPECT_EQ(source->message_count(), 0u);
  EXPECT_THAT(hand.notes, IsEmpty());
  EXPECT_THAT(failures, IsEmpty());
}

TEST_F(PumpTest, ATargetThatThrowsHoldsNobodyUp) {
  hand.dead_letters = make_queue("dead");
  hand.error = std::make_exception_ptr(std::runtime_error("broken"));
  send("poison");
  hand.error = nullptr;
  send("hello");
  EXPECT_EQ(receive(*hand.dead_letters), Bodies{"poison"});
  EXPECT_THAT(hand.attempts, SizeIs(1));
}

TEST_F(PumpTest, NoMoreAreUnderWayThanTheTargetSays) {
  hand.pace.attempts_max = 2;
  for (int i = 0; i < 5; ++i) send("m");
  EXPECT_THAT(hand.attempts, SizeIs(2));
  end(Kind::Delivered);
  EXPECT_THAT(hand.attempts, SizeIs(2));
}

TEST_F(PumpTest, AnIntervalSpacesMessagesOut) {
  hand.pace.interval = 500ms;
  for (int i = 0; i < 3; ++i) send("m");
  EXPECT_THAT(hand.attempts, SizeIs(1));
  advance(499ms);
  EXPECT_THAT(hand.attempts, SizeIs(1));
  advance(1ms);
  EXPECT_THAT(hand.attempts, SizeIs(2));
}

TEST_F(PumpTest, ItEndsWithItsQueue) {
  broker.delete_queue(name("source"));
  executor.run();
  EXPECT_TRUE(is_ended);
}

}  // namespace
}  // namespace squire::test
