#include "squire/core/json_number.hpp"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>

namespace squire {

std::size_t json_number_length(std::string_view text) noexcept {
  std::size_t at = 0;
  const auto is_at = [&](char c) { return at < text.size() && text[at] == c; };
  const auto digits = [&] {
    const std::size_t begin = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at - begin;
  };
  if (is_at('-')) ++at;
  const bool starts_with_zero = is_at('0');
  const std::size_t count = digits();
  if (count == 0 || (starts_with_zero && count > 1)) return 0;
  if (is_at('.')) {
    ++at;
    if (digits() == 0) return 0;
  }
  if (is_at('e') || is_at('E')) {
    ++at;
    if (is_at('+') || is_at('-')) ++at;
    if (digits() == 0) return 0;
  }
  return at;
}

std::optional<double> json_number_value(std::string_view number) {
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error == std::errc()) return value;
  // Out of range, and from_chars() does not tell in which direction.
  value = std::strtod(std::string(number).c_str(), nullptr);
  if (std::isinf(value)) return std::nullopt;
  return value;
}

}  // namespace squire
