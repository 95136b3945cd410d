#pragma once

#include <string_view>
#include <vector>

#include "squire/service/call.hpp"

namespace squire::sqs {

// The queues a request is about, for its permissions; all the caller's queues if it names none.
Result<std::vector<service::Target>> policy_targets(const service::Call& call,
                                                    std::string_view action,
                                                    const service::PolicyInputs& inputs);

}  // namespace squire::sqs
