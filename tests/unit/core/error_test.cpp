#include "squire/core/error.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>

namespace squire::test {
namespace {

TEST(ErrorTest, TheNamedOnesHaveTheTextsOfTheServices) {
  EXPECT_EQ(Error::missing_parameter("QueueUrl"),
            (Error{errors::kMissingParameter, "The request must contain the parameter QueueUrl."}));
  EXPECT_EQ(Error::invalid_parameter("11", "MaxResults", "Too many."),
            (Error{errors::kInvalidParameterValue,
                   "Value 11 for parameter MaxResults is invalid. Reason: Too many."}));
  EXPECT_EQ(Error::invalid_parameter("Anything."),
            (Error{errors::kInvalidParameterValue, "Anything."}));
}

TEST(ErrorTest, AskingAnErrorForItsValueIsABug) {
  const Result<int> result = Error::missing_parameter("Colour");
  EXPECT_THROW(result.value(), std::logic_error);
}

Result<std::unique_ptr<int>> half(int number) {
  if (number % 2 != 0) return Error::invalid_parameter("odd");
  return std::make_unique<int>(number / 2);
}

Result<int> quarter(int number) {
  SQUIRE_TRY(auto first, half(number));
  SQUIRE_TRY(const auto second, half(*first));
  return *second;
}

Result<void> check_even(int number) {
  SQUIRE_CHECK(half(number));
  return {};
}

TEST(ErrorTest, TryHandsTheFirstErrorOnAndMovesValues) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(7).error().message, "odd");
  EXPECT_EQ(quarter(6).error().message, "odd");
}

TEST(ErrorTest, CheckGoesOnOrHandsTheErrorOn) {
  EXPECT_TRUE(check_even(2));
  EXPECT_EQ(check_even(1).error().code, errors::kInvalidParameterValue);
}

}  // namespace
}  // namespace squire::test
