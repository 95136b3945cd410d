// What names and values in HTTP may hold, both of what is read and of what is written.
#pragma once

#include <algorithm>
#include <string_view>

#include "squire/core/ascii.hpp"
#include "squire/core/text.hpp"

namespace squire {

// A method, the name of a header (RFC 9110, 5.6.2).
inline bool is_http_token(std::string_view text) {
  static constexpr auto kAllowed = CharacterSet::letters_and_digits_and("!#$%&'*+-.^_`|~");
  return !text.empty() && kAllowed.contains_all(text);
}

// The value of a header (RFC 9110, 5.5).
inline bool is_field_value(std::string_view text) {
  text.remove_prefix(printable_prefix(text));
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return (c >= ' ' && c != 0x7f) || c == '\t'; });
}

}  // namespace squire
