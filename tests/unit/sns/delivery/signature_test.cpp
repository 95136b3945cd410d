// Envelopes are signed when somebody first sees them.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "squire/core/signing_key.hpp"
#include "squire/core/text.hpp"
#include "squire/sns/couriers.hpp"
#include "squire/sqs/actions.hpp"
#include "support/topic_fixture.hpp"

namespace squire::test {
namespace {

using nlohmann::json;

class NoWaiter final : public Waiter {
 public:
  void notify() override {}
};

// What a subscriber checks (SNS Developer Guide, "Verifying the signatures of Amazon SNS
// messages"). RSASSA-PKCS1-v1_5 gives one signature for one text, so that it can be made again.
std::string expected_signature(const json& envelope, SigningKey::Hash hash) {
  std::string text;
  for (const char* name : {"Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token",
                           "TopicArn", "Type"}) {
    if (envelope.contains(name)) text += name + ("\n" + envelope[name].get<std::string>()) + "\n";
  }
  return base64_encode(SigningKey(kPrivateKey, kCertificate).sign(text, hash));
}

class LazySignatureTest : public TopicFixture {
 protected:
  // A queue with an enveloped subscription.
  std::shared_ptr<engine::Queue> subscribed(const std::string& name) {
    auto queue = make_queue(name);
    subscribe_queue(topic, name, {});
    return queue;
  }

  static std::shared_ptr<const engine::Body> peek(engine::Queue& queue) {
    return queue.peek({}).messages.at(0).message.row.body;
  }

