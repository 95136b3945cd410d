// What a file says that shall be there: queues, topics and their subscriptions.
#pragma once

#include <string>
#include <vector>

#include "squire/engine/record.hpp"

namespace squire::engine {
class Broker;
}
namespace squire::service {
struct Identity;
}

namespace squire::provision {

// A queue that a file wants to exist.
struct QueueDeclaration {
  std::string name;
  engine::StringMap attributes;
  engine::StringMap tags;
  std::string dead_letter_queue;  // a queue's name, or empty
  int max_receive_count = 0;
};

// A subscription of a declared topic.
struct SubscriptionDeclaration {
  std::string protocol;
  std::string endpoint;  // for "sqs" a queue's name will do
  engine::StringMap attributes;
};

// A topic that a file wants to exist.
struct TopicDeclaration {
  std::string name;
  engine::StringMap attributes;
  engine::StringMap tags;
  std::vector<SubscriptionDeclaration> subscriptions;
};

// Makes the queues exist with these attributes and tags, in whatever order their dead-letter queues
// need; what exists already keeps everything else. They lie in the owner's account and region.
// ProvisionError names the queue that cannot be.
void declare_queues(engine::Broker& broker, const service::Identity& owner,
                    const std::vector<QueueDeclaration>& queues);

// Likewise topics and their subscriptions, once the queues are there.
void declare_topics(engine::Broker& broker, const service::Identity& owner,
                    const std::vector<TopicDeclaration>& topics);

}  // namespace squire::provision
