// Who a caller is told to be, by AWS STS.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "squire/service/access_control.hpp"
#include "support/exchange_fixture.hpp"
#include "support/signer.hpp"

namespace squire::test {
namespace {

using access::Key;
using access::Policy;
using access::Principal;

class IdentityTest : public ExchangeFixture {
 protected:
  IdentityTest() {
    configure([&](service::DispatcherSettings& settings) { settings.access = &control; });
  }

  static RequestText question() {
    RequestText request;
    request.content_type = "application/x-amz-json-1.1";
    request.amz_target = "AWSSecurityTokenServiceV20110615.GetCallerIdentity";
    request.body = "{}";
    return request;
  }
  nlohmann::json identity_of(const Key& key) {
    const auto reply = call(sign(question(), key, clock.now(), "sts"));
    EXPECT_EQ(reply.status, 200u) << reply.body;
    EXPECT_EQ(reply.content_type, "application/x-amz-json-1.1");
    return nlohmann::json::parse(reply.body);
  }

  const Key root{"ROOT", "s1", Principal::root("111122223333")};
  const Key user{"USER",
                 "s2",
                 Principal::user("111122223333", "alice"),
                 {},
                 {},
                 Policy::compile(R"({"Version":"2012-10-17","Statement":{"Effect":"Deny",)"
                                 R"("Action":"*","Resource":"*"}})",
                                 Policy::Kind::Identity)
                     .value()};
  service::AccessControl control{{root, user}, service::Tokens{}, clock};
};

TEST_F(IdentityTest, ARootIsItsAccount) {
  const auto identity = identity_of(root);
  EXPECT_EQ(identity["Account"], "111122223333");
  EXPECT_EQ(identity["Arn"], "arn:aws:iam::111122223333:root");
  EXPECT_EQ(identity["UserId"], "111122223333");
}

TEST_F(IdentityTest, AUserIsToldWhateverHisPolicySays) {
  const auto identity = identity_of(user);
  EXPECT_EQ(identity["Account"], "111122223333");
  EXPECT_EQ(identity["Arn"], "arn:aws:iam::111122223333:user/alice");
  const auto id = identity["UserId"].get<std::string>();
  EXPECT_EQ(id.size(), 21u);
  EXPECT_TRUE(id.starts_with("AIDA")) << id;
}

TEST_F(IdentityTest, NobodyIsToldWithoutASignature) {
  EXPECT_EQ(call(question()).status, 403u);
  auto thief = user;
  thief.secret = "guessed";
  EXPECT_EQ(call(sign(question(), thief, clock.now(), "sts")).status, 403u);
}

TEST_F(IdentityTest, ATaskOfAnotherAccountIsNotThereForWhoeverMayCancelTasks) {
  const Key other{"OTHER", "s3", Principal::root("444455556666")};
  service::AccessControl both({root, other}, service::Tokens{}, clock);
  configure([&](service::DispatcherSettings& settings) { settings.access = &both; });
  const auto as = [&](const Key& key, const std::string& action, const std::string& body) {
    return call(sign(RequestText::json(action, body), key, clock.now()));
  };
  as(root, "CreateQueue", R"({"QueueName":"dlq"})");
  as(root, "CreateQueue",
     R"({"QueueName":"q","Attributes":{"RedrivePolicy":)"
     R"("{\"deadLetterTargetArn\":\"arn:aws:sqs:us-east-1:111122223333:dlq\",)"
     R"(\"maxReceiveCount\":1}"}})");
  const auto started =
      as(root, "StartMessageMoveTask", R"({"SourceArn":"arn:aws:sqs:us-east-1:111122223333:dlq"})");
  ASSERT_EQ(started.status, 200u) << started.body;
  const auto reply = as(other, "CancelMessageMoveTask", started.body);
  EXPECT_EQ(reply.status, 404u);
  EXPECT_EQ(reply.query_error, "ResourceNotFoundException;Sender");
}

}  // namespace
}  // namespace squire::test
