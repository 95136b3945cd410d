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

constexpr auto kNever = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kMebibyte = 1024 * 1024;
constexpr std::size_t kDropStep = 64;   // events, under a shard's mutex
constexpr std::size_t kLookStep = 250;  // likewise

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

std::uint64_t size_in_bytes(const StringMap& map) {
  std::uint64_t size = 0;
  for (const auto& [name, value] : map) size += 96 + name.size() + value.size();
  return size;
}

// With what its filter was compiled to, which is about as large as its text.
std::uint64_t size_in_bytes(const Subscription& subscription) {
  const auto& row = subscription.row();
  return sizeof(Subscription) + row.endpoint.size() + 2 * size_in_bytes(row.attributes);
}

std::uint64_t size_in_bytes(const Subscriptions& audience) {
  std::uint64_t size = sizeof(Subscriptions);
  for (const auto& subscription : audience) {
    size += sizeof(subscription) + size_in_bytes(*subscription);
  }
  return size;
}

std::uint64_t size_in_bytes(const Details& details) {
  std::uint64_t size = sizeof(Details) + details.group_id.size() + details.deduplication_id.size() +
                       details.trace_header.size() + details.dead_letter_source.size();
  for (const auto& [name, attribute] : details.attributes) {
    size += 160 + name.size() + attribute.type.size() + attribute.value.size();
  }
  return size;
}

// What many events share counts where it is larger than it should be.
std::uint64_t excess(std::uint64_t size) {
  constexpr std::uint64_t kShared = 1024;
  return size > kShared ? size : 0;
}

// All but what events share.
std::uint64_t size_in_bytes(const Event& event) {
  std::uint64_t size = sizeof(Event);
  if (event.client) {
    size += excess(event.client->access_key.size() + event.client->address.size());
  }
  if (!event.more) return size;
  size += sizeof(Event::More) + event.more->detail.size();
  if (event.more->text) size += event.more->text->text().size();
  if (event.more->subscription) size += excess(size_in_bytes(*event.more->subscription));
  return size;
}

// Calls f(thing) with what an event has in common with others: those of the same message, or topic.
template <typename F>
void for_each_shared(const Event& event, F&& f) {
  if (event.details) f(*event.details);
  if (event.more && event.more->audience) f(*event.more->audience);
}

void drop_large_audience(Event& event, std::uint64_t bytes_max) {
  const auto* audience = event.more ? event.more->audience.get() : nullptr;
  if (audience == nullptr || audience->size() * sizeof(Subscription) <= bytes_max) return;
  auto more = std::make_shared<Event::More>(*event.more);
  more->audience = nullptr;
  event.more = std::move(more);
}

}  // namespace

std::string_view event_name(Event::Kind kind) {
  return kNames[static_cast<std::size_t>(kind)];
}

// What is looked through, without copies of it.
std::vector<const Event*> History::pointers_to(const std::vector<Entry>& entries) {
  std::vector<const Event*> events;
  events.reserve(entries.size());
  for (const auto& entry : entries) events.push_back(&entry.event);
  return events;
}

std::uint64_t History::Shard::push(Entry entry) {
  std::uint64_t bytes = size_in_bytes(entry.event);
  auto* counts = &users;  // the compiler does not see that the lambda runs under the lock
  for_each_shared(entry.event, [&](const auto& thing) {
    if (++(*counts)[&thing] == 1) bytes += size_in_bytes(thing);
  });
  if (entries.empty()) oldest.store(entry.order, std::memory_order_relaxed);
  entries.push_back(std::move(entry));
  return bytes;
}

std::pair<History::Entry, std::uint64_t> History::Shard::pop() {
  Entry entry = std::move(entries.front());
  entries.pop_front();
  oldest.store(entries.empty() ? kNever : entries.front().order, std::memory_order_relaxed);
  std::uint64_t bytes = size_in_bytes(entry.event);
  auto* counts = &users;
  for_each_shared(entry.event, [&](const auto& thing) {
    const auto at = counts->find(&thing);
    if (--at->second > 0) return;
    counts->erase(at);
    bytes += size_in_bytes(thing);
  });
  return {std::move(entry), bytes};
}

