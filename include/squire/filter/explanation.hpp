#pragma once

#include <string>
#include <string_view>

#include "squire/filter/policy.hpp"

namespace squire::filter {

// Why the policy does not let the message through: its first clause that says no, and what the
// message has there. Empty if it does. An error with the reason if the policy is none. For people
// who look for a message, not for publishing: it compiles a policy for each clause.
Result<std::string> explain_mismatch(std::string_view policy, Scope scope,
                                     const MessageAttributes& attributes, std::string_view body);

}  // namespace squire::filter
