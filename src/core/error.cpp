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
  return {Errc::MissingParameter,
          join({"The request must contain the parameter ", parameter, "."})};
}

Error Error::invalid_parameter(std::string_view value, std::string_view parameter,
                               std::string_view reason) {
  return {Errc::InvalidParameterValue,
          join({"Value ", value, " for parameter ", parameter, " is invalid. Reason: ", reason})};
}

Error Error::invalid_parameter(std::string message) {
  return {Errc::InvalidParameterValue, std::move(message)};
}

Error Error::invalid_attribute_value(std::string_view attribute) {
  return {Errc::InvalidAttributeValue, join({"Invalid value for the parameter ", attribute, "."})};
}

Error Error::unknown_attribute(std::string_view attribute) {
  return {Errc::InvalidAttributeName, join({"Unknown Attribute ", attribute, "."})};
}

Error Error::queue_does_not_exist() {
  return {Errc::QueueDoesNotExist, {}};
}

Error Error::invalid_topic_parameter(std::string_view what) {
  return {Errc::InvalidParameter, join({"Invalid parameter: ", what})};
}

Error Error::invalid_topic_parameter(std::string_view parameter, std::string_view reason) {
  return {Errc::InvalidParameter, join({"Invalid parameter: ", parameter, " Reason: ", reason})};
}

Error Error::not_found(std::string_view what) {
  return {Errc::NotFound, join({what, " does not exist"})};
}

void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::logic_error("value() of an error: " + error.message);
}

}  // namespace squire
