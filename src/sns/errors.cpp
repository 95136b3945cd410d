#include "squire/sns/errors.hpp"

#include <string>

namespace squire::sns::errors {

Error invalid_parameter(std::string_view what) {
  return {kInvalidParameter, "Invalid parameter: " + std::string(what)};
}

Error invalid_parameter(std::string_view parameter, std::string_view reason) {
  std::string message = "Invalid parameter: ";
  message.append(parameter).append(" Reason: ").append(reason);
  return {kInvalidParameter, std::move(message)};
}

}  // namespace squire::sns::errors
