#include "sns/api/arns.hpp"

#include <algorithm>

#include "squire/sns/errors.hpp"

namespace squire::sns {
namespace {

constexpr std::ptrdiff_t kElementsMin = 6;

Result<void> check_elements(const std::string& arn, std::string_view parameter) {
  const auto count = std::count(arn.begin(), arn.end(), ':') + 1;
  if (count >= kElementsMin) return {};
  return errors::invalid_parameter(
      parameter, "An ARN must have at least 6 elements, not " + std::to_string(count));
}

}  // namespace

bool is_elsewhere(const service::Call& call, const ResourceName& name) {
  return call.identity.names_region && name.region != call.identity.region;
}

Result<ResourceName> parse_topic_arn(const service::Call& call, const std::string& arn,
                                     std::string_view parameter) {
  SQUIRE_CHECK(check_elements(arn, parameter));
  auto name = parse_arn("sns", arn);
  if (!name || is_elsewhere(call, *name)) return errors::invalid_parameter(parameter);
  return *std::move(name);
}

Result<std::shared_ptr<engine::Topic>> find_topic(service::Call& call, const std::string& arn,
                                                  std::string_view parameter) {
  SQUIRE_TRY(const auto name, parse_topic_arn(call, arn, parameter));
  return call.broker.topics().topic(name);
}

Result<FoundSubscription> find_subscription(service::Call& call, const std::string& arn) {
  SQUIRE_CHECK(check_elements(arn, "SubscriptionArn"));
  const auto colon = arn.rfind(':');
  const auto name = parse_arn("sns", arn.substr(0, colon));
  const auto id = parse_uuid(arn.substr(colon + 1));
  // A topic's ARN, for instance.
  if (!name || !id) return errors::invalid_parameter("SubscriptionId");
  if (is_elsewhere(call, *name)) return errors::invalid_parameter("SubscriptionArn");
  const auto topic = call.broker.topics().find(*name);
  const auto subscription = topic ? topic->find(*id) : nullptr;
  if (!subscription || subscription->row().state == engine::SubscriptionRow::State::Deleted) {
    return errors::not_found("Subscription");
  }
  return FoundSubscription{topic, subscription};
}

}  // namespace squire::sns
