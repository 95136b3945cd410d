#include "sns/api/policy_targets.hpp"

#include "squire/sns/actions.hpp"

namespace squire::sns {
namespace {

using service::Target;

Target to_target(const service::Call& call, const ResourceName& name) {
  return {to_arn("sns", name), name.account, {}, nullptr, call.broker.topics().find(name)};
}

// A subscription belongs to its topic's account as well as to its subscriber's.
std::optional<Target> find_subscription(const service::Call& call, std::string_view arn) {
  const auto colon = arn.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto topic = parse_arn("sns", arn.substr(0, colon));
  const auto id = parse_uuid(arn.substr(colon + 1));
  if (!topic || !id) return std::nullopt;
  auto target = to_target(call, *topic);
  target.arn = arn;
  const auto subscription = target.topic ? target.topic->find(*id) : nullptr;
  if (subscription && subscription->row().owner == call.identity.account) {
    target.account = call.identity.account;
  }
  return target;
}

}  // namespace

Result<std::vector<Target>> policy_targets(const service::Call& call, std::string_view action,
                                           const service::PolicyInputs& inputs) {
  const auto& identity = call.identity;
  std::vector<Target> targets;
  for (const char* member :
       {"TopicArn", "TargetArn", "ResourceArn", "PlatformApplicationArn", "EndpointArn"}) {
    if (const auto name = parse_arn("sns", inputs.find(member))) {
      targets.push_back(to_target(call, *name));
    }
  }
  if (auto target = find_subscription(call, inputs.find("SubscriptionArn"))) {
    targets.push_back(*std::move(target));
  }
  if (targets.empty()) {
    const auto name = action == CreateTopic::name ? inputs.find("Name") : std::string_view("*");
    targets.push_back(to_target(call, {identity.region, identity.account, std::string(name)}));
  }
  return targets;
}

}  // namespace squire::sns
