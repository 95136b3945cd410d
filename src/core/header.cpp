#include "squire/core/header.hpp"

#include "squire/core/ascii.hpp"

namespace squire {

const std::string_view* find_header(std::span<const Header> headers, std::string_view name) {
  for (const auto& header : headers) {
    if (equals_ignoring_case(header.name, name)) return &header.value;
  }
  return nullptr;
}

std::string_view header_value(std::span<const Header> headers, std::string_view name) {
  const auto* value = find_header(headers, name);
  return value ? *value : std::string_view();
}

}  // namespace squire
