#include <gtest/gtest.h>

#include <string>

#include "squire/wire/query.hpp"
#include "unit/wire/sample.hpp"

namespace squire::test {
namespace {

using Strings = std::vector<std::string>;
using StringMap = std::map<std::string, std::string>;

Result<Sample> decode(std::string_view encoded) {
  wire::Form form;
  EXPECT_TRUE(form.parse(encoded).has_value()) << encoded;
  return wire::decode_query<Sample>(form);
}

std::string error_of(std::string_view encoded) {
  const auto result = decode(encoded);
  return result.has_value() ? "no error" : result.error().message;
}

TEST(QueryDecodeTest, NothingGivenIsTheDefault) {
  EXPECT_EQ(decode("").value(), Sample());
}

TEST(QueryDecodeTest, ReadsScalars) {
  const auto sample =
      decode("Text=t&Maybe=&Flag=true&Number=-5&Big=1795408915000&Blob=AAEC").value();
  EXPECT_EQ(sample.text, "t");
  EXPECT_EQ(sample.maybe, "");
  EXPECT_TRUE(sample.flag);
  EXPECT_EQ(sample.number, -5);
  EXPECT_EQ(sample.big, 1'795'408'915'000);
  EXPECT_EQ(sample.blob.bytes, std::string("\0\1\2", 3));
  EXPECT_FALSE(decode("Flag=false").value().flag);
}

TEST(QueryDecodeTest, ScalarsOfTheWrongTypeAreNamedWithTheirValue) {
  EXPECT_EQ(error_of("Number=five"),
            "Value five for parameter Number is invalid. Reason: Must be a valid integer.");
  EXPECT_EQ(error_of("Flag=yes"),
            "Value yes for parameter Flag is invalid. Reason: Must be a valid boolean.");
  EXPECT_EQ(error_of("Blob=%3F"),
            "Value ? for parameter Blob is invalid. Reason: Must be a valid base64.");
  EXPECT_EQ(error_of("Step.2.X=x&Step.1.X=1"),
            "Value x for parameter Step.2.X is invalid. Reason: Must be a valid integer.");
  EXPECT_EQ(decode("Number=five").error().code, errors::kInvalidParameterValue);
}

TEST(QueryDecodeTest, NumbersReachToTheBordersOfTheirType) {
  EXPECT_EQ(decode("Number=2147483647").value().number, 2147483647);
  EXPECT_EQ(decode("Big=-9223372036854775808").value().big,
            std::numeric_limits<std::int64_t>::min());
  for (const char* text : {"Number=2147483648", "Number=-2147483649", "Number=", "Number=1.0",
                           "Number=+1", "Number=1e3", "Big=9223372036854775808"}) {
    EXPECT_TRUE(decode(text).has_error()) << text;
  }
}

TEST(QueryDecodeTest, ListsAreReadInTheOrderOfTheirIndexes) {
  EXPECT_EQ(decode("Item.10=j&Item.2=b&Item.1=a").value().flat_list, (Strings{"a", "b", "j"}));
  EXPECT_EQ(decode("NestedList.member.2=b&NestedList.member.1=a").value().nested_list,
            (Strings{"a", "b"}));
}

TEST(QueryDecodeTest, GapsInTheIndexesAreClosed) {
  EXPECT_EQ(decode("Item.3=a&Item.1000000=b").value().flat_list, (Strings{"a", "b"}));
}

TEST(QueryDecodeTest, AnEmptyListMayBeSentWithoutAnIndex) {
  EXPECT_EQ(decode("Item=&NestedList=&Attribute=&Step=").value(), Sample());
}

TEST(QueryDecodeTest, MapsAreReadInEverySpelling) {
  EXPECT_EQ(decode("Attribute.1.Name=k&Attribute.1.Value=v&Attribute.7.Name=l&Attribute.7.Value=")
                .value()
                .flat_map,
            (StringMap{{"k", "v"}, {"l", ""}}));
  EXPECT_EQ(decode("NestedMap.entry.1.key=k&NestedMap.entry.1.value=v").value().nested_map,
            (StringMap{{"k", "v"}}));
  EXPECT_EQ(decode("EntryMap.entry.1.Name=k&EntryMap.entry.1.Value=v").value().entry_map,
            (StringMap{{"k", "v"}}));
}

TEST(QueryDecodeTest, AMapEntryWithoutAValueHasAnEmptyOne) {
  EXPECT_EQ(decode("Attribute.1.Name=k").value().flat_map, (StringMap{{"k", ""}}));
}

TEST(QueryDecodeTest, AMapEntryWithoutAKeyIsMissingIt) {
  EXPECT_EQ(decode("Attribute.2.Value=v").error(), Error::missing_parameter("Attribute.2.Name"));
  EXPECT_EQ(decode("NestedMap.entry.1.value=v").error(),
            Error::missing_parameter("NestedMap.entry.1.key"));
  EXPECT_EQ(decode("Point.1.Value.X=1").error(), Error::missing_parameter("Point.1.Key"));
}

TEST(QueryDecodeTest, FlatOnesAreAlsoTakenTheNestedWay) {
  EXPECT_EQ(decode("FlatList.member.1=a").value().flat_list, Strings{"a"});
  EXPECT_EQ(decode("FlatMap.entry.1.key=k&FlatMap.entry.1.value=v").value().flat_map,
            (StringMap{{"k", "v"}}));
}

TEST(QueryDecodeTest, AnOnlyItemNeedsNoNumber) {
  const auto sample =
      decode(
          "Item=a&Attribute.Name=k&Attribute.Value=v&Step.Label=s&NestedList.member=n&"
          "NestedMap.entry.key=l&NestedMap.entry.value=w&Point.Key=p&Point.Value.X=1")
          .value();
  EXPECT_EQ(sample.flat_list, Strings{"a"});
  EXPECT_EQ(sample.flat_map, (StringMap{{"k", "v"}}));
  ASSERT_EQ(sample.path.size(), 1u);
  EXPECT_EQ(sample.path[0].label, "s");
  EXPECT_EQ(sample.nested_list, Strings{"n"});
  EXPECT_EQ(sample.nested_map, (StringMap{{"l", "w"}}));
  EXPECT_EQ(sample.points.at("p").x, 1);
  EXPECT_EQ(decode("Item=a&Item.1=b").value().flat_list, Strings{"b"}) << "a numbered one wins";
  EXPECT_EQ(decode("Item.x=a&Attribute.Value=v").value(), Sample()) << "neither is an item";
}

TEST(QueryDecodeTest, FlatOnesMayHaveTheNameOfTheMember) {
  EXPECT_EQ(decode("FlatList.1=a&FlatList.2=b").value().flat_list, (Strings{"a", "b"}));
  EXPECT_EQ(decode("FlatMap.1.Name=k&FlatMap.1.Value=v").value().flat_map, (StringMap{{"k", "v"}}));
}

TEST(QueryDecodeTest, BooleansAreReadInAnyCase) {
  EXPECT_TRUE(decode("Flag=True").value().flag);
  EXPECT_TRUE(decode("Flag=TRUE").value().flag);
}

TEST(QueryDecodeTest, TheProperSpellingWinsOverTheLooseOne) {
  EXPECT_EQ(decode("Item.1=proper&FlatList.member.1=loose").value().flat_list, Strings{"proper"});
}

TEST(QueryDecodeTest, RecordsNestInListsMapsAndOptionals) {
  const auto sample =
      decode(
          "Step.1.Label=a&Step.1.Note.1=x&Step.1.Note.2=y&Step.2.X=3&Point.1.Key=p&"
          "Point.1.Value.Label=l&Point.1.Value.Data=AAEC&Point.1.Value.Note.1=z&Origin.X=0")
          .value();
  ASSERT_EQ(sample.path.size(), 2u);
  EXPECT_EQ(sample.path[0].label, "a");
  EXPECT_EQ(sample.path[0].notes, (Strings{"x", "y"}));
  EXPECT_EQ(sample.path[1].x, 3);
  EXPECT_EQ(sample.points.at("p").label, "l");
  EXPECT_EQ(sample.points.at("p").data.bytes, std::string("\0\1\2", 3));
  EXPECT_EQ(sample.points.at("p").notes, Strings{"z"});
  EXPECT_EQ(sample.origin.value().x, 0);
  EXPECT_FALSE(decode("Origin=x").value().origin.has_value());
}

TEST(QueryDecodeTest, OfAKeyGivenTwiceTheLastCounts) {
  EXPECT_EQ(decode("Attribute.1.Name=k&Attribute.1.Value=a&Attribute.2.Name=k&Attribute.2.Value=b")
                .value()
                .flat_map,
            (StringMap{{"k", "b"}}));
}

TEST(QueryDecodeTest, OfARecordGivenTwiceNothingOfTheFirstRemains) {
  const auto sample =
      decode("Point.1.Key=p&Point.1.Value.Label=old&Point.2.Key=p&Point.2.Value.X=1").value();
  EXPECT_EQ(sample.points.at("p").label, "");
}

TEST(QueryDecodeTest, UnknownParametersAreSkipped) {
  EXPECT_EQ(decode("Action=X&Version=Y&Step.x=1&Origin2.X=1&text=z&Items.1=q").value(), Sample());
}

TEST(QueryDecodeTest, WhatTheUrlSuppliedIsReadLikeAnyOther) {
  wire::Form form;
  ASSERT_TRUE(form.parse("Name.1=n&Tag.1.Key=k&Tag.1.Value=v"));
  form.add("Url", "/000000000000/q");
  EXPECT_EQ(wire::decode_query<Demanding>(form).value(),
            (Demanding{"/000000000000/q", {"n"}, {{"k", "v"}}, {}}));
}

}  // namespace
}  // namespace squire::test
