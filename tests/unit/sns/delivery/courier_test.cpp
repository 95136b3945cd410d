#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "squire/sns/couriers.hpp"
#include "support/topic_fixture.hpp"

namespace squire::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

const std::string kQueueArn = "arn:aws:sqs:us-east-1:000000000000:";

// HTTP subscriptions with a hand that answers for their endpoints. Back-off is checked with a clock
// that moves only when it is told to.
class CourierTest : public TopicFixture {
 protected:
  CourierTest() { couriers.start(); }

  // Subscribes and confirms.
  std::string subscribe_endpoint(const std::string& url, Attributes attributes = {},
                                 const std::string& protocol = "http") {
    const auto arn = subscribe(topic, protocol, url, std::move(attributes));
    outbound.run();
    if (outbound.attempts.empty()) return arn;  // needed no confirmation
    const auto token =
        json::parse(outbound.attempts.back().request.body)["Token"].get<std::string>();
    outbound.answer(200);
    auto context = call(false);
    EXPECT_TRUE(sns::ConfirmSubscription::run(context, {topic, token, {}}).has_value());
    return arn;
  }

  std::string send(const std::string& message) {
    const auto id = publish(topic, message);
    outbound.run();
    return id;
  }

  void advance(Milliseconds time) {
    clock.advance(time);
    outbound.run();
  }

  std::string header(const std::string& name) const {
    for (const auto& [key, value] : outbound.attempts.front().request.headers) {
      if (key == name) return value;
    }
    return "(absent)";
  }

  FakeOutbound outbound;
  std::vector<std::string> failures;
  sns::CourierSettings settings() {
    sns::CourierSettings settings;
    settings.functions = {{"resize", "http://localhost:9000"}};
    settings.attempts_max = 4;
    settings.on_failure = [this](const std::string& what) { failures.push_back(what); };
    return settings;
  }

  sns::Couriers couriers{broker, outbound, settings()};
  const std::string topic = make_topic("news");
};

TEST_F(CourierTest, ANewEndpointIsAskedToConfirm) {
  const auto arn = subscribe(topic, "http", "http://one.example/sns");
  outbound.run();
  ASSERT_EQ(outbound.attempts.size(), 1u);
  EXPECT_EQ(outbound.attempts.front().request.url, "http://one.example/sns");
  EXPECT_EQ(header("x-amz-sns-message-type"), "SubscriptionConfirmation");
  EXPECT_EQ(header("x-amz-sns-topic-arn"), topic);
  EXPECT_EQ(header("x-amz-sns-subscription-arn"), "(absent)");
  const auto body = json::parse(outbound.attempts.front().request.body);
  EXPECT_EQ(body["SubscribeURL"], std::string(kEndpoint) +
                                      "/?Action=ConfirmSubscription&TopicArn=" + topic +
                                      "&Token=" + body["Token"].get<std::string>());
}

TEST_F(CourierTest, APendingEndpointGetsNoNotification) {
  subscribe(topic, "http", "http://one.example/sns");
  outbound.run();
  outbound.answer(200);
  send("hello");
  EXPECT_TRUE(outbound.attempts.empty());
}

TEST_F(CourierTest, AConfirmedEndpointGetsTheEnvelopeWithItsHeaders) {
  const auto arn = subscribe_endpoint("http://one.example/sns");
  const auto id = send("hello");
  ASSERT_EQ(outbound.attempts.size(), 1u);
  EXPECT_EQ(header("x-amz-sns-message-type"), "Notification");
  EXPECT_EQ(header("x-amz-sns-message-id"), id);
  EXPECT_EQ(header("x-amz-sns-subscription-arn"), arn);
  EXPECT_EQ(header("x-amz-sns-rawdelivery"), "(absent)");
  EXPECT_EQ(header("Content-Type"), "text/plain; charset=UTF-8");
  EXPECT_EQ(header("User-Agent"), "Amazon Simple Notification Service Agent");
  EXPECT_EQ(json::parse(outbound.attempts.front().request.body)["Message"], "hello");
  outbound.answer(200);
  advance(1h);
  EXPECT_TRUE(outbound.attempts.empty()) << "delivered once";
}

TEST_F(CourierTest, ARawEndpointGetsTheMessageItself) {
  subscribe_endpoint("http://one.example/sns", {{"RawMessageDelivery", "true"}});
  send("hello");
  EXPECT_EQ(header("x-amz-sns-rawdelivery"), "true");
  EXPECT_EQ(outbound.attempts.front().request.body, "hello");
}

