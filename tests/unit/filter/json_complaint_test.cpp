#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "squire/filter/policy.hpp"

namespace squire::test {
namespace {

std::string complaint(std::string_view json) {
  return filter::json_complaint(json).value_or("none");
}

std::string place(int column) {
  return "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: "
         "1, "
         "column: " +
         std::to_string(column) + "]";
}

TEST(JsonComplaintTest, NobodyComplainsOfJson) {
  for (const char* json : {"{}", R"({"a":["\u00e9\ud83d\ude00\n"]})", "[1,true,null]", R"("a")"}) {
    EXPECT_EQ(complaint(json), "none") << json;
  }
}

// Jackson's words and places (?): read in its source, not recorded from AWS.
TEST(JsonComplaintTest, SaysWhatIsWrongInAString) {
  const std::pair<std::string, std::string> cases[] = {
      {R"(["a\x"])", "Unrecognized character escape 'x' (code 120)" + place(6)},
      {R"(["\u00zz"])",
       "Unexpected character ('z' (code 122)): expected a hex-digit for character escape sequence" +
           place(7)},
      {R"(["a\)", "Unexpected end-of-input in character escape sequence" + place(5)},
      {R"(["\u00)", "Unexpected end-of-input in character escape sequence" + place(7)},
      {"[\"a\nb\"]",
       "Illegal unquoted character ((CTRL-CHAR, code 10)): has to be escaped using backslash to be "
       "included in string value" +
           place(5)},
      {R"(["a)",
       "Unexpected end-of-input: was expecting closing quote for a string value" + place(4)}};
  for (const auto& [json, text] : cases) {
    EXPECT_EQ(complaint(json), "failed to parse JSON. " + text) << json;
  }
}

TEST(JsonComplaintTest, HalfASurrogatePairIsNoCharacter) {
  for (const char* json : {R"("\ud83d")", R"("\ude00")", R"("\ud83d\u0041")"}) {
    EXPECT_NE(complaint(json), "none") << json;
  }
}

}  // namespace
}  // namespace squire::test
