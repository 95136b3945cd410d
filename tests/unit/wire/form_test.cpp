#include <gtest/gtest.h>

#include <string>

#include "squire/wire/query.hpp"

namespace squire::test {
namespace {

using wire::Form;
using Indexes = std::vector<std::uint64_t>;

Form form_of(std::string_view encoded) {
  Form form;
  EXPECT_TRUE(form.parse(encoded).has_value()) << encoded;
  return form;
}

std::string value_of(const Form& form, std::string_view name) {
  const auto* value = form.find(name);
  return value ? *value : "absent";
}

TEST(FormTest, DecodesNamesAndValues) {
  const auto form = form_of("Action=Send+It&Message%42ody=a%26b%3Dc&Empty=&Bare&=Nameless");
  EXPECT_EQ(value_of(form, "Action"), "Send It");
  EXPECT_EQ(value_of(form, "MessageBody"), "a&b=c");
  EXPECT_EQ(value_of(form, "Empty"), "");
  EXPECT_EQ(value_of(form, "Bare"), "");
  EXPECT_EQ(value_of(form, ""), "Nameless");
  EXPECT_EQ(value_of(form, "Act"), "absent");
  EXPECT_EQ(value_of(form, "Action2"), "absent");
}

TEST(FormTest, EmptyParametersAreNone) {
  const auto form = form_of("&&a=1&&&b=2&");
  EXPECT_EQ(value_of(form, "a"), "1");
  EXPECT_EQ(value_of(form, "b"), "2");
  EXPECT_EQ(value_of(form, ""), "absent");
}

TEST(FormTest, AValueMayHoldEqualsSigns) {
  EXPECT_EQ(value_of(form_of("Handle=AQEB=="), "Handle"), "AQEB==");
}

TEST(FormTest, OfANameGivenTwiceTheFirstCounts) {
  EXPECT_EQ(value_of(form_of("a=1&b=x&a=2"), "a"), "1");
}

TEST(FormTest, TheUrlsParametersAndTheBodysAreOneForm) {
  Form form;
  ASSERT_TRUE(form.parse("Action=ListQueues&a=url"));
  ASSERT_TRUE(form.parse("Version=2012-11-05&a=body"));
  EXPECT_EQ(value_of(form, "Action"), "ListQueues");
  EXPECT_EQ(value_of(form, "Version"), "2012-11-05");
  EXPECT_EQ(value_of(form, "a"), "url");
}

TEST(FormTest, AnAddedParameterIsFoundWhereverItSorts) {
  for (const char* name : {"A", "M", "Z"}) {
    auto form = form_of("B=1&Y=2");
    form.add(name, "new");
    EXPECT_EQ(value_of(form, name), "new");
    EXPECT_EQ(value_of(form, "B"), "1");
    EXPECT_EQ(value_of(form, "Y"), "2");
  }
}

TEST(FormTest, BrokenEscapesAndBytesThatAreNoTextAreMalformed) {
  for (const char* text :
       {"a=%", "a=%4", "a=%zz", "%=a", "a=1&b=%G0", "a=%ff", "%c0%80=1", "a=%ed%a0%80", "a=\xff"}) {
    Form form;
    const auto result = form.parse(text);
    ASSERT_TRUE(result.has_error()) << text;
    EXPECT_EQ(result.error().code, errors::kMalformedInput) << text;
  }
}

TEST(FormTest, TooManyParametersAreRefused) {
  std::string many;
  for (std::size_t i = 0; i < Form::kParametersMax; ++i) many += "a=1&";
  Form form;
  EXPECT_TRUE(form.parse(many).has_value());
  EXPECT_EQ(form.parse("b=1").error().code, errors::kMalformedInput);
  Form other;
  EXPECT_EQ(other.parse(many + "b=1").error().code, errors::kMalformedInput);
}

TEST(FormTest, IndexesAreNumericAndEachOnce) {
  const auto form = form_of("X.10=j&X.2=b&X.2.Name=n&X.2.Value=v&X.1.a.b=c&X=none&XY.3=other");
  EXPECT_EQ(form.indexes("X"), (Indexes{1, 2, 10}));
  EXPECT_EQ(form.indexes("XY"), Indexes{3});
  EXPECT_EQ(form.indexes("Y"), Indexes{});
}

TEST(FormTest, WhatIsNoPositiveNumberIsNoIndex) {
  EXPECT_EQ(form_of("X.0=a&X.-1=b&X.%2B1=c&X.01=d&X.a=e&X.1a=f&X.=g&X..1=h&X. 1=i").indexes("X"),
            Indexes{});
  EXPECT_EQ(form_of("X.99999999999999999999=a").indexes("X"), Indexes{});
  EXPECT_EQ(form_of("X.9223372036854775807=a").indexes("X"), Indexes{9223372036854775807u});
}

TEST(FormTest, BelowANameIsWhatFollowsItsDot) {
  const auto form = form_of("A.1=x&AB=y&C.=z&D-1=w&D.x.y=v");
  EXPECT_TRUE(form.has_below("A"));
  EXPECT_FALSE(form.has_below("AB"));
  EXPECT_FALSE(form.has_below("C"));
  EXPECT_TRUE(form.has_below("D"));
  EXPECT_TRUE(form.has_below("D.x"));
  EXPECT_FALSE(form.has_below("D.x.y"));
}

}  // namespace
}  // namespace squire::test
