#include "filter/patterns.hpp"

#include <algorithm>
#include <limits>

#include "squire/core/text.hpp"

namespace squire::filter {
namespace {

using Token = JsonTokens::Type;
using Kind = Pattern::Kind;

constexpr double kNumberMax = 1e9;
constexpr std::size_t kShownBytesMax = 500;

std::string location(std::string_view text, std::size_t consumed) {
  const auto before = text.substr(0, consumed);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto line_begin = before.rfind('\n');
  const auto column = consumed - (line_begin == std::string_view::npos ? 0 : line_begin + 1) + 1;
  std::size_t cut = std::min(text.size(), kShownBytesMax);
  while (cut < text.size() && cut > 0 && is_utf8_continuation(text[cut])) --cut;
  std::string shown(text.substr(0, cut));
  shown += '"';
  if (cut < text.size()) {
    shown += "[truncated " + std::to_string(text.size() - cut) + " chars]";
  }
  return "\n at [Source: (String)\"" + shown + "; line: " + std::to_string(line) +
         ", column: " + std::to_string(column) + "]";
}

}  // namespace

Error policy_error(std::string what) {
  return Error::invalid_parameter(std::move(what));
}

Error PatternReader::complain(std::string what) const {
  return policy_error(std::move(what) + location(text_, tokens_.consumed()));
}

Result<std::string> PatternReader::read_text(std::string_view complaint) {
  if (next() != Token::String) return complain(std::string(complaint));
  return std::string(tokens_.string());
}

Result<void> PatternReader::close_expression() {
  if (next() != Token::EndObject) return complain("Only one key allowed in match expression");
  return {};
}

Result<void> PatternReader::check_number(double number) const {
  if (number >= -kNumberMax && number <= kNumberMax) return {};
  return policy_error("Value must be between -1.0E9 and 1.0E9, inclusive");
}

Result<Pattern> PatternReader::read() {
  using Type = FieldValue::Type;
  Pattern pattern;
  switch (tokens_.type()) {
    case Token::BeginObject:
      return read_expression();
    case Token::String:
      pattern.value.text = tokens_.string();
      return pattern;
    case Token::Number:
      pattern.value.type = Type::Number;
      pattern.value.number = to_five_digits(tokens_.number());
      return pattern;
    case Token::True:
      pattern.value.type = Type::True;
      return pattern;
    case Token::False:
      pattern.value.type = Type::False;
      return pattern;
    case Token::Null:
      pattern.value.type = Type::Null;
      return pattern;
    default:
      return complain("Match value must be String, number, true, false, or null");
  }
}

Result<Pattern> PatternReader::make(std::string_view name, std::string text) const {
  Pattern pattern;
  if (name == "prefix") {
    pattern.kind = Kind::Prefix;
  } else if (name == "suffix") {
    pattern.kind = Kind::Suffix;
  } else if (name == "equals-ignore-case") {
    pattern.kind = Kind::EqualsIgnoreCase;
    text = fold_case(text);
  } else if (name == "wildcard") {
    pattern.kind = Kind::Wildcard;
    pattern.pieces.emplace_back();
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '*') {
        if (i > 0 && text[i - 1] == '*' && pattern.pieces.back().empty()) {
          return complain("Consecutive wildcard characters at pos " + std::to_string(i - 1));
        }
        pattern.pieces.emplace_back();
      } else if (text[i] == '\\') {
        if (i + 1 == text.size() || (text[i + 1] != '*' && text[i + 1] != '\\')) {
          return complain("Invalid escape character at pos " + std::to_string(i));
        }
        pattern.pieces.back() += text[++i];
      } else {
        pattern.pieces.back() += text[i];
      }
    }
    return pattern;
  }
  pattern.value.text = std::move(text);
  return pattern;
}

