#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/queue/stored_message.hpp"

namespace squire::engine {

// The messages that wait for a time (delayed, in flight), the earliest on top. A message knows its
// slot, so it leaves in O(log n) from anywhere; one with the latest time of all enters in O(1).
class TimerHeap {
 public:
  bool empty() const { return slots_.empty(); }
  TimePoint top_time() const { return slots_.front().first; }
  Message& top() const { return *slots_.front().second; }

  void insert(Message& message) {
    slots_.emplace_back(message.visible_at, &message);
    rise(slots_.size() - 1);
  }

  void remove(Message& message) {
    const std::size_t at = message.timer_slot;
    const Slot last = slots_.back();
    slots_.pop_back();
    if (at == slots_.size()) return;
    place(at, last);
    rise(at);
    sink(last.second->timer_slot);
  }

 private:
  using Slot = std::pair<TimePoint, Message*>;
  static constexpr std::size_t kChildren = 4;

  void place(std::size_t at, Slot slot) {
    slots_[at] = slot;
    slot.second->timer_slot = static_cast<std::uint32_t>(at);
  }

  void rise(std::size_t at) {
    const Slot slot = slots_[at];
    while (at > 0 && slot.first < slots_[(at - 1) / kChildren].first) {
      place(at, slots_[(at - 1) / kChildren]);
      at = (at - 1) / kChildren;
    }
    place(at, slot);
  }

  void sink(std::size_t at) {
    const Slot slot = slots_[at];
    for (;;) {
      const std::size_t begin = at * kChildren + 1;
      const std::size_t end = std::min(begin + kChildren, slots_.size());
      std::size_t least = begin;
      for (std::size_t i = begin + 1; i < end; ++i) {
        if (slots_[i].first < slots_[least].first) least = i;
      }
      if (begin >= end || slot.first <= slots_[least].first) break;
      place(at, slots_[least]);
      at = least;
    }
    place(at, slot);
  }

  std::vector<Slot> slots_;
};

}  // namespace squire::engine
