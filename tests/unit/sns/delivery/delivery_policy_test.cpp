#include "sns/delivery/delivery_policy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "squire/engine/topic/errors.hpp"

namespace squire::test {
namespace {

using nlohmann::json;
using sns::RetryPolicy;
using testing::HasSubstr;
using Delays = std::vector<std::int64_t>;

// All delays of a policy, in milliseconds.
Delays delays_of(const RetryPolicy& policy, std::uint32_t count_max = 1000) {
  Delays delays;
  for (std::uint32_t attempt = 1; attempt <= count_max; ++attempt) {
    const auto delay = policy.delay_after(attempt);
    if (!delay) break;
    delays.push_back(delay->count());
  }
  return delays;
}

RetryPolicy growing(RetryPolicy::Backoff backoff) {
  return {1, 9, 5, 0, 0, 0, backoff};
}

TEST(RetryPolicyTest, TheDefaultIsThreeRetriesAtTwentySeconds) {
  EXPECT_EQ(delays_of({}), (Delays{20'000, 20'000, 20'000}));
}

TEST(RetryPolicyTest, PhasesFollowEachOther) {
  EXPECT_EQ(delays_of({1, 5, 7, 2, 1, 1, RetryPolicy::Backoff::Linear}),
            (Delays{0, 0, 1000, 1000, 3000, 5000, 5000}));
}

TEST(RetryPolicyTest, LinearBackoffGrowsEvenly) {
  EXPECT_EQ(delays_of(growing(RetryPolicy::Backoff::Linear)),
            (Delays{1000, 3000, 5000, 7000, 9000}));
}

TEST(RetryPolicyTest, ArithmeticBackoffGrowsFasterAndFaster) {
  EXPECT_EQ(delays_of(growing(RetryPolicy::Backoff::Arithmetic)),
            (Delays{1000, 1800, 3400, 5800, 9000}));
}

TEST(RetryPolicyTest, GeometricBackoffMultiplies) {
  EXPECT_EQ(delays_of(growing(RetryPolicy::Backoff::Geometric)),
            (Delays{1000, 1732, 3000, 5196, 9000}));
}

TEST(RetryPolicyTest, ExponentialBackoffDoublesUpToTheLongest) {
  EXPECT_EQ(delays_of(growing(RetryPolicy::Backoff::Exponential)),
            (Delays{1000, 2000, 4000, 8000, 9000}));
}

TEST(RetryPolicyTest, NoRetriesAreNone) {
  RetryPolicy policy;
  policy.retries = 0;
  EXPECT_EQ(delays_of(policy), Delays{});
}

TEST(RetryPolicyTest, AFunctionIsRetriedAHundredThousandTimes) {
  const auto policy = sns::effective_policy(engine::DeliveryProtocol::Lambda, "", "").retry;
  const auto delays = delays_of(policy, 200'000);
  EXPECT_EQ(delays.size(), 100'015u);
  EXPECT_EQ(Delays(delays.begin(), delays.begin() + 6), (Delays{0, 0, 0, 1000, 1000, 1000}));
  EXPECT_EQ(delays.back(), 20'000);
}

// ---- what a policy may say

struct Bad {
  const char* policy;
  const char* reason;
};

class BadSubscriptionPolicyTest : public testing::TestWithParam<Bad> {};

TEST_P(BadSubscriptionPolicyTest, IsRefusedWithItsReason) {
  const auto result = sns::check_subscription_delivery_policy(GetParam().policy);
  ASSERT_TRUE(result.has_error());
  EXPECT_EQ(result.error().code, engine::topic_errors::kInvalidParameter);
  EXPECT_THAT(result.error().message,
              HasSubstr(std::string("Invalid parameter: DeliveryPolicy: ") + GetParam().reason));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadSubscriptionPolicyTest,
    testing::Values(
        Bad{"no JSON", "Failed to parse JSON"}, Bad{"[1]", "Failed to parse JSON"},
        Bad{R"({"colour":1})", "Unexpected JSON member: colour"},
        Bad{R"({"healthyRetryPolicy":1})", "healthyRetryPolicy must be an object"},
        Bad{R"({"healthyRetryPolicy":{"colour":1}})",
            "Unexpected JSON member: healthyRetryPolicy.colour"},
        Bad{R"({"healthyRetryPolicy":{"numRetries":"3"}})",
            "healthyRetryPolicy.numRetries must be an integer"},
        Bad{R"({"healthyRetryPolicy":{"numRetries":-1}})",
            "healthyRetryPolicy.numRetries must be greater than or equal to 0"},
        Bad{R"({"healthyRetryPolicy":{"numRetries":101}})",
            "healthyRetryPolicy.numRetries must be between 0 and 100"},
        Bad{R"({"healthyRetryPolicy":{"minDelayTarget":0}})",
            "healthyRetryPolicy.minDelayTarget must be between 1 and 3600"},
        Bad{R"({"healthyRetryPolicy":{"maxDelayTarget":3601}})",
            "healthyRetryPolicy.maxDelayTarget"},
        Bad{R"({"healthyRetryPolicy":{"minDelayTarget":30}})",
            "healthyRetryPolicy.maxDelayTarget must be greater than or equal to minDelayTarget"},
        Bad{R"({"healthyRetryPolicy":{"numNoDelayRetries":4}})",
            "healthyRetryPolicy.numRetries must be greater than or equal to the sum"},
        Bad{R"({"healthyRetryPolicy":{"backoffFunction":"cubic"}})",
            "healthyRetryPolicy.backoffFunction"},
        Bad{R"({"throttlePolicy":{"maxReceivesPerSecond":0}})",
            "throttlePolicy.maxReceivesPerSecond must be greater than or equal to 1"},
        Bad{R"({"requestPolicy":{"headerContentType":"image/png"}})",
            "requestPolicy.headerContentType is invalid"}));

TEST(DeliveryPolicyTest, NothingIsAPolicy) {
  for (const char* policy : {"", "{}", " {} "}) {
    EXPECT_TRUE(sns::check_subscription_delivery_policy(policy).has_value()) << policy;
    EXPECT_TRUE(sns::check_topic_delivery_policy(policy).has_value()) << policy;
  }
}

TEST(DeliveryPolicyTest, ATopicsPolicyIsUnderHttp) {
  EXPECT_TRUE(
      sns::check_topic_delivery_policy(R"({"http":{"defaultHealthyRetryPolicy":{"numRetries":5},)"
                                       R"("disableSubscriptionOverrides":true}})")
          .has_value());
  for (const char* bad : {R"({"healthyRetryPolicy":{}})", R"({"http":1})", R"({"http":{"x":1}})",
                          R"({"http":{"disableSubscriptionOverrides":"yes"}})"}) {
    EXPECT_TRUE(sns::check_topic_delivery_policy(bad).has_error()) << bad;
  }
}

TEST(DeliveryPolicyTest, TheSubscriptionOverridesTheTopicUnlessItMayNot) {
  const std::string topic =
      R"({"http":{"defaultHealthyRetryPolicy":{"numRetries":7},"disableSubscriptionOverrides":)";
  const std::string own = R"({"healthyRetryPolicy":{"numRetries":2}})";
  const auto http = engine::DeliveryProtocol::Http;
  EXPECT_EQ(sns::effective_policy(http, topic + "false}}", own).retry.retries, 2);
  EXPECT_EQ(sns::effective_policy(http, topic + "true}}", own).retry.retries, 7);
  EXPECT_EQ(sns::effective_policy(http, topic + "false}}", "").retry.retries, 7);
}

TEST(DeliveryPolicyTest, TheEffectivePolicyOfATopicIsShownWhole) {
  EXPECT_EQ(json::parse(sns::print_effective_topic_policy("")), json::parse(R"(
      {"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":3,
       "numMaxDelayRetries":0,"numNoDelayRetries":0,"numMinDelayRetries":0,
       "backoffFunction":"linear"},"disableSubscriptionOverrides":false,
       "defaultRequestPolicy":{"headerContentType":"text/plain; charset=UTF-8"}}})"));
}

}  // namespace
}  // namespace squire::test
