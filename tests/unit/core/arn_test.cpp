#include "squire/core/arn.hpp"

#include <gtest/gtest.h>

#include <unordered_set>

namespace squire::test {
namespace {

const ResourceName kOrders{"us-east-1", "000000000000", "orders"};

TEST(ArnTest, IsWrittenTheWayAwsDoes) {
  EXPECT_EQ(to_arn("sqs", kOrders), "arn:aws:sqs:us-east-1:000000000000:orders");
}

TEST(ArnTest, IsReadBack) {
  EXPECT_EQ(parse_arn("sqs", "arn:aws:sqs:us-east-1:000000000000:orders"), kOrders);
  EXPECT_EQ(parse_arn("sqs", to_arn("sqs", {"eu-west-3", "123456789012", "a-b_c.fifo"})),
            (ResourceName{"eu-west-3", "123456789012", "a-b_c.fifo"}));
}

TEST(ArnTest, AnyPartitionWillDo) {
  EXPECT_TRUE(parse_arn("sqs", "arn:aws-cn:sqs:cn-north-1:000000000000:orders"));
  EXPECT_TRUE(parse_arn("sqs", "arn:aws-us-gov:sqs:us-gov-west-1:000000000000:orders"));
}

TEST(ArnTest, WhatIsNoArnOfTheServiceIsRefused) {
  for (const char* arn : {
           "",
           "orders",
           "arn",
           "arn:aws:sqs:us-east-1:000000000000",
           "arn:aws:sqs:us-east-1:000000000000:",
           "arn:aws:sns:us-east-1:000000000000:orders",
           "arn:aws:SQS:us-east-1:000000000000:orders",
           "urn:aws:sqs:us-east-1:000000000000:orders",
           "arn::sqs:us-east-1:000000000000:orders",
           "arn:aws:sqs::000000000000:orders",
           "arn:aws:sqs:us-east-1::orders",
           "arn:aws:sqs:us-east-1:00000000000:orders",
           "arn:aws:sqs:us-east-1:0000000000000:orders",
           "arn:aws:sqs:us-east-1:00000000000x:orders",
           "arn:aws:sqs:us-east-1:000000000000:orders:more",
           " arn:aws:sqs:us-east-1:000000000000:orders",
       }) {
    EXPECT_EQ(parse_arn("sqs", arn), std::nullopt) << arn;
  }
}

TEST(ArnTest, AnAccountIdIsTwelveDigits) {
  EXPECT_TRUE(is_account_id("000000000000"));
  EXPECT_TRUE(is_account_id("999999999999"));
  for (const char* text : {"", "00000000000", "0000000000000", "00000000000a", "-00000000000",
                           " 00000000000", "00000000000 "}) {
    EXPECT_FALSE(is_account_id(text)) << text;
  }
}

TEST(ArnTest, RegionsOfAwsHaveAForm) {
  for (const char* text :
       {"us-east-1", "ap-southeast-7", "mx-central-1", "us-gov-west-1", "cn-north-1",
        "us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "eusc-de-east-1", "us-east-10"}) {
    EXPECT_TRUE(has_region_form(text)) << text;
  }
  for (const char* text :
       {"", "local", "elasticmq", "us-east", "us--east-1", "-us-east-1", "us-east-1-", "1-east-us",
        "us-east-1-x", "US-EAST-1", "us-1", "us-east-", "us-east-123", "us-east-1.evil",
        "us-e st-1", "s3-website-1", "a-very-long-tail-of-words-1", "x-east-1", "useast-east-1"}) {
    EXPECT_FALSE(has_region_form(text)) << text;
  }
}

TEST(ArnTest, ARegionIsLowerCaseLettersDigitsAndHyphens) {
  for (const char* text : {"us-east-1", "eu-isoe-west-1", "local", "x"}) {
    EXPECT_TRUE(is_region(text)) << text;
  }
  for (const char* text : {"", "US-EAST-1", "us_east_1", "a:b", "a b", "\xff",
                           "a-name-that-is-longer-than-any-region"}) {
    EXPECT_FALSE(is_region(text)) << text;
  }
}

TEST(ArnTest, NamesAreEqualOnlyInAllThreeParts) {
  std::unordered_set<ResourceName, ResourceNameHash> names = {kOrders};
  names.insert({"us-east-2", "000000000000", "orders"});
  names.insert({"us-east-1", "000000000001", "orders"});
  names.insert({"us-east-1", "000000000000", "Orders"});
  names.insert(kOrders);
  EXPECT_EQ(names.size(), 4u);
}

TEST(AccountIdTest, IsANumberAndBack) {
  EXPECT_EQ(to_account_number("000000000042"), 42u);
  EXPECT_EQ(to_account_id(42), "000000000042");
  EXPECT_EQ(to_account_id(999'999'999'999), "999999999999");
}

}  // namespace
}  // namespace squire::test
