// IAM user guide, "IAM JSON policy elements: Condition operators", and "Multivalued context keys".
#include <gtest/gtest.h>

#include <vector>

#include "unit/access/policy_case.hpp"

namespace squire::test {
namespace {

// A Condition element, what is known of the request, and whether the condition holds.
struct Case {
  std::string_view condition;
  std::string_view known;  // "key=value key=value"
  bool holds;
};

bool holds(const Case& one) {
  const std::string policy =
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":)" +
      std::string(one.condition) + "}}";
  const std::string request = "bob@123456789012 sqs:SendMessage queue1 " + std::string(one.known);
  const auto decided = decide_row(request, policy, "");
  EXPECT_TRUE(decided == "allowed" || decided == "not allowed by identity") << decided;
  return decided == "allowed";
}

class ConditionTest : public testing::TestWithParam<Case> {};

TEST_P(ConditionTest, Holds) {
  EXPECT_EQ(holds(GetParam()), GetParam().holds)
      << GetParam().condition << " with " << GetParam().known;
}

// clang-format off
const std::vector<Case> kStrings = {
    {R"({"StringEquals":{"aws:UserAgent":"Example"}})", "aws:UserAgent=Example", true},
    {R"({"StringEquals":{"aws:UserAgent":"Example"}})", "aws:UserAgent=example", false},
    {R"({"StringEquals":{"aws:UserAgent":"Example"}})", "AWS:useragent=Example", true},
    {R"({"StringEquals":{"aws:UserAgent":"Example"}})", "", false},
    {R"({"StringEquals":{"aws:UserAgent":["a","b"]}})", "aws:UserAgent=b", true},
    {R"({"StringEquals":{"aws:UserAgent":"Ex*"}})", "aws:UserAgent=Example", false},
    {R"({"StringEquals":{"aws:UserAgent":"Ex*"}})", "aws:UserAgent=Ex*", true},
    {R"({"StringEquals":{"aws:UserAgent":"a"},"StringLike":{"aws:userid":"b*"}})", "aws:UserAgent=a", true},
    {R"({"StringEquals":{"aws:UserAgent":"a","aws:SourceVpc":"v"}})", "aws:UserAgent=a", false},
    {R"({"StringEquals":{"aws:SourceAccount":123456789012}})", "aws:SourceAccount=123456789012", true},
    {R"({"StringEquals":{"aws:x":"${aws:username}"}})", "aws:x=bob", true},
    {R"({"StringEquals":{"aws:x":"${aws:username}"}})", "aws:x=eve", false},
    {R"({"StringEquals":{"aws:x":"${aws:nothing}"}})", "aws:x=eve", false},
    {R"({"StringNotEquals":{"aws:UserAgent":"a"}})", "aws:UserAgent=b", true},
    {R"({"StringNotEquals":{"aws:UserAgent":"a"}})", "aws:UserAgent=a", false},
    {R"({"StringNotEquals":{"aws:UserAgent":["a","b"]}})", "aws:UserAgent=b", false},
    {R"({"StringNotEquals":{"aws:UserAgent":["a","b"]}})", "aws:UserAgent=c", true},
    {R"({"StringNotEquals":{"aws:UserAgent":"a"}})", "", true},
    {R"({"StringEqualsIgnoreCase":{"aws:UserAgent":"EXAMPLE"}})", "aws:UserAgent=example", true},
    {R"({"StringNotEqualsIgnoreCase":{"aws:UserAgent":"EXAMPLE"}})", "aws:UserAgent=example", false},
    {R"({"StringNotEqualsIgnoreCase":{"aws:UserAgent":"EXAMPLE"}})", "aws:UserAgent=other", true},
    {R"({"StringLike":{"aws:UserAgent":"Ex*le"}})", "aws:UserAgent=Example", true},
    {R"({"StringLike":{"aws:UserAgent":"Ex*le"}})", "aws:UserAgent=Examples", false},
    {R"({"StringLike":{"aws:UserAgent":"Ex?mple"}})", "aws:UserAgent=Example", true},
    {R"({"StringLike":{"aws:UserAgent":"*a*a*b"}})", "aws:UserAgent=xaxayb", true},
    {R"({"StringLike":{"aws:UserAgent":"?x"}})", "aws:UserAgent=\303\251x", true},
    {R"({"StringLike":{"aws:UserAgent":"${*}x"}})", "aws:UserAgent=yx", false},
    {R"({"StringLike":{"aws:UserAgent":"*"}})", "aws:UserAgent=", true},
    {R"({"StringNotLike":{"aws:UserAgent":"Ex*"}})", "aws:UserAgent=Example", false},
    {R"({"StringNotLike":{"aws:UserAgent":"Ex*"}})", "aws:UserAgent=Other", true},
    {R"({"stringequals":{"aws:UserAgent":"a"}})", "aws:UserAgent=a", true},
};
INSTANTIATE_TEST_SUITE_P(String, ConditionTest, testing::ValuesIn(kStrings));

const std::vector<Case> kNumbers = {
    {R"({"NumericEquals":{"aws:n":"10"}})", "aws:n=10.0", true},
    {R"({"NumericEquals":{"aws:n":10}})", "aws:n=11", false},
    {R"({"NumericEquals":{"aws:n":"10"}})", "aws:n=ten", false},
    {R"({"NumericNotEquals":{"aws:n":"10"}})", "aws:n=11", true},
    {R"({"NumericNotEquals":{"aws:n":"10"}})", "aws:n=1e1", false},
    {R"({"NumericLessThan":{"aws:n":"10"}})", "aws:n=9.99", true},
    {R"({"NumericLessThan":{"aws:n":"10"}})", "aws:n=10", false},
    {R"({"NumericLessThanEquals":{"aws:n":"10"}})", "aws:n=10", true},
    {R"({"NumericLessThanEquals":{"aws:n":"10"}})", "aws:n=11", false},
    {R"({"NumericGreaterThan":{"aws:n":"-1"}})", "aws:n=0", true},
    {R"({"NumericGreaterThan":{"aws:n":"10"}})", "aws:n=10", false},
    {R"({"NumericGreaterThanEquals":{"aws:n":["100","10"]}})", "aws:n=10", true},
    {R"({"NumericGreaterThanEquals":{"aws:n":"10"}})", "aws:n=9", false},
    {R"({"NumericGreaterThanEquals":{"aws:n":"10"}})", "", false},
};
INSTANTIATE_TEST_SUITE_P(Number, ConditionTest, testing::ValuesIn(kNumbers));

const std::vector<Case> kDates = {
    {R"({"DateEquals":{"aws:CurrentTime":"2026-11-23T04:41:55Z"}})", "aws:CurrentTime=2026-11-23T04:41:55.000Z", true},
    {R"({"DateEquals":{"aws:CurrentTime":"2026-11-23T05:41:55+01:00"}})", "aws:CurrentTime=2026-11-23T04:41:55Z", true},
    {R"({"DateEquals":{"aws:CurrentTime":"2026-11-22T20:41:55-0800"}})", "aws:CurrentTime=2026-11-23T04:41:55Z", true},
    {R"({"DateEquals":{"aws:EpochTime":1795408915}})", "aws:EpochTime=1795408915", true},
    {R"({"DateEquals":{"aws:CurrentTime":"1795408915"}})", "aws:CurrentTime=2026-11-23T04:41:55Z", true},
    {R"({"DateNotEquals":{"aws:CurrentTime":"2026-11-23"}})", "aws:CurrentTime=2026-11-23T00:00:00Z", false},
    {R"({"DateNotEquals":{"aws:CurrentTime":"2026-11-23"}})", "aws:CurrentTime=2026-11-23T00:00:01Z", true},
    {R"({"DateLessThan":{"aws:CurrentTime":"2027"}})", "aws:CurrentTime=2026-12-31T23:59:59Z", true},
    {R"({"DateLessThan":{"aws:CurrentTime":"2026-11"}})", "aws:CurrentTime=2026-11-01T00:00:00Z", false},
    {R"({"DateLessThanEquals":{"aws:CurrentTime":"2026-11"}})", "aws:CurrentTime=2026-11-01T00:00:00Z", true},
    {R"({"DateGreaterThan":{"aws:CurrentTime":"2026-11-23T04"}})", "aws:CurrentTime=2026-11-23T04:00:01Z", true},
    {R"({"DateGreaterThan":{"aws:CurrentTime":"2026-11-23T04:42Z"}})", "aws:CurrentTime=2026-11-23T04:41:55Z", false},
    {R"({"DateGreaterThanEquals":{"aws:CurrentTime":"2026-11-23T04:41:55Z"}})", "aws:CurrentTime=2026-11-23T04:41:55Z", true},
    {R"({"DateLessThan":{"aws:CurrentTime":"2027"}})", "aws:CurrentTime=now", false},
};
INSTANTIATE_TEST_SUITE_P(Date, ConditionTest, testing::ValuesIn(kDates));

const std::vector<Case> kOthers = {
    {R"({"Bool":{"aws:SecureTransport":"true"}})", "aws:SecureTransport=true", true},
    {R"({"Bool":{"aws:SecureTransport":true}})", "aws:SecureTransport=True", true},
    {R"({"Bool":{"aws:SecureTransport":"true"}})", "aws:SecureTransport=false", false},
    {R"({"Bool":{"aws:MultiFactorAuthPresent":"true"}})", "", false},
    {R"({"Bool":{"aws:MultiFactorAuthPresent":"false"}})", "", false},
    {R"({"BoolIfExists":{"aws:MultiFactorAuthPresent":"true"}})", "", true},
    {R"({"BoolIfExists":{"aws:MultiFactorAuthPresent":"true"}})", "aws:MultiFactorAuthPresent=false", false},
    {R"({"BinaryEquals":{"aws:b":"QmluYXJ5VmFsdWVJbkJhc2U2NA=="}})", "aws:b=QmluYXJ5VmFsdWVJbkJhc2U2NA==", true},
    {R"({"BinaryEquals":{"aws:b":"QmluYXJ5VmFsdWVJbkJhc2U2NA=="}})", "aws:b=QQ==", false},
    {R"({"Null":{"aws:TokenIssueTime":"true"}})", "", true},
    {R"({"Null":{"aws:TokenIssueTime":"true"}})", "aws:TokenIssueTime=1", false},
    {R"({"Null":{"aws:TokenIssueTime":"false"}})", "aws:TokenIssueTime=1", true},
    {R"({"Null":{"aws:TokenIssueTime":"false"}})", "", false},
    {R"({"StringEqualsIfExists":{"aws:x":"a"}})", "", true},
    {R"({"StringEqualsIfExists":{"aws:x":"a"}})", "aws:x=b", false},
    {R"({"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}})", "aws:SourceIp=203.0.113.255", true},
    {R"({"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}})", "aws:SourceIp=203.0.114.0", false},
    {R"({"IpAddress":{"aws:SourceIp":"203.0.113.9"}})", "aws:SourceIp=203.0.113.9", true},
    {R"({"IpAddress":{"aws:SourceIp":"203.0.113.9"}})", "aws:SourceIp=203.0.113.8", false},
    {R"({"IpAddress":{"aws:SourceIp":"203.0.113.128/25"}})", "aws:SourceIp=203.0.113.127", false},
    {R"({"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}})", "aws:SourceIp=8.8.8.8", true},
    {R"({"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}})", "aws:SourceIp=2001:db8::1", false},
    {R"({"IpAddress":{"aws:SourceIp":["203.0.113.0/24","2001:DB8:1234:5678::/64"]}})", "aws:SourceIp=2001:db8:1234:5678::9", true},
    {R"({"IpAddress":{"aws:SourceIp":"2001:DB8:1234:5678::/64"}})", "aws:SourceIp=2001:db8:1234:5679::9", false},
    {R"({"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}})", "aws:SourceIp=::ffff:203.0.113.7", true},
    {R"({"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}})", "aws:SourceIp=nowhere", false},
    {R"({"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}})", "", false},
    {R"({"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}})", "aws:SourceIp=203.0.113.7", false},
    {R"({"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}})", "aws:SourceIp=198.51.100.7", true},
    {R"({"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}})", "", true},
    {R"({"ArnEquals":{"aws:SourceArn":"arn:aws:sns:us-east-1:123456789012:t"}})", "aws:SourceArn=arn:aws:sns:us-east-1:123456789012:t", true},
    {R"({"ArnEquals":{"aws:SourceArn":"arn:aws:sns:*:123456789012:t*"}})", "aws:SourceArn=arn:aws:sns:us-east-1:123456789012:t1", true},
    {R"({"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:123456789012:t?"}})", "aws:SourceArn=arn:aws:sns:us-east-1:123456789012:t12", false},
    {R"({"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:t"}})", "aws:SourceArn=arn:aws:sns:us-east-1:123456789012:t", false},
    {R"({"ArnLike":{"aws:SourceArn":"arn:aws:sns:us-east-1:123456789012:*"}})", "aws:SourceArn=arn:aws:sns:us-east-1:123456789012:t:more", true},
    {R"({"ArnLike":{"aws:SourceArn":"arn:aws:iam::*:user/${aws:username}"}})", "aws:SourceArn=arn:aws:iam::1:user/bob", true},
    {R"({"ArnLike":{"aws:SourceArn":"arn:*:*:*:*:*"}})", "aws:SourceArn=no-arn", false},
    {R"({"ArnNotEquals":{"aws:SourceArn":"arn:aws:sns:us-east-1:123456789012:t"}})", "aws:SourceArn=arn:aws:sns:us-east-1:123456789012:u", true},
    {R"({"ArnNotLike":{"aws:SourceArn":"arn:aws:sns:*:*:t"}})", "aws:SourceArn=arn:aws:sns:us-east-1:123456789012:t", false},
    {R"({"ArnNotLike":{"aws:SourceArn":"arn:aws:sns:*:*:t"}})", "", true},
    {R"({"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::123456789012:user/b*"}})", "", true},
    {R"({"StringEquals":{"aws:PrincipalAccount":"123456789012"}})", "", true},
    {R"({"StringEquals":{"aws:PrincipalType":"User"}})", "", true},
    {R"({"StringEquals":{"aws:username":"bob"}})", "", true},
    {R"({"StringEquals":{"aws:RequestTag/Team":"blue"}})", "aws:RequestTag/team=blue", true},
    {R"({"StringEquals":{"aws:RequestedRegion":["us-east-1","us-west-2"]}})", "aws:RequestedRegion=eu-west-1", false},
};
INSTANTIATE_TEST_SUITE_P(Other, ConditionTest, testing::ValuesIn(kOthers));

