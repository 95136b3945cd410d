// The order of all locks, in one place: a thread takes a lock only if it holds none of the same
// rank or of one further down. So no two queues, no two topics, and no deadlock. Debug and
// sanitizer builds (SQUIRE_CHECKS_LOCKS) end the process with both names where the order is not
// kept; in others the check costs nothing.
#pragma once

#include <cstdint>

namespace squire {

enum class LockRank : std::uint8_t {
  Gate,  // whoever changes something is inside
  MoveTasks,
  TopicOrder,  // publishes to a FIFO topic, one after the other
  Topics,
  Topic,
  Broker,
  Queue,
  Replays,
  Outbox,
  Registry,
  Journal,  // appends
  Clock,    // alarms
  Leaf,     // under which no other lock is taken
};

namespace lock_order {

#ifdef SQUIRE_CHECKS_LOCKS
// This thread is about to take a lock of that rank, or has given it back.
void enter(LockRank rank);
void leave(LockRank rank) noexcept;
#else
inline void enter(LockRank) {}
inline void leave(LockRank) noexcept {}
#endif

}  // namespace lock_order
}  // namespace squire
