#include "squire/net/byte_budget.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace squire::net {
namespace {

using Use = ByteBudget::Use;
using Share = ByteBudget::Share;

struct CountingWaiter final : Waiter {
  void notify() override { ++count; }
  int count = 0;
};

class ByteBudgetTest : public testing::Test {
 protected:
  bool take(Share& share, Use use, std::size_t bytes) {
    return share.take(use, bytes, bytes, waiter);
  }

  std::shared_ptr<CountingWaiter> waiter = std::make_shared<CountingWaiter>();
  ByteBudget budget{1000};
};

TEST_F(ByteBudgetTest, RequestsFillHalfOfIt) {
  Share first(budget), second(budget), third(budget);
  EXPECT_TRUE(take(first, Use::Request, 300));
  EXPECT_TRUE(take(second, Use::Request, 200));
  EXPECT_FALSE(take(third, Use::Request, 1));
  EXPECT_TRUE(third.is_waiting());
  EXPECT_EQ(budget.total(), 500u);
  EXPECT_TRUE(budget.is_ample());
}

TEST_F(ByteBudgetTest, OneMayAlwaysGoOn) {
  Share large(budget), other(budget);
  EXPECT_TRUE(take(large, Use::Request, 5000));
  EXPECT_FALSE(budget.is_ample());
  EXPECT_FALSE(take(other, Use::Request, 1));
  Share reply(budget), next(budget);
  EXPECT_TRUE(take(reply, Use::LargeReply, 0)) << "the first of its kind";
  EXPECT_FALSE(take(next, Use::LargeReply, 0));
}

TEST_F(ByteBudgetTest, WhoWaitsGetsWhatIsGivenBack) {
  Share waiting(budget);
  {
    Share first(budget);
    EXPECT_TRUE(take(first, Use::Request, 500));
    EXPECT_FALSE(take(waiting, Use::Request, 400));
    EXPECT_EQ(waiter->count, 0);
  }
  EXPECT_EQ(waiter->count, 1);
  EXPECT_FALSE(waiting.is_waiting());
  EXPECT_EQ(budget.total(), 400u);
}

TEST_F(ByteBudgetTest, ManyAreServedAtOnce) {
  Share holder(budget), second_holder(budget);
  EXPECT_TRUE(take(holder, Use::Request, 300));
  EXPECT_TRUE(take(second_holder, Use::Request, 200));
  Share large(budget), small(budget), middle(budget);
  EXPECT_FALSE(take(large, Use::Request, 400));
  EXPECT_FALSE(take(middle, Use::Request, 200));
  EXPECT_FALSE(take(small, Use::Request, 100));
  holder.release();
  EXPECT_FALSE(small.is_waiting());
  EXPECT_FALSE(middle.is_waiting());
  EXPECT_TRUE(large.is_waiting());
  second_holder.release();
  small.release();
  EXPECT_TRUE(large.is_waiting());
  middle.release();
  EXPECT_FALSE(large.is_waiting());
}

TEST_F(ByteBudgetTest, ARequestThatManyHavePassedIsPassedNoMore) {
  Share holder(budget), large(budget);
  EXPECT_TRUE(take(holder, Use::Request, 300));
  EXPECT_FALSE(take(large, Use::Request, 400));
  for (int i = 0; i < 64; ++i) {
    Share small(budget);
    EXPECT_TRUE(take(small, Use::Request, 100)) << i;
  }
  Share small(budget), smaller(budget);
  EXPECT_FALSE(take(small, Use::Request, 100));
  EXPECT_FALSE(take(smaller, Use::Request, 90));
  holder.release();
  EXPECT_FALSE(large.is_waiting());
  EXPECT_FALSE(smaller.is_waiting()) << "the turn of the small ones comes again";
  EXPECT_TRUE(small.is_waiting());
  large.release();
  EXPECT_FALSE(small.is_waiting());
}

TEST_F(ByteBudgetTest, WhoLeavesTheLineIsNotWaitedFor) {
  Share holder(budget), other(budget);
  EXPECT_TRUE(take(holder, Use::Request, 300));
  {
    Share large(budget);
    EXPECT_FALSE(take(large, Use::Request, 400));
    for (int i = 0; i < 64; ++i) {
      Share small(budget);
      EXPECT_TRUE(take(small, Use::Request, 100));
    }
  }
  EXPECT_TRUE(take(other, Use::Request, 100));
}

TEST_F(ByteBudgetTest, AHigherRankWaitsLonger) {
  Share holder(budget);
  EXPECT_TRUE(take(holder, Use::LargeReply, 800));
  Share slow(budget), quick(budget), later(budget);
  EXPECT_FALSE(slow.take(Use::LargeReply, 700, 5, waiter));
  EXPECT_FALSE(quick.take(Use::LargeReply, 700, 0, waiter));
  EXPECT_FALSE(later.take(Use::LargeReply, 700, 0, waiter));
  holder.release();
  EXPECT_FALSE(quick.is_waiting());
  EXPECT_TRUE(slow.is_waiting() && later.is_waiting());
  quick.release();
  EXPECT_FALSE(later.is_waiting());
  EXPECT_TRUE(slow.is_waiting());
}

TEST_F(ByteBudgetTest, WhoGoesAwayLeavesTheLine) {
  Share holder(budget);
  EXPECT_TRUE(take(holder, Use::Request, 500));
  {
    Share gone(budget);
    EXPECT_FALSE(take(gone, Use::Request, 100));
  }
  holder.release();
  EXPECT_EQ(waiter->count, 0);
  EXPECT_EQ(budget.total(), 0u);
}

TEST_F(ByteBudgetTest, LargeRepliesWaitBeforeSmallOnes) {
  std::vector<std::unique_ptr<Share>> unread;
  for (int i = 0; i < 4; ++i) {
    unread.push_back(std::make_unique<Share>(budget));
    unread.back()->add(Use::LargeReply, 200);
  }
  Share large(budget), small(budget);
  EXPECT_FALSE(take(large, Use::LargeReply, 0));
  EXPECT_TRUE(take(small, Use::Reply, 0));
  unread.push_back(std::make_unique<Share>(budget));
  unread.back()->add(Use::LargeReply, 300);
  Share late(budget);
  EXPECT_FALSE(take(late, Use::Reply, 0)) << "there is more than all of it";
  unread.clear();
  EXPECT_FALSE(large.is_waiting());
  EXPECT_FALSE(late.is_waiting());
  EXPECT_EQ(budget.total(), 0u);
}

TEST_F(ByteBudgetTest, AReplyIsCountedOnceItIsThere) {
  Share reply(budget);
  EXPECT_TRUE(take(reply, Use::LargeReply, 0));
  reply.add(Use::LargeReply, 700);
  EXPECT_EQ(budget.total(), 700u);
  reply.release();
  EXPECT_EQ(budget.total(), 0u);
}

TEST_F(ByteBudgetTest, WhoNoLongerWaitsMayHoldAllTheSame) {
  Share holder(budget), stopped(budget);
  EXPECT_TRUE(take(holder, Use::LargeReply, 900));
  EXPECT_FALSE(take(stopped, Use::LargeReply, 0));
  stopped.add(Use::LargeReply, 100);
  EXPECT_FALSE(stopped.is_waiting());
  EXPECT_EQ(budget.total(), 1000u);
  holder.release();
  EXPECT_EQ(waiter->count, 0);
}

}  // namespace
}  // namespace squire::net
