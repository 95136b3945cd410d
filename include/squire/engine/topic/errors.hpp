// What a topic answers that cannot do what is asked: rows of the table of the service of topics.
#pragma once

#include <string>
#include <string_view>

#include "squire/core/error.hpp"

namespace squire::engine::topic_errors {

// clang-format off
inline constexpr ErrorRow kInvalidParameter{"InvalidParameter", "", 400, "Invalid parameter"};
inline constexpr ErrorRow kNotFound{"NotFound", "", 404, "The resource does not exist"};
inline constexpr ErrorRow kTopicLimitExceeded{"TopicLimitExceeded", "", 403, "Topic limit exceeded"};
// clang-format on

// "<what> does not exist"
inline Error not_found(std::string_view what) {
  return {kNotFound, std::string(what) + " does not exist"};
}

}  // namespace squire::engine::topic_errors
