#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "squire/wire/json.hpp"
#include "unit/wire/sample.hpp"

namespace squire::test {
namespace {

Result<Sample> decode(std::string_view body) {
  return wire::decode_json<Sample>(body);
}

std::string error_of(std::string_view body) {
  const auto result = decode(body);
  if (result.has_value()) return "no error";
  EXPECT_EQ(result.error().code, errors::kSerialization);
  return result.error().message;
}

TEST(JsonDecodeTest, FillsEveryKindOfMember) {
  const auto sample = decode(R"({
    "Text": "t", "Maybe": "", "Flag": true, "Number": -5, "Big": 1795408915000, "Blob": "AAEC",
    "FlatList": ["a", "b"], "NestedList": ["c"], "FlatMap": {"k": "v"}, "NestedMap": {"n": ""},
    "EntryMap": {"": "e"}, "Points": {"p": {"Label": "l", "X": 1}},
    "Path": [{}, {"Notes": ["x", "y"]}], "Origin": {"X": 0}})")
                          .value();
  Sample expected;
  expected.text = "t";
  expected.maybe = "";
  expected.flag = true;
  expected.number = -5;
  expected.big = 1'795'408'915'000;
  expected.blob.bytes = std::string("\0\1\2", 3);
  expected.flat_list = {"a", "b"};
  expected.nested_list = {"c"};
  expected.flat_map = {{"k", "v"}};
  expected.nested_map = {{"n", ""}};
  expected.entry_map = {{"", "e"}};
  expected.points["p"].label = "l";
  expected.points["p"].x = 1;
  expected.path.resize(2);
  expected.path[1].notes = {"x", "y"};
  expected.origin.emplace().x = 0;
  EXPECT_EQ(sample, expected);
}

TEST(JsonDecodeTest, AnEmptyBodyIsAnEmptyObject) {
  EXPECT_EQ(decode("").value(), Sample());
  EXPECT_EQ(decode("{}").value(), Sample());
  EXPECT_EQ(error_of("  "), "Unexpected end of the document");
}

TEST(JsonDecodeTest, NullIsAbsent) {
  EXPECT_EQ(decode(R"({"Text":null,"Maybe":null,"Flag":null,"Number":null,"Big":null,"Blob":null,
      "FlatList":null,"FlatMap":null,"Points":null,"Path":null,"Origin":null})")
                .value(),
            Sample());
}

TEST(JsonDecodeTest, NullIsNoItem) {
  EXPECT_EQ(error_of(R"({"FlatList":["a",null,"b"]})"), "NULL_VALUE is no value in a list");
  EXPECT_EQ(error_of(R"({"FlatMap":{"k":null,"l":"v"}})"), "NULL_VALUE is no value in a map");
  EXPECT_EQ(error_of(R"({"Points":{"p":null}})"), "NULL_VALUE is no value in a map");
}

TEST(JsonDecodeTest, TheDocumentItselfMustBeAnObject) {
  EXPECT_EQ(error_of("[]"), "Start of list found where not expected");
  EXPECT_EQ(error_of("\"x\""), "STRING_VALUE cannot be converted to a structure or map");
  EXPECT_EQ(error_of("1"), "NUMBER_VALUE cannot be converted to a structure or map");
  EXPECT_NE(error_of("null"), "no error");
}

TEST(JsonDecodeTest, UnknownMembersAreSkippedWhateverTheyHold) {
  for (const char* value :
       {"null", "true", "false", "1", "-1.5e+3", "\"x\\n\\ud83d\\ude00\"", "[]", "{}",
        R"([1,"a",[null,{"b":[]}],false])", R"({"Text":"inner","c":{"d":[{}]}})"}) {
    const std::string body =
        R"({"Before":)" + std::string(value) + R"(,"Text":"t","text":)" + value + "}";
    const auto sample = decode(body);
    ASSERT_TRUE(sample.has_value()) << body;
    EXPECT_EQ(sample->text, "t") << body;
  }
}

TEST(JsonDecodeTest, UnknownMembersMustBeJsonAllTheSame) {
  for (const char* body : {R"({"X":01})", R"({"X":"\x"})", R"({"X":[1,]})", R"({"X":nul})",
                           R"({"X":})", R"({"X":{"a"}})"}) {
    EXPECT_NE(error_of(body), "no error") << body;
  }
}

TEST(JsonDecodeTest, NamesOfMembersAreCaseSensitive) {
  EXPECT_EQ(decode(R"({"text":"t","TEXT":"t","Text ":"t"})").value(), Sample());
  EXPECT_EQ(decode(R"({"\u0054ext":"t"})").value().text, "t");
}

