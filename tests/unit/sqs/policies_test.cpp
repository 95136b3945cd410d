#include "sqs/policies.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/broker_fixture.hpp"

namespace squire::test {
namespace {

using nlohmann::json;

const std::string kArn = "arn:aws:sqs:us-east-1:000000000000:";

std::string redrive(const std::string& target, const std::string& count) {
  return R"({"deadLetterTargetArn":")" + target + R"(","maxReceiveCount":)" + count + "}";
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

class PoliciesTest : public BrokerFixture {
 protected:
  // Why a redrive policy of the queue "source" is refused, or "".
  std::string refusal(const std::string& policy, const std::string& source = "source") {
    const auto result = sqs::check_redrive_policy(broker, name(source), policy);
    if (result.has_value()) return "";
    const auto& text = result.error().message;
    EXPECT_EQ(result.error().code, errors::kInvalidParameterValue);
    EXPECT_TRUE(text.starts_with("Value " + policy + " for parameter RedrivePolicy is invalid."));
    return text.substr(text.rfind("Reason: ") + 8);
  }
};

TEST_F(PoliciesTest, ACountMayBeANumberOrAString) {
  make_queue("dead");
  for (const char* count : {"1", "1000", "\"1\"", "\"1000\""}) {
    EXPECT_EQ(refusal(redrive(kArn + "dead", count)), "") << count;
  }
}

TEST_F(PoliciesTest, ACountIsFromOneToAThousand) {
  make_queue("dead");
  for (const char* count : {"0", "1001", "-1", "\"0\"", "\"\"", "\"3x\"", "1.5", "true", "null",
                            "[]", "{}", "18446744073709551617"}) {
    EXPECT_TRUE(refusal(redrive(kArn + "dead", count)).starts_with("Invalid value for maxRec"))
        << count;
  }
}

TEST_F(PoliciesTest, ItMustBeAMapThatSaysBothThings) {
  EXPECT_EQ(refusal("no"), "Redrive policy is not a valid JSON map.");
  EXPECT_EQ(refusal("[]"), "Redrive policy is not a valid JSON map.");
  EXPECT_EQ(refusal(R"({"maxReceiveCount":3})"),
            "Redrive policy does not contain mandatory attribute: deadLetterTargetArn.");
  EXPECT_EQ(refusal(R"({"deadLetterTargetArn":"x"})"),
            "Redrive policy does not contain mandatory attribute: maxReceiveCount.");
}

TEST_F(PoliciesTest, TheTargetMustExistInTheSameAccountAndRegion) {
  make_queue("dead");
  broker.create_queue({"eu-west-1", "000000000000", "far"}, {}, {}).value();
  EXPECT_EQ(refusal(redrive(kArn + "none", "3")), "Dead letter target does not exist.");
  EXPECT_EQ(refusal(redrive("arn:aws:sqs:eu-west-1:000000000000:far", "3")),
            "Dead letter target does not exist.");
  EXPECT_EQ(refusal(redrive("dead", "3")), "Invalid value for deadLetterTargetArn.");
}

TEST_F(PoliciesTest, TheTargetMustBeOfTheSameType) {
  make_queue("dead");
  make_queue("dead.fifo", {{"FifoQueue", "true"}});
  EXPECT_EQ(refusal(redrive(kArn + "dead.fifo", "3")),
            "Dead-letter queue must be same type of queue as the source.");
  EXPECT_EQ(refusal(redrive(kArn + "dead", "3"), "source.fifo"),
            "Dead-letter queue must be same type of queue as the source.");
  EXPECT_EQ(refusal(redrive(kArn + "dead.fifo", "3"), "source.fifo"), "");
}

TEST_F(PoliciesTest, TheTargetMayRefuseItsSources) {
  const std::string refused = "The dead-letter queue does not allow this queue to use it.";
  make_queue("closed", {{"RedriveAllowPolicy", R"({"redrivePermission":"denyAll"})"}});
  make_queue("open", {{"RedriveAllowPolicy", R"({"redrivePermission":"allowAll"})"}});
  make_queue("picky", {{"RedriveAllowPolicy", R"({"redrivePermission":"byQueue","sourceQueueArns":)"
                                              R"([")" +
                                                  kArn + "source\"]}"}});
  EXPECT_EQ(refusal(redrive(kArn + "closed", "3")), refused);
  EXPECT_EQ(refusal(redrive(kArn + "open", "3")), "");
  EXPECT_EQ(refusal(redrive(kArn + "picky", "3")), "");
  EXPECT_EQ(refusal(redrive(kArn + "picky", "3"), "other"), refused);
}

// Such ones are not let in, but a file from elsewhere may hold them.
TEST_F(PoliciesTest, ATargetWhoseAllowPolicyIsNoneRefusesAll) {
  const std::string refused = "The dead-letter queue does not allow this queue to use it.";
  int count = 0;
  for (const char* policy :
       {R"({"redrivePermission":3})", R"({"redrivePermission":["allowAll"]})",
        R"({"redrivePermission":"byQueue","sourceQueueArns":3})",
        R"({"redrivePermission":"byQueue"})", R"({"redrivePermission":"some"})"}) {
    const auto dead = "dead" + std::to_string(++count);
    make_queue(dead, {{"RedriveAllowPolicy", policy}});
    EXPECT_EQ(refusal(redrive(kArn + dead, "3")), refused) << policy;
  }
}

TEST_F(PoliciesTest, AnAllowPolicySaysWhoAndNothingContradictory) {
  const std::string one = "[\"" + kArn + "a\"]";
  std::string eleven = "[";
  for (int i = 0; i < 11; ++i) eleven += (i ? ",\"" : "\"") + kArn + "a\"";
  eleven += "]";
  const auto by_queue = [](const std::string& arns) {
    return R"({"redrivePermission":"byQueue","sourceQueueArns":)" + arns + "}";
  };
  EXPECT_TRUE(sqs::check_redrive_allow_policy(by_queue(one)));
  EXPECT_TRUE(sqs::check_redrive_allow_policy(R"({"redrivePermission":"allowAll"})"));
  EXPECT_TRUE(sqs::check_redrive_allow_policy(R"({"redrivePermission":"denyAll"})"));
  for (const auto& policy :
       {std::string("no"), std::string("[]"), std::string("{}"),
        std::string(R"({"redrivePermission":"some"})"), std::string(R"({"redrivePermission":1})"),
        R"({"redrivePermission":"allowAll","sourceQueueArns":)" + one + "}", by_queue("[]"),
        by_queue("\"x\""), by_queue("[1]"), by_queue("[\"x\"]"), by_queue(eleven),
        std::string(R"({"redrivePermission":"byQueue"})")}) {
    EXPECT_TRUE(sqs::check_redrive_allow_policy(policy).has_error()) << policy;
  }
}

TEST_F(PoliciesTest, APolicyIsAnObjectOfAtMost8192Bytes) {
  EXPECT_TRUE(sqs::check_policy("{}"));
  const std::string filler = "{\"x\":\"" + std::string(8192 - 8, 'y') + "\"}";
  EXPECT_TRUE(sqs::check_policy(filler));
  EXPECT_TRUE(sqs::check_policy(filler + " ").has_error());
  for (const char* policy : {"", "no", "[]", "\"x\"", "{} {}", "{\"x\":\"\xff\"}"}) {
    EXPECT_TRUE(sqs::check_policy(policy).has_error()) << policy;
  }
}

TEST_F(PoliciesTest, TheOrderOfMembersMakesNoDifference) {
  EXPECT_TRUE(sqs::is_same_json(R"({"a":1,"b":[2]})", R"({ "b": [2], "a": 1 })"));
  EXPECT_FALSE(sqs::is_same_json(R"({"a":1})", R"({"a":2})"));
  EXPECT_TRUE(sqs::is_same_json("", ""));
  EXPECT_FALSE(sqs::is_same_json("", "{}"));
}

// Whoever wrote such a policy may not bring the daemon down: the parser does not recurse, and what
// follows it must not either.
TEST_F(PoliciesTest, ACountNestedAMillionDeepIsRefused) {
  make_queue("dead");
  EXPECT_FALSE(refusal(redrive(kArn + "dead", nested(1'000'000))).empty());
}

TEST_F(PoliciesTest, PoliciesNestedAMillionDeepCanBeCompared) {
  const auto policy = R"({"redrivePermission":"allowAll","x":)" + nested(1'000'000) + "}";
  if (sqs::check_redrive_allow_policy(policy).has_value()) {
    EXPECT_TRUE(sqs::is_same_json(policy, policy));
  }
}

// ---- permissions

TEST_F(PoliciesTest, TheFirstStatementMakesThePolicy) {
  const auto policy =
      sqs::add_statement("", kArn + "q", "label", {"111111111111"}, {"SendMessage"}).value();
  EXPECT_EQ(json::parse(policy), json::parse(R"({"Version": "2008-10-17",
                "Id": "arn:aws:sqs:us-east-1:000000000000:q/SQSDefaultPolicy",
                "Statement": [{"Sid": "label", "Effect": "Allow",
                  "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
                  "Action": "SQS:SendMessage",
                  "Resource": "arn:aws:sqs:us-east-1:000000000000:q"}]})"));
}

TEST_F(PoliciesTest, SeveralOfAKindBecomeArrays) {
  const auto policy =
      json::parse(sqs::add_statement("", kArn + "q", "l", {"111111111111", "222222222222"},
                                     {"*", "SendMessage"})
                      .value());
  EXPECT_EQ(policy["Statement"][0]["Action"], json({"SQS:*", "SQS:SendMessage"}));
  EXPECT_EQ(policy["Statement"][0]["Principal"]["AWS"].size(), 2u);
}

TEST_F(PoliciesTest, ALabelIsTakenOnce) {
  const auto policy = sqs::add_statement("", "q", "l", {"1"}, {"*"}).value();
  EXPECT_EQ(sqs::add_statement(policy, "q", "l", {"2"}, {"*"}).error().message,
            "Value l for parameter Label is invalid. Reason: Already exists.");
}

TEST_F(PoliciesTest, AddingAndRemovingLeavesWhatWasThere) {
  const std::string own =
      R"({"Version":"2012-10-17","Extra":[1],"Statement":{"Sid":"own","Effect":"Deny"}})";
  const auto more = sqs::add_statement(own, "q", "new", {"1"}, {"*"}).value();
  const auto left = json::parse(sqs::remove_statement(more, "new").value());
  EXPECT_EQ(left, json::parse(R"({"Version":"2012-10-17","Extra":[1],
                                  "Statement":[{"Sid":"own","Effect":"Deny"}]})"));
}

TEST_F(PoliciesTest, ASingleStatementWithoutAnArrayCanBeRemovedToo) {
  const std::string own = R"({"Statement":{"Sid":"own","Effect":"Deny"}})";
  ASSERT_TRUE(sqs::remove_statement(own, "own").has_value());
  EXPECT_EQ(sqs::remove_statement(own, "own").value(), "");
}

TEST_F(PoliciesTest, RemovingTheLastStatementRemovesThePolicy) {
  const auto policy = sqs::add_statement("", "q", "l", {"1"}, {"*"}).value();
  EXPECT_EQ(sqs::remove_statement(policy, "l").value(), "");
}

TEST_F(PoliciesTest, AnUnknownLabelCannotBeRemoved) {
  for (const char* policy : {"", "{}", R"({"Statement":[]})", R"({"Statement":"x"})",
                             R"({"Statement":[1,{"Sid":2},{"Sid":"other"}]})"}) {
    EXPECT_TRUE(sqs::remove_statement(policy, "l").has_error()) << policy;
  }
}

}  // namespace
}  // namespace squire::test
