// The engine's own kinds of rows, and the stores that have them.
#include "squire/engine/broker.hpp"
#include "squire/engine/outbox.hpp"
#include "squire/engine/queue/move_tasks.hpp"
#include "squire/engine/registry.hpp"

namespace squire::engine {

const RowKinds& engine_row_kinds() {
  static const RowKinds kKinds = {&kind_of<QueueRow>(),        &kind_of<TopicRow>(),
                                  &kind_of<SequenceRow>(),     &kind_of<MoveTaskRow>(),
                                  &kind_of<SubscriptionRow>(), &kind_of<ReplayRow>(),
                                  &kind_of<OutboxRow>(),       &kind_of<RegistryRow>()};
  return kKinds;
}

void Broker::add_engine_stores() {
  add(std::make_shared<MoveTasks>(*this));
  add(topics_);
  add(std::make_shared<Outbox>(env_, rules_));
  add(std::make_shared<Registry>(env_));
}

}  // namespace squire::engine