void History::add(Event event) {
  drop_large_audience(event, bytes_max_ / 4);
  Shard& shard = shards_.mine();
  std::uint64_t bytes = 0;
  {
    Lock lock(shard.mutex);
    ++shard.totals[static_cast<std::size_t>(event.kind)];
    if (!is_kept()) return;
    bytes = shard.push({last_order_.fetch_add(1, std::memory_order_relaxed), std::move(event)});
    // Under the mutex, so that whoever drops the event has something to subtract from.
    bytes += bytes_.fetch_add(bytes, std::memory_order_relaxed);
    ++count_;
  }
  if (bytes > bytes_max_) make_room();
}

History::Shard* History::find_oldest() {
  Shard* found = nullptr;
  std::uint64_t oldest = kNever;
  for (auto& shard : shards_) {
    const auto order = shard.value.oldest.load(std::memory_order_relaxed);
    if (order >= oldest) continue;
    oldest = order;
    found = &shard.value;
  }
  return found;
}

// By the portion, so that a large history does not look for the oldest with every event.
void History::make_room() {
  if (is_making_room_.exchange(true)) return;
  const auto portion = bytes_max_ / kMebibyte * (kMebibyte / 32);
  const auto enough = bytes_max_ - portion;
  while (bytes_.load(std::memory_order_relaxed) > enough) {
    std::vector<Entry> dropped;  // freed after the lock
    Shard* shard = find_oldest();
    if (shard == nullptr) break;
    Lock lock(shard->mutex);
    while (!shard->entries.empty() && dropped.size() < kDropStep &&
           bytes_.load(std::memory_order_relaxed) > enough) {
      auto [entry, bytes] = shard->pop();
      bytes_ -= bytes;
      --count_;
      dropped.push_back(std::move(entry));
    }
  }
  is_making_room_ = false;
}

template <typename Wanted>
std::vector<History::Entry> History::copy(Wanted&& wanted) const {
  std::vector<Entry> found;
  for (const auto& each : shards_) {
    const Shard& shard = each.value;
    std::uint64_t from = 0;
    for (bool is_more = true; is_more;) {
      Lock lock(shard.mutex);
      auto at = std::ranges::lower_bound(shard.entries, from, {}, &Entry::order);
      for (std::size_t i = 0; i < kLookStep && at != shard.entries.end(); ++i, ++at) {
        if (wanted(at->event)) found.push_back(*at);
        from = at->order + 1;
      }
      is_more = at != shard.entries.end();
    }
  }
  std::ranges::sort(found, {}, &Entry::order);
  return found;
}

std::vector<Event> History::find(const Uuid& message) const {
  const auto entries = copy([](const Event&) { return true; });
  const auto events = pointers_to(entries);
  Ids ids{message};
  follow(events, ids);
  return select(events, ids);
}

std::vector<Event> History::find_trace(std::string_view trace_header) const {
  const auto entries = copy([](const Event&) { return true; });
  const auto events = pointers_to(entries);
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
  for (auto& entry : copy(
           [&](const Event& event) { return event.kind == kind && ids.contains(event.message); })) {
    found.push_back(std::move(entry.event));
  }
  return found;
}

History::Totals History::totals() const {
  Totals totals{};
  for (const auto& each : shards_) {
    const Shard& shard = each.value;
    Lock lock(shard.mutex);
    for (std::size_t i = 0; i < totals.size(); ++i) totals[i] += shard.totals[i];
  }
  return totals;
}

void History::clear() {
  for (auto& each : shards_) {
    Shard& shard = each.value;
    std::deque<Entry> dropped;  // freed after the lock
    Lock lock(shard.mutex);
    while (!shard.entries.empty()) {
      auto [entry, bytes] = shard.pop();
      bytes_ -= bytes;
      --count_;
      dropped.push_back(std::move(entry));
    }
  }
}

}  // namespace squire::engine
