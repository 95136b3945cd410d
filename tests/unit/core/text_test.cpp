#include "squire/core/text.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace squire::test {
namespace {

using namespace std::string_literals;

// A code point as it stands in a message; also surrogates, which JsonReader keeps.
std::string utf8(std::uint32_t code_point) {
  std::string text;
  append_utf8(text, code_point);
  return text;
}

// ---- UTF-8

TEST(Utf8Test, AcceptsTheFirstAndLastCharacterOfEveryLength) {
  for (const std::uint32_t code :
       {0x0u, 0x7fu, 0x80u, 0x7ffu, 0x800u, 0xd7ffu, 0xe000u, 0xffffu, 0x10000u, 0x10ffffu}) {
    EXPECT_TRUE(is_utf8("a" + utf8(code) + "z")) << std::hex << code;
  }
}

TEST(Utf8Test, WritesTheBytesOfTheStandard) {
  EXPECT_EQ(utf8('$'), "$");
  EXPECT_EQ(utf8(0xa3), "\xc2\xa3");
  EXPECT_EQ(utf8(0x20ac), "\xe2\x82\xac");
  EXPECT_EQ(utf8(0x10348), "\xf0\x90\x8d\x88");
}

TEST(Utf8Test, RefusesOverlongForms) {
  for (const char* text : {"\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf",
                           "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf"}) {
    EXPECT_FALSE(is_utf8(text)) << testing::PrintToString(text);
  }
}

TEST(Utf8Test, RefusesSurrogates) {
  for (const std::uint32_t code : {0xd800u, 0xdbffu, 0xdc00u, 0xdfffu}) {
    EXPECT_FALSE(is_utf8(utf8(code))) << std::hex << code;
  }
}

TEST(Utf8Test, RefusesWhatLiesBeyondUnicode) {
  for (const char* text :
       {"\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xfe", "\xff"}) {
    EXPECT_FALSE(is_utf8(text)) << testing::PrintToString(text);
  }
}

TEST(Utf8Test, RefusesCharactersThatAreCutShort) {
  for (const char* text : {"\xc2", "\xe2", "\xe2\x82", "\xf0", "\xf0\x90", "\xf0\x90\x8d"}) {
    EXPECT_FALSE(is_utf8(text)) << testing::PrintToString(text);
    EXPECT_FALSE(is_utf8(text + "a"s)) << testing::PrintToString(text);
  }
}

TEST(Utf8Test, RefusesTailsWithoutALead) {
  EXPECT_FALSE(is_utf8("\x80"));
  EXPECT_FALSE(is_utf8("a\xbf"));
  EXPECT_FALSE(is_utf8("\xc2\xa3\xa3"));
}

TEST(Utf8Test, RefusesATailWhereverItStands) {
  for (std::size_t at = 0; at < 20; ++at) {
    std::string text(20, 'a');
    EXPECT_TRUE(is_utf8(text.substr(0, at)));
    text[at] = '\x80';
    EXPECT_FALSE(is_utf8(text)) << at;
    text[at] = '\x01';
    EXPECT_TRUE(is_utf8(text)) << at;
  }
}

// ---- what a message may hold

TEST(IllegalCharacterTest, IsFoundWhereverItStands) {
  for (std::size_t at = 0; at < 20; ++at) {
    for (const char illegal : {'\0', '\x1f', '\x0b'}) {
      std::string text(20, ' ');
      EXPECT_EQ(first_illegal_character(text), std::nullopt);
      text[at] = illegal;
      EXPECT_EQ(first_illegal_character(text), illegal) << at;
      text[at] = '\n';
      EXPECT_EQ(first_illegal_character(text), std::nullopt) << at;
    }
  }
}

TEST(IllegalCharacterTest, ControlCharactersAreIllegalButForTabAndLineEnds) {
  for (std::uint32_t code = 0; code < 0x20; ++code) {
    const bool is_legal = code == 0x9 || code == 0xa || code == 0xd;
    const auto found = first_illegal_character("a" + std::string(1, static_cast<char>(code)));
    EXPECT_EQ(found, is_legal ? std::nullopt : std::optional(code)) << code;
  }
}

TEST(IllegalCharacterTest, TheBordersOfEveryRangeAreWhereTheReferenceHasThem) {
  for (const std::uint32_t code : {0x20u, 0x7fu, 0x80u, 0xcfffu, 0xd000u, 0xd7ffu, 0xe000u, 0xefffu,
                                   0xf000u, 0xfffdu, 0x10000u, 0x1fffeu, 0x10ffffu}) {
    EXPECT_EQ(first_illegal_character(utf8(code)), std::nullopt) << std::hex << code;
    EXPECT_EQ(first_illegal_character("x" + utf8(code) + "y"), std::nullopt) << std::hex << code;
  }
  for (const std::uint32_t code : {0x1fu, 0xd800u, 0xdbffu, 0xdc00u, 0xdfffu, 0xfffeu, 0xffffu}) {
    EXPECT_EQ(first_illegal_character(utf8(code)), code) << std::hex << code;
    EXPECT_EQ(first_illegal_character("x" + utf8(code) + "y"), code) << std::hex << code;
  }
}

TEST(IllegalCharacterTest, TheFirstOneIsNamed) {
  EXPECT_EQ(first_illegal_character("ok\x02\x01"), 2u);
  EXPECT_EQ(first_illegal_character(utf8(0xffff) + "\x01"), 0xffffu);
  EXPECT_EQ(first_illegal_character(utf8(0xd7ff) + utf8(0xdabc)), 0xdabcu);
  EXPECT_EQ(first_illegal_character(""), std::nullopt);
}

// ---- integers

TEST(ParseBooleanTest, KnowsTwoWordsInAnyCase) {
  for (const char* text : {"true", "True", "TRUE", "tRuE"}) EXPECT_EQ(parse_boolean(text), true);
  for (const char* text : {"false", "False", "FALSE"}) EXPECT_EQ(parse_boolean(text), false);
  for (const char* text : {"", "1", "0", "yes", "true ", "truee", "tru", "t"}) {
    EXPECT_EQ(parse_boolean(text), std::nullopt) << text;
  }
}

TEST(LettersTest, AreThoseOfAnyScript) {
  for (const char* text : {"", "az09AZ", "a_-.", "øßä", "名前", "Ωμέγα", "цена", "٣", "𝒳"}) {
    EXPECT_TRUE(is_made_of_letters_and(text, "_-.")) << text;
  }
  for (const char* text : {" ", "a b", "§", "€", "×", "😀", "a–b", "/", "\x7f", "\x80", "a\xc3"}) {
    EXPECT_FALSE(is_made_of_letters_and(text, "_-.")) << text;
  }
  EXPECT_FALSE(is_made_of_letters_and(utf8(0xd800), ""));
  EXPECT_FALSE(is_made_of_letters_and("a.", "")) << "only what is named";
}

TEST(ParseIntegerTest, ReadsWholeDecimalNumbers) {
  EXPECT_EQ(parse_integer("0"), 0);
  EXPECT_EQ(parse_integer("-1"), -1);
  EXPECT_EQ(parse_integer("007"), 7);
  EXPECT_EQ(parse_integer("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(parse_integer("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
}

TEST(ParseIntegerTest, RefusesEverythingElse) {
  for (const char* text :
       {"", " ", "-", "+1", " 1", "1 ", "1.0", "1e2", "0x10", "1_000", "--1", "a",
        "9223372036854775808", "-9223372036854775809", "99999999999999999999999"}) {
    EXPECT_EQ(parse_integer(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_integer("1\0"s), std::nullopt);
}

}  // namespace
}  // namespace squire::test
