#include "squire/core/json_number.hpp"

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

}  // namespace
}  // namespace squire::test
