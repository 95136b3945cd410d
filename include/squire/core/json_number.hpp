// The one grammar of numbers for all that reads JSON (RFC 8259, section 6).
#pragma once

#include <optional>
#include <string_view>

namespace squire {

// How many characters of the text's beginning are a number; 0: none, or a malformed one such as
// "01", "1." or "1e".
std::size_t json_number_length(std::string_view text) noexcept;

// The value of what json_number_length() found. Nothing if no double holds it (1e400): such a
// number is refused where it enters, since nobody could print it again. Too small a one is zero.
std::optional<double> json_number_value(std::string_view number);

}  // namespace squire
