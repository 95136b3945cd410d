#include "squire/provision/declarations.hpp"

#include <algorithm>

#include "squire/provision/error.hpp"
#include "squire/sns/actions.hpp"
#include "squire/sqs/actions.hpp"
#include "squire/sqs/errors.hpp"

namespace squire::provision {
namespace {

// Its dead-letter queue by either way of saying so; empty: none is said.
std::string redrive_policy_of(const QueueDeclaration& queue, const service::Identity& owner) {
  const auto given = queue.attributes.find("RedrivePolicy");
  if (queue.dead_letter_queue.empty()) {
    return given == queue.attributes.end() ? std::string() : given->second;
  }
  const auto arn = to_arn("sqs", {owner.region, owner.account, queue.dead_letter_queue});
  return R"({"deadLetterTargetArn":")" + arn + R"(","maxReceiveCount":)" +
         std::to_string(queue.max_receive_count) + "}";
}

// All but the dead-letter queue, which may be declared further down.
Result<void> declare(engine::Broker& broker, const service::Identity& owner,
                     const QueueDeclaration& queue) {
  service::Call call(broker, owner, "", nullptr);
  auto attributes = queue.attributes;
  attributes.erase("RedrivePolicy");
  if (queue.name.ends_with(".fifo")) attributes.insert({"FifoQueue", "true"});
  const auto created = sqs::CreateQueue::run(call, {queue.name, attributes, queue.tags, {}});
  if (created.has_error()) {
    if (created.error().code != sqs::errors::kQueueNameExists) return created.error();
    auto changed = attributes;
    changed.erase("FifoQueue");
    SQUIRE_CHECK(sqs::SetQueueAttributes::run(call, {queue.name, std::move(changed)}));
  }
  if (!queue.tags.empty()) SQUIRE_CHECK(sqs::TagQueue::run(call, {queue.name, queue.tags}));
  return {};
}

Result<void> declare_dead_letter_queue(engine::Broker& broker, const service::Identity& owner,
                                       const QueueDeclaration& queue) {
  const auto policy = redrive_policy_of(queue, owner);
  if (policy.empty()) return {};
  service::Call call(broker, owner, "", nullptr);
  SQUIRE_CHECK(sqs::SetQueueAttributes::run(call, {queue.name, {{"RedrivePolicy", policy}}}));
  return {};
}

sns::Tags to_tags(const engine::StringMap& map) {
  sns::Tags tags;
  for (const auto& [key, value] : map) tags.push_back({key, value});
  return tags;
}

// Makes it, or gives the existing one these attributes and tags.
Result<std::string> declare_topic(service::Call& call, const TopicDeclaration& topic) {
  auto attributes = topic.attributes;
  if (topic.name.ends_with(".fifo")) attributes.insert({"FifoTopic", "true"});
  const auto arn = to_arn("sns", {call.identity.region, call.identity.account, topic.name});
  const bool exists = call.broker.topics().find(
                          {call.identity.region, call.identity.account, topic.name}) != nullptr;
  if (!exists) {
    SQUIRE_CHECK(sns::CreateTopic::run(call, {topic.name, attributes, to_tags(topic.tags), {}}));
    return arn;
  }
  attributes.erase("FifoTopic");
  for (const auto& [name, value] : attributes) {
    SQUIRE_CHECK(sns::SetTopicAttributes::run(call, {arn, name, value}));
  }
  if (!topic.tags.empty()) SQUIRE_CHECK(sns::TagResource::run(call, {arn, to_tags(topic.tags)}));
  return arn;
}

Result<void> declare_subscription(service::Call& call, const std::string& topic_arn,
                                  const SubscriptionDeclaration& subscription) {
  std::string endpoint = subscription.endpoint;
  if (subscription.protocol == "sqs" && !endpoint.starts_with("arn:")) {
    endpoint = to_arn("sqs", {call.identity.region, call.identity.account, endpoint});
  }
  const auto topic = call.broker.topics().find(*parse_arn("sns", topic_arn));
  const auto protocol = engine::parse_protocol(subscription.protocol);
  const auto existing = topic && protocol ? topic->find(*protocol, endpoint) : nullptr;
  if (!existing) {
    SQUIRE_CHECK(sns::Subscribe::run(
        call, {topic_arn, subscription.protocol, endpoint, subscription.attributes, true}));
    return {};
  }
  const auto set = [&](const std::string& name, const std::string& value) -> Result<void> {
    const auto& attributes = existing->row().attributes;
    const auto at = attributes.find(name);
    if (at != attributes.end() && at->second == value) return {};
    SQUIRE_CHECK(sns::SetSubscriptionAttributes::run(call, {existing->arn(), name, value}));
    return {};
  };
  // The scope says how the policy is to be read.
  const auto scope = subscription.attributes.find("FilterPolicyScope");
  if (scope != subscription.attributes.end()) SQUIRE_CHECK(set(scope->first, scope->second));
  for (const auto& [name, value] : subscription.attributes) {
    if (name != "FilterPolicyScope") SQUIRE_CHECK(set(name, value));
  }
  return {};
}

}  // namespace

void declare_queues(engine::Broker& broker, const service::Identity& owner,
                    const std::vector<QueueDeclaration>& queues) {
  const auto each = [&](auto&& declare_part) {
    for (const auto& queue : queues) {
      const Result<void> declared = declare_part(broker, owner, queue);
      if (declared.has_error()) {
        throw ProvisionError("queue \"" + queue.name + "\": " + declared.error().message);
      }
    }
  };
  each(declare);
  each(declare_dead_letter_queue);
}

void declare_topics(engine::Broker& broker, const service::Identity& owner,
                    const std::vector<TopicDeclaration>& topics) {
  service::Call call(broker, owner, broker.rules().endpoint, nullptr);
  for (const auto& topic : topics) {
    const auto arn = declare_topic(call, topic);
    if (arn.has_error()) {
      throw ProvisionError("topic \"" + topic.name + "\": " + arn.error().message);
    }
    for (const auto& subscription : topic.subscriptions) {
      const auto declared = declare_subscription(call, *arn, subscription);
      if (declared.has_error()) {
        throw ProvisionError("topic \"" + topic.name + "\", subscription of \"" +
                             subscription.endpoint + "\": " + declared.error().message);
      }
    }
  }
}

}  // namespace squire::provision
