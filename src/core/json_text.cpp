#include "squire/core/json_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>

#include "squire/core/text.hpp"

namespace squire {
namespace {

bool read_hex4(std::string_view text, std::size_t& at, std::uint32_t& code) {
  const auto digits = text.substr(std::min(at, text.size()), 4);
  const auto* const last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, code, 16);
  if (digits.size() != 4 || error != std::errc() || end != last) return false;
  at += 4;
  return true;
}

JsonEscape read_unicode(std::string_view text, std::size_t& at, std::string& out) {
  std::uint32_t code = 0;
  if (!read_hex4(text, at, code)) return JsonEscape::BadHex;
  if (code >= 0xd800 && code <= 0xdbff && text.substr(at, 2) == "\\u") {
    std::size_t behind = at + 2;
    std::uint32_t low = 0;
    if (!read_hex4(text, behind, low)) return JsonEscape::BadHex;
    if (low >= 0xdc00 && low <= 0xdfff) {
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      at = behind;
    }
  }
  append_utf8(out, code);
  return code >= 0xd800 && code <= 0xdfff ? JsonEscape::LoneSurrogate : JsonEscape::Character;
}

}  // namespace

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

std::size_t json_plain_length(std::string_view text) noexcept {
  std::size_t at = 0;
  while (at < text.size() && text[at] != '"' && text[at] != '\\' &&
         static_cast<unsigned char>(text[at]) >= 0x20) {
    ++at;
  }
  return at;
}

JsonEscape read_json_escape(std::string_view text, std::size_t& at, std::string& out) {
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  if (at >= text.size()) return JsonEscape::Unknown;
  const char kind = text[at++];
  if (kind == 'u') return read_unicode(text, at, out);
  const auto index = kNames.find(kind);
  if (index == std::string_view::npos) return JsonEscape::Unknown;
  out += kMeanings[index];
  return JsonEscape::Character;
}

}  // namespace squire
