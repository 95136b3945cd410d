#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "sns/api/arns.hpp"
#include "sns/api/topic_attributes.hpp"
#include "squire/service/policy_document.hpp"
#include "squire/sns/actions.hpp"
#include "squire/sns/errors.hpp"

namespace squire::sns {
namespace {

constexpr std::array<std::string_view, 11> kSharedActions = {"*",
                                                             "AddPermission",
                                                             "DeleteTopic",
                                                             "GetDataProtectionPolicy",
                                                             "GetTopicAttributes",
                                                             "ListSubscriptionsByTopic",
                                                             "Publish",
                                                             "PutDataProtectionPolicy",
                                                             "RemovePermission",
                                                             "SetTopicAttributes",
                                                             "Subscribe"};

Result<void> check(const AddPermission::Request& request) {
  if (request.label.empty()) return errors::invalid_parameter("Label");
  for (const auto& id : request.aws_account_ids) {
    if (!is_account_id(id)) return errors::invalid_parameter("AWSAccountId");
  }
  for (const auto& action : request.action_names) {
    if (std::find(kSharedActions.begin(), kSharedActions.end(), action) == kSharedActions.end()) {
      return errors::invalid_parameter("Policy statement action out of service scope!");
    }
  }
  return {};
}

// Replaces the topic's policy by edit(policy).
template <typename Edit>
Result<NoOutput> edit_policy(Call& call, engine::Topic& topic, Edit&& edit) {
  SQUIRE_TRY(const auto ticket, topic.edit([&](engine::TopicRow& row) -> Result<void> {
    const auto at = row.attributes.find("Policy");
    const auto text = at == row.attributes.end() ? default_policy(row.name) : at->second;
    SQUIRE_TRY(auto policy, edit(service::parse_document(text, kPolicyBytesMax)));
    SQUIRE_CHECK(check_topic_attribute("Policy", policy, topic.is_fifo(), AttributeUse::Set));
    row.attributes.insert_or_assign("Policy", std::move(policy));
    return {};
  }));
  call.wait_for(ticket);
  return NoOutput{};
}

}  // namespace

Result<NoOutput> AddPermission::run(Call& call, Request request) {
  SQUIRE_TRY(const auto name, parse_topic_arn(call, request.topic_arn, "TopicArn"));
  SQUIRE_CHECK(check(request));
  SQUIRE_TRY(const auto topic, call.broker.topics().topic(name));
  service::Grant grant{request.label, request.aws_account_ids, {}, topic->arn()};
  for (const auto& action : request.action_names) grant.actions.push_back("SNS:" + action);
  return edit_policy(call, *topic, [&](service::Json policy) -> Result<std::string> {
    auto changed = service::add_statement(std::move(policy), grant);
    if (!changed) return errors::invalid_parameter("Statement already exists");
    return *std::move(changed);
  });
}

Result<NoOutput> RemovePermission::run(Call& call, Request request) {
  SQUIRE_TRY(const auto topic, find_topic(call, request.topic_arn));
  return edit_policy(call, *topic, [&](service::Json policy) -> Result<std::string> {
    // The last statement leaves an empty list, and with it a policy that allows nothing.
    auto empty = policy;
    empty["Statement"] = service::Json::array();
    auto unchanged = policy.dump();
    auto changed = service::remove_statement(std::move(policy), request.label);
    if (!changed) return unchanged;  // a label that is not there is no error (?)
    return changed->empty() ? empty.dump() : *std::move(changed);
  });
}

}  // namespace squire::sns
