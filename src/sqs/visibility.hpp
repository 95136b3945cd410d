#pragma once

#include <optional>
#include <string>

#include "squire/core/clock.hpp"
#include "squire/core/error.hpp"

namespace squire::sqs {

inline constexpr int kVisibilitySecondsMax = 43'200;

inline Result<Seconds> check_visibility_timeout(std::optional<int> seconds) {
  if (!seconds) return Error::missing_parameter("VisibilityTimeout");
  if (*seconds < 0 || *seconds > kVisibilitySecondsMax) {
    return Error::invalid_parameter(std::to_string(*seconds), "VisibilityTimeout",
                                    "VisibilityTimeout must be an integer between 0 and 43200.");
  }
  return Seconds(*seconds);
}

}  // namespace squire::sqs
