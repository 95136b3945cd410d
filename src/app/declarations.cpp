#include "app/declarations.hpp"

#include <algorithm>

#include "squire/sqs/actions.hpp"

namespace squire::app {
namespace {

engine::StringMap attributes_of(const QueueDeclaration& queue, const Config& config) {
  auto attributes = queue.attributes;
  if (queue.name.ends_with(".fifo")) attributes.insert({"FifoQueue", "true"});
  if (!queue.dead_letter_queue.empty()) {
    const auto arn = to_arn("sqs", {config.region, config.account, queue.dead_letter_queue});
    attributes["RedrivePolicy"] = R"({"deadLetterTargetArn":")" + arn + R"(","maxReceiveCount":)" +
                                  std::to_string(queue.max_receive_count) + "}";
  }
  return attributes;
}

Result<void> declare(engine::Broker& broker, const Config& config, const QueueDeclaration& queue) {
  service::Call call(broker, {config.account, config.region}, "", nullptr);
  const auto attributes = attributes_of(queue, config);
  const auto created = sqs::CreateQueue::run(call, {queue.name, attributes, queue.tags, {}});
  if (created.has_error()) {
    if (created.error().code != Errc::QueueNameExists) return created.error();
    auto changed = attributes;
    changed.erase("FifoQueue");
    SQUIRE_CHECK(sqs::SetQueueAttributes::run(call, {queue.name, std::move(changed)}));
  }
  if (!queue.tags.empty()) SQUIRE_CHECK(sqs::TagQueue::run(call, {queue.name, queue.tags}));
  return {};
}

}  // namespace

void declare_queues(engine::Broker& broker, const Config& config) {
  auto waiting = config.queues;
  while (!waiting.empty()) {
    std::string failure;
    const auto declared = std::erase_if(waiting, [&](const QueueDeclaration& queue) {
      const auto result = declare(broker, config, queue);
      if (result.has_error()) failure = "queue \"" + queue.name + "\": " + result.error().message;
      return result.has_value();
    });
    // As long as any could be made, others may find their dead-letter queues now.
    if (declared == 0) throw ConfigError(failure);
  }
}

}  // namespace squire::app
