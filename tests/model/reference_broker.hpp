#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "squire/core/clock.hpp"

namespace squire::test {

// SQS in its simplest form: lists and loops, no index, no clever state. What the engine is compared
// with. A value: a copy of it is the state at that moment, to go back to after a crash.
struct ReferenceMessage {
  std::string id;
  std::string body;
  std::string group;
  TimePoint sent_at;
  TimePoint visible_at;
  std::uint32_t receive_count = 0;
  std::uint32_t earlier_count = 0;  // of these, in other queues
  std::string handle;               // of the latest receive
  int handle_number = 0;            // they rise, also over crashes
  int arrived_after = 0;  // the number of handles given before; none of those is of this message
  TimePoint received_at = {};  // of the latest receive

  bool is_visible(TimePoint now) const { return visible_at <= now; }
  bool is_in_flight(TimePoint now) const { return !is_visible(now) && receive_count > 0; }
};

struct ReferenceQueue {
  struct Duplicate {
    std::string message_id;
    TimePoint sent_at;
  };

  bool is_fifo = false;
  Seconds delay{0};
  Seconds visibility_timeout{30};
  Seconds retention{345'600};
  std::string dead_letter_queue;  // empty: none
  std::uint32_t receive_count_max = 0;
  std::vector<ReferenceMessage> messages;  // in order of arrival
  std::map<std::string, Duplicate> duplicates;

  void expire(TimePoint now) {
    std::erase_if(messages,
                  [&](const auto& message) { return message.sent_at + retention <= now; });
  }

  ReferenceMessage* find(const std::string& id) {
    const auto at = std::find_if(messages.begin(), messages.end(),
                                 [&](const auto& message) { return message.id == id; });
    return at == messages.end() ? nullptr : &*at;
  }

  void remove(const std::string& id) {
    std::erase_if(messages, [&](const auto& message) { return message.id == id; });
  }

  bool is_dead(const ReferenceMessage& message) const {
    return !dead_letter_queue.empty() &&
           message.receive_count - message.earlier_count >= receive_count_max;
  }

  // The messages a receive may look at now, in an order that keeps each group's.
  std::vector<ReferenceMessage*> eligible(TimePoint now) {
    std::vector<ReferenceMessage*> found;
    for (auto& message : messages) {
      if (!message.is_visible(now)) continue;
      const bool is_blocked =
          is_fifo && std::any_of(messages.begin(), messages.end(), [&](const auto& other) {
            // Another of its group stands before it and is in flight or delayed.
            return other.group == message.group && &other < &message && !other.is_visible(now);
          });
      if (!is_blocked) found.push_back(&message);
    }
    return found;
  }

  struct Counts {
    std::size_t visible = 0, in_flight = 0, delayed = 0;
  };
  Counts counts(TimePoint now) const {
    Counts counts;
    for (const auto& message : messages) {
      if (message.is_visible(now)) {
        ++counts.visible;
      } else if (message.is_in_flight(now)) {
        ++counts.in_flight;
      } else {
        ++counts.delayed;
      }
    }
    return counts;
  }
};

using ReferenceBroker = std::map<std::string, ReferenceQueue>;

}  // namespace squire::test
