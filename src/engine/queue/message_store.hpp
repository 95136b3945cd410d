#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>

#include "engine/queue/stored_message.hpp"

namespace squire::engine {

// Owns a queue's messages and finds them by sequence. Sequences only rise, so messages stand in
// pages of neighbours: 8 bytes a message, no rehashing, and a walk goes in order of arrival.
class MessageStore {
 public:
  Message& insert(std::unique_ptr<Message> message) {
    Page& page = pages_[message->sequence / kPageSlots];
    auto& slot = page.slots[message->sequence % kPageSlots];
    slot = std::move(message);
    ++page.used_count;
    return *slot;
  }

  // Null if there is none.
  Message* find(std::uint64_t sequence) const {
    const auto page = pages_.find(sequence / kPageSlots);
    return page == pages_.end() ? nullptr : page->second.slots[sequence % kPageSlots].get();
  }

  std::unique_ptr<Message> remove(std::uint64_t sequence) {
    const auto page = pages_.find(sequence / kPageSlots);
    auto message = std::move(page->second.slots[sequence % kPageSlots]);
    if (--page->second.used_count == 0) pages_.erase(page);
    return message;
  }

  // Calls f(message) in order of arrival until it returns false. f must not change the store.
  template <typename F>
  void walk(F&& f) const {
    walk_from(0, f);
  }

  // As walk(), from that sequence on.
  template <typename F>
  void walk_from(std::uint64_t sequence, F&& f) const {
    std::size_t slot = sequence % kPageSlots;
    for (auto at = pages_.lower_bound(sequence / kPageSlots); at != pages_.end(); ++at, slot = 0) {
      if (at->first != sequence / kPageSlots) slot = 0;
      for (; slot < kPageSlots; ++slot) {
        const auto& message = at->second.slots[slot];
        if (message && !f(*message)) return;
      }
    }
  }

 private:
  static constexpr std::uint64_t kPageSlots = 256;

  struct Page {
    std::array<std::unique_ptr<Message>, kPageSlots> slots;
    std::uint32_t used_count = 0;
  };

  std::map<std::uint64_t, Page> pages_;
};

}  // namespace squire::engine
