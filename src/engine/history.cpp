#include "squire/engine/history.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <unordered_set>

namespace squire::engine {
namespace {

using Kind = Event::Kind;
using Ids = std::unordered_set<Uuid, UuidHash>;

constexpr std::array<std::string_view, static_cast<std::size_t>(Kind::kCount)> kNames = {
    "published",    "sent",  "received",  "visibilityChanged", "deleted", "expired",      "purged",
    "deadLettered", "moved", "delivered", "attemptFailed",     "givenUp", "notDelivered", "caught"};

bool is_set(const Uuid& id) {
  return id != Uuid{};
}

// All ids the message ever had, those of its copies included. `events` are in order, so that what
// came of an id stands behind it; where an id came from stands before.
void follow(const std::vector<const Event*>& events, Ids& ids) {
  for (auto at = events.rbegin(); at != events.rend(); ++at) {
    if ((*at)->kind == Kind::Moved && ids.contains((*at)->message)) ids.insert((*at)->origin);
  }
  for (const auto* event : events) {
    if (is_set(event->origin) && ids.contains(event->origin)) ids.insert(event->message);
  }
}

// Events of these messages, and purges of the queues they were in.
std::vector<Event> select(const std::vector<const Event*>& events, const Ids& ids) {
  std::set<std::string> places;  // where one of them still is
  std::vector<Event> found;
  for (const auto* event : events) {
    if (event->kind == Kind::Purged) {
      if (places.erase(*event->place) > 0) found.push_back(*event);
      continue;
    }
    if (!ids.contains(event->message)) continue;
    found.push_back(*event);
    if (!event->place) continue;
    if (event->kind == Kind::Deleted || event->kind == Kind::Expired) {
      places.erase(*event->place);
    } else if (event->kind != Kind::Published) {
      places.insert(*event->place);
    }
  }
  return found;
}

}  // namespace

std::string_view event_name(Event::Kind kind) {
  return kNames[static_cast<std::size_t>(kind)];
}

std::uint64_t History::size_in_bytes(const Event& event) {
  std::uint64_t size = sizeof(Event);
  if (event.more) size += sizeof(Event::More) + event.more->detail.size();
  if (event.more && event.more->text) size += event.more->text->text.size();
  return size;
}

void History::drop_first() {
  bytes_ -= size_in_bytes(ring_[first_]);
  ring_[first_] = Event();
  first_ = (first_ + 1) % ring_.size();
  --count_;
}

void History::add(Event event) {
  const auto size = size_in_bytes(event);
  Lock lock(mutex_);
  ++totals_[static_cast<std::size_t>(event.kind)];
  while (count_ > 0 && bytes_ + size > bytes_max_) drop_first();
  if (size > bytes_max_) return;
  if (count_ == ring_.size()) {
    // Grows by doubling, the first event at the front again.
    std::rotate(ring_.begin(), ring_.begin() + static_cast<std::ptrdiff_t>(first_), ring_.end());
    first_ = 0;
    ring_.resize(std::max<std::size_t>(64, ring_.size() * 2));
  }
  bytes_ += size;
  ring_[(first_ + count_++) % ring_.size()] = std::move(event);
}

std::vector<const Event*> History::all() const {
  std::vector<const Event*> events;
  events.reserve(count_);
  for (std::size_t i = 0; i < count_; ++i) events.push_back(&ring_[(first_ + i) % ring_.size()]);
  return events;
}

std::vector<Event> History::find(const Uuid& message) const {
  Lock lock(mutex_);
  const auto events = all();
  Ids ids{message};
  follow(events, ids);
  return select(events, ids);
}

std::vector<Event> History::find_trace(std::string_view trace_header) const {
  Lock lock(mutex_);
  const auto events = all();
  Ids ids;
  for (const auto* event : events) {
    if (event->details && event->details->trace_header == trace_header) ids.insert(event->message);
  }
  follow(events, ids);
  return select(events, ids);
}

std::vector<Event> History::find(Event::Kind kind, std::span<const Uuid> messages) const {
  const Ids ids(messages.begin(), messages.end());
  std::vector<Event> found;
  Lock lock(mutex_);
  for (const auto* event : all()) {
    if (event->kind == kind && ids.contains(event->message)) found.push_back(*event);
  }
  return found;
}

History::Totals History::totals() const {
  Lock lock(mutex_);
  return totals_;
}

void History::clear() {
  std::vector<Event> dropped;  // freed after the lock
  Lock lock(mutex_);
  dropped.swap(ring_);
  first_ = count_ = bytes_ = 0;
}

}  // namespace squire::engine
