#include "squire/core/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "core/letters.hpp"
#include "squire/core/ascii.hpp"

namespace squire {
namespace {

constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> base64_values() {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (int i = 0; i < 64; ++i) values[static_cast<unsigned char>(kBase64[i])] = i;
  return values;
}

struct Decoded {
  std::uint32_t code_point;
  int length;  // 0: not UTF-8
};

// One code point; overlong forms and surrogates are not UTF-8 (RFC 3629).
Decoded decode_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) -> std::uint32_t {
    return static_cast<unsigned char>(text[i]);
  };
  const auto is_tail = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xc0) == 0x80; };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  if (lead >= 0xc2 && lead < 0xe0 && is_tail(1)) return {(lead & 0x1f) << 6 | (byte(1) & 0x3f), 2};
  if (lead >= 0xe0 && lead < 0xf0 && is_tail(1) && is_tail(2)) {
    const auto code = (lead & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f);
    if (code >= 0x800 && (code < 0xd800 || code > 0xdfff)) return {code, 3};
  }
  if (lead >= 0xf0 && lead < 0xf5 && is_tail(1) && is_tail(2) && is_tail(3)) {
    const auto code =
        (lead & 0x07) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 | (byte(3) & 0x3f);
    if (code >= 0x10000 && code <= 0x10ffff) return {code, 4};
  }
  return {0, 0};
}

bool is_letter_or_digit_anywhere(std::uint32_t code) {
  if (code < 0x80) return is_letter_or_digit(static_cast<char>(code));
  const auto at = std::lower_bound(
      kLetters.begin(), kLetters.end(), code,
      [](const CharacterRange& range, std::uint32_t code) { return range.last < code; });
  return at != kLetters.end() && at->first <= code;
}

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t j) -> std::uint32_t {
      return j < bytes.size() ? static_cast<unsigned char>(bytes[j]) : 0;
    };
    const std::uint32_t group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    out += kBase64[group >> 18];
    out += kBase64[group >> 12 & 63];
    out += i + 1 < bytes.size() ? kBase64[group >> 6 & 63] : '=';
    out += i + 2 < bytes.size() ? kBase64[group & 63] : '=';
  }
  return out;
}

std::string hex_encode(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text(bytes.size() * 2, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    text[2 * i] = kDigits[byte >> 4];
    text[2 * i + 1] = kDigits[byte & 15];
  }
  return text;
}

std::optional<std::string> base64_decode(std::string_view text) {
  static constexpr auto kValues = base64_values();
  std::size_t padding = 0;
  for (; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  if (text.size() % 4 == 1 || padding > (4 - text.size() % 4) % 4) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  int bit_count = 0;
  for (const char c : text) {
    const int value = kValues[static_cast<unsigned char>(c)];
    if (value < 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    bit_count += 6;
    if (bit_count >= 8) {
      bit_count -= 8;
      out += static_cast<char>(bits >> bit_count & 0xff);
    }
  }
  return out;
}

void append_utf8(std::string& out, std::uint32_t code_point) {
  const auto tail = [&](int shift) {
    out += static_cast<char>(0x80 | (code_point >> shift & 0x3f));
  };
  if (code_point < 0x80) {
    out += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    out += static_cast<char>(0xc0 | code_point >> 6);
    tail(0);
  } else if (code_point < 0x10000) {
    out += static_cast<char>(0xe0 | code_point >> 12);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xf0 | code_point >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

std::size_t printable_prefix(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighs = 0x80 * kOnes;
  std::size_t at = 0;
  for (std::uint64_t word = 0; at + sizeof(word) <= text.size(); at += sizeof(word)) {
    std::memcpy(&word, text.data() + at, sizeof(word));
    // A byte below the space borrows from its highest bit, DEL carries into it.
    if (((word | (word - ' ' * kOnes) | (word + kOnes)) & kHighs) != 0) break;
  }
  return at;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    text.remove_prefix(printable_prefix(text));
    if (text.empty()) break;
    if (static_cast<unsigned char>(text[0]) < 0x80) {
      text.remove_prefix(1);
      continue;
    }
    const auto decoded = decode_utf8(text);
    if (decoded.length == 0) return false;
    text.remove_prefix(decoded.length);
  }
  return true;
}

std::size_t count_characters(std::string_view utf8) {
  return std::count_if(utf8.begin(), utf8.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
}

bool is_made_of_letters_and(std::string_view utf8, std::string_view others) {
  while (!utf8.empty()) {
    const auto [code, length] = decode_utf8(utf8);
    if (length == 0) return false;
    if (!is_letter_or_digit_anywhere(code) &&
        (code >= 0x80 || others.find(static_cast<char>(code)) == std::string_view::npos)) {
      return false;
    }
    utf8.remove_prefix(length);
  }
  return true;
}

bool is_single_line(std::string_view text, std::size_t characters_max) {
  return is_utf8(text) && count_characters(text) <= characters_max &&
         std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::optional<std::uint32_t> first_illegal_character(std::string_view text) {
  for (std::size_t i = printable_prefix(text); i < text.size();) {
    const auto byte = [&](std::size_t at) -> std::uint32_t {
      return static_cast<unsigned char>(text[at]);
    };
    if (byte(i) < 0x20 && byte(i) != 0x9 && byte(i) != 0xa && byte(i) != 0xd) return byte(i);
    // Surrogates begin with ED, U+FFFE and U+FFFF with EF; all else is allowed.
    if ((byte(i) != 0xed && byte(i) != 0xef) || i + 2 >= text.size()) {
      ++i;
      continue;
    }
    const auto code = (byte(i) & 0x0f) << 12 | (byte(i + 1) & 0x3f) << 6 | (byte(i + 2) & 0x3f);
    if ((code >= 0xd800 && code <= 0xdfff) || code >= 0xfffe) return code;
    i += 3;
  }
  return std::nullopt;
}

bool is_shallow(std::string_view json, int depth_max) {
  int depth = 0;
  bool is_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (json[i] == '"') is_string = !is_string;
    if (is_string && json[i] == '\\') ++i;
    if (is_string) continue;
    if (json[i] == '{' || json[i] == '[') ++depth;
    if (json[i] == '}' || json[i] == ']') --depth;
    if (depth > depth_max) return false;
  }
  return true;
}

std::optional<bool> parse_boolean(std::string_view text) {
  if (equals_ignoring_case(text, "true")) return true;
  if (equals_ignoring_case(text, "false")) return false;
  return std::nullopt;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

}  // namespace squire
