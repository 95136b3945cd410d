#include "squire/service/attribute_rules.hpp"

#include <charconv>
#include <cmath>
#include <utility>

#include "squire/core/ascii.hpp"

namespace squire::service {

Result<MessageAttribute> check_attribute(const AttributeRules& rules, std::string_view name,
                                         std::string type, std::optional<std::string> text,
                                         std::optional<wire::Blob> bytes) {
  if (type.empty()) {
    return Error{rules.code, "The message attribute " + in_quotes(name) +
                                 " must contain non-empty message attribute type."};
  }
  SQUIRE_CHECK(rules.check_type(name, type));
  const auto logical = logical_type(type);
  const bool is_binary = logical == "Binary";
  if (is_binary ? text && !bytes : bytes && !text) {
    return Error{rules.code, "The message attribute " + in_quotes(name) + " with type " +
                                 in_quotes(type) + " must use field " +
                                 in_quotes(is_binary ? "Binary" : "String") + "."};
  }
  std::string value;
  if (is_binary && bytes) value = std::move(bytes->bytes);
  if (!is_binary && text) value = *std::move(text);
  if (value.empty()) {
    std::string complaint(rules.no_value_of);
    complaint.append(in_quotes(name)).append(rules.no_value_of_type).append(in_quotes(type));
    return Error{rules.code, complaint + "."};
  }
  if (!is_binary) SQUIRE_CHECK(rules.check_text(value));
  if (logical == "Number" && !rules.is_number(value)) {
    return Error{rules.code,
                 "Could not cast message attribute " + in_quotes(name) + " value to number."};
  }
  return MessageAttribute{std::move(type), std::move(value)};
}

std::string in_quotes(std::string_view name) {
  return "'" + std::string(name) + "'";
}

std::string_view logical_type(std::string_view type) {
  return type.substr(0, type.find('.'));
}

bool is_logical_type(std::string_view logical) {
  return logical == "String" || logical == "Number" || logical == "Binary";
}

bool is_reserved_attribute(std::string_view name) {
  for (const std::string_view prefix : {"AWS.", "Amazon."}) {
    if (equals_ignoring_case(name.substr(0, prefix.size()), prefix)) return true;
  }
  return false;
}

std::optional<double> parse_decimal(std::string_view text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace squire::service
