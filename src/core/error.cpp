#include "squire/core/error.hpp"

#include <stdexcept>
#include <string_view>

namespace squire {
namespace {

std::string join(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const auto part : parts) text += part;
  return text;
}

}  // namespace

Error Error::missing_parameter(std::string_view parameter) {
  return {errors::kMissingParameter,
          join({"The request must contain the parameter ", parameter, "."})};
}

Error Error::invalid_parameter(std::string_view value, std::string_view parameter,
                               std::string_view reason) {
  return {errors::kInvalidParameterValue,
          join({"Value ", value, " for parameter ", parameter, " is invalid. Reason: ", reason})};
}

Error Error::invalid_parameter(std::string message) {
  return {errors::kInvalidParameterValue, std::move(message)};
}

void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::logic_error("value() of an error: " + error.message);
}

}  // namespace squire
