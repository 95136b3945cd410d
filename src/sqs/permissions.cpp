#include <algorithm>
#include <array>
#include <span>

#include "sqs/names.hpp"
#include "sqs/policies.hpp"
#include "sqs/queue_url.hpp"
#include "squire/sqs/actions.hpp"
#include "squire/sqs/errors.hpp"

namespace squire::sqs {
namespace {

constexpr std::size_t kActionsMax = 7;

constexpr std::array<std::string_view, 9> kSharedActions = {
    "*",           "ChangeMessageVisibility",    "DeleteMessage", "GetQueueAttributes",
    "GetQueueUrl", "ListDeadLetterSourceQueues", "PurgeQueue",    "ReceiveMessage",
    "SendMessage"};

bool contains(std::span<const std::string_view> actions, std::string_view action) {
  return std::find(actions.begin(), actions.end(), action) != actions.end();
}

Result<void> check(const AddPermission::Request& request) {
  if (!is_name(request.label)) {
    return Error::invalid_parameter(request.label, "Label",
                                    "Can only include alphanumeric characters, hyphens, or "
                                    "underscores. 1 to 80 in length");
  }
  for (const auto& id : request.aws_account_ids) {
    if (!is_account_id(id)) {
      return Error::invalid_parameter(id, "PrincipalId", "Unable to verify.");
    }
  }
  if (request.actions.size() > kActionsMax) {
    return Error{errors::kOverLimit, std::to_string(request.actions.size()) +
                                         " Actions were found, maximum allowed is 7."};
  }
  for (const auto& action : request.actions) {
    if (contains(kSharedActions, action)) continue;
    return Error::invalid_parameter(
        "SQS:" + action, "ActionName",
        contains(service().owner_only, action)
            ? "Only the queue owner is allowed to invoke this action."
            : "Please refer to the appropriate WSDL for a list of valid actions.");
  }
  return {};
}

// Replaces the queue's policy by edit(policy).
template <typename Edit>
Result<NoOutput> edit_policy(Call& call, engine::Queue& queue, Edit&& edit) {
  SQUIRE_TRY(const auto ticket, queue.edit([&](engine::QueueRow& row) -> Result<void> {
    SQUIRE_TRY(auto policy, edit(row.attributes["Policy"]));
    if (policy.empty()) {
      row.attributes.erase("Policy");
    } else {
      SQUIRE_CHECK(check_policy(policy));
      row.attributes["Policy"] = std::move(policy);
    }
    row.modified_at = call.broker.env().clock.now();
    return {};
  }));
  call.wait_for(ticket);
  return NoOutput{};
}

}  // namespace

Result<NoOutput> AddPermission::run(Call& call, Request request) {
  SQUIRE_TRY(const auto queue, find_queue(call, request.queue_url));
  SQUIRE_CHECK(check(request));
  return edit_policy(call, *queue, [&](const std::string& policy) {
    return add_statement(policy, queue->arn(), request.label, request.aws_account_ids,
                         request.actions);
  });
}

Result<NoOutput> RemovePermission::run(Call& call, Request request) {
  SQUIRE_TRY(const auto queue, find_queue(call, request.queue_url));
  return edit_policy(call, *queue, [&](const std::string& policy) {
    return remove_statement(policy, request.label);
  });
}

}  // namespace squire::sqs
