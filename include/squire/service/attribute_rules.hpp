// User attributes of messages on their way in: what all services that take messages check alike,
// each in its own words.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "squire/core/error.hpp"
#include "squire/core/message_attributes.hpp"
#include "squire/wire/field.hpp"

namespace squire::service {

// Where services differ about an attribute. Constant.
struct AttributeRules {
  Errc code;  // of what is said here
  // The type is not empty.
  Result<void> (*check_type)(std::string_view name, std::string_view type);
  // A value that is text: its characters.
  Result<void> (*check_text)(std::string_view value);
  bool (*is_number)(std::string_view value);
  // Said of an attribute without a value: what stands before its name, and before its type.
  std::string_view no_value_of;
  std::string_view no_value_of_type;
};

// The attribute, whose name was checked, as the engine takes it.
Result<MessageAttribute> check_attribute(const AttributeRules& rules, std::string_view name,
                                         std::string type, std::optional<std::string> text,
                                         std::optional<wire::Blob> bytes);

// 'name', as errors show it.
std::string in_quotes(std::string_view name);

// The logical type: what stands before the custom label.
std::string_view logical_type(std::string_view type);

// Whether that is String, Number or Binary.
bool is_logical_type(std::string_view logical);

// Names that begin with "AWS." or "Amazon.", in whatever case.
bool is_reserved_attribute(std::string_view name);

// A finite number with nothing around it, and no '+' in front.
std::optional<double> parse_decimal(std::string_view text);

// Bytes that count towards the size limits: names, types and values.
template <typename AttributeValues>
std::size_t size_in_bytes(const AttributeValues& attributes) {
  std::size_t size = 0;
  for (const auto& [name, value] : attributes) {
    size += name.size() + value.data_type.size();
    if (value.string_value) size += value.string_value->size();
    if (value.binary_value) size += value.binary_value->bytes.size();
  }
  return size;
}

}  // namespace squire::service
