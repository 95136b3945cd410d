#include "sns/api/constraints.hpp"

#include "squire/sns/errors.hpp"

namespace squire::sns {

Error constraint_error(std::string_view value, std::string_view member, std::string_view rule) {
  std::string text = "1 validation error detected: Value '";
  text.append(value).append("' at '").append(member);
  text.append("' failed to satisfy constraint: ").append(rule);
  return {errors::kValidationError, std::move(text)};
}

}  // namespace squire::sns