Result<Pattern> PatternReader::read_expression() {
  if (next() != Token::Name) return complain("Match expression name not found");
  const std::string name(tokens_.string());
  const auto finish = [&](Result<Pattern> pattern) -> Result<Pattern> {
    if (pattern.has_value()) SQUIRE_CHECK(close_expression());
    return pattern;
  };
  if (name == "prefix") return finish(read_affix(name, Kind::Prefix, Kind::PrefixIgnoreCase));
  if (name == "suffix") return finish(read_affix(name, Kind::Suffix, Kind::SuffixIgnoreCase));
  if (name == "exactly" || name == "equals-ignore-case" || name == "wildcard") {
    SQUIRE_TRY(auto text,
               read_text((name == "exactly" ? "exact" : name) + " match pattern must be a string"));
    return finish(make(name, std::move(text)));
  }
  if (name == "numeric") return finish(read_numeric());
  if (name == "anything-but") return finish(read_anything_but());
  if (name == "cidr") return finish(read_cidr());
  if (name == "exists") {
    Pattern pattern;
    if (next() != Token::True && tokens_.type() != Token::False) {
      return complain("exists match pattern must be either true or false.");
    }
    pattern.kind = tokens_.type() == Token::True ? Kind::Exists : Kind::Absent;
    return finish(pattern);
  }
  return complain("Unrecognized match type " + name);
}

Result<Pattern> PatternReader::read_affix(std::string_view name, Kind kind, Kind ignoring_case) {
  const std::string text(name);
  Pattern pattern;
  if (next() == Token::BeginObject) {
    if (next() != Token::Name) return complain(text + " match expression name not found");
    if (tokens_.string() != "equals-ignore-case") {
      return complain("Unsupported " + text + " pattern: " + std::string(tokens_.string()));
    }
    SQUIRE_TRY(const auto folded, read_text("equals-ignore-case match pattern must be a string"));
    pattern.kind = ignoring_case;
    pattern.value.text = fold_case(folded);
    SQUIRE_CHECK(close_expression());
    return pattern;
  }
  if (tokens_.type() != Token::String) return complain(text + " match pattern must be a string");
  pattern.kind = kind;
  pattern.value.text = tokens_.string();
  return pattern;
}

Result<Pattern> PatternReader::read_cidr() {
  SQUIRE_TRY(const auto text, read_text("prefix match pattern must be a string"));
  const auto slash = text.find('/');
  if (slash == std::string::npos || text.find('/', slash + 1) != std::string::npos) {
    return policy_error("Malformed CIDR, one '/' required");
  }
  if (text.find('\0') != std::string::npos) return policy_error("Nonstandard IP address: " + text);
  const auto bits = parse_integer(text.substr(slash + 1));
  if (!bits || *bits < 0) return policy_error("Malformed CIDR, mask bits must be an integer");
  const std::string address = text.substr(0, slash);
  if (!parse_ip_address(address)) return policy_error("Nonstandard IP address: " + address);
  const bool is_ipv4 = is_written_as_ipv4(address);
  if (is_ipv4 && *bits >= 32) return policy_error("IPv4 mask bits must be < 32");
  if (*bits >= 128) return policy_error("IPv6 mask bits must be < 128");
  Pattern pattern;
  pattern.kind = Kind::Cidr;
  pattern.block = {*parse_ip_range(text), is_ipv4};
  return pattern;
}

Result<Pattern> PatternReader::read_numeric() {
  if (next() != Token::BeginArray) return complain("Value of numeric must be an array.");
  if (next() != Token::String) {
    return complain("Invalid member in numeric match: " + std::string(tokens_.string()));
  }
  const std::string first(tokens_.string());
  const std::string name = first == "=" ? "equals" : first;
  const bool is_known =
      first == "=" || first == "<" || first == "<=" || first == ">" || first == ">=";
  if (!is_known) return complain("Unrecognized numeric range operator: " + first);
  next();
  if (!tokens_.is_number()) return complain("Value of " + name + " must be numeric");
  const double number = to_five_digits(tokens_.number());
  SQUIRE_CHECK(check_number(number));
  if (first == "=") {
    Pattern pattern;
    pattern.value.type = FieldValue::Type::Number;
    pattern.value.number = number;
    if (next() != Token::EndArray) return complain("Too many elements in numeric expression");
    return pattern;
  }
  return read_range(first, number);
}

