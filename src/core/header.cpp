#include "squire/core/header.hpp"

#include <algorithm>

namespace squire {
namespace {

char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

const std::string_view* find_header(std::span<const Header> headers, std::string_view name) {
  const auto is_same = [](char a, char b) { return to_lower(a) == to_lower(b); };
  for (const auto& header : headers) {
    if (std::equal(header.name.begin(), header.name.end(), name.begin(), name.end(), is_same)) {
      return &header.value;
    }
  }
  return nullptr;
}

std::string_view header_value(std::span<const Header> headers, std::string_view name) {
  const auto* value = find_header(headers, name);
  return value ? *value : std::string_view();
}

}  // namespace squire
