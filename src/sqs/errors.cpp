#include "squire/sqs/errors.hpp"

#include <string>

namespace squire::sqs::errors {

Error invalid_attribute_value(std::string_view attribute) {
  return {kInvalidAttributeValue,
          "Invalid value for the parameter " + std::string(attribute) + "."};
}

Error unknown_attribute(std::string_view attribute) {
  return {kInvalidAttributeName, "Unknown Attribute " + std::string(attribute) + "."};
}

}  // namespace squire::sqs::errors
