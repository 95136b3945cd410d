// The one grammar of JSON's white space, numbers and strings, for all that reads it (RFC 8259).
// What a reader makes of them, and how it words a complaint, is its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace squire {

constexpr bool is_json_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// How many characters of the text's beginning are a number; 0: none, or a malformed one such as
// "01", "1." or "1e".
std::size_t json_number_length(std::string_view text) noexcept;

// The value of what json_number_length() found. Nothing if no double holds it (1e400): such a
// number is refused where it enters, since nobody could print it again. Too small a one is zero.
std::optional<double> json_number_value(std::string_view number);

// How many characters at the text's beginning a string has as they stand: up to the quote that ends
// it, an escape, or a control character, which must not be there.
std::size_t json_plain_length(std::string_view text) noexcept;

enum class JsonEscape : std::uint8_t {
  Character,
  LoneSurrogate,  // half a character: UTF-8 has no such thing
  Unknown,        // no such escape
  BadHex,         // \u without four digits behind it
};

// Reads what stands behind a backslash at `at`, and moves that behind it. The character, or half of
// one, is appended to `out` as UTF-8.
JsonEscape read_json_escape(std::string_view text, std::size_t& at, std::string& out);

}  // namespace squire
