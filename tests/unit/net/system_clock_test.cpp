#include "squire/net/system_clock.hpp"

#include <gtest/gtest.h>

#include <atomic>

namespace squire::net {
namespace {

struct Ring final : Alarm {
  void ring() override { ++count; }
  int count = 0;
};

// What the wall clock is ahead of the steady one by: how long the machine slept.
std::atomic<Milliseconds> slept;

TimePoint wall_time() {
  return WallClock().now() + slept.load();
}

class SystemClockTest : public testing::Test {
 protected:
  ~SystemClockTest() override { slept = Milliseconds(0); }

  boost::asio::io_context context_;
  SystemClock clock_{context_, &wall_time};
};

TEST_F(SystemClockTest, FollowsTheWallClockAfterASleep) {
  const auto before = clock_.now();
  EXPECT_FALSE(clock_.follow());
  slept = std::chrono::hours(8);
  EXPECT_TRUE(clock_.follow());
  EXPECT_FALSE(clock_.follow()) << "once is enough";
  EXPECT_GE(clock_.now(), before + std::chrono::hours(8));
  EXPECT_LT(clock_.now(), before + std::chrono::hours(9));
}

TEST_F(SystemClockTest, FollowsBesidesWhatATestMoved) {
  clock_.advance(std::chrono::hours(100));
  EXPECT_FALSE(clock_.follow());
  slept = std::chrono::hours(1);
  EXPECT_TRUE(clock_.follow());
  EXPECT_GE(clock_.now(), WallClock().now() + std::chrono::hours(101) - Seconds(1));
}

TEST_F(SystemClockTest, NeverGoesBack) {
  const auto before = clock_.now();
  slept = -std::chrono::hours(1);
  EXPECT_FALSE(clock_.follow());
  EXPECT_GE(clock_.now(), before);
}

TEST_F(SystemClockTest, RingsAfterASleepWhatBecameDueInIt) {
  const auto alarm = std::make_shared<Ring>();
  clock_.ring_at(clock_.now() + std::chrono::hours(1), alarm);
  context_.run_for(std::chrono::milliseconds(20));
  EXPECT_EQ(alarm->count, 0);
  slept = std::chrono::hours(2);
  clock_.follow();
  context_.restart();
  context_.run_for(std::chrono::milliseconds(50));
  EXPECT_EQ(alarm->count, 1);
}

}  // namespace
}  // namespace squire::net