TEST_F(CourierTest, ByDefaultThreeRetriesFollowTwentySecondsApart) {
  subscribe_endpoint("http://one.example/sns");
  send("hello");
  for (int retry = 1; retry <= 3; ++retry) {
    outbound.answer(500);
    advance(19'999ms);
    EXPECT_TRUE(outbound.attempts.empty()) << "too early, retry " << retry;
    advance(1ms);
    ASSERT_EQ(outbound.attempts.size(), 1u) << "retry " << retry;
  }
  outbound.answer(500);
  advance(1h);
  EXPECT_TRUE(outbound.attempts.empty());
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_THAT(failures.front(), HasSubstr("given up after 4 attempts: status 500"));
}

TEST_F(CourierTest, WaitingForItsTurnSpendsNoAttempt) {
  subscribe_endpoint("http://one.example/sns");
  send("m");
  ASSERT_EQ(outbound.attempts.size(), 1u);
  // In line for its host, for longer than a message is invisible to its courier.
  for (int i = 0; i < 5; ++i) advance(61s);
  EXPECT_EQ(outbound.attempts.size(), 1u);
  for (int i = 0; i < 4; ++i) {
    ASSERT_EQ(outbound.attempts.size(), 1u) << "attempt " << i;
    outbound.answer(500);
    advance(20s);
  }
  EXPECT_TRUE(outbound.attempts.empty());
  EXPECT_THAT(failures.at(0), HasSubstr("given up after 4 attempts"));
}

TEST_F(CourierTest, ADeadEndpointIsToldOfOnceAMinute) {
  subscribe_endpoint("http://one.example/sns");
  for (int i = 0; i < 3; ++i) {
    send("m");
    outbound.answer(400);
  }
  EXPECT_EQ(failures.size(), 1u);
  advance(61s);
  send("m");
  outbound.answer(400);
  ASSERT_EQ(failures.size(), 2u);
  EXPECT_THAT(failures[1], HasSubstr("(and 2 more since the last word on it)"));
}

TEST_F(CourierTest, RetriesGoThroughTheFourPhases) {
  subscribe_endpoint(
      "http://one.example/sns",
      {{"DeliveryPolicy",
        R"({"healthyRetryPolicy":{"minDelayTarget":1,"maxDelayTarget":10,"numRetries":8,)"
        R"("numNoDelayRetries":2,"numMinDelayRetries":1,"numMaxDelayRetries":2,)"
        R"("backoffFunction":"linear"}})"}});
  send("hello");
  const std::vector<Milliseconds> delays = {0ms, 0ms, 1s, 1s, 5500ms, 10s, 10s, 10s};
  for (const auto delay : delays) {
    outbound.answer(0);
    if (delay > 0ms) {
      advance(delay - 1ms);
      EXPECT_TRUE(outbound.attempts.empty());
      advance(1ms);
    }
    ASSERT_EQ(outbound.attempts.size(), 1u) << delay.count();
  }
  outbound.answer(0);
  advance(1h);
  EXPECT_TRUE(outbound.attempts.empty());
}

TEST_F(CourierTest, ARefusalIsNotRetriedAndGoesToTheDeadLetterQueue) {
  const auto dead_letters = make_queue("dead");
  subscribe_endpoint("http://one.example/sns",
                     {{"RawMessageDelivery", "true"},
                      {"RedrivePolicy", R"({"deadLetterTargetArn":")" + kQueueArn + R"(dead"})"}});
  send("hello");
  outbound.answer(404);
  EXPECT_EQ(receive(*dead_letters), Bodies{"hello"});
  advance(1h);
  EXPECT_TRUE(outbound.attempts.empty());
}

TEST_F(CourierTest, TooManyRequestsIsARetry) {
  subscribe_endpoint("http://one.example/sns");
  send("hello");
  outbound.answer(429);
  EXPECT_TRUE(failures.empty());
  advance(20s);
  EXPECT_EQ(outbound.attempts.size(), 1u);
}

TEST_F(CourierTest, ARedirectIsARefusal) {
  subscribe_endpoint("http://one.example/sns");
  send("hello");
  outbound.answer(301);
  EXPECT_EQ(failures.size(), 1u);
}

TEST_F(CourierTest, WhatIsExhaustedGoesToTheDeadLetterQueue) {
  const auto dead_letters = make_queue("dead");
  subscribe_endpoint("http://one.example/sns",
                     {{"RawMessageDelivery", "true"},
                      {"DeliveryPolicy", R"({"healthyRetryPolicy":{"numRetries":0}})"},
                      {"RedrivePolicy", R"({"deadLetterTargetArn":")" + kQueueArn + R"(dead"})"}});
  send("hello");
  outbound.answer(503);
  EXPECT_EQ(receive(*dead_letters), Bodies{"hello"});
}

TEST_F(CourierTest, AnHourAfterTheFirstAttemptIsTheEnd) {
  subscribe_endpoint(
      "http://one.example/sns",
      {{"DeliveryPolicy", R"({"healthyRetryPolicy":{"minDelayTarget":1000,"maxDelayTarget":1000,)"
                          R"("numRetries":100}})"}});
  send("hello");
  for (int i = 0; i < 3; ++i) {
    outbound.answer(500);
    advance(1000s);
    ASSERT_EQ(outbound.attempts.size(), 1u);
  }
  outbound.answer(500);
  advance(1000s);
  EXPECT_TRUE(outbound.attempts.empty());
  EXPECT_EQ(failures.size(), 1u);
}

TEST_F(CourierTest, ASlowEndpointHoldsUpNobodyElse) {
  subscribe_endpoint("http://slow.example/sns");
  subscribe_endpoint("http://fast.example/sns");
  for (int i = 0; i < 10; ++i) send("message " + std::to_string(i));
  int slow = 0;
  int fast = 0;
  std::deque<FakeOutbound::Attempt> kept;
  for (int i = 0; i < 100 && !outbound.attempts.empty(); ++i) {
    auto attempt = std::move(outbound.attempts.front());
    outbound.attempts.pop_front();
    if (attempt.request.url == "http://slow.example/sns") {
      ++slow;
      kept.push_back(std::move(attempt));
    } else {
      ++fast;
      attempt.done({200, {}, {}});
      outbound.run();
    }
  }
  EXPECT_EQ(fast, 10);
  EXPECT_EQ(slow, 4) << "no more at a time than the settings allow";
}

TEST_F(CourierTest, AThrottlePolicySpacesDeliveriesOut) {
  subscribe_endpoint("http://one.example/sns",
                     {{"DeliveryPolicy", R"({"throttlePolicy":{"maxReceivesPerSecond":2}})"}});
  for (int i = 0; i < 4; ++i) send("message");
  advance(1s);
  const std::size_t first = outbound.attempts.size();
  EXPECT_LE(first, 3u);
  while (!outbound.attempts.empty()) outbound.answer(200);
  advance(500ms);
  EXPECT_EQ(outbound.attempts.size(), 1u);
}

TEST_F(CourierTest, AnUnsubscribedEndpointGetsNothingMore) {
  const auto arn = subscribe_endpoint("http://one.example/sns");
  send("hello");
  outbound.answer(500);
  auto context = call();
  ASSERT_TRUE(sns::Unsubscribe::run(context, {arn}).has_value());
  advance(1h);
  EXPECT_TRUE(outbound.attempts.empty());
}

TEST_F(CourierTest, UnsubscribingByLinkIsAnnouncedAndCanBeTakenBack) {
  const auto arn = subscribe_endpoint("http://one.example/sns");
  auto stranger = call(false);
  ASSERT_TRUE(sns::Unsubscribe::run(stranger, {arn}).has_value());
  outbound.run();
  ASSERT_EQ(outbound.attempts.size(), 1u);
  EXPECT_EQ(header("x-amz-sns-message-type"), "UnsubscribeConfirmation");
  const auto token =
      json::parse(outbound.attempts.front().request.body)["Token"].get<std::string>();
  outbound.answer(200);
  send("missed");
  EXPECT_TRUE(outbound.attempts.empty());
  ASSERT_TRUE(sns::ConfirmSubscription::run(stranger, {topic, token, {}}).has_value());
  send("seen");
  ASSERT_EQ(outbound.attempts.size(), 1u);
  EXPECT_EQ(json::parse(outbound.attempts.front().request.body)["Message"], "seen");
}

TEST_F(CourierTest, AFunctionIsInvokedAtItsRuntime) {
  subscribe_endpoint("arn:aws:lambda:us-east-1:000000000000:function:resize", {}, "lambda");
  send("hello");
  ASSERT_EQ(outbound.attempts.size(), 1u);
  EXPECT_EQ(outbound.attempts.front().request.url,
            "http://localhost:9000/2015-03-31/functions/function/invocations");
  const auto event = json::parse(outbound.attempts.front().request.body);
  const auto& record = event["Records"][0];
  EXPECT_EQ(record["EventSource"], "aws:sns");
  EXPECT_EQ(record["Sns"]["Message"], "hello");
  EXPECT_EQ(record["Sns"]["Subject"], nullptr);
  EXPECT_EQ(record["Sns"]["MessageAttributes"], json::object());
  EXPECT_TRUE(record["Sns"].contains("SigningCertUrl"));
}

TEST_F(CourierTest, AFunctionIsRetriedForWeeks) {
  subscribe_endpoint("arn:aws:lambda:us-east-1:000000000000:function:resize", {}, "lambda");
  send("hello");
  for (const auto delay : {0ms, 0ms, 0ms, 1000ms, 1000ms, 1000ms, 2000ms, 4000ms}) {
    outbound.answer(500);
    advance(delay);
    ASSERT_EQ(outbound.attempts.size(), 1u);
  }
}

TEST_F(CourierTest, AFunctionWithoutARuntimeIsADeadLetter) {
  const auto dead_letters = make_queue("dead");
  subscribe_endpoint("arn:aws:lambda:us-east-1:000000000000:function:unknown",
                     {{"RedrivePolicy", R"({"deadLetterTargetArn":")" + kQueueArn + R"(dead"})"}},
                     "lambda");
  send("hello");
  EXPECT_EQ(receive(*dead_letters).size(), 1u);
}

}  // namespace
}  // namespace squire::test
