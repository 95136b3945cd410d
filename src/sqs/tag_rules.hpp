#pragma once

#include <string_view>

#include "squire/core/error.hpp"
#include "squire/engine/record.hpp"

namespace squire::sqs {

// The tags a queue would have (SQS API Reference, TagQueue). InvalidParameterValue.
Result<void> check_tags(std::string_view queue_name, const engine::StringMap& tags);

}  // namespace squire::sqs
