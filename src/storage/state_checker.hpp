#pragma once

#include <set>
#include <unordered_map>

#include "squire/engine/topic/subscription.hpp"
#include "squire/storage/state_file.hpp"

namespace squire::storage {

// Refuses rows, in the order of Journal::load(), that the engine could not take: those that no
// squire has written. Throws StorageError.
class StateChecker {
 public:
  void check(const engine::Record& record);
  void check(const engine::ArchivedRow& row);

  const StateCounts& counts() const { return counts_; }

 private:
  struct Queue {
    bool is_fifo = false;
    bool is_visible = false;
    std::uint64_t sequence_limit = 65'536;  // of a queue that has no SequenceRow yet
  };

  void check(const engine::RowPut& put);
  void check(const engine::QueueRow& row);
  void check(const engine::TopicRow& row);
  void check(const engine::MessageRow& row);
  void check(const engine::DeliveryRow& row);
  void check(const engine::DeduplicationRow& row);
  void check(const engine::SubscriptionRow& row);
  void check(const engine::SequenceRow& row);
  template <typename Other>
  void check(const Other&);

  void check_name(std::uint32_t number, const ResourceName& name, std::string_view service);

  StateCounts counts_;
  std::unordered_map<std::uint32_t, Queue> queues_;
  std::unordered_map<std::uint32_t, bool> topics_;  // whether it is a FIFO topic
  std::set<std::string> arns_;
};

}  // namespace squire::storage