const std::vector<Case> kSets = {
    {R"({"ForAllValues:StringEquals":{"aws:TagKeys":["team","env"]}})", "aws:TagKeys=team aws:TagKeys=env", true},
    {R"({"ForAllValues:StringEquals":{"aws:TagKeys":["team","env"]}})", "aws:TagKeys=team aws:TagKeys=cost", false},
    {R"({"ForAllValues:StringEquals":{"aws:TagKeys":["team","env"]}})", "", true},
    {R"({"ForAnyValue:StringEquals":{"aws:TagKeys":["team","env"]}})", "aws:TagKeys=cost aws:TagKeys=env", true},
    {R"({"ForAnyValue:StringEquals":{"aws:TagKeys":["team","env"]}})", "aws:TagKeys=cost", false},
    {R"({"ForAnyValue:StringEquals":{"aws:TagKeys":["team","env"]}})", "", false},
    {R"({"ForAllValues:StringLike":{"aws:TagKeys":"t*"}})", "aws:TagKeys=team aws:TagKeys=tenant", true},
    {R"({"ForAnyValue:StringNotEquals":{"aws:TagKeys":"team"}})", "aws:TagKeys=team aws:TagKeys=env", true},
    {R"({"ForAnyValue:StringNotEquals":{"aws:TagKeys":"team"}})", "aws:TagKeys=team", false},
    {R"({"ForAllValues:StringNotEquals":{"aws:TagKeys":"team"}})", "aws:TagKeys=cost aws:TagKeys=env", true},
    {R"({"ForAllValues:StringNotEquals":{"aws:TagKeys":"team"}})", "aws:TagKeys=team aws:TagKeys=env", false},
    {R"({"ForAnyValue:StringEqualsIfExists":{"aws:TagKeys":"team"}})", "", true},
    {R"({"StringEquals":{"aws:TagKeys":"team"}})", "aws:TagKeys=cost aws:TagKeys=team", true},
    {R"({"StringNotEquals":{"aws:TagKeys":"team"}})", "aws:TagKeys=cost aws:TagKeys=team", false},
};
INSTANTIATE_TEST_SUITE_P(Set, ConditionTest, testing::ValuesIn(kSets));
// clang-format on

TEST(ConditionCostTest, PatternsDoNotExplode) {
  const std::string stars = [] {
    std::string text;
    for (int i = 0; i < 500; ++i) text += "*a?";
    return text + "b";
  }();
  const std::string agent(access::Context::kValueBytesMax, 'a');
  const std::string condition = R"({"StringLike":{"aws:UserAgent":")" + stars + "\"}}";
  const std::string known = "aws:UserAgent=" + agent;
  EXPECT_FALSE(holds({condition, known, false}));
}

}  // namespace
}  // namespace squire::test
