#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "squire/core/keyed_hash.hpp"
#include "squire/engine/record.hpp"

namespace squire::engine {

// The deduplication ids a FIFO queue accepted in the last five minutes (Amazon SQS Developer
// Guide, "Exactly-once processing"). Outlives the messages: deleting them does not open the window.
class DeduplicationWindow {
 public:
  static constexpr Milliseconds kLength = std::chrono::minutes(5);

  struct Entry {
    Uuid message_id;
    std::uint64_t sequence;
    TimePoint sent_at;
  };

  // The message first sent with this id, if its window is still open.
  const Entry* find(std::string_view scope, std::string_view id, TimePoint now) const {
    const auto at = entries_.find(key(scope, id));
    return at != entries_.end() && now < at->second.sent_at + kLength ? &at->second : nullptr;
  }

  void add(std::string_view scope, std::string_view id, const Entry& entry) {
    const auto at = entries_.insert_or_assign(key(scope, id), entry).first;
    by_age_.emplace_back(entry.sequence, &at->first);
  }

  // Calls f(scope, id, entry), the oldest first.
  template <typename F>
  void walk(F&& f) const {
    for (const auto& [sequence, key] : by_age_) {
      const auto& entry = entries_.at(*key);
      if (entry.sequence != sequence) continue;
      const std::size_t end = key->find('\0');
      f(key->substr(0, end), key->substr(end + 1), entry);
    }
  }

  // Forgets what is over; the sequence behind the last one forgotten, if any was.
  std::optional<std::uint64_t> expire(TimePoint now) {
    std::optional<std::uint64_t> end;
    while (!by_age_.empty()) {
      const auto& [sequence, key] = by_age_.front();
      const auto at = entries_.find(*key);
      // The same id may have been accepted again since; then a younger entry stands behind it.
      if (at->second.sequence == sequence) {
        if (now < at->second.sent_at + kLength) break;
        end = sequence + 1;
        by_age_.pop_front();
        entries_.erase(at);
      } else {
        end = sequence + 1;
        by_age_.pop_front();
      }
    }
    return end;
  }

 private:
  // Ids hold no NUL.
  static std::string key(std::string_view scope, std::string_view id) {
    std::string key;
    key.reserve(scope.size() + id.size() + 1);
    key.append(scope).append(1, '\0').append(id);
    return key;
  }

  std::unordered_map<std::string, Entry, KeyedHash> entries_;
  std::deque<std::pair<std::uint64_t, const std::string*>> by_age_;
};

}  // namespace squire::engine
