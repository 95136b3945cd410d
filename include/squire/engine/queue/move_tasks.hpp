#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "squire/core/error.hpp"
#include "squire/core/mutex.hpp"
#include "squire/engine/env.hpp"
#include "squire/engine/store.hpp"

namespace squire::engine {

class Broker;
class Queue;

// A message move task (StartMessageMoveTask).
struct MoveTaskRow {
  static constexpr RowTraits kRow{.table = "move_task", .noun = "move task"};

  enum class Status : std::uint8_t { Running, Completed, Cancelling, Cancelled, Failed };

  Uuid id;
  ResourceName source;
  std::optional<ResourceName> destination;
  std::optional<int> messages_per_second_max;
  Status status = Status::Running;
  std::int64_t moved_count = 0;
  std::int64_t to_move_count = 0;
  std::string failure_reason;
  TimePoint started_at;

  template <typename Columns, typename Self>
  static void columns(Columns& c, Self& row) {
    c.key("id", row.id);
    c.arn("source", "sqs", row.source);
    c.arn("destination", "sqs", row.destination);
    c("messages_per_second_max", row.messages_per_second_max);
    c("status", row.status, Status::Failed);
    c("moved_count", row.moved_count);
    c("to_move_count", row.to_move_count);
    c("failure_reason", row.failure_reason);
    c("started_at", row.started_at);
  }
};

// The message move tasks: each takes messages out of a dead-letter queue and puts them, as new
// messages, into its destination or the queue they came from (SQS API Reference,
// StartMessageMoveTask).
// Driven by the clock's alarms, a bounded number of messages at a time; a running task goes on
// after a restart. Thread-safe; its mutex is held for one step of messages.
class MoveTasks final : public StoreOf<MoveTasks, MoveTaskRow>,
                        public Alarm,
                        public std::enable_shared_from_this<MoveTasks> {
 public:
  // `broker` owns this.
  explicit MoveTasks(Broker& broker);

  struct Started {
    Uuid id;
    Ticket ticket = 0;
  };
  // Nothing if a task of that source is still active. The arguments were checked.
  std::optional<Started> start(const ResourceName& source, std::optional<ResourceName> destination,
                               std::optional<int> messages_per_second_max);

  struct Cancelled {
    std::int64_t moved_count = 0;
    Ticket ticket = 0;
  };
  // ResourceNotFound for an unknown id, UnsupportedOperation for a task that is over.
  Result<Cancelled> cancel(const Uuid& id);

  // The newest first.
  std::vector<MoveTaskRow> list(const ResourceName& source, std::size_t count_max) const;

  using Store::restore;
  void restore(MoveTaskRow&& row);
  // Running tasks go on.
  void begin_life() override;
  void walk(const Journal::Apply& apply) const override;
  // Running ones included.
  std::size_t clear(std::string_view account) override;
  void drop_all() override;

  void ring() override;

 private:
  struct Task {
    MoveTaskRow row;
    TimePoint resumed_at;  // since when the rate is counted
    std::int64_t moved_since_resume = 0;
  };

  void step(Task& task, TimePoint now) REQUIRES(mutex_);
  bool move_one(Task& task, Queue& source) REQUIRES(mutex_);
  Ticket end(Task& task, MoveTaskRow::Status status, std::string failure = {}) REQUIRES(mutex_);
  void forget_old(const ResourceName& source) REQUIRES(mutex_);

  Broker& broker_;
  const Env& env_;
  mutable Mutex mutex_{LockRank::MoveTasks};
  std::deque<Task> tasks_ GUARDED_BY(mutex_);  // the oldest first
};

}  // namespace squire::engine
