// What was published to a FIFO topic that archives is a log, which the journal keeps. Here it is
// read again.
#pragma once

#include <memory>
#include <optional>
#include <unordered_map>

#include "squire/core/mutex.hpp"
#include "squire/engine/topic/topic.hpp"

namespace squire::engine {

// How far the replay of an archive into a subscription has come.
struct ReplayRow {
  static constexpr RowTraits kRow{.table = "replay", .noun = "replay"};

  enum class Status : std::uint8_t { Pending, InProgress, Completed, Failed };

  Uuid subscription;
  std::uint32_t topic = 0;
  Status status = Status::Pending;
  std::uint64_t next_sequence = 0;

  template <typename Columns, typename Self>
  static void columns(Columns& c, Self& row) {
    c.key("subscription", row.subscription);
    c.owner("topic", row.topic);
    c("status", row.status, Status::Failed);
    c("next_sequence", row.next_sequence);
  }
};

// The part of an archive that a ReplayPolicy asks for.
struct ReplayRange {
  TimePoint from;
  std::optional<TimePoint> until;  // then the subscription gets nothing more
};

// {"PointType":"Timestamp","StartingPoint":"2026-10-01T00:00:00.000Z","EndingPoint":"…"}: nothing
// if the text is no such policy.
std::optional<ReplayRange> parse_replay_policy(std::string_view json);

// The replays of archives into subscriptions (SNS Developer Guide, "Message archiving and replay"):
// each reads a portion of the archive from the disk at a time and sends it to the subscription's
// queue; when it has caught up, live messages follow behind. Driven by the clock's alarms; a replay
// goes on after a restart. Thread-safe. Its mutex is not held while it reads and sends, which only
// one thread does.
class Replays final : public Alarm, public std::enable_shared_from_this<Replays> {
 public:
  // Topics owns this; `broker` owns those.
  explicit Replays(Broker& broker);

  // As the subscription's ReplayPolicy says; replaces a replay that runs.
  Ticket start(std::shared_ptr<Topic> topic, const Subscription& subscription);
  // The subscription has no ReplayPolicy any more: live messages only.
  void stop(Topic& topic, const Uuid& subscription);
  void forget(const Uuid& subscription);

  std::optional<ReplayRow::Status> status(const Uuid& subscription) const;

  void walk(const Journal::Apply& apply) const;
  void drop_all();
  // A row read from the journal at start, after its topic and subscription.
  void restore(const ReplayRow& row);

  void ring() override;

 private:
  struct Replay {
    ReplayRow row;
    std::shared_ptr<Topic> topic;
    std::uint64_t generation = 0;  // tells a replay from the one that took its place
    bool is_reading = false;
    // What was read and is still to be sent, and the archive's end when it was asked for.
    std::optional<Journal::ArchiveRows> rows = std::nullopt;
    std::uint64_t archive_end = 0;
  };

  void read(const Replay& replay, const ReplayRange& range);
  void send(Replay& replay, const Subscription& subscription, const ReplayRange& range);
  void step(Replay replay);
  // Puts the replay back, unless another one took its place.
  bool put(Replay replay);

  Broker& broker_;
  const Env& env_;
  mutable Mutex mutex_{LockRank::Replays};
  std::unordered_map<Uuid, Replay, UuidHash> replays_ GUARDED_BY(mutex_);
  std::uint64_t last_generation_ GUARDED_BY(mutex_) = 0;
};

}  // namespace squire::engine