  const std::string topic = make_topic("news");
};

TEST_F(LazySignatureTest, PublishingSignsNothing) {
  const auto queue = subscribed("q");
  publish(topic, "hello");
  EXPECT_TRUE(peek(*queue)->must_be_signed());
}

TEST_F(LazySignatureTest, WhatIsShownIsSignedByTheRules) {
  const auto queue = subscribed("q");
  publish(topic, "é \"quoted\"\n\\ <&>");
  const auto envelope = json::parse(receive(*queue).at(0));
  EXPECT_EQ(envelope["SignatureVersion"], "1");
  EXPECT_EQ(envelope["Signature"], expected_signature(envelope, SigningKey::Hash::Sha1));
}

TEST_F(LazySignatureTest, Version2IsSha256) {
  auto context = call();
  ASSERT_TRUE(sns::SetTopicAttributes::run(context, {topic, "SignatureVersion", "2"}));
  const auto queue = subscribed("q");
  publish(topic, "hello");
  const auto envelope = json::parse(receive(*queue).at(0));
  EXPECT_EQ(envelope["SignatureVersion"], "2");
  EXPECT_EQ(envelope["Signature"], expected_signature(envelope, SigningKey::Hash::Sha256));
}

TEST_F(LazySignatureTest, TheCopiesOfAPublicationAreSignedOnce) {
  const auto one = subscribed("one");
  const auto other = subscribed("other");
  publish(topic, "hello");
  const auto shown = json::parse(broker.show(*peek(*one)).text);
  EXPECT_FALSE(peek(*other)->must_be_signed());
  EXPECT_EQ(json::parse(broker.show(*peek(*other)).text)["Signature"], shown["Signature"]);
}

TEST_F(LazySignatureTest, ItsSizeIsKnownBeforeItIsSigned) {
  const auto queue = subscribed("q");
  publish(topic, "hello");
  const auto body = peek(*queue);
  EXPECT_EQ(broker.show(*body).text.size(), body->size());
  EXPECT_EQ(broker.show(*body).digest, md5(broker.show(*body).text));
}

TEST_F(LazySignatureTest, AMessageShowsTheSameBytesWhereverItIs) {
  const auto queue = subscribed("q");
  const auto dead_letters = make_queue("dead");
  publish(topic, "hello");
  const auto peeked = broker.show(*peek(*queue)).text;
  EXPECT_EQ(receive(*queue).at(0), peeked);
  const auto key = queue->peek({}).messages.at(0).message.row.key;
  broker.give_up(*queue, key, dead_letters);
  EXPECT_EQ(receive(*dead_letters).at(0), peeked);
}

TEST_F(LazySignatureTest, AfterARestartItIsSignedAsBefore) {
  const auto queue = subscribed("q");
  publish(topic, "hello");
  const auto body = peek(*queue);
  const engine::Body restored(body->stored_text(),
                              std::make_shared<engine::Signature>(body->signature()->place()));
  EXPECT_TRUE(restored.must_be_signed());
  EXPECT_EQ(broker.show(restored).text, broker.show(*body).text);
}

TEST_F(LazySignatureTest, WhatIsNotShownByTheBrokerIsNotSeenUnsigned) {
  const auto queue = subscribed("q");
  publish(topic, "hello");
  EXPECT_THROW(peek(*queue)->text(), std::logic_error);
  EXPECT_THROW(peek(*queue)->digest(), std::logic_error);
}

TEST_F(LazySignatureTest, ATextThatIsNoEnvelopeDoesNoHarm) {
  for (const char* text : {"x", "{", "[1]", R"({"Message" : 1, "Type" : ["a"]})"}) {
    const engine::Body body(text, std::make_shared<engine::Signature>(1));
    EXPECT_EQ(broker.show(body).text.size(), body.size()) << text;
  }
}

TEST_F(LazySignatureTest, AReceiveLeavesTheSigningToHelpers) {
  const auto queue = subscribed("q");
  for (const char* text : {"a", "b", "c"}) publish(topic, text);
  service::Call context{
      broker, {"000000000000", "us-east-1"}, kEndpoint, std::make_shared<NoWaiter>()};
  sqs::ReceiveMessage::Request request;
  request.queue_url = std::string(kEndpoint) + "/000000000000/q";
  request.max_number_of_messages = 10;
  auto waiting = sqs::ReceiveMessage::begin(context, request).value();
  EXPECT_FALSE(sqs::ReceiveMessage::look(context, waiting).value());
  EXPECT_TRUE(context.take_computation());
  EXPECT_TRUE(peek(*queue)->must_be_signed());
  for (std::size_t part = 0; part < 2; ++part) context.compute(part, 2);
  for (const auto& message : queue->peek({}).messages) {
    EXPECT_FALSE(message.message.row.body->must_be_signed());
    EXPECT_EQ(message.message.delivery.receive_count, 1u);
  }
  const auto response = sqs::ReceiveMessage::look(context, waiting).value();
  ASSERT_TRUE(response);
  EXPECT_FALSE(context.take_computation());
  EXPECT_EQ(response->messages.size(), 3u);
  EXPECT_EQ(response->messages.at(0).body, broker.show(*peek(*queue)).text);
}

TEST_F(LazySignatureTest, AReceiveOfWhatIsSignedNeedsNoHelper) {
  const auto queue = subscribed("q");
  publish(topic, "hello");
  broker.show(*peek(*queue));
  service::Call context{
      broker, {"000000000000", "us-east-1"}, kEndpoint, std::make_shared<NoWaiter>()};
  sqs::ReceiveMessage::Request request;
  request.queue_url = std::string(kEndpoint) + "/000000000000/q";
  auto waiting = sqs::ReceiveMessage::begin(context, request).value();
  EXPECT_TRUE(sqs::ReceiveMessage::look(context, waiting).value());
}

// The outbound thread brings messages to their endpoints while helpers sign others.
TEST_F(LazySignatureTest, ACourierLeavesTheSigningToAHelper) {
  HandExecutor helpers;
  FakeOutbound outbound;
  sns::CourierSettings settings;
  settings.helpers = &helpers;
  sns::Couriers couriers{broker, outbound, settings};
  couriers.start();
  subscribe(topic, "http", "http://one.example/sns");
  outbound.run();
  EXPECT_TRUE(outbound.attempts.empty()) << "the confirmation is not signed yet";
  helpers.run();
  outbound.run();
  ASSERT_EQ(outbound.attempts.size(), 1u);
  const auto envelope = json::parse(outbound.attempts.front().request.body);
  EXPECT_EQ(envelope["Signature"], expected_signature(envelope, SigningKey::Hash::Sha1));
}

}  // namespace
}  // namespace squire::test
