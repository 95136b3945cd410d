#include <gtest/gtest.h>

#include <ostream>

#include "squire/filter/policy.hpp"

namespace squire::test {
namespace {

using filter::Policy;
using filter::Scope;

std::string error_of(const std::string& policy, Scope scope = Scope::MessageBody) {
  const auto compiled = Policy::compile(policy, scope);
  if (compiled.has_value()) return "no error";
  return compiled.error().message;
}

std::string without_place(const std::string& message) {
  return message.substr(0, message.find("\n at "));
}

struct Case {
  const char* policy;
  const char* message;
  friend std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.policy; }
};

class BadFilterTest : public testing::TestWithParam<Case> {};

// As recorded from AWS.
TEST_P(BadFilterTest, IsRefusedWithItsReason) {
  EXPECT_EQ(without_place(error_of(GetParam().policy)), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadFilterTest,
    testing::Values(
        Case{"[]", "Filter is not an object"}, Case{"1", "Filter is not an object"},
        Case{R"({"a":"x"})", "\"a\" must be an object or an array"},
        Case{R"({"a":{}})", "Empty objects are not allowed"},
        Case{R"({"a":[]})", "Empty arrays are not allowed"},
        Case{R"({"a":[["x"]]})", "Match value must be String, number, true, false, or null"},
        Case{R"({"a":[{}]})", "Match expression name not found"},
        Case{R"({"a":[{"like":"x"}]})", "Unrecognized match type like"},
        Case{R"({"a":[{"prefix":"x","suffix":"y"}]})", "Only one key allowed in match expression"},
        Case{R"({"a":[{"prefix":1}]})", "prefix match pattern must be a string"},
        Case{R"({"a":[{"suffix":1}]})", "suffix match pattern must be a string"},
        Case{R"({"a":[{"equals-ignore-case":1}]})",
             "equals-ignore-case match pattern must be a string"},
        Case{R"({"a":[{"wildcard":1}]})", "wildcard match pattern must be a string"},
        Case{R"({"a":[{"wildcard":"a**"}]})", "Consecutive wildcard characters at pos 1"},
        Case{R"({"a":[{"wildcard":"a\\b"}]})", "Invalid escape character at pos 1"},
        Case{R"({"a":[{"exists":"yes"}]})", "exists match pattern must be either true or false."},
        Case{R"({"a":[{"numeric":1}]})", "Value of numeric must be an array."},
        Case{R"({"a":[{"numeric":[1]}]})", "Invalid member in numeric match: 1"},
        Case{R"({"a":[{"numeric":[]}]})", "Invalid member in numeric match: ]"},
        Case{R"({"a":[{"numeric":["=","x"]}]})", "Value of equals must be numeric"},
        Case{R"({"a":[{"numeric":[">","x"]}]})", "Value of > must be numeric"},
        Case{R"({"a":[{"numeric":["<=","x"]}]})", "Value of <= must be numeric"},
        Case{R"({"a":[{"numeric":["~",1]}]})", "Unrecognized numeric range operator: ~"},
        Case{R"({"a":[{"numeric":[">",1,">",2]}]})", "Bad numeric range operator: >"},
        Case{R"({"a":[{"numeric":[">",1,2]}]})", "Bad value in numeric range: 2"},
        Case{R"({"a":[{"numeric":["<",1,">",2]}]})", "Too many terms in numeric range expression"},
        Case{R"({"a":[{"numeric":[">",1,"<",2,"<",3]}]})",
             "Too many terms in numeric range expression"},
        Case{R"({"a":[{"numeric":["=",1,2]}]})", "Too many elements in numeric expression"},
        Case{R"({"a":[{"numeric":[">",2,"<",1]}]})", "Bottom must be less than top"},
        Case{R"({"a":[{"numeric":["=",1000000001]}]})",
             "Value must be between -1.0E9 and 1.0E9, inclusive"},
        Case{R"({"a":[{"anything-but":["x",1]}]})",
             "Inside anything but list, either all values are number or string, mixed type is not "
             "supported"},
        Case{R"({"a":[{"anything-but":[null]}]})",
             "Inside anything but list, start|null|boolean is not supported."},
        Case{R"({"a":[{"anything-but":{"exists":true}}]})",
             "Unsupported anything-but pattern: exists"},
        Case{R"({"a":[{"cidr":"10.0.0.0"}]})", "Malformed CIDR, one '/' required"},
        Case{R"({"a":[{"cidr":"10.0.0.0/x"}]})", "Malformed CIDR, mask bits must be an integer"},
        Case{R"({"a":[{"cidr":"10.0.0.0/32"}]})", "IPv4 mask bits must be < 32"},
        Case{R"({"a":[{"cidr":"::/128"}]})", "IPv6 mask bits must be < 128"},
        Case{R"({"a":["x"],"a":["y"]})", "Path `a` cannot be allowed multiple times"},
        Case{R"({"$or":[{"a":["x"]}]})", "Unrecognized match type a"},
        Case{R"({"$or":[]})", "Empty arrays are not allowed"}));

TEST(FilterCompileTest, SaysWhereInTheText) {
  EXPECT_EQ(
      error_of(R"({"a":[]})"),
      "Empty arrays are not allowed\n at [Source: (String)\"{\"a\":[]}\"; line: 1, column: 8]");
  EXPECT_EQ(
      error_of("{\n  \"a\": []\n}"),
      "Empty arrays are not allowed\n at [Source: (String)\"{\"a\":[]}\"; line: 1, column: 8]")
      << "it is quoted without the space between tokens";
}

TEST(FilterCompileTest, ShowsNoMoreThan500CharactersOfTheText) {
  const std::string policy = R"({"a":[")" + std::string(600, 'x') + R"("],"b":[]})";
  EXPECT_NE(error_of(policy).find("\"[truncated " + std::to_string(policy.size() - 500) +
                                  " chars]; line: 1"),
            std::string::npos);
}

TEST(FilterCompileTest, BrokenJsonIsSaidToBeSo) {
  for (const char* policy : {"", "{", R"({"a")", R"({"a":["x")", R"({a:1})", R"({"a":["x"],})",
                             R"({"a":[01]})", R"({"a":["\x"]})", R"({"a":["x"]} x)"}) {
    if (*policy == '\0') continue;
    EXPECT_TRUE(error_of(policy).starts_with("failed to parse JSON")) << policy;
  }
}

// ---- limits

std::string keys(int count) {
  std::string policy = "{";
  for (int i = 0; i < count; ++i) {
    policy += (i ? "," : "") + std::string("\"k") + std::to_string(i) + R"(":["x"])";
  }
  return policy + "}";
}

std::string values(int count) {
  std::string list = "[";
  for (int i = 0; i < count; ++i) list += (i ? ",\"v" : "\"v") + std::to_string(i) + "\"";
  return list + "]";
}

TEST(FilterLimitTest, FiveKeysAreTheMost) {
  for (const auto scope : {Scope::MessageAttributes, Scope::MessageBody}) {
    EXPECT_EQ(error_of(keys(5), scope), "no error");
    EXPECT_EQ(error_of(keys(6), scope), "Filter policy can not have more than 5 keys");
  }
}

TEST(FilterLimitTest, NestedKeysAreNotCounted) {
  EXPECT_EQ(error_of(R"({"a":)" + keys(6) + "}"), "no error");
}

TEST(FilterLimitTest, AHundredAndFiftyCombinationsAreTheMost) {
  const auto scope = Scope::MessageAttributes;
  EXPECT_EQ(error_of(R"({"a":)" + values(15) + R"(,"b":)" + values(10) + "}", scope), "no error");
  EXPECT_EQ(error_of(R"({"a":)" + values(151) + "}", scope), "Filter policy is too complex");
  EXPECT_EQ(error_of(R"({"a":)" + values(31) + R"(,"b":)" + values(5) + "}", scope),
            "Filter policy is too complex");
}

// The documentation's example: 3 levels x 4 values x 2 levels x 3 values = 72.
TEST(FilterLimitTest, InBodiesTheDepthOfAKeyCounts) {
  const auto policy = [](int first) {
    return R"({"a":{"b":{"c":)" + values(first) + R"(}},"d":{"e":)" + values(3) + "}}";
  };
  EXPECT_EQ(error_of(policy(4)), "no error");
  EXPECT_EQ(error_of(policy(8)), "no error") << "3 x 8 x 2 x 3 = 144";
  EXPECT_EQ(error_of(policy(9)), "Filter policy is too complex") << "162";
}

TEST(FilterLimitTest, AlternativesAddUp) {
  const auto policy = [](int count) {
    return R"({"$or":[{"a":)" + values(count) + R"(},{"b":)" + values(75) + "}]}";
  };
  EXPECT_EQ(error_of(policy(75), Scope::MessageAttributes), "no error");
  EXPECT_EQ(error_of(policy(76), Scope::MessageAttributes), "Filter policy is too complex");
}

TEST(FilterLimitTest, ManyAlternativesAreRefusedBeforeTheyAreMultipliedOut) {
  std::string policy = R"({"a":["x"])";
  std::string nested = R"({"b":["x"]})";
  for (int i = 0; i < 20; ++i) nested = R"({"$or":[)" + nested + "," + nested.substr(0, 200) + "]}";
  EXPECT_NE(error_of(nested), "no error");
  std::string wide = R"({"$or":[{"a":["1"]},{"a":["2"]}])";
  for (int i = 0; i < 30; ++i) wide += R"(,"$or":[{"a":["1"]},{"a":["2"]}])";
  EXPECT_EQ(error_of(wide + "}"), "Filter policy is too complex");
}

TEST(FilterLimitTest, AttributesDoNotNest) {
  EXPECT_EQ(error_of(R"({"a":{"b":["x"]}})", Scope::MessageAttributes),
            "Filter policy scope MessageAttributes does not support nested filter policy");
}

TEST(FilterLimitTest, APolicyIsAtMost256KiB) {
  EXPECT_EQ(error_of(R"({"a":[")" + std::string(256 * 1024, 'x') + "\"]}"),
            "Filter policy is too large");
}

TEST(FilterLimitTest, BracketsNestOnlySoDeep) {
  EXPECT_NE(error_of(std::string(100'000, '[')), "no error");
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += R"({"a":)";
  EXPECT_NE(error_of(deep), "no error");
}

}  // namespace
}  // namespace squire::test