Result<Pattern> PatternReader::read_range(std::string_view first_operator, double first) {
  Pattern pattern;
  pattern.kind = Kind::Range;
  if (first_operator.starts_with('<')) {
    pattern.low = -std::numeric_limits<double>::infinity();
    pattern.high = first;
    pattern.includes_high = first_operator == "<=";
    if (next() != Token::EndArray) return complain("Too many terms in numeric range expression");
    return pattern;
  }
  pattern.low = first;
  pattern.includes_low = first_operator == ">=";
  pattern.high = std::numeric_limits<double>::infinity();
  if (next() == Token::EndArray) return pattern;
  if (tokens_.type() != Token::String) {
    return complain("Bad value in numeric range: " + std::string(tokens_.string()));
  }
  const std::string second(tokens_.string());
  if (second != "<" && second != "<=") return complain("Bad numeric range operator: " + second);
  next();
  if (!tokens_.is_number()) return complain("Value of " + second + " must be numeric");
  pattern.high = to_five_digits(tokens_.number());
  SQUIRE_CHECK(check_number(pattern.high));
  pattern.includes_high = second == "<=";
  if (next() != Token::EndArray) return complain("Too many terms in numeric range expression");
  if (pattern.low >= pattern.high) return complain("Bottom must be less than top");
  return pattern;
}

Result<Pattern> PatternReader::read_anything_but() {
  Pattern pattern;
  pattern.kind = Kind::AnythingBut;
  switch (next()) {
    case Token::BeginObject:
      SQUIRE_CHECK(read_excluded_expression(pattern));
      SQUIRE_CHECK(close_expression());
      return pattern;
    case Token::BeginArray:
      SQUIRE_CHECK(read_excluded_list(pattern));
      return pattern;
    case Token::String:
    case Token::Number: {
      SQUIRE_TRY(auto value, read());
      pattern.excluded.push_back(std::move(value));
      return pattern;
    }
    default:
      return complain("Inside anything but list, start|null|boolean is not supported.");
  }
}

Result<void> PatternReader::read_excluded_list(Pattern& pattern) {
  bool has_strings = false;
  bool has_numbers = false;
  while (next() != Token::EndArray) {
    if (tokens_.type() != Token::String && !tokens_.is_number()) {
      return complain("Inside anything but list, start|null|boolean is not supported.");
    }
    (tokens_.is_number() ? has_numbers : has_strings) = true;
    SQUIRE_TRY(auto value, read());
    pattern.excluded.push_back(std::move(value));
  }
  if (pattern.excluded.empty()) return complain("Empty arrays are not allowed");
  if (has_strings && has_numbers) {
    return complain(
        "Inside anything but list, either all values are number or string, mixed type is not "
        "supported");
  }
  return {};
}

Result<void> PatternReader::read_excluded_expression(Pattern& pattern) {
  if (next() != Token::Name) return complain("Anything-But expression name not found");
  const std::string name(tokens_.string());
  if (name != "prefix" && name != "suffix" && name != "equals-ignore-case" && name != "wildcard") {
    return complain("Unsupported anything-but pattern: " + name);
  }
  const auto add = [&]() -> Result<void> {
    SQUIRE_TRY(auto excluded, make(name, std::string(tokens_.string())));
    pattern.excluded.push_back(std::move(excluded));
    return {};
  };
  const std::string complaint = name + " match pattern must be a string";
  if (next() == Token::String) return add();
  if (tokens_.type() != Token::BeginArray) return complain(complaint);
  while (next() != Token::EndArray) {
    if (tokens_.type() != Token::String) return complain(complaint);
    SQUIRE_CHECK(add());
  }
  if (pattern.excluded.empty()) return complain("Empty arrays are not allowed");
  return {};
}

}  // namespace squire::filter
