#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "squire/core/error.hpp"
#include "squire/core/mutex.hpp"
#include "squire/engine/move_tasks.hpp"
#include "squire/engine/queue.hpp"

namespace squire::engine {

// Owns all queues and move tasks of all accounts and regions.
// Thread-safe. Lock order: MoveTasks → Broker → Queue → { Journal, Clock }; never two queues.
class Broker {
 public:
  // `env` outlives the broker.
  Broker(const Env& env, const Rules& rules);
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  const Env& env() const { return env_; }

  // Reads everything back from the journal; once, before serving.
  void load();

  std::shared_ptr<Queue> find_queue(const ResourceName& name) const;  // null if there is none
  // As find_queue(); QueueDoesNotExist if there is none.
  Result<std::shared_ptr<Queue>> queue(const ResourceName& name) const;

  struct Created {
    std::shared_ptr<Queue> queue;
    bool is_new = false;
    Ticket ticket = 0;
  };
  // The queue of that name, made now if there is none. QueueDeletedRecently within the rules'
  // recreate_delay of a deletion; OverLimit once all queue numbers are used up (MessageKey).
  Result<Created> create_queue(const ResourceName& name, StringMap attributes, StringMap tags);
  Result<Ticket> delete_queue(const ResourceName& name);

  // The account's queues in that region whose names begin with `prefix`, by name.
  std::vector<std::shared_ptr<Queue>> list_queues(std::string_view region, std::string_view account,
                                                  std::string_view prefix) const;
  // The queues whose redrive policy names this one, by name.
  std::vector<std::shared_ptr<Queue>> dead_letter_sources(const ResourceName& name) const;

  // Queue::receive, with the dead-letter moves it brings about.
  Result<Received> receive(Queue& queue, ReceiveOptions options, Queue::Seat* seat);

  MoveTasks& move_tasks() { return *move_tasks_; }

  // Housekeeping, about once a second: retention, deduplication windows.
  void tick();

 private:
  void restore(Record record);
  void move_to_dead_letters(Queue& source, Queue& target, const ReceivedMessage& message);

  const Env env_;
  const Rules rules_;
  std::shared_ptr<MoveTasks> move_tasks_;

  mutable SharedMutex mutex_;
  std::unordered_map<ResourceName, std::shared_ptr<Queue>, ResourceNameHash> queues_
      GUARDED_BY(mutex_);
  std::unordered_map<std::uint32_t, std::shared_ptr<Queue>> queues_by_number_ GUARDED_BY(mutex_);
  // Only while rules_.recreate_delay says so.
  std::unordered_map<ResourceName, TimePoint, ResourceNameHash> deleted_at_ GUARDED_BY(mutex_);
  std::uint32_t last_queue_number_ GUARDED_BY(mutex_) = 0;
};

}  // namespace squire::engine
