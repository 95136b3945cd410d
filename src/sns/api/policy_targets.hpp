#pragma once

#include <string_view>
#include <vector>

#include "squire/service/call.hpp"

namespace squire::sns {

// The topics, subscriptions and endpoints a request is about, for its permissions; everything of
// the caller's if it names none.
Result<std::vector<service::Target>> policy_targets(const service::Call& call,
                                                    std::string_view action,
                                                    const service::PolicyInputs& inputs);

}  // namespace squire::sns
