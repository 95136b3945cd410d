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

}  // namespace
}  // namespace squire::test
