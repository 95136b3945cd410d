#include "squire/core/json_text.hpp"

#include <gtest/gtest.h>

namespace squire::test {
namespace {

TEST(JsonNumberTest, IsWhatRfc8259Says) {
  for (const char* number : {"0", "-0", "10", "1.5", "-1.50", "1e9", "1E+9", "1.5e-9", "0e0"}) {
    EXPECT_EQ(json_number_length(number), std::string_view(number).size()) << number;
  }
  for (const char* other :
       {"", "-", "01", "-01", ".5", "1.", "1e", "1e+", "+1", "NaN", "Infinity"}) {
    EXPECT_EQ(json_number_length(other), 0u) << other;
  }
}

TEST(JsonNumberTest, EndsWhereTheNumberEnds) {
  EXPECT_EQ(json_number_length("12, 3"), 2u);
  EXPECT_EQ(json_number_length("0x10"), 1u);
}

TEST(JsonNumberTest, HasNoValueThatNoDoubleHolds) {
  EXPECT_EQ(json_number_value("1e308"), 1e308);
  EXPECT_EQ(json_number_value("1e400"), std::nullopt);
  EXPECT_EQ(json_number_value("-1e400"), std::nullopt);
  EXPECT_EQ(json_number_value("1e-400"), 0.0);
}

struct Escape {
  JsonEscape kind;
  std::string text;
  std::size_t end;

  friend bool operator==(const Escape&, const Escape&) = default;
};

Escape read(std::string_view behind_backslash) {
  Escape escape{JsonEscape::Unknown, {}, 0};
  escape.kind = read_json_escape(behind_backslash, escape.end, escape.text);
  return escape;
}

TEST(JsonEscapeTest, IsOneCharacter) {
  EXPECT_EQ(read("n\""), (Escape{JsonEscape::Character, "\n", 1}));
  EXPECT_EQ(read("/"), (Escape{JsonEscape::Character, "/", 1}));
  EXPECT_EQ(read("u00e91"), (Escape{JsonEscape::Character, "\xc3\xa9", 5}));
  EXPECT_EQ(read("ud83d\\ude00!"), (Escape{JsonEscape::Character, "\xf0\x9f\x98\x80", 11}));
}

TEST(JsonEscapeTest, OfASurrogateWithoutItsOtherHalfIsToldApart) {
  EXPECT_EQ(read("ud83d!"), (Escape{JsonEscape::LoneSurrogate, "\xed\xa0\xbd", 5}));
  EXPECT_EQ(read("ude00"), (Escape{JsonEscape::LoneSurrogate, "\xed\xb8\x80", 5}));
  // What follows is another character.
  EXPECT_EQ(read("ud83d\\u0041"), (Escape{JsonEscape::LoneSurrogate, "\xed\xa0\xbd", 5}));
}

TEST(JsonEscapeTest, IsNothingElse) {
  for (const char* unknown : {"", "x", "U0041", "0"}) {
    EXPECT_EQ(read(unknown).kind, JsonEscape::Unknown) << unknown;
  }
  for (const char* bad : {"u", "u00", "u00g0", "u-001", "u 001", "ud83d\\u12"}) {
    EXPECT_EQ(read(bad).kind, JsonEscape::BadHex) << bad;
  }
}

}  // namespace
}  // namespace squire::test
