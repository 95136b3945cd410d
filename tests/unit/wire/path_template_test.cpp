#include "squire/wire/path_template.hpp"

#include <gtest/gtest.h>

namespace squire::test {
namespace {

using wire::PathLabels;
using wire::PathTemplate;

TEST(PathTemplateTest, ALabelIsOneSegmentAndAGreedyOneAnyNumber) {
  const PathTemplate plain("/functions/{Name}/versions");
  EXPECT_EQ(plain.match("/functions/f/versions"), (PathLabels{{"Name", "f"}}));
  EXPECT_EQ(plain.match("/functions/f/versions/"), (PathLabels{{"Name", "f"}}));
  EXPECT_FALSE(plain.match("/functions/f/g/versions"));
  EXPECT_FALSE(plain.match("/functions//versions"));
  EXPECT_FALSE(plain.match("/functions/f"));
  const PathTemplate greedy("/{Bucket}/{Key+}/acl");
  EXPECT_EQ(greedy.match("/b/a/b/c/acl"), (PathLabels{{"Bucket", "b"}, {"Key", "a/b/c"}}));
  EXPECT_EQ(greedy.match("/b/k/acl"), (PathLabels{{"Bucket", "b"}, {"Key", "k"}}));
  EXPECT_FALSE(greedy.match("/b/acl"));
}

TEST(PathTemplateTest, LabelsAreDecodedOnceTheyAreTakenApart) {
  const PathTemplate path("/tags/{Arn}");
  EXPECT_EQ(path.match("/tags/a%3Ab%2Fc+d"), (PathLabels{{"Arn", "a:b/c+d"}}));
  EXPECT_FALSE(path.match("/tags/%2"));
  EXPECT_FALSE(path.match("/tags/%ff")) << "is no text";
}

TEST(PathTemplateTest, WhatSaysMoreIsStricter) {
  const PathTemplate literal("/a/b");
  const PathTemplate label("/a/{B}");
  const PathTemplate greedy("/a/{B+}");
  EXPECT_TRUE(literal.is_stricter_than(label));
  EXPECT_TRUE(label.is_stricter_than(greedy));
  EXPECT_FALSE(greedy.is_stricter_than(literal));
  EXPECT_FALSE(label.is_stricter_than(PathTemplate("/c/{D}")));
}

}  // namespace
}  // namespace squire::test
