#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "squire/wire/json.hpp"
#include "unit/wire/random_sample.hpp"

namespace squire::test {
namespace {

using namespace std::string_literals;
using Json = nlohmann::json;

std::string written(std::string_view text) {
  std::string out;
  wire::write_json_string(out, text);
  return out;
}

TEST(JsonWriteTest, EscapesQuotesBackslashesAndControlCharacters) {
  EXPECT_EQ(written(""), R"("")");
  EXPECT_EQ(written("a\"b\\c/d"), R"("a\"b\\c/d")");
  EXPECT_EQ(written("\n\r\t\b\f"), R"("\n\r\t\u0008\u000c")");
  EXPECT_EQ(written("\0\x1f\x7f"s), "\"\\u0000\\u001f\x7f\"");
  EXPECT_EQ(written("\xe2\x82\xac\xf0\x9f\x98\x80"), "\"\xe2\x82\xac\xf0\x9f\x98\x80\"");
}

TEST(JsonWriteTest, EveryAsciiCharacterIsReadBackByAnotherParser) {
  for (int c = 0; c < 0x80; ++c) {
    const std::string text = "a" + std::string(1, static_cast<char>(c)) + "b";
    EXPECT_EQ(Json::parse(written(text)).get<std::string>(), text) << c;
  }
}

struct Quiet {
  std::string text;
  std::optional<int> number;
  std::vector<std::string> list;
  std::map<std::string, std::string> map;
  bool flag = false;
  std::int64_t big = 0;
  static constexpr auto fields() {
    return std::tuple{field("Text", &Quiet::text), field("Number", &Quiet::number),
                      field("List", &Quiet::list), field("Map", &Quiet::map),
                      field("Flag", &Quiet::flag), field("Big", &Quiet::big)};
  }
};

TEST(JsonWriteTest, EmptyMembersAreLeftOutButForNumbersAndBooleans) {
  EXPECT_EQ(wire::encode_json(Quiet{}), R"({"Flag":false,"Big":0})");
}

TEST(JsonWriteTest, AnOptionalWithADefaultInsideIsWritten) {
  Quiet quiet;
  quiet.number = 0;
  EXPECT_EQ(wire::encode_json(quiet), R"({"Number":0,"Flag":false,"Big":0})");
}

struct Loud {
  std::vector<std::string> list;
  std::map<std::string, std::string> map;
  std::string text;
  static constexpr auto fields() {
    return std::tuple{required("List", &Loud::list), required("Map", &Loud::map),
                      required("Text", &Loud::text)};
  }
};

TEST(JsonWriteTest, RequiredMembersAreWrittenAlsoWhenEmpty) {
  EXPECT_EQ(wire::encode_json(Loud{}), R"({"List":[],"Map":{},"Text":""})");
}

TEST(JsonWriteTest, AnActionWithoutOutputAnswersNothing) {
  EXPECT_EQ(wire::encode_json(wire::NoOutput{}), "");
}

TEST(JsonWriteTest, NamesAreTheOnesOfJsonNotOfQuery) {
  Sample sample;
  sample.flat_list = {"a"};
  sample.points["p"].x = -7;
  const auto json = Json::parse(wire::encode_json(sample));
  EXPECT_EQ(json["FlatList"], Json({"a"}));
  EXPECT_EQ(json["Points"], Json({{"p", {{"X", -7}, {"Data", ""}}}}));
  EXPECT_FALSE(json.contains("Item"));
}

TEST(JsonWriteTest, WhatItWritesItReadsBack) {
  RandomSample random(1);
  for (int round = 0; round < 500; ++round) {
    const Sample sample = random.next();
    const std::string text = wire::encode_json(sample);
    ASSERT_EQ(wire::decode_json<Sample>(text).value(), sample) << "round " << round << ": " << text;
  }
}

TEST(JsonWriteTest, AnotherParserReadsTheSameValues) {
  RandomSample random(2);
  for (int round = 0; round < 500; ++round) {
    const Sample sample = random.next();
    const std::string text = wire::encode_json(sample);
    const auto json = Json::parse(text);
    ASSERT_EQ(json.value("Text", ""), sample.text) << text;
    ASSERT_EQ(json.at("Flag"), sample.flag) << text;
    ASSERT_EQ(json.at("Number"), sample.number) << text;
    ASSERT_EQ(json.at("Big"), sample.big) << text;
    ASSERT_EQ(json.at("Blob"), base64_encode(sample.blob.bytes)) << text;
    ASSERT_EQ(json.value("NestedList", Json::array()), Json(sample.nested_list)) << text;
    ASSERT_EQ(json.value("FlatMap", Json::object()), Json(sample.flat_map)) << text;
    ASSERT_EQ(json.contains("Maybe"), sample.maybe.has_value()) << text;
    ASSERT_EQ(json.value("Path", Json::array()).size(), sample.path.size()) << text;
  }
}

TEST(JsonWriteTest, WhatAnotherWriterWritesIsReadTheSame) {
  RandomSample random(3);
  for (int round = 0; round < 500; ++round) {
    const Sample sample = random.next();
    const auto json = Json::parse(wire::encode_json(sample));
    // Escaped to ASCII, and indented: the same document spelled otherwise.
    const std::string text = json.dump(2, ' ', true);
    ASSERT_EQ(wire::decode_json<Sample>(text).value(), sample) << "round " << round << ": " << text;
  }
}

}  // namespace
}  // namespace squire::test
