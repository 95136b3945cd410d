#include "squire/core/ascii.hpp"

#include <gtest/gtest.h>

namespace squire::test {
namespace {

TEST(AsciiTest, OnlyItsLettersHaveCases) {
  EXPECT_EQ(to_lower("AZ[@az`{09"), "az[@az`{09");
  EXPECT_EQ(to_upper("AZ[@az`{09"), "AZ[@AZ`{09");
  EXPECT_EQ(to_lower("\xc3\x84"), "\xc3\x84");
}

TEST(AsciiTest, WordsAreTheSameInAnyCase) {
  EXPECT_TRUE(equals_ignoring_case("Content-Type", "content-tYPE"));
  EXPECT_TRUE(equals_ignoring_case("", ""));
  EXPECT_FALSE(equals_ignoring_case("a", "ab"));
  EXPECT_FALSE(equals_ignoring_case("[", "{"));
}

TEST(AsciiTest, HexadecimalDigitsHaveAValue) {
  EXPECT_EQ(hex_value('0'), 0);
  EXPECT_EQ(hex_value('a'), 10);
  EXPECT_EQ(hex_value('F'), 15);
  for (const char c : {'g', 'G', '/', ':', '@', '`', '\0'}) EXPECT_EQ(hex_value(c), -1) << c;
}

TEST(CharacterSetTest, HoldsWhatItIsMadeOf) {
  constexpr auto kWord = CharacterSet::letters_and_digits_and("_-");
  EXPECT_TRUE(kWord.contains_all("aZ09_-"));
  EXPECT_TRUE(kWord.contains_all(""));
  for (const char* other : {"a.", "\xc3\xa4", " ", "/", ":", "@", "[", "`", "{"}) {
    EXPECT_FALSE(kWord.contains_all(other)) << other;
  }
  constexpr auto kVisible = CharacterSet::visible_but("#");
  EXPECT_TRUE(kVisible.contains_all("!~aZ"));
  for (const char* other : {"#", " ", "\x7f", "\x80", "\n"}) {
    EXPECT_FALSE(kVisible.contains_all(other)) << other;
  }
  EXPECT_FALSE(kVisible.contains('\0'));
}

}  // namespace
}  // namespace squire::test
