#include "sqs/policy_targets.hpp"

#include "sqs/queue_url.hpp"
#include "sqs/task_handle.hpp"

namespace squire::sqs {
namespace {

using service::Target;

Target to_target(const service::Call& call, const ResourceName& name,
                 std::string_view permission = {}) {
  return {to_arn("sqs", name), name.account, permission, call.broker.find_queue(name)};
}

}  // namespace

Result<std::vector<Target>> policy_targets(const service::Call& call, std::string_view,
                                           const service::PolicyInputs& inputs) {
  const auto& identity = call.identity;
  if (const auto url = inputs.find("QueueUrl"); !url.empty()) {
    SQUIRE_TRY(const auto name, parse_queue_url(call, url));
    return std::vector{to_target(call, name)};
  }
  if (const auto queue = inputs.find("QueueName"); !queue.empty()) {
    const auto owner = inputs.find("QueueOwnerAWSAccountId");
    return std::vector{
        to_target(call, {identity.region, std::string(owner.empty() ? identity.account : owner),
                         std::string(queue)})};
  }
  std::vector<Target> targets;
  if (const auto source = parse_arn("sqs", inputs.find("SourceArn"))) {
    targets.push_back(to_target(call, *source));
  }
  // Another account's task is not there (CancelMessageMoveTask), whatever its queue allows.
  const auto task = decode_handle(inputs.find("TaskHandle"));
  if (task && task->source.account == identity.account) {
    targets.push_back(to_target(call, task->source));
  }
  if (const auto destination = parse_arn("sqs", inputs.find("DestinationArn"))) {
    targets.push_back(to_target(call, *destination, "SendMessage"));
  }
  if (targets.empty()) {
    targets.push_back({to_arn("sqs", {identity.region, identity.account, "*"}), identity.account});
  }
  return targets;
}

}  // namespace squire::sqs
