// Text as the wire formats need it: base64, UTF-8 and XML character checks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace squire {

// RFC 4648, standard alphabet, padded.
std::string base64_encode(std::string_view bytes);
// Nothing if the text is not base64. Missing padding is accepted, as the AWS services do (?).
std::optional<std::string> base64_decode(std::string_view text);

// Two lower-case digits a byte.
std::string hex_encode(std::string_view bytes);

// Appends the code point as UTF-8. `code_point` must be a Unicode scalar value.
void append_utf8(std::string& out, std::uint32_t code_point);

// How many bytes the text begins with that are printable ASCII, in words of eight bytes: most texts
// are nearly all that, and are looked at in an eighth of the steps.
std::size_t printable_prefix(std::string_view text);

bool is_utf8(std::string_view text);

// Code points of UTF-8.
std::size_t count_characters(std::string_view utf8);

// Whether all of it is letters and digits of any script, and of these ASCII characters besides.
bool is_made_of_letters_and(std::string_view utf8, std::string_view others);

// UTF-8 of at most `characters_max` characters, with no control character.
bool is_single_line(std::string_view text, std::size_t characters_max);

// The first character SQS does not take in a message (SQS API Reference, SendMessage):
// allowed are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF.
// `text` is UTF-8, but may hold lone surrogates as three bytes each, as JsonReader leaves them.
std::optional<std::uint32_t> first_illegal_character(std::string_view text);

// Whether the brackets of a JSON text nest no deeper than that: parsers' recursion has no limit.
bool is_shallow(std::string_view json, int depth_max);

// A whole decimal integer, nothing around it; nothing on overflow.
std::optional<std::int64_t> parse_integer(std::string_view text);

// "true" or "false" in any case, as clients of several languages write them: True, FALSE.
std::optional<bool> parse_boolean(std::string_view text);

}  // namespace squire
