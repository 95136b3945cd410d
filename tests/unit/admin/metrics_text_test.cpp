#include "admin/metrics_text.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace squire::admin {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
using Bucket = MetricFamily::Bucket;
using Type = MetricFamily::Type;

std::string number(double value) {
  const auto text = MetricFamily("n", "h", Type::Gauge).add({}, value).text();
  const std::string head = "# HELP n h\n# TYPE n gauge\nn ";
  EXPECT_TRUE(text.starts_with(head) && text.ends_with('\n')) << text;
  return text.substr(head.size(), text.size() - head.size() - 1);
}

TEST(MetricsTextTest, AFamilyIsItsHeadAndALineForEachSample) {
  MetricFamily family("requests_total", "Requests, by code.", Type::Counter);
  family.add({{"code", ""}, {"service", "sqs"}}, 3).add({{"code", "OverLimit"}}, 1);
  EXPECT_EQ(family.text(),
            "# HELP requests_total Requests, by code.\n"
            "# TYPE requests_total counter\n"
            "requests_total{code=\"\",service=\"sqs\"} 3\n"
            "requests_total{code=\"OverLimit\"} 1\n");
}

TEST(MetricsTextTest, AFamilyWithoutSamplesIsItsHead) {
  EXPECT_EQ(MetricFamily("queues", "All queues.", Type::Gauge).text(),
            "# HELP queues All queues.\n# TYPE queues gauge\n");
}

TEST(MetricsTextTest, AHistogramCountsUpFromBucketToBucket) {
  MetricFamily family("seconds", "Time.", Type::Histogram);
  family.add({{"action", "SendMessage"}},
             std::array{Bucket{0.00005, 2}, Bucket{0.25, 0}, Bucket{1, 3}, Bucket{kInfinity, 1}},
             7.75);
  EXPECT_EQ(family.text(),
            "# HELP seconds Time.\n"
            "# TYPE seconds histogram\n"
            "seconds_count{action=\"SendMessage\"} 6\n"
            "seconds_sum{action=\"SendMessage\"} 7.75\n"
            "seconds_bucket{action=\"SendMessage\",le=\"5e-05\"} 2\n"
            "seconds_bucket{action=\"SendMessage\",le=\"0.25\"} 2\n"
            "seconds_bucket{action=\"SendMessage\",le=\"1\"} 5\n"
            "seconds_bucket{action=\"SendMessage\",le=\"+Inf\"} 6\n");
}

TEST(MetricsTextTest, AHistogramWithoutLabelsHasTheBoundAlone) {
  MetricFamily family("records", "Records.", Type::Histogram);
  family.add({}, std::array{Bucket{1, 0}, Bucket{kInfinity, 0}}, 0);
  EXPECT_EQ(family.text(),
            "# HELP records Records.\n"
            "# TYPE records histogram\n"
            "records_count 0\n"
            "records_sum 0\n"
            "records_bucket{le=\"1\"} 0\n"
            "records_bucket{le=\"+Inf\"} 0\n");
}

TEST(MetricsTextTest, ValuesOfLabelsAreEscaped) {
  EXPECT_EQ(Labels({{"a", "b\\c\"d\ne\tf\xc3\xa4"}}).text(), "a=\"b\\\\c\\\"d\\ne\tf\xc3\xa4\"");
}

TEST(MetricsTextTest, LabelsKeepTheirOrderAndTheirOriginal) {
  const Labels labels = {{"b", "1"}};
  EXPECT_EQ(labels.with("a", "2").text(), "b=\"1\",a=\"2\"");
  EXPECT_EQ(labels.text(), "b=\"1\"");
  EXPECT_EQ(Labels().with("a", "2").text(), "a=\"2\"");
}

TEST(MetricsTextTest, NumbersHaveSixteenDigitsAtMost) {
  EXPECT_EQ(number(0), "0");
  EXPECT_EQ(number(-1), "-1");
  EXPECT_EQ(number(0.1), "0.1");
  EXPECT_EQ(number(0.1 + 0.2), "0.3");
  EXPECT_EQ(number(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(number(1732608000.25), "1732608000.25");
  EXPECT_EQ(number(9007199254740992.0), "9007199254740992");
  EXPECT_EQ(number(1.23456789012345678e17), "1.234567890123457e+17");
  EXPECT_EQ(number(0.00001), "1e-05");
}

TEST(MetricsTextTest, WhatIsNoFiniteNumberHasAName) {
  EXPECT_EQ(number(kInfinity), "+Inf");
  EXPECT_EQ(number(-kInfinity), "-Inf");
  EXPECT_EQ(number(std::numeric_limits<double>::quiet_NaN()), "NaN");
}

}  // namespace
}  // namespace squire::admin
