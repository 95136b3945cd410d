#include "squire/core/lock_rank.hpp"

#ifdef SQUIRE_CHECKS_LOCKS

#include <array>
#include <cstdio>
#include <cstdlib>

namespace squire::lock_order {
namespace {

constexpr std::array kNames = {"Gate",    "MoveTasks", "TopicOrder", "Topics", "Topic",
                               "Broker",  "Queue",     "Replays",    "Outbox", "Registry",
                               "Journal", "Clock",     "Leaf"};
constexpr std::size_t kHeldMax = kNames.size();

// Strictly rising, so the last one is the highest; one is given back in any order.
struct Held {
  std::array<LockRank, kHeldMax> ranks;
  std::size_t count = 0;
};
thread_local Held held;

const char* name(LockRank rank) {
  return kNames[static_cast<std::size_t>(rank)];
}

}  // namespace

void enter(LockRank rank) {
  if (held.count > 0 && rank <= held.ranks[held.count - 1]) {
    std::fprintf(stderr, "lock order: %s is taken under %s\n", name(rank),
                 name(held.ranks[held.count - 1]));
    std::abort();
  }
  held.ranks[held.count++] = rank;
}

void leave(LockRank rank) noexcept {
  std::size_t place = 0;
  while (held.ranks[place] != rank) ++place;
  for (--held.count; place < held.count; ++place) held.ranks[place] = held.ranks[place + 1];
}

}  // namespace squire::lock_order

#endif
