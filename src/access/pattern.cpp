#include "access/pattern.hpp"

#include <algorithm>
#include <array>

#include "squire/core/ascii.hpp"

namespace squire::access {
namespace {

constexpr char16_t kAnyOne = 0x100;
constexpr char16_t kAnyText = 0x101;
constexpr char16_t kVariable = 0x1000;

constexpr std::string_view kResourceTag = "aws:resourcetag/";

char16_t to_symbol(char c) {
  return static_cast<unsigned char>(c);
}

void append_literal(std::u16string& symbols, std::string_view text) {
  for (const char c : text) symbols += to_symbol(c);
}

bool is_same(char16_t symbol, char c, bool ignores_case) {
  if (symbol > 0xff) return false;
  const char literal = static_cast<char>(symbol);
  return ignores_case ? to_lower(literal) == to_lower(c) : literal == c;
}

// Behind the character that begins at `at`: ? stands for one character, not one byte.
std::size_t next_character(std::string_view text, std::size_t at) {
  do {
    ++at;
  } while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80);
  return at;
}

// Remembers only the last *: whatever an earlier one took, this one can make up for.
bool is_match(std::u16string_view pattern, std::string_view text, bool ignores_case) {
  constexpr auto kNone = std::u16string_view::npos;
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = kNone;
  std::size_t star_end = 0;  // of what the * takes
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == kAnyText) {
      star = p++;
      star_end = t;
    } else if (p < pattern.size() && pattern[p] == kAnyOne) {
      ++p;
      t = next_character(text, t);
    } else if (p < pattern.size() && is_same(pattern[p], text[t], ignores_case)) {
      ++p;
      ++t;
    } else if (star != kNone) {
      p = star + 1;
      t = ++star_end;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == kAnyText) ++p;
  return p == pattern.size();
}

// The six parts of an ARN; the last one keeps its colons. False if there are fewer.
template <typename Text, typename Symbol>
bool split_arn(Text arn, Symbol colon, std::array<Text, 6>& parts) {
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    const auto end = arn.find(colon);
    if (end == Text::npos) return false;
    parts[i] = arn.substr(0, end);
    arn.remove_prefix(end + 1);
  }
  parts.back() = arn;
  return true;
}

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<Pattern> Pattern::compile(std::string_view text, PatternSyntax syntax) {
  Pattern pattern;
  while (!text.empty()) {
    if (syntax.has_variables && text.starts_with("${")) {
      const auto end = text.find('}');
      if (end == std::string_view::npos) return std::nullopt;
      if (!pattern.read_variable(text.substr(2, end - 2))) return std::nullopt;
      text.remove_prefix(end + 1);
      continue;
    }
    const char c = text.front();
    text.remove_prefix(1);
    if (syntax.has_wildcards && c == '*') {
      pattern.symbols_ += kAnyText;
    } else {
      pattern.symbols_ += syntax.has_wildcards && c == '?' ? kAnyOne : to_symbol(c);
    }
  }
  return pattern;
}

// What stands between ${ and }: a key, perhaps with a default, or an escaped *, ? or $.
bool Pattern::read_variable(std::string_view inside) {
  if (inside == "*" || inside == "?" || inside == "$") {
    append_literal(symbols_, inside);
    return true;
  }
  Variable variable;
  const auto comma = std::min(inside.find(','), inside.size());
  variable.key = to_lower(trim(inside.substr(0, comma)));
  if (comma < inside.size()) {
    const auto fallback = trim(inside.substr(comma + 1));
    if (fallback.size() < 2 || !fallback.starts_with('\'') || !fallback.ends_with('\'')) {
      return false;
    }
    variable.fallback = fallback.substr(1, fallback.size() - 2);
  }
  if (variable.key.empty()) return false;
  symbols_ += static_cast<char16_t>(kVariable + variables_.size());
  variables_.push_back(std::move(variable));
  return true;
}

std::optional<std::u16string> Pattern::expand(const Context& context) const {
  std::u16string expanded;
  for (const char16_t symbol : symbols_) {
    if (symbol < kVariable) {
      expanded += symbol;
      continue;
    }
    const auto& variable = variables_[symbol - kVariable];
    const auto* values = context.find(variable.key);
    if (values && values->size() == 1) {
      append_literal(expanded, values->front());
    } else if (!values && variable.fallback) {
      append_literal(expanded, *variable.fallback);
    } else {
      return std::nullopt;
    }
  }
  return expanded;
}

bool Pattern::matches(std::string_view text, const Context& context, bool ignores_case) const {
  if (variables_.empty()) return is_match(symbols_, text, ignores_case);
  const auto expanded = expand(context);
  return expanded && is_match(*expanded, text, ignores_case);
}

bool Pattern::matches_arn(std::string_view arn, const Context& context) const {
  const auto expanded = expand(context);
  std::array<std::u16string_view, 6> wanted;
  std::array<std::string_view, 6> given;
  if (!expanded || !split_arn(std::u16string_view(*expanded), u':', wanted) ||
      !split_arn(arn, ':', given)) {
    return false;
  }
  return std::equal(wanted.begin(), wanted.end(), given.begin(),
                    [](auto pattern, auto part) { return is_match(pattern, part, false); });
}

bool Pattern::asks_for_resource_tags() const {
  return std::any_of(variables_.begin(), variables_.end(), [](const Variable& variable) {
    return variable.key.starts_with(kResourceTag);
  });
}

}  // namespace squire::access
