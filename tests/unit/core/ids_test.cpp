#include "squire/core/ids.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

namespace squire::test {
namespace {

TEST(UuidTest, IsWrittenInFiveGroupsOfLowerCaseDigits) {
  Uuid uuid;
  for (int i = 0; i < 16; ++i) uuid.bytes[i] = static_cast<std::uint8_t>(i * 17);
  EXPECT_EQ(to_string(uuid), "00112233-4455-6677-8899-aabbccddeeff");
}

TEST(UuidTest, IsReadBack) {
  RandomIds ids;
  for (int i = 0; i < 100; ++i) {
    const Uuid uuid = ids.next();
    EXPECT_EQ(parse_uuid(to_string(uuid)), uuid);
  }
}

TEST(UuidTest, IsReadInEitherCase) {
  EXPECT_EQ(parse_uuid("00112233-4455-6677-8899-AABBCCDDEEFF"),
            parse_uuid("00112233-4455-6677-8899-aabbccddeeff"));
}

TEST(UuidTest, WhatIsNoUuidIsRefused) {
  for (const char* text : {
           "",
           "00112233-4455-6677-8899-aabbccddeef",
           "00112233-4455-6677-8899-aabbccddeeff0",
           "00112233445566778899aabbccddeeff0000",
           "0011223-34455-6677-8899-aabbccddeeff",
           "00112233-4455-6677-8899-aabbccddeefg",
           "00112233-4455-6677-8899-aabbccddee f",
           "00112233-4455-6677-8899-aabbccddee-f",
           "-0112233-4455-6677-8899-aabbccddeeff",
           "0x112233-4455-6677-8899-aabbccddeeff",
           "00112233_4455_6677_8899_aabbccddeeff",
           "{0112233-4455-6677-8899-aabbccddeef}",
       }) {
    EXPECT_EQ(parse_uuid(text), std::nullopt) << text;
  }
}

TEST(RandomIdsTest, SayThatTheyAreRandom) {
  RandomIds ids;
  for (int i = 0; i < 1000; ++i) {
    const std::string text = to_string(ids.next());
    ASSERT_EQ(text[14], '4') << text;
    ASSERT_NE(std::string("89ab").find(text[19]), std::string::npos) << text;
  }
}

TEST(RandomIdsTest, SecretsAreAsLongAsAskedForAndDiffer) {
  RandomIds ids;
  EXPECT_EQ(ids.secret(0), "");
  EXPECT_EQ(ids.secret(1000).size(), 1000u);
  EXPECT_NE(ids.secret(16), ids.secret(16));
  EXPECT_NE(ids.secret(16), std::string(16, '\0'));
}

TEST(RandomIdsTest, DifferAlsoBetweenThreads) {
  constexpr int kThreads = 4;
  constexpr int kEach = 20'000;
  RandomIds ids;
  std::vector<std::vector<std::string>> drawn(kThreads);
  std::vector<std::thread> threads;
  for (auto& own : drawn) {
    threads.emplace_back([&ids, &own] {
      for (int i = 0; i < kEach; ++i) own.push_back(to_string(ids.next()));
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<std::string> all;
  for (const auto& own : drawn) all.insert(own.begin(), own.end());
  EXPECT_EQ(all.size(), std::size_t{kThreads} * kEach);
}

}  // namespace
}  // namespace squire::test
