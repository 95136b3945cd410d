// Letters and digits of ASCII, whatever the locale: in names of headers, hosts, keys and queues.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace squire {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr bool is_letter_or_digit(char c) {
  return is_letter(c) || is_digit(c);
}

constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr char to_upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

// Which bytes may stand somewhere, in a table, so that nobody looks for them.
class CharacterSet {
 public:
  constexpr explicit CharacterSet(std::string_view characters) {
    for (const char c : characters) has(c) = true;
  }
  // Those, and letters and digits.
  static constexpr CharacterSet letters_and_digits_and(std::string_view others) {
    CharacterSet set(others);
    for (int c = 0; c < 0x80; ++c) set.bytes_[c] |= is_letter_or_digit(static_cast<char>(c));
    return set;
  }
  // The visible ones but those.
  static constexpr CharacterSet visible_but(std::string_view others) {
    CharacterSet set{{}};
    for (char c = '!'; c <= '~'; ++c) set.has(c) = true;
    for (const char c : others) set.has(c) = false;
    return set;
  }

  constexpr bool contains(char c) const { return bytes_[static_cast<unsigned char>(c)]; }
  constexpr bool contains_all(std::string_view text) const {
    return std::all_of(text.begin(), text.end(), [this](char c) { return contains(c); });
  }

 private:
  constexpr bool& has(char c) { return bytes_[static_cast<unsigned char>(c)]; }

  std::array<bool, 256> bytes_{};
};

inline std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = to_lower(c);
  return lower;
}

inline std::string to_upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = to_upper(c);
  return upper;
}

inline bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return to_lower(x) == to_lower(y); });
}

// -1 if it is no hexadecimal digit.
constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace squire
