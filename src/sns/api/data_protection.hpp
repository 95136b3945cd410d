#pragma once

#include <string>

#include "squire/core/error.hpp"

namespace squire::sns {

// A data protection policy is stored and given back, not enforced; but it must be one (SNS API
// Reference, PutDataProtectionPolicy). InvalidParameter with the reason if it is none.
Result<void> check_data_protection_policy(const std::string& json);

}  // namespace squire::sns
