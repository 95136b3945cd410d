#include <gtest/gtest.h>

#include <ostream>

#include "squire/filter/policy.hpp"

namespace squire::test {
namespace {

using filter::Policy;
using filter::Scope;

std::shared_ptr<const Policy> compile(const std::string& policy, Scope scope) {
  auto compiled = Policy::compile(policy, scope);
  EXPECT_TRUE(compiled.has_value()) << (compiled.has_error() ? compiled.error().message : "");
  return compiled.has_value() ? *compiled : nullptr;
}

// ---- on the body

struct Case {
  const char* what;
  const char* policy;
  const char* message;
  bool matches;
  friend std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.what; }
};

class BodyFilterTest : public testing::TestWithParam<Case> {};

TEST_P(BodyFilterTest, MatchesOrNot) {
  const auto& [what, policy, message, expected] = GetParam();
  const auto compiled = compile(policy, Scope::MessageBody);
  ASSERT_TRUE(compiled);
  EXPECT_EQ(compiled->matches({}, message), expected) << policy << " and " << message;
}

INSTANTIATE_TEST_SUITE_P(
    All, BodyFilterTest,
    testing::Values(
        Case{"a string equals itself", R"({"a":["x"]})", R"({"a":"x"})", true},
        Case{"case counts", R"({"a":["x"]})", R"({"a":"X"})", false},
        Case{"an empty string is one", R"({"a":[""]})", R"({"a":""})", true},
        Case{"one of the values is enough", R"({"a":["x","y"]})", R"({"a":"y"})", true},
        Case{"all keys must match", R"({"a":["x"],"b":["y"]})", R"({"a":"x","b":"z"})", false},
        Case{"other properties do not matter", R"({"a":["x"]})", R"({"a":"x","b":1})", true},
        Case{"a key that is missing", R"({"a":["x"]})", R"({"b":"x"})", false},
        Case{"a string is no number", R"({"a":["1"]})", R"({"a":1})", false},
        Case{"a number is no string", R"({"a":[1]})", R"({"a":"1"})", false},
        Case{"a number by its value", R"({"a":[100]})", R"({"a":1e2})", true},
        Case{"a number with a fraction", R"({"a":[100]})", R"({"a":100.0})", true},
        Case{"true", R"({"a":[true]})", R"({"a":true})", true},
        Case{"true is no text", R"({"a":[true]})", R"({"a":"true"})", false},
        Case{"false", R"({"a":[false]})", R"({"a":true})", false},
        Case{"null", R"({"a":[null]})", R"({"a":null})", true},
        Case{"null is not absence", R"({"a":[null]})", R"({})", false},
        Case{"prefix", R"({"a":[{"prefix":"eu"}]})", R"({"a":"eu-west"})", true},
        Case{"no prefix", R"({"a":[{"prefix":"eu"}]})", R"({"a":"us"})", false},
        Case{"prefix of a number", R"({"a":[{"prefix":"1"}]})", R"({"a":12})", false},
        Case{"prefix ignoring case", R"({"a":[{"prefix":{"equals-ignore-case":"EU"}}]})",
             R"({"a":"eu-west"})", true},
        Case{"suffix", R"({"a":[{"suffix":".png"}]})", R"({"a":"x.png"})", true},
        Case{"suffix ignoring case", R"({"a":[{"suffix":{"equals-ignore-case":".PNG"}}]})",
             R"({"a":"x.png"})", true},
        Case{"no suffix", R"({"a":[{"suffix":".png"}]})", R"({"a":"x.jpg"})", false},
        Case{"equals ignoring case", R"({"a":[{"equals-ignore-case":"Straße"}]})",
             R"({"a":"STRAßE"})", true},
        Case{"umlauts have cases, too", R"({"a":[{"equals-ignore-case":"ÄÖÜ"}]})", R"({"a":"äöü"})",
             true},
        Case{"wildcard", R"({"a":[{"wildcard":"a*c*e"}]})", R"({"a":"abcde"})", true},
        Case{"wildcard of nothing", R"({"a":[{"wildcard":"a*b"}]})", R"({"a":"ab"})", true},
        Case{"wildcard in order", R"({"a":[{"wildcard":"*c*b*"}]})", R"({"a":"abc"})", false},
        Case{"a wildcard's end may not overlap", R"({"a":[{"wildcard":"ab*ba"}]})",
             R"({"a":"aba"})", false},
        Case{"an escaped star", R"({"a":[{"wildcard":"a\\*b"}]})", R"({"a":"a*b"})", true},
        Case{"an escaped star is no wildcard", R"({"a":[{"wildcard":"a\\*b"}]})", R"({"a":"axb"})",
             false},
        Case{"numeric equals", R"({"a":[{"numeric":["=",5]}]})", R"({"a":5.0})", true},
        Case{"numeric below", R"({"a":[{"numeric":["<",5]}]})", R"({"a":5})", false},
        Case{"numeric at most", R"({"a":[{"numeric":["<=",5]}]})", R"({"a":5})", true},
        Case{"numeric above", R"({"a":[{"numeric":[">",5]}]})", R"({"a":5})", false},
        Case{"numeric at least", R"({"a":[{"numeric":[">=",5]}]})", R"({"a":5})", true},
        Case{"numeric range", R"({"a":[{"numeric":[">",0,"<=",5]}]})", R"({"a":5})", true},
        Case{"outside a range", R"({"a":[{"numeric":[">",0,"<=",5]}]})", R"({"a":0})", false},
        Case{"numeric of a string", R"({"a":[{"numeric":["=",5]}]})", R"({"a":"5"})", false},
        Case{"five decimals", R"({"a":[{"numeric":["=",0.00001]}]})", R"({"a":0.00001})", true},
        Case{"exists", R"({"a":[{"exists":true}]})", R"({"a":null})", true},
        Case{"does not exist", R"({"a":[{"exists":true}]})", R"({"b":1})", false},
        Case{"absence", R"({"a":[{"exists":false}]})", R"({"b":1})", true},
        Case{"no absence", R"({"a":[{"exists":false}]})", R"({"a":1})", false},
        Case{"an object is no leaf", R"({"a":[{"exists":true}]})", R"({"a":{"b":1}})", false},
        Case{"absent or a value", R"({"a":[{"exists":false},"x"]})", R"({"a":"x"})", true},
        Case{"anything but a string", R"({"a":[{"anything-but":"x"}]})", R"({"a":"y"})", true},
        Case{"anything but that string", R"({"a":[{"anything-but":"x"}]})", R"({"a":"x"})", false},
        Case{"anything but needs the key", R"({"a":[{"anything-but":"x"}]})", R"({})", false},
        Case{"anything but a list", R"({"a":[{"anything-but":["x","y"]}]})", R"({"a":"y"})", false},
        Case{"anything but numbers", R"({"a":[{"anything-but":[1,2]}]})", R"({"a":3})", true},
        Case{"anything but those numbers", R"({"a":[{"anything-but":[1,2]}]})", R"({"a":2})",
             false},
        Case{"anything but a prefix", R"({"a":[{"anything-but":{"prefix":"x"}}]})", R"({"a":"xy"})",
             false},
        Case{"anything but prefixes", R"({"a":[{"anything-but":{"prefix":["x","y"]}}]})",
             R"({"a":"yx"})", false},
        Case{"anything but a suffix", R"({"a":[{"anything-but":{"suffix":"x"}}]})", R"({"a":"xy"})",
             true},
        Case{"anything but ignoring case",
             R"({"a":[{"anything-but":{"equals-ignore-case":["X"]}}]})", R"({"a":"x"})", false},
        Case{"anything but a wildcard", R"({"a":[{"anything-but":{"wildcard":"*x*"}}]})",
             R"({"a":"axa"})", false},
        Case{"anything but, of an array: one outside is enough",
             R"({"a":[{"anything-but":["x"]}]})", R"({"a":["x","y"]})", true},
        Case{"anything but, of an array: none outside", R"({"a":[{"anything-but":["x","y"]}]})",
             R"({"a":["x","y"]})", false},
        Case{"cidr", R"({"a":[{"cidr":"10.0.0.0/24"}]})", R"({"a":"10.0.0.255"})", true},
        Case{"outside a cidr", R"({"a":[{"cidr":"10.0.0.0/24"}]})", R"({"a":"10.0.1.0"})", false},
        Case{"an odd mask", R"({"a":[{"cidr":"10.0.0.128/25"}]})", R"({"a":"10.0.0.127"})", false},
        Case{"cidr of no address", R"({"a":[{"cidr":"10.0.0.0/24"}]})", R"({"a":"10.0.0"})", false},
        Case{"cidr of an address and more", R"({"a":[{"cidr":"10.0.0.0/24"}]})",
             R"({"a":"10.0.0.1\u0000x"})", false},
        Case{"cidr v6", R"({"a":[{"cidr":"2001:db8::/32"}]})", R"({"a":"2001:db8::1"})", true},
        Case{"v4 as v6 is not in v4", R"({"a":[{"cidr":"10.0.0.0/24"}]})",
             R"({"a":"::ffff:10.0.0.1"})", false},
        Case{"v4 is not in v6", R"({"a":[{"cidr":"2001:db8::/32"}]})", R"({"a":"32.1.13.184"})",
             false},
        Case{"an array: one element is enough", R"({"a":["x"]})", R"({"a":["y","x"]})", true},
        Case{"an empty array is absence", R"({"a":[{"exists":false}]})", R"({"a":[]})", true},
        Case{"nested", R"({"a":{"b":{"c":["x"]}}})", R"({"a":{"b":{"c":"x"}}})", true},
        Case{"not that deep", R"({"a":{"b":["x"]}})", R"({"a":"x"})", false},
        Case{"members of one object match together", R"({"p":{"name":["x"],"size":[1]}})",
             R"({"p":[{"name":"x","size":1},{"name":"y","size":2}]})", true},
        Case{"members of different objects do not", R"({"p":{"name":["x"],"size":[2]}})",
             R"({"p":[{"name":"x","size":1},{"name":"y","size":2}]})", false},
        Case{"arrays beside each other are independent", R"({"a":["x"],"b":["y"]})",
             R"({"a":["z","x"],"b":["y","z"]})", true},
        Case{"or: the first", R"({"$or":[{"a":["x"]},{"b":["y"]}]})", R"({"a":"x"})", true},
        Case{"or: the second", R"({"$or":[{"a":["x"]},{"b":["y"]}]})", R"({"b":"y"})", true},
        Case{"or: neither", R"({"$or":[{"a":["x"]},{"b":["y"]}]})", R"({"a":"y","b":"x"})", false},
        Case{"or and a sibling", R"({"c":[1],"$or":[{"a":["x"]},{"b":["y"]}]})",
             R"({"a":"x","c":2})", false},
        Case{"or inside of or", R"({"$or":[{"a":["x"]},{"$or":[{"b":["y"]},{"c":["z"]}]}]})",
             R"({"c":"z"})", true},
        Case{"or below a key", R"({"p":{"$or":[{"a":["x"]},{"b":["y"]}]}})", R"({"p":{"b":"y"}})",
             true},
        Case{"an $or that is a name", R"({"$or":["x"]})", R"({"$or":"x"})", true},
        Case{"an $or with a reserved word is a name", R"({"$or":[{"prefix":"x"},{"prefix":"y"}]})",
             R"({"$or":"yx"})", true},
        Case{"no JSON", R"({"a":["x"]})", "a is x", false},
        Case{"no object", R"({"a":["x"]})", R"(["x"])", false},
        Case{"half an object", R"({"a":["x"]})", R"({"a":"x")", false},
        Case{"an object and more", R"({"a":["x"]})", R"({"a":"x"} 1)", false},
        Case{"even absence needs an object", R"({"a":[{"exists":false}]})", "x", false},
        Case{"escapes are read", R"({"a":["\u00e4"]})", "{\"\\u0061\":\"\xc3\xa4\"}", true}));

// ---- on attributes

MessageAttributes attribute(const std::string& type, const std::string& value) {
  return {{"a", {type, value}}};
}

struct AttributeCase {
  const char* what;
  const char* policy;
  const char* type;
  const char* value;
  bool matches;
  friend std::ostream& operator<<(std::ostream& out, const AttributeCase& c) {
    return out << c.what;
  }
};

class AttributeFilterTest : public testing::TestWithParam<AttributeCase> {};

TEST_P(AttributeFilterTest, MatchesOrNot) {
  const auto& c = GetParam();
  const auto compiled = compile(c.policy, Scope::MessageAttributes);
  ASSERT_TRUE(compiled);
  EXPECT_EQ(compiled->matches(attribute(c.type, c.value), "{}"), c.matches);
}

INSTANTIATE_TEST_SUITE_P(
    All, AttributeFilterTest,
    testing::Values(
        AttributeCase{"a String", R"({"a":["x"]})", "String", "x", true},
        AttributeCase{"a String with a label", R"({"a":["x"]})", "String.label", "x", true},
        AttributeCase{"a String is no number", R"({"a":[1]})", "String", "1", false},
        AttributeCase{"a Number", R"({"a":[1]})", "Number", "1.0", true},
        AttributeCase{"a Number is no text", R"({"a":["1"]})", "Number", "1", false},
        AttributeCase{"a Number in a range", R"({"a":[{"numeric":[">",1]}]})", "Number", "+2",
                      true},
        AttributeCase{"a Number has no prefix", R"({"a":[{"prefix":"1"}]})", "Number", "12", false},
        AttributeCase{"a Number outside a list", R"({"a":[{"anything-but":[1]}]})", "Number", "2",
                      true},
        AttributeCase{"Binary is ignored", R"({"a":["x"]})", "Binary", "x", false},
        AttributeCase{"Binary does not exist", R"({"a":[{"exists":false}]})", "Binary", "x", true},
        AttributeCase{"an array's element", R"({"a":["x"]})", "String.Array", R"(["y","x"])", true},
        AttributeCase{"an array's number", R"({"a":[1]})", "String.Array", R"(["y",1])", true},
        AttributeCase{"an array's true", R"({"a":[true]})", "String.Array", R"([true])", true},
        AttributeCase{"an array's null", R"({"a":[null]})", "String.Array", R"([null])", true},
        AttributeCase{"an array that is none", R"({"a":["x"]})", "String.Array", "x", false}));

TEST(AttributeFilterTest, TheBodyDoesNotMatter) {
  const auto compiled = compile(R"({"a":["x"]})", Scope::MessageAttributes);
  EXPECT_FALSE(compiled->matches({}, R"({"a":"x"})"));
}

TEST(BodyFilterTest, AttributesDoNotMatter) {
  const auto compiled = compile(R"({"a":["x"]})", Scope::MessageBody);
  EXPECT_FALSE(compiled->matches(attribute("String", "x"), "{}"));
}

TEST(FilterPolicyTest, NothingIsNoFilter) {
  for (const char* text : {"", "{}", " {} "}) {
    const auto compiled = Policy::compile(text, Scope::MessageBody);
    ASSERT_TRUE(compiled.has_value()) << text;
    EXPECT_EQ(*compiled, nullptr);
  }
}

// A second, and not minutes, is far more than it takes; that it ends at all is the point.
TEST(FilterMatchTest, APolicyAndAMessageMadeForEachOtherEnd) {
  std::string policy = R"({"a":[{"exists":true}],"b":[{"exists":true}],"c":[)";
  for (int i = 0; i < 20; ++i) {
    policy += R"({"wildcard":"*)" + std::string(30, 'a') + "b" + std::to_string(i) + R"(*"},)";
  }
  policy.back() = ']';
  policy += "}";
  std::string numbers;
  for (int i = 0; i < 300; ++i) numbers += std::to_string(i) + ",";
  numbers.pop_back();
  const std::string body = R"({"a":[)" + numbers + R"(],"b":[)" + numbers + R"(],"c":[")" +
                           std::string(100'000, 'a') + R"("]})";
  const auto compiled = Policy::compile(policy, Scope::MessageBody).value();
  EXPECT_FALSE(compiled->matches({}, body));
}

TEST(FilterMatchTest, ValuesOfNestedArraysAgreeOnEveryArrayAroundThem) {
  const auto compiled = Policy::compile(R"({"x":{"a":[1],"b":[2]}})", Scope::MessageBody).value();
  EXPECT_TRUE(compiled->matches({}, R"({"x":[[{"a":1,"b":2}]]})"));
  EXPECT_FALSE(compiled->matches({}, R"({"x":[[{"a":1}],[{"b":2}]]})"));
  EXPECT_FALSE(compiled->matches({}, R"({"x":[[{"a":1},{"b":2}]]})"));
  EXPECT_TRUE(compiled->matches({}, R"({"x":[[{"a":1},{"b":2}],[{"a":1,"b":2}]]})"));
}

TEST(FilterMatchTest, ABodyWithANumberThatNoDoubleHoldsMatchesNoPolicyOnIt) {
  const auto compiled = Policy::compile(R"({"a":[{"exists":true}]})", Scope::MessageBody).value();
  EXPECT_FALSE(compiled->matches({}, R"({"a":1e400})"));
}

}  // namespace
}  // namespace squire::test
