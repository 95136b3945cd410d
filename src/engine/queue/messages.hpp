#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "engine/queue/message_store.hpp"
#include "engine/queue/order.hpp"
#include "engine/queue/timer_heap.hpp"

namespace squire::engine {

// All messages of a queue in all their states: delayed → visible → in flight → visible or gone
// (Amazon SQS Developer Guide, "Visibility timeout"). Plain data structure: no lock, no clock, no
// journal. Counters are exact.
class QueueMessages {
 public:
  explicit QueueMessages(bool is_fifo)
      : order_(is_fifo ? make_fifo_order() : make_standard_order()) {}

  // Delayed if visible_at is still to come, else visible.
  Message& add(std::unique_ptr<Message> message, TimePoint now) {
    Message& added = store_.insert(std::move(message));
    added.state = added.visible_at > now ? Message::State::Delayed : Message::State::Visible;
    ++count_of(added.state);
    if (added.sent_at < newest_sent_at_) {
      late_.emplace(added.sent_at, added.sequence);
    } else {
      newest_sent_at_ = added.sent_at;
    }
    order_->add(added);
    if (added.state == Message::State::Delayed) timers_.insert(added);
    return added;
  }

  std::unique_ptr<Message> remove(Message& message) {
    order_->remove(message);
    if (message.state != Message::State::Visible) timers_.remove(message);
    --count_of(message.state);
    return store_.remove(message.sequence);
  }

  // From visible or in flight to in flight until `visible_at`.
  void take(Message& message, TimePoint visible_at) {
    if (message.state != Message::State::Visible) timers_.remove(message);
    message.visible_at = visible_at;
    change(message, Message::State::InFlight);
    timers_.insert(message);
  }

  void make_visible(Message& message, TimePoint now) {
    timers_.remove(message);
    message.visible_at = now;
    change(message, Message::State::Visible);
  }

  // A message that is not in flight is delayed until `visible_at`, or visible if that is over.
  void delay_until(Message& message, TimePoint visible_at, TimePoint now) {
    if (message.state == Message::State::Delayed) timers_.remove(message);
    message.visible_at = visible_at;
    const auto to = visible_at > now ? Message::State::Delayed : Message::State::Visible;
    if (to != message.state) change(message, to);
    if (to == Message::State::Delayed) timers_.insert(message);
  }

  // What was never received is delayed by `delay` since it was sent.
  void delay_unreceived(Seconds delay, TimePoint now) {
    store_.walk([&](Message& message) {
      if (message.receive_count == 0) delay_until(message, message.sent_at + delay, now);
      return true;
    });
  }

  // Makes visible what is due, at most so many of it at a time: a millisecond or so. How many
  // messages that were; next_due_at() says whether there are more.
  static constexpr std::size_t kSettledMax = 2'000;
  std::size_t settle(TimePoint now) {
    std::size_t due_count = 0;
    for (; due_count < kSettledMax && !timers_.empty() && timers_.top_time() <= now; ++due_count) {
      make_visible(timers_.top(), timers_.top_time());
    }
    return due_count;
  }

  // When settle() has something to do next; TimePoint::max() for never.
  TimePoint next_due_at() const { return timers_.empty() ? TimePoint::max() : timers_.top_time(); }

  // Messages sent at `time` or before, at most so many.
  std::vector<Message*> sent_until(TimePoint time, std::size_t count_max) {
    std::vector<Message*> found;
    while (found.size() < count_max && !late_.empty() && late_.begin()->first <= time) {
      if (Message* message = find(late_.begin()->second)) found.push_back(message);
      late_.erase(late_.begin());
    }
    store_.walk([&](Message& message) {
      if (message.sent_at > time || found.size() == count_max) return false;
      found.push_back(&message);
      return true;
    });
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
  }

  // When the oldest message was sent; nothing if there is none.
  std::optional<TimePoint> oldest_sent_at() {
    while (!late_.empty() && !find(late_.begin()->second)) late_.erase(late_.begin());
    std::optional<TimePoint> oldest;
    if (!late_.empty()) oldest = late_.begin()->first;
    store_.walk([&](const Message& message) {
      if (!oldest || message.sent_at < *oldest) oldest = message.sent_at;
      return false;
    });
    return oldest;
  }

  // Calls f(message) in order of arrival, from that sequence on, until it returns false.
  template <typename F>
  void walk_from(std::uint64_t sequence, F&& f) const {
    store_.walk_from(sequence, f);
  }

  Message* next(const Message* last) { return order_->next(last); }
  Message* find(std::uint64_t sequence) const { return store_.find(sequence); }

  std::uint64_t count(Message::State state) const {
    return counts_[static_cast<std::size_t>(state)];
  }

 private:
  std::uint64_t& count_of(Message::State state) { return counts_[static_cast<std::size_t>(state)]; }

  void change(Message& message, Message::State to) {
    --count_of(message.state);
    ++count_of(to);
    order_->change(message, to);
  }

  MessageStore store_;
  TimerHeap timers_;
  std::unique_ptr<Order> order_;
  std::array<std::uint64_t, 3> counts_{};
  // Messages arrive in the order they were sent, but for dead letters older than those before them:
  // these are listed apart. An entry may outlive its message.
  TimePoint newest_sent_at_;
  std::multimap<TimePoint, std::uint64_t> late_;
};

}  // namespace squire::engine