TEST(JsonDecodeTest, OfAMemberGivenTwiceTheLastCounts) {
  EXPECT_EQ(decode(R"({"Text":"a","Text":"b"})").value().text, "b");
  EXPECT_EQ(decode(R"({"FlatList":["a"],"FlatList":["b"]})").value().flat_list,
            std::vector<std::string>{"b"});
  EXPECT_EQ(decode(R"({"FlatMap":{"a":"1"},"FlatMap":{"b":"2"}})").value().flat_map,
            (std::map<std::string, std::string>{{"b", "2"}}));
  EXPECT_EQ(decode(R"({"FlatMap":{"a":"1","a":"2"}})").value().flat_map.at("a"), "2");
}

TEST(JsonDecodeTest, OfARecordGivenTwiceNothingOfTheFirstRemains) {
  const auto sample = decode(R"({"Points":{"p":{"Label":"old"},"p":{"X":1}}})").value();
  EXPECT_EQ(sample.points.at("p").label, "");
  EXPECT_EQ(decode(R"({"Origin":{"Label":"old"},"Origin":{"X":1}})").value().origin->label, "");
}

TEST(JsonDecodeTest, ValuesOfTheWrongTypeAreNamedTheWayTheServicesDo) {
  EXPECT_EQ(error_of(R"({"Text":1})"), "NUMBER_VALUE cannot be converted to String");
  EXPECT_EQ(error_of(R"({"Text":-1})"), "NUMBER_VALUE cannot be converted to String");
  EXPECT_EQ(error_of(R"({"Text":true})"), "TRUE_VALUE cannot be converted to String");
  EXPECT_EQ(error_of(R"({"Text":false})"), "FALSE_VALUE cannot be converted to String");
  EXPECT_EQ(error_of(R"({"Text":{}})"), "Start of structure or map found where not expected.");
  EXPECT_EQ(error_of(R"({"Text":[]})"), "Start of list found where not expected");
  EXPECT_EQ(error_of(R"({"Number":"1"})"), "STRING_VALUE cannot be converted to Integer");
  EXPECT_EQ(error_of(R"({"Number":true})"), "TRUE_VALUE cannot be converted to Integer");
  EXPECT_EQ(error_of(R"({"Big":"1"})"), "STRING_VALUE cannot be converted to Long");
  EXPECT_EQ(error_of(R"({"Flag":"true"})"), "STRING_VALUE cannot be converted to Boolean");
  EXPECT_EQ(error_of(R"({"Flag":1})"), "NUMBER_VALUE cannot be converted to Boolean");
  EXPECT_EQ(error_of(R"({"FlatList":"a"})"), "STRING_VALUE cannot be converted to a list");
  EXPECT_EQ(error_of(R"({"FlatMap":1})"), "NUMBER_VALUE cannot be converted to a structure or map");
  EXPECT_EQ(error_of(R"({"Path":[1]})"), "NUMBER_VALUE cannot be converted to a structure or map");
  EXPECT_EQ(error_of(R"({"Text":)"), "Unexpected end of the document");
  EXPECT_EQ(error_of(R"({"Text":!})"), "Unexpected character in the document");
}

TEST(JsonDecodeTest, NumbersReachToTheBordersOfTheirType) {
  EXPECT_EQ(decode(R"({"Number":2147483647})").value().number, 2147483647);
  EXPECT_EQ(decode(R"({"Number":-2147483648})").value().number, std::numeric_limits<int>::min());
  EXPECT_EQ(decode(R"({"Big":9223372036854775807})").value().big,
            std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(decode(R"({"Big":-9223372036854775808})").value().big,
            std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(decode(R"({"Number":-0})").value().number, 0);
  for (const char* body :
       {R"({"Number":2147483648})", R"({"Number":-2147483649})", R"({"Number":1.5})",
        R"({"Number":1e400})", R"({"Big":9223372036854775808})", R"({"Big":-9223372036854775809})",
        R"({"Big":1e30})"}) {
    EXPECT_EQ(error_of(body), "NUMBER_VALUE cannot be converted to an integer of the expected size")
        << body;
  }
}

TEST(JsonDecodeTest, BlobsAreBase64) {
  EXPECT_EQ(decode(R"({"Blob":""})").value().blob.bytes, "");
  EXPECT_EQ(decode(R"({"Blob":"\u0041AAA"})").value().blob.bytes, std::string(3, '\0'));
  EXPECT_EQ(error_of(R"({"Blob":"?"})"), "Invalid base64");
  EXPECT_EQ(error_of(R"({"Blob":1})"), "NUMBER_VALUE cannot be converted to String");
}

TEST(JsonDecodeTest, WhatFollowsTheObjectMustBeWhiteSpace) {
  EXPECT_TRUE(decode("{} \r\n\t").has_value());
  EXPECT_EQ(error_of("{}{}"), "Unexpected character after the end of the document");
  EXPECT_EQ(error_of(std::string_view("{}\0 {}", 6)),
            "Unexpected character after the end of the document");
}

}  // namespace
}  // namespace squire::test
