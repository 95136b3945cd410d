#pragma once

#include <string>
#include <string_view>

#include "squire/core/error.hpp"

namespace squire::sns {

// "1 validation error detected: Value 'x' at 'phoneNumber' failed to satisfy constraint: …": what
// the model itself forbids.
Error constraint_error(std::string_view value, std::string_view member, std::string_view rule);

}  // namespace squire::sns
