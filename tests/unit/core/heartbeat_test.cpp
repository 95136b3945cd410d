#include "squire/core/heartbeat.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace squire {
namespace {

using testing::Contains;
using testing::Field;
using testing::Not;

auto named(const std::string& name) {
  return Contains(Field(&Pulse::name, name));
}

// Runs f(heart) on a thread of its own, as hearts are used.
template <typename F>
void with_heart(const std::string& name, F&& f) {
  std::thread thread([&] {
    Heart heart(name);
    f(heart);
  });
  thread.join();
}

TEST(HeartbeatTest, AThreadIsKnownAsLongAsItRuns) {
  with_heart("here",
             [](Heart&) { EXPECT_THAT(heartbeats().silent(Milliseconds(0)), named("here")); });
  EXPECT_THAT(heartbeats().silent(Milliseconds(0)), Not(named("here")));
}

TEST(HeartbeatTest, OneThatBeatsIsNotStuck) {
  with_heart("lively", [](Heart& heart) {
    heart.beat("SendMessage", "1234");
    EXPECT_THAT(heartbeats().stuck(), Not(named("lively")));
    EXPECT_LT(heart.silent_for(), kStuckAfter);
  });
}

TEST(HeartbeatTest, SilenceIsTold) {
  with_heart("silent", [](Heart& heart) {
    heart.beat("SendMessage", "1234");
    std::promise<void> never;
    never.get_future().wait_for(Milliseconds(30));
    EXPECT_THAT(heartbeats().silent(Milliseconds(20)), named("silent"));
    heart.beat();
    EXPECT_THAT(heartbeats().silent(Milliseconds(20)), Not(named("silent")));
  });
}

TEST(HeartbeatTest, WhoRestsIsNeverSilent) {
  with_heart("resting", [](Heart& heart) {
    heart.rest("an export");
    std::promise<void> never;
    never.get_future().wait_for(Milliseconds(30));
    EXPECT_THAT(heartbeats().silent(Milliseconds(20)), Not(named("resting")));
    EXPECT_EQ(heart.doing(), "an export");
  });
}

TEST(HeartbeatTest, WhatWasDoneLastIsKept) {
  with_heart("busy", [](Heart& heart) {
    EXPECT_EQ(heart.doing(), "");
    heart.beat("ChangeMessageVisibilityBatch", "2f6aabf6-72c7-4e2e-9cf1-1a1a0f2b7c3d");
    EXPECT_EQ(heart.doing(), "ChangeMessageVisibilityBatch 2f6aabf6-72c7-4e2e-9cf1-1a1a0f2b7c3d");
    heart.beat();
    EXPECT_EQ(heart.doing(), "ChangeMessageVisibilityBatch 2f6aabf6-72c7-4e2e-9cf1-1a1a0f2b7c3d");
    heart.beat("short");
    EXPECT_EQ(heart.doing(), "short");
    heart.beat("GET /\n" + std::string(500, 'x'), std::string(500, 'y'));
    EXPECT_TRUE(heart.doing().starts_with("GET /?xxx")) << heart.doing();
    EXPECT_EQ(heart.doing().size(), 112u);
  });
}

}  // namespace
}  // namespace squire
