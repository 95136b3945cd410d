#pragma once

#include "squire/engine/record.hpp"
#include "storage/database.hpp"
#include "storage/statements.hpp"

namespace squire::storage {

// RecordWriter's other half: the rows of topics. Everything is written at once, in the transaction
// that RecordWriter has begun.
class TopicWriter {
 public:
  explicit TopicWriter(Database& database);

  void apply(const engine::TopicRow& row);
  void apply(const std::unique_ptr<engine::SubscriptionRow>& row);
  void apply(const engine::ReplayRow& row);
  void apply(const std::unique_ptr<engine::ArchivedRow>& row);
  void apply(const std::unique_ptr<engine::OutboxRow>& row);
  void apply(const engine::RegistryRow& row);
  void apply(const engine::TopicGone& gone);
  void apply(const engine::SubscriptionGone& gone);
  void apply(const engine::ArchiveExpired& expired);
  void apply(const engine::OutboxGone& gone);
  void apply(const engine::RegistryGone& gone);

 private:
  Statement put_topic_;
  Statement put_subscription_;
  Statement put_replay_;
  Statement put_archived_;
  Statement put_outbox_;
  Statement put_registry_;
  Statement remove_topic_;
  Statement remove_sequence_;
  Statement remove_deduplications_;
  Statement remove_replays_of_topic_;
  Statement remove_subscriptions_of_topic_;
  Statement remove_archive_;
  Statement remove_subscription_;
  Statement remove_replay_;
  Statement expire_archive_;
  Statement remove_outbox_;
  Statement remove_registry_;
};

}  // namespace squire::storage
