#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "squire/core/error.hpp"
#include "squire/engine/broker.hpp"

// The attributes that are JSON documents: Policy, RedrivePolicy, RedriveAllowPolicy.
namespace squire::sqs {

Result<void> check_policy(std::string_view policy);

// On the queue `source`; also asks the dead-letter queue's RedriveAllowPolicy.
Result<void> check_redrive_policy(const engine::Broker& broker, const ResourceName& source,
                                  const std::string& policy);

Result<void> check_redrive_allow_policy(const std::string& policy);

// As they are kept, once they were checked: compact and with a number for the count; without a
// sourceQueueArns that is null. The text itself if it is no such policy.
std::string normalised_redrive_policy(const std::string& policy);
std::string normalised_redrive_allow_policy(const std::string& policy);

// Whether two documents say the same; two absent ones do.
bool is_same_json(std::string_view a, std::string_view b);

// AddPermission: `policy` (empty: none yet) with one more statement. Fails if the label is taken.
Result<std::string> add_statement(std::string_view policy, const std::string& queue_arn,
                                  const std::string& label,
                                  const std::vector<std::string>& account_ids,
                                  const std::vector<std::string>& actions);

// RemovePermission: without the statement; empty if it was the last one. Fails if there is none.
Result<std::string> remove_statement(std::string_view policy, const std::string& label);

}  // namespace squire::sqs
