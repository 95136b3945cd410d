#include "squire/engine/archive/replays.hpp"

#include <nlohmann/json.hpp>
#include <vector>

#include "squire/core/iso_time.hpp"
#include "squire/engine/broker.hpp"

namespace squire::engine {
namespace {

using Status = ReplayRow::Status;

constexpr std::size_t kPortion = 500;  // messages read and sent at a time
constexpr Milliseconds kPause{20};     // at the end of the archive, as long as it is not over
constexpr Milliseconds kPauseWithoutRoom{1000};  // nothing is added to a full disk

bool is_running(Status status) {
  return status == Status::Pending || status == Status::InProgress;
}

std::optional<TimePoint> read_time(const nlohmann::json& policy, const char* name) {
  const auto at = policy.find(name);
  if (at == policy.end() || !at->is_string()) return std::nullopt;
  return parse_iso_time(at->get_ref<const std::string&>());
}

Publication to_publication(const ArchivedRow& row, const std::string& endpoint) {
  Publication publication;
  publication.id = row.message.id;
  publication.published_at = row.message.sent_at;
  publication.sender_account = row.message.sender_account;
  publication.subject = row.subject;
  publication.text = row.message.body;
  publication.details = row.message.details;
  publication.sequence = row.message.key.sequence;
  publication.endpoint = endpoint;
  publication.is_replayed = true;
  return publication;
}

}  // namespace

std::optional<ReplayRange> parse_replay_policy(std::string_view json) {
  const auto policy = nlohmann::json::parse(json, nullptr, false);
  if (!policy.is_object() || policy.value("PointType", nlohmann::json()) != "Timestamp") {
    return std::nullopt;
  }
  const auto from = read_time(policy, "StartingPoint");
  const auto until = read_time(policy, "EndingPoint");
  if (!from || (policy.contains("EndingPoint") && !until)) return std::nullopt;
  return ReplayRange{*from, until};
}

Replays::Replays(Broker& broker) : broker_(broker), env_(broker.env()) {}

Ticket Replays::start(std::shared_ptr<Topic> topic, const Subscription& subscription) {
  const ReplayRow row{subscription.row().id, topic->number(), Status::Pending, 0};
  topic->set_live(row.subscription, false);
  Lock lock(mutex_);
  replays_[row.subscription] = {row, std::move(topic), ++last_generation_};
  env_.clock.ring_at(env_.clock.now(), weak_from_this());
  return env_.journal.append(row);
}

void Replays::stop(Topic& topic, const Uuid& subscription) {
  forget(subscription);
  topic.set_live(subscription, true);
}

void Replays::forget(const Uuid& subscription) {
  Lock lock(mutex_);
  replays_.erase(subscription);
}

std::optional<Status> Replays::status(const Uuid& subscription) const {
  Lock lock(mutex_);
  const auto at = replays_.find(subscription);
  if (at == replays_.end()) return std::nullopt;
  return at->second.row.status;
}

void Replays::restore(const ReplayRow& row) {
  auto topic = broker_.topics().find(row.topic);
  const auto subscription = topic ? topic->find(row.subscription) : nullptr;
  if (!subscription || !subscription->has_replay_policy()) return;
  const auto range = parse_replay_policy(subscription->row().attributes.at("ReplayPolicy"));
  const bool is_live = row.status == Status::Completed && range && !range->until;
  topic->set_live(row.subscription, is_live);
  Lock lock(mutex_);
  replays_[row.subscription] = {row, std::move(topic), ++last_generation_};
  if (is_running(row.status)) env_.clock.ring_at(env_.clock.now(), weak_from_this());
}

void Replays::ring() {
  const Gate::Pass pass(broker_.gate());
  std::vector<Replay> ready;
  {
    Lock lock(mutex_);
    for (auto& [id, replay] : replays_) {
      if (!is_running(replay.row.status) || replay.is_reading) continue;
      ready.push_back(replay);
      replay.rows.reset();
      replay.is_reading = true;  // until it is put back, or has read
    }
  }
  for (auto& replay : ready) step(std::move(replay));
}

void Replays::step(Replay replay) {
  const auto subscription = replay.topic->find(replay.row.subscription);
  if (!subscription) return forget(replay.row.subscription);
  const auto policy = subscription->row().attributes.find("ReplayPolicy");
  const auto range = policy == subscription->row().attributes.end()
                         ? std::nullopt
                         : parse_replay_policy(policy->second);
  if (!range) return forget(replay.row.subscription);
  if (replay.rows && env_.journal.room() != Room::Enough) {
    if (put(std::move(replay)))
      env_.clock.ring_at(env_.clock.now() + kPauseWithoutRoom, weak_from_this());
    return;
  }
  if (replay.rows) {
    const bool is_behind = !replay.rows->empty();
    send(replay, *subscription, *range);
    replay.rows.reset();
    env_.journal.append(replay.row);
    const bool goes_on = is_running(replay.row.status);
    if (!put(std::move(replay)) || !goes_on) return;
    const TimePoint now = env_.clock.now();
    env_.clock.ring_at(is_behind ? now : now + kPause, weak_from_this());
  } else {
    read(replay, *range);
  }
}

void Replays::read(const Replay& replay, const ReplayRange& range) {
  const TimePoint from = std::max(range.from, replay.topic->row().archived_since);
  const ArchiveQuery query{replay.topic->number(), replay.row.next_sequence, from, kPortion};
  auto next = replay;
  next.archive_end = replay.topic->archive_end();
  env_.journal.read_archive(
      query, [weak = weak_from_this(), next = std::move(next)](Journal::ArchiveRows rows) mutable {
        const auto self = weak.lock();
        if (!self) return;
        next.rows = std::move(rows);
        if (self->put(std::move(next))) self->env_.clock.ring_at(self->env_.clock.now(), weak);
      });
}

void Replays::send(Replay& replay, const Subscription& subscription, const ReplayRange& range) {
  replay.row.status = Status::InProgress;
  for (const auto& row : *replay.rows) {
    if (range.until && row.message.sent_at > *range.until) {
      replay.row.status = Status::Completed;
      return;
    }
    replay.topic->publish_again(subscription, to_publication(row, broker_.rules().endpoint),
                                broker_.renderer());
    replay.row.next_sequence = row.message.key.sequence + 1;
  }
  if (!replay.rows->empty()) return;
  replay.row.next_sequence = std::max(replay.row.next_sequence, replay.archive_end);
  const bool is_over =
      range.until ? *range.until <= env_.clock.now()
                  : replay.topic->set_live_at(replay.row.subscription, replay.row.next_sequence);
  if (is_over) replay.row.status = Status::Completed;
}

void Replays::walk(const Journal::Apply& apply) const {
  Lock lock(mutex_);
  for (const auto& [subscription, replay] : replays_) apply(replay.row);
}

void Replays::drop_all() {
  Lock lock(mutex_);
  replays_.clear();
}

bool Replays::put(Replay replay) {
  Lock lock(mutex_);
  const auto at = replays_.find(replay.row.subscription);
  if (at == replays_.end() || at->second.generation != replay.generation) return false;
  replay.is_reading = false;
  at->second = std::move(replay);
  return true;
}

}  // namespace squire::engine
