#include <gtest/gtest.h>

#include "squire/core/mutex.hpp"

namespace squire::test {
namespace {

TEST(LockRankTest, LocksOfRisingRankMayBeTakenTogether) {
  Mutex queue{LockRank::Queue};
  SharedMutex broker{LockRank::Broker};
  ReadLock outer(broker);
  Lock inner(queue);
}

TEST(LockRankTest, ALockMayBeGivenBackBeforeOneThatWasTakenEarlier) {
  Mutex queue{LockRank::Queue};
  Mutex journal{LockRank::Journal};
  queue.lock();
  journal.lock();
  queue.unlock();
  journal.unlock();
  Lock again(queue);
}

#ifdef SQUIRE_CHECKS_LOCKS
TEST(LockRankDeathTest, TwoOfOneRankEndTheProcessWithTheirNames) {
  Mutex one{LockRank::Queue};
  Mutex other{LockRank::Queue};
  EXPECT_DEATH(
      {
        Lock outer(one);
        Lock inner(other);
      },
      "Queue is taken under Queue");
}

TEST(LockRankDeathTest, AnOuterLockUnderAnInnerOneEndsTheProcess) {
  Mutex queue{LockRank::Queue};
  SharedMutex broker{LockRank::Broker};
  EXPECT_DEATH(
      {
        Lock inner(queue);
        ReadLock outer(broker);
      },
      "Broker is taken under Queue");
}
#endif

}  // namespace
}  // namespace squire::test
