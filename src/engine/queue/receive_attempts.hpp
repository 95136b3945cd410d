#pragma once

#include <deque>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "squire/core/clock.hpp"
#include "squire/core/keyed_hash.hpp"

namespace squire::engine {

// What recent ReceiveRequestAttemptIds of a FIFO queue got, so that a retry gets the same
// (SQS API Reference, ReceiveMessage). In memory only: after a restart a retry is an ordinary
// receive.
class ReceiveAttempts {
 public:
  static constexpr Milliseconds kLength = std::chrono::minutes(5);

  struct Item {
    std::uint64_t sequence;
    std::uint32_t receive_count;
    TimePoint visible_at;
  };
  struct Attempt {
    TimePoint made_at;
    std::vector<Item> items;
  };

  // Null if there is none, or none younger than five minutes.
  Attempt* find(const std::string& id, TimePoint now) {
    while (!by_age_.empty() && by_age_.front().first + kLength <= now) {
      const auto at = attempts_.find(by_age_.front().second);
      if (at != attempts_.end() && at->second.made_at + kLength <= now) attempts_.erase(at);
      by_age_.pop_front();
    }
    const auto at = attempts_.find(id);
    return at == attempts_.end() ? nullptr : &at->second;
  }

  void add(const std::string& id, Attempt attempt) {
    by_age_.emplace_back(attempt.made_at, id);
    attempts_.insert_or_assign(id, std::move(attempt));
  }

  void remove(const std::string& id) { attempts_.erase(id); }

 private:
  std::unordered_map<std::string, Attempt, KeyedHash> attempts_;
  std::deque<std::pair<TimePoint, std::string>> by_age_;
};

}  // namespace squire::engine
